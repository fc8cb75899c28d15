"""Devices that come back online: what they send is merged, and nobody overwrites what she had not seen."""

import asyncio
import json

import asyncpg
import pytest

from tests.postgres import Database
from tests.roll.lincoln_high import ROLL, TUESDAY, LincolnHigh, a_nurse_pass
from tests.roll.offline import conflicts, kent_substitutes, kept, marks, queued, sheet, sync
from tests.roll.tampering import STREAM, as_administrator
from tests.roll.telling import tell, the

TRAIL = f"{ROLL}/students/ben/trail"


@pytest.fixture
async def lincoln(lincoln: LincolnHigh) -> LincolnHigh:
    await kent_substitutes(lincoln)
    return lincoln


async def test_two_devices_that_agree_are_merged_silently_and_each_has_a_receipt(lincoln: LincolnHigh) -> None:
    (first,), (second,) = await kept(lincoln, queued("PAP")), await kept(lincoln, queued("PAP"), by="t-kent")

    assert (first["version"], second["version"]) == (1, 2)
    assert first["sequence"] < second["sequence"]
    assert conflicts(await sheet(lincoln)) == {}


async def test_two_devices_that_differ_are_a_conflict_that_the_answer_and_the_sheet_show(lincoln: LincolnHigh) -> None:
    await kept(lincoln, queued("PPP"), by="t-kent")

    (item,) = await sync(lincoln, queued("PAP"))

    assert item["status"] == 201
    assert conflicts(item) == {"ben": [("A", "t-ruiz", "teacher"), ("P", "t-kent", "substitute")]}
    said = await sheet(lincoln)
    assert (marks(said), conflicts(said)) == ("PAP", conflicts(item))
    assert said["conflicts"][0]["stands"] == "A"


@pytest.mark.parametrize("first", ["t-ruiz", "t-kent"])
async def test_what_stands_is_the_same_whoever_is_online_first(lincoln: LincolnHigh, first: str) -> None:
    devices = {"t-ruiz": queued("PPA"), "t-kent": queued("PAP")}

    for by in sorted(devices, reverse=first == "t-ruiz"):
        await kept(lincoln, devices[by], by=by)

    assert marks(await sheet(lincoln)) == "PPA"
    assert set(conflicts(await sheet(lincoln))) == {"ben", "cho"}


async def test_devices_that_are_online_in_the_same_moment_lose_nothing(lincoln: LincolnHigh) -> None:
    rolls = [queued(said) for said in ("PPP", "APP", "PAP", "PPA")]

    receipts = await asyncio.gather(*(kept(lincoln, roll) for roll in rolls))

    assert sorted(receipt["version"] for (receipt,) in receipts) == [1, 2, 3, 4]
    assert marks(await sheet(lincoln)) == "AAA"


async def test_the_example_of_decision_51(lincoln: LincolnHigh) -> None:
    phone = queued("PAP")
    correction = queued("PPT", follows=phone)
    confirmed = a_nurse_pass("cho") | {"code": "T", "reason": "Came with a tardy slip", "document": "tardy slip 12"}
    stood = []
    for roll, by in ((queued("PPP"), "t-kent"), (phone, "t-ruiz"), (correction, "t-ruiz")):
        await kept(lincoln, roll, by=by)
        stood.append((marks(await sheet(lincoln)), set(conflicts(await sheet(lincoln)))))
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=confirmed)

    assert stood == [("PPP", set()), ("PAP", {"ben"}), ("PPT", {"cho"})]
    assert (marks(await sheet(lincoln)), conflicts(await sheet(lincoln))) == ("PPT", {})


async def test_online_a_stale_version_is_refused_as_ever(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")

    assert (await lincoln.take_roll("ana")).status_code == 412


async def test_a_version_that_nobody_can_have_seen_is_refused(lincoln: LincolnHigh) -> None:
    (item,) = await sync(lincoln, queued("PPP", base=3))
    assert item["problem"] == "/problems/roll-changed"

    await lincoln.take_roll("ben")
    (item,) = await sync(lincoln, queued("PPP", base=3))
    assert item["problem"] == "/problems/roll-changed"


async def test_a_correction_may_arrive_before_what_it_corrects(lincoln: LincolnHigh) -> None:
    wrong = queued("PAP")
    right = queued("PPA", follows=wrong)

    await kept(lincoln, right)
    before = await sheet(lincoln)
    (late,) = await sync(lincoln, wrong)

    assert late["status"] == 201
    assert late["receipt"]["version"] == 2
    after = await sheet(lincoln)
    assert (marks(after), conflicts(after)) == (marks(before), {})
    steps = (await lincoln.ask("auditor", "GET", TRAIL)).json()["steps"]
    assert [(step["code"], step["stands"], step["sequence"]) for step in steps] == [
        ("P", None, steps[0]["sequence"]),
        ("A", "P", late["receipt"]["sequence"]),
    ]


async def test_a_batch_with_a_roll_and_its_correction_may_be_sent_again_in_any_order(lincoln: LincolnHigh) -> None:
    wrong = queued("PAP")
    right = queued("PPP", follows=wrong)

    first = await kept(lincoln, right, wrong)
    again = await sync(lincoln, wrong, right)

    assert [item["status"] for item in again] == [200, 200]
    assert [item["receipt"] for item in again] == first[::-1]
    assert marks(await sheet(lincoln)) == "PPP"


async def test_a_retry_of_a_merged_roll_has_its_first_receipt_and_another_body_is_refused(lincoln: LincolnHigh) -> None:
    roll = queued("PAP")
    await kept(lincoln, queued("PPP"), by="t-kent")
    (first,) = await kept(lincoln, roll)
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))

    (again,) = await sync(lincoln, roll)
    (other,) = await sync(lincoln, roll | {"base_version": 1})

    assert (again["status"], again["receipt"], again["conflicts"]) == (200, first, [])
    assert other["problem"] == "/problems/write-id-reused"


async def test_a_batch_shows_no_conflict_of_a_section_that_is_not_hers_any_more(lincoln: LincolnHigh) -> None:
    of_kent = queued("PPP")
    await kept(lincoln, of_kent, by="t-kent")
    await kept(lincoln, queued("PAP"))
    no_longer = the("section-teachers", staff_id="t-kent", begins_on=TUESDAY, ends_before=TUESDAY, substitute=True)
    await tell(lincoln, "section-teachers", no_longer)

    replayed, refused = await sync(lincoln, of_kent, queued("PPP"), by="t-kent")

    assert (replayed["status"], replayed["conflicts"]) == (200, [])
    assert (refused["status"], refused["conflicts"]) == (403, [])


async def test_the_office_resolves_a_conflict_by_adjusting_the_mark(lincoln: LincolnHigh) -> None:
    await kept(lincoln, queued("AAP"))
    await kept(lincoln, queued("PPP"), by="t-kent")

    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))

    assert set(conflicts(await sheet(lincoln))) == {"ana"}


async def test_the_office_may_confirm_the_mark_that_stands(lincoln: LincolnHigh) -> None:
    await kept(lincoln, queued("PAP"))
    await kept(lincoln, queued("PPP"), by="t-kent")
    confirmed = a_nurse_pass("ben") | {"code": "A", "reason": "The substitute had not seen that he was gone"}

    first = await lincoln.clerk("POST", f"{ROLL}/adjustments", json=confirmed)
    again = await lincoln.clerk("POST", f"{ROLL}/adjustments", json=confirmed | a_nurse_pass() | {"code": "A"})

    assert (first.status_code, again.status_code) == (201, 409)
    assert (marks(await sheet(lincoln)), conflicts(await sheet(lincoln))) == ("PAP", {})


async def test_the_teacher_resolves_a_conflict_by_amending_what_she_has_seen(lincoln: LincolnHigh) -> None:
    await kept(lincoln, queued("PAP"))
    await kept(lincoln, queued("PPP"), by="t-kent")

    amended = await lincoln.take_roll("ben", base_version=2)

    assert amended.status_code == 201
    assert (marks(await sheet(lincoln)), conflicts(await sheet(lincoln))) == ("PAP", {})


async def test_what_the_office_has_adjusted_goes_on_standing_and_is_no_conflict(lincoln: LincolnHigh) -> None:
    await kept(lincoln, queued("PAP"))
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))

    (item,) = await sync(lincoln, queued("PPP"), by="t-kent")

    said = await sheet(lincoln)
    assert (item["status"], conflicts(item)) == (201, {})
    assert (marks(said), marks(said, "teacher_code")) == ("PSP", "PAP")


async def test_a_paper_roll_of_the_office_goes_before_the_teachers_and_both_are_kept(lincoln: LincolnHigh) -> None:
    await kept(lincoln, queued("PAP"))

    (item,) = await sync(lincoln, queued("PPP"), by="c-ito")
    (amending,) = await sync(lincoln, queued("PPP", base=1), by="c-ito")

    assert conflicts(item) == {"ben": [("P", "c-ito", "office"), ("A", "t-ruiz", "teacher")]}
    assert amending["problem"] == "/problems/office-adjusts"


async def test_a_time_of_arrival_is_merged_with_its_mark(lincoln: LincolnHigh, roll_database: Database) -> None:
    tardy = queued("PTP")
    tardy["marks"][1] |= {"arrived_at": "09:05:00"}
    await kept(lincoln, queued("PPP"), by="t-kent")

    await kept(lincoln, tardy)

    async with as_administrator(roll_database) as connection:
        times = await connection.fetchval("SELECT times FROM roll.roll WHERE district_id = $1", lincoln.district_id)
    assert json.loads(times) == {"ben": {"arrived_at": "09:05:00"}}


async def test_merged_rolls_stand_as_their_entries_say(lincoln: LincolnHigh, roll_database: Database) -> None:
    tardy = queued("AAT")
    tardy["marks"][2] |= {"arrived_at": "09:05:00"}
    await kept(lincoln, tardy)
    await kept(lincoln, queued("PPP"), by="t-kent")
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))
    path = f"/v1/streams/{STREAM}/verification"
    whole = (await lincoln.ask("auditor", "GET", path)).json()

    async with as_administrator(roll_database) as connection:
        await connection.execute("DELETE FROM roll.roll_conflict WHERE district_id = $1", lincoln.district_id)
    robbed = (await lincoln.ask("auditor", "GET", path)).json()

    assert (whole["fault"], whole["standing"]) == (None, "as the entries say")
    assert robbed["standing"] == "otherwise"


async def test_no_conflict_is_ever_changed_or_forgotten(roll_database: Database) -> None:
    connection = await asyncpg.connect(roll_database.app("roll"))
    for statement in ("UPDATE roll.roll_conflict SET claims = '[]'", "DELETE FROM roll.roll_conflict"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


async def test_an_ordinary_roll_says_no_more_than_before_there_were_merges(
    lincoln: LincolnHigh, roll_database: Database
) -> None:
    await lincoln.take_roll("ben")
    await lincoln.take_roll("ana", base_version=1)

    async with as_administrator(roll_database) as connection:
        bodies = await connection.fetch(
            "SELECT body FROM roll.entry WHERE district_id = $1 AND write_id IS NOT NULL", lincoln.district_id
        )
    assert [set(json.loads(row["body"])) for row in bodies] == 2 * [{
        "at", "by", "role", "kind", "section_id", "on", "period_id", "version", "roster", "codes", "marks",
    }]  # fmt: skip
