"""Whatever two or three devices and an office say of one roll, and however it is delivered, it stands the same.

Over HTTP and on a real PostgreSQL; test_merging.py tries many more, of the pure part.
"""

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.roll.lincoln_high import TUESDAY, LincolnHigh, a_nurse_pass
from tests.roll.offline import STUDENTS, conflicts, kent_substitutes, kept, marks, queued, sheet
from tests.roll.tampering import STREAM
from tests.roll.telling import tell, the


@dataclass
class Round:
    """What is sent, in any order, by devices that had last looked before it; then the office may adjust a mark.

    A roll is the author, the looks that its device had had, what it says, and which roll of its round it corrects.
    """

    rolls: list[tuple[str, int, str, int | None]] = field(default_factory=list)
    adjusts: str | None = None


@st.composite
def histories(draw: st.DrawFn) -> list[Round]:
    rounds = []
    for looks in range(draw(st.integers(1, 3))):
        now = Round(adjusts=draw(st.none() | st.sampled_from(STUDENTS)))
        for number in range(draw(st.integers(1, 3))):
            by, base = draw(st.sampled_from(("t-ruiz", "t-kent"))), draw(st.integers(0, looks))
            earlier = [i for i in range(number) if now.rolls[i][:2] == (by, base)]
            said = "".join(draw(st.lists(st.sampled_from("PAT"), min_size=3, max_size=3)))
            now.rolls.append((by, base, said, draw(st.none() | st.sampled_from(earlier)) if earlier else None))
        if looks == 0 and draw(st.booleans()):
            now.rolls.append(("c-ito", 0, "PPA", None))
        rounds.append(now)
    return rounds


async def deliver(lincoln: LincolnHigh, section: str, history: list[Round], chance: Random) -> dict[str, Any]:
    """In some order, with some of it sent again; how the roll stands then."""
    place = {"section_id": section, "on": TUESDAY, "period_id": "02"}
    seen, adjusted = [0], set()
    receipts: list[dict[str, Any]] = []
    for now in history:
        rolls: list[dict[str, Any]] = []
        for _, base, said, follows in now.rolls:
            corrected = None if follows is None else rolls[follows]
            rolls.append(queued(said, base=seen[base], follows=corrected, section_id=section))
        first: dict[int, Any] = {}
        for number in [*chance.sample(range(len(rolls)), len(rolls)), chance.randrange(len(rolls))]:
            (receipt,) = await kept(lincoln, rolls[number], by=now.rolls[number][0])
            assert first.setdefault(number, receipt) == receipt, "a retry has the first receipt"
        receipts += first.values()
        if now.adjusts and now.adjusts not in adjusted:
            adjusted.add(now.adjusts)
            path = f"/v1/sections/{section}/rolls/{TUESDAY}/02/adjustments"
            assert (await lincoln.clerk("POST", path, json=a_nurse_pass(now.adjusts))).status_code == 201
        seen.append((await sheet(lincoln, **place))["version"])
    for student in STUDENTS:
        path = f"/v1/sections/{section}/rolls/{TUESDAY}/02/students/{student}/trail"
        steps = (await lincoln.ask("auditor", "GET", path)).json()["steps"]
        assert {receipt["sequence"] for receipt in receipts} <= {step["sequence"] for step in steps}, "nothing is lost"
    stands = await sheet(lincoln, **place)
    return {"stands": marks(stands), "teacher_said": marks(stands, "teacher_code"), "conflicts": conflicts(stands)}


async def test_any_delivery_of_any_rolls_stands_the_same(lincoln: LincolnHigh) -> None:
    await kent_substitutes(lincoln)
    loop, tried = asyncio.get_running_loop(), iter(range(1000))

    async def in_two_orders(history: list[Round], chance: Random) -> None:
        stands = []
        for _ in range(2):
            section = f"algebra-{next(tried)}-again"
            await tell(lincoln, "sections", the("sections", section_id=section))
            for teacher in ("t-ruiz", "t-kent"):
                row = the("section-teachers", section_id=section, staff_id=teacher, substitute=teacher == "t-kent")
                await tell(lincoln, "section-teachers", row)
            enrolled = (the("section-enrollments", number, section_id=section) for number in range(3))
            await tell(lincoln, "section-enrollments", *enrolled)
            stands.append(await deliver(lincoln, section, history, chance))
        assert stands[0] == stands[1]

    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(histories(), st.randoms(use_true_random=False))
    def any_history(history: list[Round], chance: Random) -> None:
        asyncio.run_coroutine_threadsafe(in_two_orders(history, chance), loop).result(120)

    await asyncio.to_thread(any_history)  # the service runs in this thread's loop
    verified = (await lincoln.ask("auditor", "GET", f"/v1/streams/{STREAM}/verification?limit=20000")).json()
    assert (verified["fault"], verified["standing"]) == (None, "as the entries say")
