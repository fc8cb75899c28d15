"""Texas's averages through two running services: named, with flexible attendance, waived days and year's figures."""

from typing import Any

import pytest

from tests.credit.cedar_high import MONDAY, ROWS, TUESDAY, WEDNESDAY, WEEK, CedarHigh
from tests.credit.giving import NUMBERED, UNIQUE, give, given, numbered


async def enroll(cedar: CedarHigh, student: str, **more: Any) -> None:
    row = next(row for row in ROWS["school-enrollments"] if row["student_id"] == student)
    await cedar.tell("school-enrollments", row | more)


async def year(cedar: CedarHigh, **params: Any) -> dict[str, Any]:
    await cedar.caught_up()
    answer = await cedar.ask("/v1/texas/ada", school_year=2026, school_id="cedar", **params)
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()["rows"]
    return dict(row)


def minutes(student: str, on: str, count: int) -> dict[str, Any]:
    return {"school_id": "cedar", "student_id": student, "on": on, "minutes": count}


async def test_minutes_of_flexible_attendance_become_days_and_join_the_ada(cedar: CedarHigh) -> None:
    """Eve earns 240 + 45 minutes; 44 on a day earn nothing. Ben, on code 8, earns minutes that no average has."""
    await enroll(cedar, "eve", ada_eligibility_code="7")
    await enroll(cedar, "ben", ada_eligibility_code="8")
    await cedar.take_every_roll(*WEEK)
    before = await year(cedar)
    await given(
        cedar, "flexible-minutes", minutes("eve", MONDAY, 240), minutes("eve", TUESDAY, 45),
        minutes("eve", WEDNESDAY, 44), minutes("ben", MONDAY, 300), minutes("ana", MONDAY, 100),
    )  # fmt: skip

    after = await year(cedar)

    (unknown,), (week,) = before["periods"], after["periods"]
    assert unknown["ada"]["published"] is None
    assert unknown["flexible"]["students_without_minutes"] == ["ben", "eve"]
    assert "no minutes are on record of 2 students" in before["missing"][0]
    assert before["aggregate_ada"]["published"] is None
    assert week["flexible"] == {
        "students": 2, "students_without_minutes": [], "eligible_minutes": 285, "ineligible_minutes": 300,
        "minutes_too_short": 44, "minutes_astray": 100,
    }  # fmt: skip
    # Ana, Cho and Dee: 15 days; Eve: 285/240 = 19/16 days; over five days taught.
    assert week["ada"]["exact"] == "259/80"
    assert (week["ada"]["published"], after["aggregate_ada"]["exact"]) == ("3.238", "259/80")
    assert week["totals"]["eligible_days"] == "15"
    assert (await cedar.week())["ada"] == "3.000"


async def test_no_minutes_at_all_on_record_is_unknown_and_zero_minutes_are_none(cedar: CedarHigh) -> None:
    await enroll(cedar, "eve", ada_eligibility_code="7")
    await cedar.take_every_roll(*WEEK)
    assert (await year(cedar))["periods"][0]["ada"]["published"] is None
    await given(cedar, "flexible-minutes", minutes("eve", MONDAY, 0))

    assert (await year(cedar))["periods"][0]["ada"]["published"] == "3.500"


async def six_periods(cedar: CedarHigh, periods: int) -> None:
    """As many six-weeks, of one day each, from Monday on."""
    period = ROWS["reporting-periods"][0]
    rows = [
        period | {"number": number, "begins_on": f"2026-03-{8 + number:02}", "ends_before": f"2026-03-{9 + number:02}"}
        for number in range(1, periods + 1)
    ]
    await cedar.tell("reporting-periods", *rows)
    await cedar.caught_up()


async def test_refined_ada_waits_for_the_sixth_six_weeks_and_then_differs_from_the_aggregate(cedar: CedarHigh) -> None:
    await cedar.tell("calendar-days", ROWS["calendar-days"][0] | {"on": "2026-03-14"},
                     ROWS["calendar-days"][0] | {"on": "2026-03-15"})  # fmt: skip
    await enroll(cedar, "eve", scheduled_minutes=100)
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")
    await six_periods(cedar, 5)
    waiting = await year(cedar)
    period = ROWS["reporting-periods"][0]
    await cedar.tell(
        "reporting-periods", period | {"number": 6, "begins_on": "2026-03-14", "ends_before": "2026-03-16"}
    )

    full = await year(cedar)

    assert waiting["refined_ada"]["published"] is None
    assert "6 periods, and there are 5" in waiting["refined_ada"]["because"]
    assert waiting["aggregate_ada"]["published"] == "3.300"
    # 2.5, four times 3.5, and a sixth of two days that nobody took: 16.5 / 6 against 16.5 / 7.
    assert (full["refined_ada"]["published"], full["aggregate_ada"]["published"]) == ("2.750", "2.357")
    assert (full["refined_ada"]["what"], full["aggregate_ada"]["what"]) == ("ADA, refined", "ADA, aggregate")


async def test_the_migrant_rule_says_what_is_missing_and_then_takes_the_best_four(cedar: CedarHigh) -> None:
    await enroll(cedar, "eve", scheduled_minutes=100)
    await cedar.take_every_roll(*WEEK)
    await cedar.tell("calendar-days", ROWS["calendar-days"][0] | {"on": "2026-03-14"})
    await six_periods(cedar, 6)
    missing = await year(cedar)
    figures = {"school_id": "cedar", "school_year": 2026, "enrolled": 100}
    await given(cedar, "year-figures", figures | {"migrant_certificates": 4})
    under = await year(cedar)
    await given(cedar, "year-figures", figures | {"migrant_certificates": 5})
    at = await year(cedar)

    assert missing["migrant_ada"]["published"] is None
    assert "certificates of migrant students and the enrollment are not on record" in missing["missing"]
    assert (under["migrant_ada"]["what"], under["migrant_ada"]["published"]) == ("ADA, refined", "2.917")
    assert (at["migrant_ada"]["what"], at["migrant_ada"]["published"]) == ("ADA, migrant rule", "3.500")
    trail = (await cedar.ask("/v1/texas/year-figures", school_id="cedar")).json()
    assert [(each["edition"], each["row"]["migrant_certificates"]) for each in trail] == [(1, 4), (2, 5)]


async def test_a_waived_day_leaves_both_sides_everywhere_until_it_is_taken_back(cedar: CedarHigh) -> None:
    await enroll(cedar, "eve", scheduled_minutes=100)
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A", cho="A", ben="A")
    await cedar.take_roll("physics", MONDAY, version=1, cho="A")
    before = await cedar.week()
    day = {"school_id": "cedar", "school_year": 2026, "on": MONDAY, "document": "TEA letter of 3 April"}
    await given(cedar, "waived-days", day)
    await numbered(cedar)

    week, said = await cedar.week(), await year(cedar)
    rows = (await cedar.ask("/v1/hand-offs/texas/42400", school_year=2026, period=4, event_indicator="00")).text

    assert (before["days_taught"], before["totals"]["absent_days"], before["ada"]) == (5, "2.5", "3.000")
    assert (week["days_taught"], week["totals"]["absent_days"], week["ada"]) == (4, "0", "3.500")
    assert (said["periods"][0]["days_waived"], said["aggregate_ada"]["published"]) == (1, "3.500")
    assert f"{NUMBERED},{UNIQUE['ana']},00,main,4,4,10,0.0,0.0,4.0" in rows.splitlines()
    await given(cedar, "waived-days", day | {"granted": False})
    assert (await cedar.week())["ada"] == "3.000"


async def test_ten_days_may_be_waived_and_an_eleventh_only_with_the_commissioner_s_leave(cedar: CedarHigh) -> None:
    def days(count: int, **more: str) -> list[dict[str, Any]]:
        day = {"school_id": "cedar", "school_year": 2026, "document": "TEA letter"}
        return [day | {"on": f"2026-03-{number:02}"} | more for number in range(1, count + 1)]

    await cedar.caught_up()
    assert (await give(cedar, "waived-days", *days(11))).json()["type"] == "/problems/too-many-days-waived"
    assert (await give(cedar, "waived-days", *days(10))).json() == {"kept": 10, "unchanged": 0}
    assert (await give(cedar, "waived-days", *days(10))).json() == {"kept": 0, "unchanged": 10}
    assert (await give(cedar, "waived-days", *days(11))).status_code == 409
    eleventh = days(11, beyond_the_most="Commissioner's letter")[10]
    assert (await give(cedar, "waived-days", eleventh)).status_code == 200


@pytest.mark.parametrize(
    ("path", "row", "problem"),
    [
        ("flexible-minutes", {"student_id": "ana", "on": MONDAY, "minutes": 1, "school_id": "none"}, "no-texas-school"),
        ("flexible-minutes", {"student_id": "ana", "on": MONDAY, "minutes": 1441, "school_id": "cedar"}, "invalid"),
        ("program-enrollments", {"student_id": "ana", "setting": "ballet", "begins_on": MONDAY, "school_id": "cedar"},
         "no-such-setting"),
        ("year-figures", {"school_year": 2026, "migrant_certificates": 5}, "invalid"),
        ("year-figures", {"school_year": 2026, "prior_year_percent": "100.1"}, "invalid"),
        ("hand-off-codes", {"school_year": 2026, "attendance_event_indicator": "1"}, "invalid"),
        ("waived-days", {"school_id": "cedar", "school_year": 2026, "on": MONDAY}, "invalid"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_and_nothing_is_kept(
    cedar: CedarHigh, path: str, row: dict[str, Any], problem: str
) -> None:
    await cedar.caught_up()
    refused = await give(cedar, path, row)

    assert refused.status_code == 422
    assert problem in refused.json()["type"] or problem == "invalid"
    assert refused.json()["errors"][0]["pointer"].startswith("/rows")


async def test_who_may_give_and_who_may_read(cedar: CedarHigh) -> None:
    await cedar.caught_up()
    row = minutes("ana", MONDAY, 60)
    for role in ("teacher", "attendance_clerk", "principal", "auditor"):
        assert (await give(cedar, "flexible-minutes", row, role=role)).status_code == 403
    assert (await give(cedar, "flexible-minutes", row, role="sis_client")).status_code == 200
    assert (await give(cedar, "flexible-minutes", row, row)).json()["type"] == "/problems/named-twice"
    assert len((await cedar.ask("/v1/texas/flexible-minutes", school_id="cedar")).json()) == 1
    other = await cedar.ask("/v1/texas/flexible-minutes", "principal", school_id="cedar", schools=["elsewhere"])
    assert other.status_code == 404
    for role in ("teacher", "coordinator", "service"):
        assert (await cedar.ask("/v1/texas/flexible-minutes", role, school_id="cedar")).status_code == 403
        assert (await cedar.ask("/v1/texas/off-campus-days", role, school_year=2026)).status_code == 403
    assert (await cedar.ask("/v1/texas/ada", school_year=2030)).json()["type"] == "/problems/not-of-texas"


async def test_a_year_before_the_law_is_refused_and_not_guessed(cedar: CedarHigh) -> None:
    early = {"begins_on": "2002-06-24", "ends_before": "2002-06-29", "school_year": 2002}
    await cedar.tell("tracks", ROWS["tracks"][0] | early)
    await cedar.tell("reporting-periods", ROWS["reporting-periods"][0] | early)
    await cedar.caught_up()

    refused = await cedar.ask("/v1/texas/ada", school_year=2002)
    ada = await cedar.ask("/v1/ada", school_year=2002, school_id="cedar")

    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/before-the-law")
    (row,) = ada.json()["rows"]
    assert (row["ada"], "no version reaches back to 2002-06-24" in row["not_computable"]) == (None, True)
