"""Credit as it is served in production: processes of its own, which do not outlive the test that started them."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
from pydantic_settings import BaseSettings

from services.credit.settings import CreditSettings
from tests.credit.cedar_high import CedarHigh

CHECKOUT = Path(__file__).parents[2]


def as_environment(settings: BaseSettings) -> dict[str, str]:
    return os.environ | {
        f"CREDIT_{name.upper()}": ",".join(value) if isinstance(value, tuple) else str(value)
        for name, value in settings.model_dump().items()
    }


@asynccontextmanager
async def served(settings: CreditSettings) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m services.credit serve`. However the block ends, the process and all that it started are killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.credit", "serve", cwd=CHECKOUT, env=as_environment(settings),
        stdout=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def by_hand(settings: CreditSettings, *arguments: str) -> tuple[int, str]:
    """The exit status and the words of `python -m services.credit ...`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.credit", *arguments, cwd=CHECKOUT, env=as_environment(settings),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def followed_something(cedar: CedarHigh, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(60):
        while process.returncode is None:
            with suppress(httpx.TransportError):
                if await cedar.streams():
                    return
            await asyncio.sleep(0.05)
    raise AssertionError("credit ended by itself")
