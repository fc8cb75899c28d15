"""`make demo` from outside: the main job from nothing, and again on what is there."""

import asyncio
import re
import sys
import time
from pathlib import Path

from deploy.places import CHECKOUT, Ports
from tests.deploy.conftest import environment
from tests.postgres import Cluster

WITHIN = 240.0  # seconds, on a machine that other tests share


async def demo(env: dict[str, str]) -> tuple[str, float]:
    """What was said, and how long it took."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy", "demo", cwd=CHECKOUT, env=env,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), WITHIN)
    assert process.returncode == 0, said.decode()
    return said.decode(), time.monotonic() - began


async def test_the_main_job_is_done_from_nothing_and_again_in_less_time(
    home: Path, ports: Ports, cluster: Cluster
) -> None:
    with cluster.database() as database:
        secrets = {name.upper(): secret for name, secret in database.secrets.items()}
        env = environment(home, ports, DATABASE_URL=database.admin, **secrets)
        first, seconds = await demo(env)
        again, fewer_seconds = await demo(env)

    assert re.search(r"[\d,]+ rolls of [\d,]+ students loaded", first)
    assert "200 replayed" in first
    assert re.search(r"The teacher adjusts: 403", first)
    [shown_after] = re.findall(r"Credit shows the adjustment ([\d.]+) s after it was sent", first)
    assert float(shown_after) < 10
    assert re.search(r"roll taken +│ A +│ teacher-", first)
    assert re.search(r"mark adjusted +│ S +│ clerk-", first)
    assert len(re.findall(r"\d → \d", first)) >= 2, "absent and eligible days change by the adjustment"
    assert first.count("│ selected ") == 4
    assert re.search(r"API 80[14] is not below 800", first)
    assert "counselor-001" in first
    assert len(re.findall(r"│ [1-5]\. \w+ +│ (yes|no|not known) ", first)) == 10, "two schools, five objectives each"
    assert "a review in each of 5 months" in first
    assert "no review in 2025-09" in first
    assert re.search(r"\d+ of \d+ +│ +\d+ of \d+ +│ +[+-][\d.]+ │", first), "this year against last"
    assert first.count("roll     http") == 0, "where to ask is said once, by the launcher"
    assert re.search(r"The district +│ +\d+\.\d\d +│", first), "percent absent by weekday"

    assert "Everything was loaded already" in again
    assert "in an earlier start" in again
    assert fewer_seconds < seconds
    assert _without_what_may_differ(again) == _without_what_may_differ(first)


def _without_what_may_differ(said: str) -> list[str]:
    """The program's part: what was selected is kept, and comes out the same."""
    return [line for line in said.splitlines() if "│" in line and ("selected" in line or "counselor-" in line)]
