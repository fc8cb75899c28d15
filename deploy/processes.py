"""The children of a launcher: started in order, watched, and stopped in reverse, with a log file each.

Every child inherits a locked file that also holds its process id. So a later launcher knows, without guessing from
process lists, whether a child of a launcher that was killed is still about, and ends that one and no other.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from deploy.places import CHECKOUT, Home
from deploy.trouble import Trouble

Result = TypeVar("Result")

GRACE = 20.0  # seconds a process has to finish its requests; its server gives them fifteen
READY_WITHIN = 60.0
LAST_LINES = 12


@dataclass
class Child:
    name: str
    log: Path
    process: asyncio.subprocess.Process

    def last_words(self) -> str:
        return last_lines(self.log)

    def died(self) -> Trouble:
        return Trouble(
            f"{self.name} stopped by itself (exit code {self.process.returncode}). "
            f"The end of its log, {self.log}:\n{self.last_words()}"
        )


def last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-LAST_LINES:])


class Processes:
    """`async with Processes(home) as processes`: whatever was started is stopped on the way out."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._children: list[Child] = []
        home.logs.mkdir(exist_ok=True)

    async def __aenter__(self) -> "Processes":
        return self

    async def __aexit__(self, *_: object) -> None:
        for child in reversed(self._children):
            await _stop(child.process)

    async def run(self, name: str, words: Sequence[str], settings: Mapping[str, str]) -> None:
        """To its end. Errors: `Trouble` with the last lines of its log when it fails."""
        log = self._home.logs / f"{name}.log"
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *_python(words), cwd=CHECKOUT, env=_environment(settings),
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        try:
            code = await process.wait()
        finally:
            await _stop(process)
        if code != 0:
            raise Trouble(f"{name} failed (exit code {code}). The end of its log, {log}:\n{last_lines(log)}")

    async def start(self, name: str, words: Sequence[str], settings: Mapping[str, str]) -> None:
        log = self._home.logs / f"{name}.log"
        with log.open("ab") as output, _lock(self._home, name).open("a+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            process = await asyncio.create_subprocess_exec(
                *_python(words), cwd=CHECKOUT, env=_environment(settings), pass_fds=(lock.fileno(),),
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
            lock.truncate(0)
            lock.write(str(process.pid))
        self._children.append(Child(name, log, process))

    async def ready(self, url: str) -> None:
        """When `url` answers 200. Errors: `Trouble` after a minute."""
        end, said = time.monotonic() + READY_WITHIN, "no answer"
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            while time.monotonic() < end:
                try:
                    answer = await client.get(url)
                    if answer.status_code == httpx.codes.OK:
                        return
                    said = f"{answer.status_code} {answer.text[:200]}"
                except httpx.HTTPError as error:
                    said = str(error)
                await asyncio.sleep(0.05)
        raise Trouble(f"{url} was not ready after {READY_WITHIN:.0f} seconds ({said}); see {self._home.logs}.")

    async def first_death(self) -> Trouble:
        """Returns when a child has ended by itself, with what there is to say about it."""
        waiting = {asyncio.create_task(child.process.wait()): child for child in self._children}
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            return waiting[done.pop()].died()
        finally:
            for task in waiting:
                task.cancel()

    async def while_alive(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The work's result. Errors: the `Trouble` of a child that dies before it is done."""
        task, death = asyncio.create_task(work), asyncio.create_task(self.first_death())
        try:
            await asyncio.wait((task, death), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise death.result()
        finally:
            task.cancel()
            death.cancel()
            await asyncio.gather(task, death, return_exceptions=True)


def end_left_behind(home: Home, names: Sequence[str]) -> list[str]:
    """End the children of a launcher that was killed; the names of those that were still running."""
    return [name for name in reversed(names) if _end_left_behind(_lock(home, name), name)]


def _end_left_behind(file: Path, name: str) -> bool:
    with file.open("a+") as lock:
        if _free(lock.fileno()):
            return False
        lock.seek(0)
        left = lock.read()
        if not left.isdigit():
            raise Trouble(f"Another launcher is starting {name} at this moment: try again in a few seconds.")
        for sign, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(left), sign)
            end = time.monotonic() + patience
            while time.monotonic() < end:
                if _free(lock.fileno()):
                    return True
                time.sleep(0.05)
    raise Trouble(f"{name}, process {left}, is left from an earlier start and does not end: end it by hand.")


def _lock(home: Home, name: str) -> Path:
    home.locks.mkdir(exist_ok=True)
    return home.locks / f"{name}.pid"


def _python(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", *words]


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Ours, without the administrator's login, which is no service's business."""
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | dict(settings)


def _free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _stop(process: asyncio.subprocess.Process) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(sign)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), GRACE)
