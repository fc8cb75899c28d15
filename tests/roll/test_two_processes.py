"""Two roll processes behind one port, one of which is killed under load: the ledger is one, and whole."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import httpx

from deploy.issuer import Issuer
from services.roll.settings import RollSettings
from tests.roll.lincoln_high import LincolnHigh, a_roll
from tests.roll.test_killed import PLACES, roll_process, tell_of_sections
from tests.running import a_free_port

STREAM = "/v1/streams/school.lincoln"


def workers_of(process: asyncio.subprocess.Process) -> list[int]:
    """Those that serve: the process that started them keeps one more, which watches over shared memory."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


async def test_no_acknowledged_roll_is_lost_when_one_of_two_processes_is_killed(
    roll_settings: RollSettings, issuer: Issuer
) -> None:
    port = a_free_port()
    said = {place: a_roll("ben") for place in PLACES}
    receipts: dict[str, Any] = {}

    async with (
        roll_process(roll_settings, port, ROLL_WORKERS="2") as process,
        LincolnHigh.opened(f"http://127.0.0.1:{port}", issuer) as school,
    ):
        await tell_of_sections(school)
        first, _ = workers_of(process)
        places = iter(PLACES)

        async def a_teacher() -> None:
            """Each roll on a connection of its own, so that it may come to either; sent until it is answered."""
            for place in places:
                while place not in receipts:
                    try:
                        answer = await school.ruiz("PUT", place, json=said[place], headers={"Connection": "close"})
                    except httpx.TransportError:
                        continue
                    assert answer.status_code in (200, 201), answer.text
                    receipts[place] = answer.json()
                    if len(receipts) == len(PLACES) // 3:
                        os.kill(first, signal.SIGKILL)

        await asyncio.gather(*(a_teacher() for _ in range(12)))
        for place, submission in said.items():
            again = await school.ruiz("PUT", place, json=submission)
            assert (again.status_code, again.json()) == (200, receipts[place])
        entries = (await school.ask("auditor", "GET", f"{STREAM}/entries?limit=1000")).json()["entries"]
        proof = await school.ask("auditor", "GET", f"{STREAM}/verification/whole")

    taken = [entry["hash"] for entry in entries if json.loads(entry["body"])["kind"] == "roll_taken"]
    assert sorted(taken) == sorted(receipt["hash"] for receipt in receipts.values())
    assert json.loads(proof.text.splitlines()[-1])["fault"] is None, proof.text
