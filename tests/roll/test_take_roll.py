"""Taking roll, as a teacher and her device would say it."""

import asyncio

import asyncpg

from tests.postgres import Database
from tests.roll.lincoln_high import CLOSED_THURSDAY, ROLL, SATURDAY, TUESDAY, LincolnHigh, a_nurse_pass, a_roll


async def test_a_teacher_reads_her_day_and_the_sheet_to_fill(lincoln: LincolnHigh) -> None:
    day = (await lincoln.ruiz("GET", f"/v1/me/sections?on={TUESDAY}")).json()
    assert [(roll["section_id"], roll["period_id"], roll["students"], roll["taken"]) for roll in day["rolls"]] == [
        ("algebra-1", "02", 3, False)
    ]

    sheet = (await lincoln.ruiz("GET", f"/v1/sections/algebra-1/sheets/{TUESDAY}/02")).json()
    assert [(student["student_id"], student["family_name"], student["code"]) for student in sheet["students"]] == [
        ("ana", "Alvarez", None),
        ("cho", "Null", None),
        ("ben", "O'Brien", None),
    ]


async def test_a_roll_is_answered_with_a_receipt(lincoln: LincolnHigh) -> None:
    taken = await lincoln.take_roll("ben")

    assert taken.status_code == 201, taken.text
    receipt = taken.json()
    assert receipt["stream"] == "school.lincoln"
    assert receipt["version"] == 1
    assert len(receipt["hash"]) == 64
    sheet = (await lincoln.ruiz("GET", f"/v1/sections/algebra-1/sheets/{TUESDAY}/02")).json()
    assert {student["student_id"]: student["code"] for student in sheet["students"]} == {
        "ana": "P", "ben": "A", "cho": "P",
    }  # fmt: skip


async def test_the_same_submission_again_has_the_same_receipt(lincoln: LincolnHigh) -> None:
    roll = a_roll("ben")
    first, again = [await lincoln.ruiz("PUT", ROLL, json=roll) for _ in range(2)]

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.json() == again.json()


async def test_ten_retries_in_flight_at_once_are_one_roll(lincoln: LincolnHigh) -> None:
    roll = a_roll("ben")
    answers = await asyncio.gather(*(lincoln.ruiz("PUT", ROLL, json=roll) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len({answer.text for answer in answers}) == 1


async def test_another_body_under_the_same_submission_is_refused(lincoln: LincolnHigh) -> None:
    roll = a_roll("ben")
    await lincoln.ruiz("PUT", ROLL, json=roll)

    other = await lincoln.ruiz("PUT", ROLL, json=roll | {"marks": []})

    assert other.status_code == 422
    assert other.json()["type"] == "/problems/write-id-reused"


async def test_the_same_submission_for_another_day_is_refused(lincoln: LincolnHigh) -> None:
    roll = a_roll("ben")
    await lincoln.ruiz("PUT", ROLL, json=roll)

    other = await lincoln.ruiz("PUT", ROLL.replace(TUESDAY, "2026-03-11"), json=roll)

    assert other.json()["type"] == "/problems/write-id-reused"


async def test_a_roll_of_a_section_that_is_not_hers_is_refused(lincoln: LincolnHigh) -> None:
    kent = await lincoln.ask("teacher", "PUT", ROLL, subject="t-kent", json=a_roll())

    assert kent.status_code == 403
    assert kent.headers["content-type"] == "application/problem+json"
    assert kent.json()["type"] == "/problems/not-your-section"


async def test_a_substitute_for_the_day_may_take_the_roll_that_day_only(lincoln: LincolnHigh) -> None:
    substitute = {
        "school_id": "lincoln", "section_id": "algebra-1", "staff_id": "t-kent",
        "begins_on": TUESDAY, "ends_before": "2026-03-11", "substitute": True,
    }  # fmt: skip
    await lincoln.ask("sis_client", "POST", "/v1/section-teachers", json={"rows": [substitute]})

    that_day = await lincoln.ask("teacher", "PUT", ROLL, subject="t-kent", json=a_roll())
    next_day = await lincoln.ask("teacher", "PUT", ROLL.replace(TUESDAY, "2026-03-11"), subject="t-kent", json=a_roll())

    assert (that_day.status_code, next_day.status_code) == (201, 403)


async def test_a_second_take_is_refused_unless_it_says_which_version_it_amends(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")

    unaware = await lincoln.take_roll("ana")
    aware = await lincoln.take_roll("ana", base_version=1)

    assert unaware.status_code == 412
    assert "version 1" in unaware.json()["detail"]
    assert aware.json()["version"] == 2


async def test_of_two_amendments_of_one_version_exactly_one_succeeds(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll()

    answers = await asyncio.gather(*(lincoln.take_roll(absent, base_version=1) for absent in ("ana", "ben")))

    assert sorted(answer.status_code for answer in answers) == [201, 412]


async def test_silence_is_not_presence(lincoln: LincolnHigh) -> None:
    partial = a_roll("ben")
    del partial["everyone_else"]

    answer = await lincoln.ruiz("PUT", ROLL, json=partial)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("2 students have no mark")


async def test_a_student_who_is_not_on_the_roster_is_refused_where_she_stands(lincoln: LincolnHigh) -> None:
    answer = await lincoln.take_roll("ana", "zoe")

    assert answer.json()["type"] == "/problems/not-on-the-roll"
    assert answer.json()["errors"][0]["pointer"] == "/marks/1/student_id"
    assert "zoe" not in answer.text


async def test_a_code_for_the_office_is_refused_from_a_teacher(lincoln: LincolnHigh) -> None:
    roll = a_roll() | {"marks": [{"student_id": "ben", "code": "S"}]}

    assert (await lincoln.ruiz("PUT", ROLL, json=roll)).json()["type"] == "/problems/code-of-the-office"


async def test_an_unknown_code_is_refused_and_never_guessed(lincoln: LincolnHigh) -> None:
    answer = await lincoln.take_roll(everyone_else="X")

    assert answer.json()["type"] == "/problems/unknown-code"


async def test_no_roll_on_a_holiday_a_weekend_or_a_day_the_calendar_does_not_have(lincoln: LincolnHigh) -> None:
    for on in (CLOSED_THURSDAY, SATURDAY, "2026-03-16"):
        answer = await lincoln.ruiz("PUT", ROLL.replace(TUESDAY, on), json=a_roll())
        assert answer.json()["type"] == "/problems/not-a-school-day", on


async def test_no_roll_before_its_day(lincoln: LincolnHigh) -> None:
    assert (await lincoln.ruiz("PUT", ROLL.replace(TUESDAY, "2099-03-10"), json=a_roll())).json()[
        "type"
    ] == "/problems/not-yet"


CHO_LEFT_YESTERDAY = {
    "school_id": "lincoln",
    "section_id": "algebra-1",
    "student_id": "cho",
    "begins_on": "2025-08-18",
    "ends_before": TUESDAY,
}


async def test_a_student_who_left_yesterday_is_not_on_todays_sheet(lincoln: LincolnHigh) -> None:
    await lincoln.ask("sis_client", "POST", "/v1/section-enrollments", json={"rows": [CHO_LEFT_YESTERDAY]})

    sheet = (await lincoln.ruiz("GET", f"/v1/sections/algebra-1/sheets/{TUESDAY}/02")).json()

    assert {student["student_id"] for student in sheet["students"]} == {"ana", "ben"}


async def test_a_retry_is_answered_even_when_the_roster_has_changed_since(lincoln: LincolnHigh) -> None:
    roll = a_roll("cho")
    first = await lincoln.ruiz("PUT", ROLL, json=roll)
    await lincoln.ask("sis_client", "POST", "/v1/section-enrollments", json={"rows": [CHO_LEFT_YESTERDAY]})

    again = await lincoln.ruiz("PUT", ROLL, json=roll)
    new = await lincoln.take_roll("cho", base_version=1)

    assert again.json() == first.json()
    assert new.json()["type"] == "/problems/not-on-the-roll"


async def test_an_amendment_does_not_undo_what_the_office_adjusted(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben", "cho")
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))

    amended = await lincoln.take_roll("ben", base_version=2)

    assert amended.status_code == 201, amended.text
    sheet = (await lincoln.ruiz("GET", f"/v1/sections/algebra-1/sheets/{TUESDAY}/02")).json()
    assert {student["student_id"]: (student["code"], student["teacher_code"]) for student in sheet["students"]} == {
        "ana": ("P", "P"), "ben": ("S", "A"), "cho": ("P", "P"),
    }  # fmt: skip


async def test_a_batch_keeps_the_good_rolls_and_says_why_of_the_others(lincoln: LincolnHigh) -> None:
    place = {"section_id": "algebra-1", "on": TUESDAY, "period_id": "02"}
    good, closed, foreign = (
        a_roll("ben") | place,
        a_roll() | place | {"on": CLOSED_THURSDAY},
        a_roll() | place | {"section_id": "nowhere"},
    )
    batch = {"submissions": [good, closed, foreign]}

    first = (await lincoln.ruiz("POST", "/v1/roll-batches", json=batch)).json()["results"]
    again = (await lincoln.ruiz("POST", "/v1/roll-batches", json=batch)).json()["results"]

    assert [item["status"] for item in first] == [201, 422, 404]
    assert [item["status"] for item in again] == [200, 422, 404]
    assert first[0]["receipt"] == again[0]["receipt"]


async def test_a_long_write_in_one_school_keeps_only_that_school_waiting(
    lincoln: LincolnHigh, roll_url: str, roll_database: Database
) -> None:
    async with LincolnHigh.opened(roll_url, lincoln.issuer) as other:
        connection = await asyncpg.connect(roll_database.app("roll"))
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT set_config('app.district_id', $1, true)", lincoln.district_id)
        await connection.execute("SELECT roll.lock_stream($1, 'school.lincoln')", lincoln.district_id)

        held = asyncio.create_task(lincoln.take_roll("ben"))
        free = await asyncio.wait_for(other.take_roll("ben"), 1.5)
        assert free.status_code == 201
        assert not held.done()
        await transaction.rollback()
        await connection.close()

        assert (await held).status_code == 201


async def test_a_teacher_who_repeats_anothers_submission_is_refused_and_sees_no_receipt(lincoln: LincolnHigh) -> None:
    roll = a_roll("ben")
    await lincoln.ruiz("PUT", ROLL, json=roll)

    kent = await lincoln.ask("teacher", "PUT", ROLL, subject="t-kent", json=roll)

    assert kent.status_code == 403
    assert "hash" not in kent.text


async def test_the_office_takes_a_roll_that_came_on_paper_and_adjusts_one_that_was_taken(lincoln: LincolnHigh) -> None:
    on_paper = await lincoln.clerk("PUT", ROLL, json=a_roll("ben"))
    without_grounds = await lincoln.clerk("PUT", ROLL, json=a_roll() | {"base_version": 1})
    with_grounds = await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))

    assert on_paper.status_code == 201
    assert without_grounds.json()["type"] == "/problems/office-adjusts"
    assert with_grounds.status_code == 201
