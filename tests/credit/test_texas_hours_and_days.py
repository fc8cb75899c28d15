"""Texas through two running services: contact hours, days of low attendance, the 90 % rule, the code of 42400."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.credit.day_count import DAY
from services.credit.formulas.texas_year import TexasYearLaw, known_course_credit
from services.credit.lawbook import read_law_file
from services.credit.texas_contact_hours import TrackHours, spells
from shared.schema.texas import ProgramEnrollment
from tests.credit.cedar_high import FRIDAY, MONDAY, ROWS, THURSDAY, TUESDAY, WEDNESDAY, WEEK, CedarHigh
from tests.credit.giving import given
from tests.credit.test_texas_ada import enroll, six_periods

YEAR: TexasYearLaw = read_law_file("texas_year").law
ON = date(2025, 10, 6)
RESOURCE = "special education resource or self-contained"


def test_hours_beyond_six_on_an_eligible_day_leave_the_special_hours() -> None:
    """Worked example B-TX-31: 28 days, five hours of career education beside 2.859 of special education."""
    hours = TrackHours()
    hours.add("ana", ("career and technical V5", RESOURCE), 28 * DAY, YEAR.contact_hours.in_force(ON))

    assert hours.excess == Fraction("52.052")
    assert hours.special - hours.excess == 28
    assert hours.career + hours.special - hours.excess == 6 * 28


def test_exactly_six_hours_a_day_have_no_excess() -> None:
    hours = TrackHours()
    settings = ("career and technical V5", "special education homebound")
    hours.add("ana", settings, 10 * DAY, YEAR.contact_hours.in_force(ON))

    assert (hours.excess, hours.career + hours.special) == (Fraction(0), Fraction(60))


def test_hours_of_two_students_never_make_an_excess_together() -> None:
    hours, rule = TrackHours(), YEAR.contact_hours.in_force(ON)
    hours.add("ana", ("career and technical V5",), 10 * DAY, rule)
    hours.add("ben", (RESOURCE,), 10 * DAY, rule)

    assert hours.excess == 0


def test_spells_break_where_a_setting_begins_or_ends() -> None:
    def program(setting: str, first: int, last: int | None) -> ProgramEnrollment:
        ends = None if last is None else date(2026, 3, last)
        return ProgramEnrollment(
            school_id="cedar", student_id="ana", setting=setting, begins_on=date(2026, 3, first), ends_before=ends
        )

    found = list(spells([program("a", 1, 12), program("b", 10, None)], date(2026, 3, 9), date(2026, 3, 14)))

    assert [(first.day, last.day, settings) for first, last, settings in found] == [
        (9, 10, ("a",)), (10, 12, ("a", "b")), (12, 14, ("b",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("attended", "not_taken", "outcome"),
    [(81, 9, "credit"), (80, 1, None), (80, 0, "credit when the principal's plan is completed")],
)
def test_rolls_not_taken_decide_nothing_where_they_could_change_the_outcome(
    attended: int, not_taken: int, outcome: str | None
) -> None:
    said = known_course_credit(attended, not_taken, 90, YEAR.course_credit.in_force(ON)).value

    assert (None if said is None else said.value) == outcome


def program(student: str, setting: str, **more: str) -> dict[str, Any]:
    return {"school_id": "cedar", "student_id": student, "setting": setting, "begins_on": "2025-08-18"} | more


async def test_contact_hours_are_of_eligible_days_in_the_setting(cedar: CedarHigh) -> None:
    """Ana is absent on Monday, and in special education from Wednesday on; Ben is a half-day student."""
    await enroll(cedar, "eve", scheduled_minutes=100)
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")
    await cedar.caught_up()
    before = await cedar.ask("/v1/texas/contact-hours", school_year=2026, period=4)
    await given(
        cedar, "program-enrollments", program("ana", "career and technical V5"),
        program("ana", RESOURCE, begins_on=WEDNESDAY), program("ben", "special education speech"),
    )  # fmt: skip

    answer = await cedar.ask("/v1/texas/contact-hours", school_year=2026, period=4)

    (empty,), (row,) = before.json()["rows"], answer.json()["rows"]
    assert empty["missing"] == ["no program enrollment of the school is on record"]
    assert empty["career_fte"]["published"] is None
    assert {each["setting"]: (each["eligible_days"], each["contact_hours"]) for each in row["settings"]} == {
        "career and technical V5": ("4", "20"), RESOURCE: ("3", "8.577"), "special education speech": ("2.5", "0.625"),
    }  # fmt: skip
    # Three days of 5 + 2.859 hours: 1.859 too many on each.
    assert (row["career_hours"], row["excess_hours"], row["special_hours"]) == ("20", "5.577", "3.625")
    assert (row["career_fte"]["exact"], row["special_fte"]["published"]) == ("2/3", "0.121")
    assert (await cedar.ask("/v1/texas/contact-hours", school_year=2026, period=5)).status_code == 404


async def test_full_time_equivalents_of_a_year_wait_for_six_periods_and_then_the_migrant_rule_takes_the_best_four(
    cedar: CedarHigh,
) -> None:
    """Six six-weeks of a day each; Ana, five hours of career education a day, is absent on the first."""
    await enroll(cedar, "eve", scheduled_minutes=100)
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")
    await cedar.tell("calendar-days", ROWS["calendar-days"][0] | {"on": "2026-03-14"})
    await six_periods(cedar, 5)
    await given(cedar, "program-enrollments", program("ana", "career and technical V5"))

    async def career(**figures: int) -> dict[str, Any]:
        if figures:
            await given(cedar, "year-figures", {"school_id": "cedar", "school_year": 2026, "enrolled": 100} | figures)
        answer = await cedar.ask("/v1/texas/full-time-equivalents", school_year=2026)
        school, district = answer.json()["rows"]
        assert (school["school_id"], district["school_id"]) == ("cedar", None)
        assert district["career"]["refined"]["exact"] == school["career"]["refined"]["exact"]
        return dict(school["career"])

    five = await career()
    await six_periods(cedar, 6)
    unsaid, few, many = await career(), await career(migrant_certificates=4), await career(migrant_certificates=5)

    assert "6 periods, and there are 5" in five["refined"]["because"]
    assert [one["exact"] for one in unsaid["periods"]] == ["0", "5/6", "5/6", "5/6", "5/6", "0"]
    assert (unsaid["refined"]["exact"], unsaid["migrant"]["published"]) == ("5/9", None)
    assert (few["migrant"]["what"], few["migrant"]["exact"]) == ("FTE, career and technical, refined", "5/9")
    assert (many["migrant"]["what"], many["migrant"]["exact"]) == ("FTE, career and technical, migrant rule", "5/6")


async def test_a_day_ten_points_below_the_year_before_may_be_asked_for(cedar: CedarHigh) -> None:
    """Of four students, on half days one: Monday 2.5 of 3.5 days (71.43 %), Tuesday everybody."""
    await enroll(cedar, "eve", scheduled_minutes=100)
    await cedar.take_every_roll(MONDAY, TUESDAY)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")
    await cedar.caught_up()

    async def days(prior: str | None) -> dict[str, Any]:
        if prior is not None:
            await given(cedar, "year-figures", {"school_id": "cedar", "school_year": 2026, "prior_year_percent": prior})
        answer = await cedar.ask("/v1/texas/low-attendance-days", school_year=2026)
        (row,) = answer.json()["rows"]
        return dict(row)

    unknown, at, above = await days(None), await days("81.4286"), await days("81.4285")

    assert (unknown["prior_year_percent"], unknown["days_tested"]) == (None, 0)
    assert "not on record" in unknown["prior_year_from"]
    tested = {day["on"]: day["may_be_asked_for"] for day in at["days"]}
    assert (tested[MONDAY], TUESDAY in tested) == (True, False)
    assert tested[WEDNESDAY] is tested[THURSDAY] is tested[FRIDAY] is None, "nobody took a roll: unknown"
    assert MONDAY not in {day["on"] for day in above["days"]}
    (monday,) = (day for day in at["days"] if day["on"] == MONDAY)
    assert (monday["rate_of_attendance"]["published"], monday["waived"]) == ("71.43", False)

    day = {"school_id": "cedar", "school_year": 2026, "on": MONDAY, "document": "TEA letter"}
    await given(cedar, "waived-days", day)
    waived = await days("81.4286")
    assert (waived["days_waived"], waived["days"][0]["waived"]) == (1, True)


async def test_the_year_before_is_counted_here_when_nobody_gave_its_rate(cedar: CedarHigh) -> None:
    await enroll(cedar, "eve", scheduled_minutes=100)
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")
    period = ROWS["reporting-periods"][0]
    await cedar.tell("reporting-periods", period | {"school_year": 2025, "ends_before": TUESDAY},
                     period | {"begins_on": TUESDAY})  # fmt: skip
    await cedar.caught_up()

    (row,) = (await cedar.ask("/v1/texas/low-attendance-days", school_year=2026)).json()["rows"]

    assert (row["prior_year_percent"], row["days"]) == ("500/7", [])
    assert row["prior_year_from"].startswith("counted here, of 2025")


async def test_the_ninety_percent_rule_of_a_class(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("english", MONDAY, version=1, ana="A", ben="L", cho="A")
    await cedar.take_roll("english", TUESDAY, version=1, cho="A")
    await cedar.caught_up()

    answer = await cedar.ask("/v1/texas/course-attendance", section_id="english")

    rows = {row["student_id"]: row for row in answer.json()["rows"]}
    assert (rows["ana"]["days_attended"], rows["ana"]["outcome"]) == (
        4,
        "credit when the principal's plan is completed",
    )
    assert (rows["ben"]["days_attended"], rows["ben"]["outcome"]) == (5, "credit")
    assert (rows["cho"]["days_absent"], rows["cho"]["outcome"]) == (2, "attendance committee only")
    assert "25.092" in rows["ana"]["citation"]
    assert (await cedar.ask("/v1/texas/course-attendance", section_id="ballet")).status_code == 404
    assert (await cedar.ask("/v1/texas/course-attendance", "teacher", section_id="english")).status_code == 403


async def test_a_class_whose_rolls_were_not_taken_has_no_outcome_yet(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(MONDAY, TUESDAY)
    await cedar.caught_up()

    answer = await cedar.ask("/v1/texas/course-attendance", section_id="english")

    ana = next(row for row in answer.json()["rows"] if row["student_id"] == "ana")
    assert (ana["outcome"], ana["days_not_taken"]) == (None, 3)
    assert "the rolls of 3 were not taken" in ana["because"]


@pytest.mark.parametrize(("minutes", "short"), [(420, 0), (419, 1)])
async def test_a_school_day_lasts_seven_hours_from_the_first_bell_to_the_last(
    cedar: CedarHigh, minutes: int, short: int
) -> None:
    """The first period begins at eight; a last one ends on time, or a minute early."""
    ends = f"{8 + minutes // 60:02}:{minutes % 60:02}:00"
    last = ROWS["bell-periods"][0] | {"period_id": "09", "begins_at": "14:00:00", "ends_at": ends}
    await cedar.tell("bell-periods", last)
    await cedar.caught_up()

    (row,) = (await cedar.ask("/v1/texas/operational-minutes", school_year=2026)).json()["rows"]

    assert (row["days_taught"], row["minutes"], len(row["short_days"])) == (5, 5 * minutes, 5 * short)
    assert (row["minutes_wanted"], row["enough"]) == (75_600, False)


async def test_the_first_two_missed_days_are_made_up_and_a_third_may_be_waived(cedar: CedarHigh) -> None:
    """Three days of ice; then Friday makes up for one of them."""
    closed = {"instructional": False, "closed": "all", "cause": "ice", "bell_schedule_id": None}
    await cedar.tell("calendar-days", *(row | closed for row in ROWS["calendar-days"][:3]))
    await cedar.caught_up()

    async def said() -> dict[str, Any]:
        (row,) = (await cedar.ask("/v1/texas/operational-minutes", school_year=2026)).json()["rows"]
        return dict(row)

    before = await said()
    await cedar.tell("calendar-days", ROWS["calendar-days"][4] | {"cause": "make-up day"})
    await cedar.caught_up()
    after = await said()

    assert (before["days_missed"], before["days_made_up"]) == ([MONDAY, TUESDAY, WEDNESDAY], [])
    assert (before["days_to_make_up"], before["days_that_may_be_waived"]) == (2, 1)
    assert (after["days_made_up"], after["days_to_make_up"], after["days_that_may_be_waived"]) == ([FRIDAY], 1, 1)
    assert after["because"] == "3 days missed, 1 made up; the first 2 must be"


async def test_a_day_without_bells_leaves_the_minutes_of_the_year_unknown(cedar: CedarHigh) -> None:
    day = {"school_id": "cedar", "track_id": "main", "on": FRIDAY, "instructional": True}
    await cedar.tell("calendar-days", day)
    await cedar.caught_up()

    (row,) = (await cedar.ask("/v1/texas/operational-minutes", school_year=2026)).json()["rows"]

    assert (row["days_without_bells"], row["enough"], row["days_to_make_up"]) == ([FRIDAY], None, None)
