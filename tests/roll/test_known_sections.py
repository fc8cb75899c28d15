"""What a process knows of a section spares it to ask, and is never believed: a roll is recorded by what is so."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import asyncpg
import pytest

from deploy.issuer import Issuer
from services.roll.app import create
from services.roll.roll_desk import RollDesk
from services.roll.settings import RollSettings
from services.roll.take_roll import take
from shared.plumbing.circumstances import Asking
from shared.plumbing.database import Database as Storage
from shared.plumbing.tokens import Principal
from shared.schema.roll import RollSubmission
from tests.postgres import Database
from tests.roll.lincoln_high import TUESDAY, WEDNESDAY, LincolnHigh, a_roll
from tests.roll.telling import tell, the
from tests.running import running

BEFORE, NOW = (f"/v1/sections/algebra-1/rolls/{TUESDAY}/{period}" for period in ("01", "02"))
NO_BELL: dict[str, Any] = {
    "bell_schedule_id": "short",
    "period_id": "01",
    "begins_at": "08:00:00",
    "ends_at": "08:30:00",
}
CHANGES: dict[str, tuple[str, dict[str, Any], str]] = {
    "a student left": ("section-enrollments", the("section-enrollments", 1, ends_before=TUESDAY), "not-on-the-roll"),
    "she no longer teaches it": ("section-teachers", the("section-teachers", ends_before=TUESDAY), "not-your-section"),
    "it meets on other weekdays": ("sections", the("sections", period_ids=["01", "02"], weekdays=[1]),
                                   "section-does-not-meet"),
    "the school is closed": ("calendar-days", the("calendar-days", instructional=False), "not-a-school-day"),
    "the day has other bells": ("calendar-days", the("calendar-days", bell_schedule_id="short"),
                                "section-does-not-meet"),
    "a code is for the office now": ("attendance-codes", the("attendance-codes", 1, office_only=True),
                                     "code-of-the-office"),
}  # fmt: skip


@pytest.fixture
async def known(lincoln: LincolnHigh) -> LincolnHigh:
    """Lincoln High, of whose Algebra I the process has just learned all that the next roll needs."""
    await tell(lincoln, "sections", the("sections", period_ids=["01", "02"]))
    await tell(lincoln, "bell-periods", the("bell-periods", **NO_BELL))
    assert (await lincoln.ruiz("PUT", BEFORE, json=a_roll("ben"))).status_code == 201
    return lincoln


@pytest.mark.parametrize(("collection", "row", "refusal"), CHANGES.values(), ids=CHANGES)
async def test_what_has_changed_since_it_was_read_is_refused(
    known: LincolnHigh, collection: str, row: dict[str, Any], refusal: str
) -> None:
    await tell(known, collection, row)
    answer = await known.ruiz("PUT", NOW, json=a_roll("ben"))

    assert answer.json().get("type") == f"/problems/{refusal}", answer.text


async def test_whoever_came_into_the_section_is_on_its_next_roll(known: LincolnHigh) -> None:
    await tell(known, "students", {"student_id": "dee"})
    await tell(known, "section-enrollments", the("section-enrollments", student_id="dee"))
    assert (await known.ruiz("PUT", NOW, json=a_roll("dee"))).status_code == 201

    sheet = (await known.ruiz("GET", NOW.replace("rolls", "sheets"))).json()
    assert {each["student_id"]: each["code"] for each in sheet["students"]} == {
        "ana": "P", "ben": "P", "cho": "P", "dee": "A",
    }  # fmt: skip


async def test_a_substitute_who_came_since_takes_the_roll(known: LincolnHigh) -> None:
    before = await known.ask("teacher", "PUT", NOW, subject="t-kent", json=a_roll())
    await tell(known, "section-teachers", the("section-teachers", staff_id="t-kent", begins_on=TUESDAY))
    after = await known.ask("teacher", "PUT", NOW, subject="t-kent", json=a_roll())

    assert [before.status_code, after.status_code] == [403, 201]


async def test_a_day_that_was_locked_since_is_locked(known: LincolnHigh) -> None:
    statement = {"school_id": "lincoln", "statement_id": "st-1", "begins_on": TUESDAY, "ends_before": WEDNESDAY}
    assert (await known.ask("district_office", "POST", "/v1/locks", json=statement)).status_code == 201

    assert (await known.ruiz("PUT", NOW, json=a_roll())).json()["type"] == "/problems/period-locked"


@asynccontextmanager
async def overheard(settings: RollSettings) -> AsyncIterator[tuple[Storage, RollDesk, list[str]]]:
    """A desk, and the statements that it sends."""
    said: list[str] = []

    async def listen(connection: Any) -> None:
        connection.add_query_logger(lambda query: said.append(query.query))

    storage = Storage(settings.database_url, "rollbook-overheard", connections=1)
    async with (
        asyncpg.create_pool(settings.database_url, min_size=1, max_size=2, init=listen) as pool,
        RollDesk.opened(pool) as desk,
    ):
        yield storage, desk, said
    await storage.close()


async def test_the_next_roll_of_a_section_is_one_statement(known: LincolnHigh, roll_settings: RollSettings) -> None:
    ruiz = Asking(Principal("t-ruiz", "teacher", (known.district_id,), None, 2e9), known.district_id, datetime.now(UTC))
    on = date.fromisoformat(WEDNESDAY)

    async with overheard(roll_settings) as (storage, desk, said):
        for period in ("01", "02"):
            submission = RollSubmission.model_validate_json(json.dumps(a_roll("cho")))
            receipt, replayed = await take(storage, desk, ruiz, "algebra-1", on, period, submission)
            assert (receipt.version, replayed) == (1, False)

    ours = [query for query in said if " roll." in query]  # the others ask for the types of what we send, once
    assert ["section_facts" in query for query in ours] == [True, False, False]
    assert "take_rolls" in ours[1] == ours[2]


STAMPED = {
    "section": "UPDATE roll.section SET title = 'Otherwise'",
    "section_teacher": "UPDATE roll.section_teacher SET substitute = NOT substitute",
    "section_enrollment": "UPDATE roll.section_enrollment SET ends_before = '2026-06-01'",
    "no enrollment": "DELETE FROM roll.section_enrollment",
    "another enrollment": "INSERT INTO roll.section_enrollment (district_id, school_id, section_id, student_id, "
    "begins_on) SELECT district_id, school_id, section_id, student_id, '2026-01-05' FROM roll.section_enrollment",
    "an enrollment of elsewhere": "UPDATE roll.section_enrollment SET section_id = 'empty-1'",
    "school": "UPDATE roll.school SET time_zone = 'America/Denver'",
    "calendar_day": "UPDATE roll.calendar_day SET instructional = NOT instructional",
    "bell_period": "UPDATE roll.bell_period SET begins_at = '07:00'",
    "attendance_code": "UPDATE roll.attendance_code SET office_only = true",
}
SCOPE = {"school": "school.lincoln", "calendar_day": "school.lincoln", "bell_period": "school.lincoln",
         "attendance_code": "codes"}  # fmt: skip


@pytest.mark.parametrize(("what", "statement"), STAMPED.items(), ids=STAMPED)
async def test_whoever_changes_what_a_roll_must_know_gives_it_another_stamp(
    lincoln: LincolnHigh, roll_database: Database, what: str, statement: str
) -> None:
    connection = await asyncpg.connect(roll_database.owner("roll"))
    stamp = "SELECT stamp FROM roll.roster_stamp WHERE scope = $1"
    async with connection.transaction():
        await connection.execute("SELECT set_config('app.district_id', $1, true)", lincoln.district_id)
        before = await connection.fetchval(stamp, SCOPE.get(what, "section.algebra-1"))
        await connection.execute(statement)
        after = await connection.fetchval(stamp, SCOPE.get(what, "section.algebra-1"))
    await connection.close()

    assert None is not before != after


PLACES = [f"/v1/sections/algebra-1/rolls/{on}/{period}" for on, period in
          product((TUESDAY, WEDNESDAY, "2026-03-13"), [f"{number:02}" for number in range(1, 13)])]  # fmt: skip


async def test_every_roll_has_the_roster_that_its_stream_says_while_the_roster_changes(
    lincoln: LincolnHigh, roll_settings: RollSettings, issuer: Issuer
) -> None:
    """Two processes, neither of which is told what the other has done, and a student who comes and goes."""
    days = [the("calendar-days", number, bell_schedule_id=None) for number in (0, 1, 3)]
    await tell(lincoln, "sections", the("sections", period_ids=[f"{number:02}" for number in range(1, 13)]))
    await tell(lincoln, "calendar-days", *days)
    places, busy = iter(PLACES), True

    async def a_teacher(school: LincolnHigh) -> None:
        for place in places:
            roll = a_roll()
            while (answer := await school.ruiz("PUT", place, json=roll)).status_code == 503:
                pass
            assert answer.status_code == 201, answer.text

    async def the_office() -> None:
        while busy:
            for ends in (TUESDAY, None):
                await tell(lincoln, "section-enrollments", the("section-enrollments", 1, ends_before=ends))

    async with running(create(roll_settings)) as url, LincolnHigh.opened(url, issuer) as there:
        there.district_id = lincoln.district_id
        changing = asyncio.create_task(the_office())
        await asyncio.gather(*(a_teacher(school) for school in (lincoln, there) * 3))
        busy = False
        await changing

    stream = (await lincoln.ask("auditor", "GET", "/v1/streams/school.lincoln/entries?limit=1000")).json()["entries"]
    enrolled, rosters, rolls = {"ana", "ben", "cho"}, {}, []
    for entry in (json.loads(each["body"]) for each in stream):
        match entry["kind"], entry.get("collection"):
            case "roster_changed", "section_enrollments":
                for row in entry["rows"]:
                    (enrolled.discard if "ends_before" in row else enrolled.add)(row["student_id"])
            case "roster_fixed", _:
                rosters[entry["roster"]] = set(entry["students"])
            case "roll_taken", _:
                assert rosters[entry["roster"]] == enrolled, entry
                rolls.append(entry)
    assert len(rolls) == len(PLACES)
    assert len({entry["roster"] for entry in rolls}) > 1, "the roster changed while rolls were taken"
    proof = await lincoln.ask("auditor", "GET", "/v1/streams/school.lincoln/verification/whole")
    assert json.loads(proof.text.splitlines()[-1])["fault"] is None, proof.text
