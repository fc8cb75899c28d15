"""The days of the week, on paper, and in a calendar."""

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.program.absence import Cover, cover
from services.program.assignment import assign
from services.program.icalendar import as_icalendar
from services.program.staff_plan import Away, Need, Pair, Question, Visit
from services.program.timetable import Day, Timetable, as_csv, timetable
from services.program.weekdays import week_of

MADE_AT = datetime(2012, 8, 1, 12, 0, tzinfo=UTC)
MONDAY, TUESDAY, FRIDAY = 1, 2, 5


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=25))
def test_a_counselor_is_in_one_place_a_day_and_a_school_sees_one_counselor_a_day(days: list[int]) -> None:
    needs = tuple(Need(school_id=f"S{number}", days_a_week=count) for number, count in enumerate(days))
    visits = assign(Question(needs=needs, counselors=None)).visits
    week = timetable(visits)
    assert max(Counter((day.counselor_id, day.weekday) for day in week.days).values()) == 1
    assert max(Counter((day.school_id, day.weekday) for day in week.days).values()) == 1
    assert Counter((day.counselor_id, day.school_id) for day in week.days) == {
        (visit.counselor_id, visit.school_id): visit.days_a_week for visit in visits
    }
    assert {day.weekday for day in week.days} <= {1, 2, 3, 4, 5}


def test_a_school_of_eight_days_sees_at_most_two_counselors_a_day() -> None:
    week = timetable([visit("A", "S1", 5), visit("B", "S1", 3)])
    assert max(Counter(day.weekday for day in week.days).values()) == 2


def test_a_sixth_day_is_refused() -> None:
    with pytest.raises(ValueError, match="counselor A has more than 5"):
        timetable([visit("A", "S1", 3), visit("A", "S2", 3)])


def test_the_csv_reads_back() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(timetable([visit("A", "S1", 2)]), {"S1": '=1+1, "Main"'}))))
    assert [row["weekday"] for row in rows] == ["Monday", "Tuesday"]
    assert rows[0]["school_name"] == '\'=1+1, "Main"'


def calendar(week: Timetable, **changes: object) -> str:
    terms: dict[str, object] = {"begins_on": date(2012, 8, 14), "ends_on": date(2013, 6, 4), "made_at": MADE_AT}
    return as_icalendar(week, {"S1": "Elm; Oak, Ash School"}, **(terms | changes))  # type: ignore[arg-type]  # keywords


def test_an_event_begins_on_its_first_weekday_of_the_term() -> None:
    week = Timetable(days=(Day(counselor_id="A", school_id="S1", weekday=MONDAY),))
    assert "DTSTART;VALUE=DATE:20120820\r\nRRULE:FREQ=WEEKLY;UNTIL=20130604\r\n" in calendar(week)
    assert "DTSTART;VALUE=DATE:20120814\r\n" in calendar(
        Timetable(days=(Day(counselor_id="A", school_id="S1", weekday=TUESDAY),))
    )


def test_a_closed_day_is_left_out_on_its_own_weekday_only() -> None:
    week = Timetable(days=(Day(counselor_id="A", school_id="S1", weekday=MONDAY),))
    assert "EXDATE;VALUE=DATE:20121112\r\n" in calendar(week, closed=[date(2012, 11, 12), date(2012, 11, 13)])


def test_calendar_text_is_escaped_and_its_lines_are_short() -> None:
    week = Timetable(days=(Day(counselor_id="A", school_id="S1", weekday=FRIDAY),))
    assert "SUMMARY:Elm\\; Oak\\, Ash School\r\n" in calendar(week)
    long = as_icalendar(week, {"S1": "é" * 100}, begins_on=date(2012, 8, 14), ends_on=date(2013, 6, 4), made_at=MADE_AT)
    assert max(len(line.encode()) for line in long.split("\r\n")) <= 75
    assert f"SUMMARY:{'é' * 100}" in long.replace("\r\n ", "")


def test_a_weekday_that_the_term_does_not_have_makes_no_event() -> None:
    week = Timetable(days=(Day(counselor_id="A", school_id="S1", weekday=FRIDAY),))
    assert "VEVENT" not in calendar(week, ends_on=date(2012, 8, 16))


def visit(counselor: str, school: str, days: int) -> Visit:
    return Visit(counselor_id=counselor, school_id=school, days_a_week=days)


def absent(counselor: str, *visits: Visit, spare: tuple[str, ...] = (), forbidden: tuple[Pair, ...] = ()) -> Cover:
    week = timetable(visits)
    others = {each.counselor_id for each in visits} | set(spare)
    answer = cover(week, counselor, others, forbidden)
    untouched = [day for day in week.days if day.counselor_id != counselor]
    assert [day for day in answer.timetable.days if day not in answer.given] == untouched
    assert len(answer.given) + len(answer.uncovered) == len(week.days) - len(untouched)
    return answer


def test_a_spare_counselor_takes_the_whole_week_of_an_absent_one() -> None:
    answer = absent("A", visit("A", "S1", 3), visit("A", "S2", 2), visit("B", "S3", 5), spare=("C",))
    assert {day.counselor_id for day in answer.given} == {"C"}
    assert (answer.uncovered, answer.weekdays_changed) == ((), 0)


def test_whoever_knows_the_school_covers_it_first() -> None:
    answer = absent("A", visit("A", "S1", 2), visit("B", "S1", 2), visit("C", "S2", 1))
    assert {day.counselor_id for day in answer.given} == {"B"}


def test_days_that_nobody_has_free_stay_uncovered_and_are_named() -> None:
    answer = absent("A", visit("A", "S1", 4), visit("B", "S2", 3))
    assert (len(answer.given), len(answer.uncovered)) == (2, 2)


def test_a_forbidden_pair_is_not_used_for_cover_either() -> None:
    barred = (Pair(counselor_id="B", school_id="S1"),)
    answer = absent("A", visit("A", "S1", 1), visit("B", "S2", 3), forbidden=barred)
    assert (answer.given, len(answer.uncovered)) == ((), 1)


def test_the_weekday_stays_where_somebody_is_free_on_it() -> None:
    answer = absent("A", visit("A", "S1", 2), visit("B", "S2", 1), spare=("C",))
    assert answer.weekdays_changed == 0
    assert answer.uncovered == ()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=12),
    st.dictionaries(st.sampled_from("ABC"), st.sets(st.integers(1, 5), min_size=1, max_size=4)),
)
def test_nobody_is_asked_for_on_a_weekday_away(days: list[int], off: dict[str, set[int]]) -> None:
    team = tuple("ABC") + tuple(f"Z{number}" for number in range(12))
    question = Question(
        needs=tuple(Need(school_id=f"S{number}", days_a_week=count) for number, count in enumerate(days)),
        counselors=team,
        away=tuple(Away(counselor_id=who, weekdays=tuple(sorted(weekdays))) for who, weekdays in sorted(off.items())),
    )
    visits = assign(question).visits
    week = week_of(visits, question.weekdays_away)
    assert not {(day.counselor_id, day.weekday) for day in week.days} & {
        (who, weekday) for who, weekdays in off.items() for weekday in weekdays
    }
    assert Counter((day.counselor_id, day.school_id) for day in week.days) == {
        (visit.counselor_id, visit.school_id): visit.days_a_week for visit in visits
    }
    assert max(Counter((day.counselor_id, day.weekday) for day in week.days).values()) == 1


def test_two_who_have_the_same_day_only_meet_at_the_school_that_needs_both() -> None:
    week = week_of([visit("A", "S1", 1), visit("B", "S1", 1)], {"A": {1, 2, 3, 4}, "B": {1, 2, 3, 4}})
    assert [(day.counselor_id, day.weekday) for day in week.days] == [("A", FRIDAY), ("B", FRIDAY)]
    apart = week_of([visit("A", "S1", 1), visit("B", "S1", 1)], {"A": {1, 2, 3, 4}, "B": {1, 2, 3}})
    assert [day.weekday for day in apart.days] == [FRIDAY, 4]


def test_who_is_away_on_the_day_does_not_cover_it() -> None:
    week = timetable([visit("A", "S1", 1), visit("B", "S2", 1)])
    assert [day.weekday for day in week.days] == [MONDAY, MONDAY]
    answer = cover(week, "A", ["B"], away={"B": {TUESDAY, 3, 4}})
    assert [day.weekday for day in answer.given] == [FRIDAY]
