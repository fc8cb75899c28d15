"""The demonstration district as it is generated: nothing is started, nothing is sent."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from deploy.demonstration.calendar import TODAY
from deploy.demonstration.district import Demonstration, district_of, make_district
from deploy.demonstration.los_angeles import LOS_ANGELES
from deploy.demonstration.roster import SchoolRoster
from deploy.places import CHECKOUT
from deploy.public_api import COLLECTIONS
from deploy.trouble import Trouble
from shared.schema.roll import DatedRollSubmission
from shared.schema.roster import CalendarDay, Jurisdiction, SchoolEnrollment

API_FILE = CHECKOUT / "../shared/data/lausd-api/lausd_552.csv"


@pytest.fixture(scope="module")
def district() -> Demonstration:
    return make_district("small")


def everything(district: Demonstration) -> str:
    return repr([district.rows(collection) for collection in COLLECTIONS]) + repr(district.rolls)


def submissions(district: Demonstration) -> Iterator[tuple[SchoolRoster, DatedRollSubmission]]:
    for school, rolls in zip(district.schools, district.rolls, strict=True):
        for roll in (*rolls.past, *rolls.amendments, *rolls.today):
            yield school, roll.submission


def in_membership(enrollment: SchoolEnrollment, on: date) -> bool:
    return enrollment.entry_date <= on < (enrollment.withdrawal_date or date.max)


def test_the_same_seed_makes_the_same_district(district: Demonstration) -> None:
    assert everything(make_district("small")) == everything(district)


def test_another_seed_makes_another_district(district: Demonstration) -> None:
    assert everything(make_district("small", "another")) != everything(district)


def test_all_four_states_and_every_grade_from_kindergarten_to_12_are_there(district: Demonstration) -> None:
    assert {school.plan.jurisdiction for school in district.schools} == set(Jurisdiction)
    grades = {enrollment.grade for school in district.schools for enrollment in school.enrollments}
    assert grades >= {"TK", "KG", *(f"{grade:02d}" for grade in range(1, 13))}


def test_the_target_grades_of_los_angeles_stand_on_every_rung_of_the_counselor_table() -> None:
    assert {min(5, max(1, -(-school.students // 50))) for school in LOS_ANGELES} == {1, 2, 3, 4, 5}
    assert any(school.api < 800 for school in LOS_ANGELES)
    assert any(school.api >= 800 for school in LOS_ANGELES)


@pytest.mark.skipif(not API_FILE.exists(), reason="the published API file is not beside this checkout")
def test_the_scores_of_los_angeles_are_the_published_ones() -> None:
    with API_FILE.open(newline="") as lines:
        published = {row["cds"]: row for row in csv.DictReader(lines)}
    for school in LOS_ANGELES:
        row = published[school.cds]
        assert (int(row["api00"]), row["stype"]) == (school.api, "E" if school.level == "elementary" else "H")
        assert school.name.startswith(row["sname"].rstrip("h"))


def test_only_members_are_marked_and_only_on_days_taught(district: Demonstration) -> None:
    spans: dict[str, SchoolEnrollment] = {}
    taught: dict[str, set[date]] = {}
    for school in district.schools:
        spans |= {enrollment.student_id: enrollment for enrollment in school.enrollments}
        taught[school.plan.school_id] = set(school.days_taught)
    for school, roll in submissions(district):
        assert roll.on in taught[school.plan.school_id]
        assert all(in_membership(spans[mark.student_id], roll.on) for mark in roll.marks)


def test_about_one_roll_in_eighty_was_not_taken(district: Demonstration) -> None:
    taken = sum(len(rolls.past) for rolls in district.rolls)
    due = 0
    for school in district.schools:
        seats = school.students_of()
        for section in school.sections:
            for on in school.days_taught:
                there = any(seat.begins_on <= on < (seat.ends_before or date.max) for seat in seats[section.section_id])
                due += len({*section.period_ids} & {*school.plan.roll_periods}) if there and on < TODAY else 0
    assert 0.005 < 1 - taken / due < 0.025


def test_students_enter_and_leave_in_the_middle_of_the_year(district: Demonstration) -> None:
    for school in district.schools:
        first = min(enrollment.entry_date for enrollment in school.enrollments)
        late = sum(enrollment.entry_date > first for enrollment in school.enrollments)
        left = sum(enrollment.withdrawal_date is not None for enrollment in school.enrollments)
        assert late + left > 0, school.plan.name


def test_texas_has_half_days_transfers_and_students_who_earn_nothing(district: Demonstration) -> None:
    codes = Counter(
        enrollment.ada_eligibility_code
        for school in district.schools
        for enrollment in school.enrollments
        if school.plan.jurisdiction is Jurisdiction.TEXAS
    )
    assert codes["1"] > 200
    assert codes["2"] > 0
    assert codes["3"] + codes["6"] > 0
    assert codes["4"] + codes["5"] > 0


def test_schools_were_closed_by_weather_and_say_so(district: Demonstration) -> None:
    for school in district.schools:
        closed = [row for row in school.of("calendar-days") if isinstance(row, CalendarDay) and row.closed]
        assert any(row.cause and row.on <= TODAY for row in closed), school.plan.name


def test_every_amendment_and_adjustment_is_of_a_roll_that_was_taken(district: Demonstration) -> None:
    for rolls in district.rolls:
        taken = {(said.section_id, said.on, said.period_id): said for said in (roll.submission for roll in rolls.past)}
        for roll in rolls.amendments:
            said = roll.submission
            first = taken[said.section_id, said.on, said.period_id]
            assert (first.base_version, said.base_version) == (0, 1)
            assert first.submission_id != said.submission_id
        for made in rolls.adjustments:
            meeting = made.meeting
            marks = taken[meeting.section_id, meeting.on, meeting.period_id].marks
            assert [mark.code for mark in marks if mark.student_id == made.adjustment.student_id] == ["A"]
    assert sum(len(rolls.amendments) for rolls in district.rolls) > 10
    assert sum(len(rolls.adjustments) for rolls in district.rolls) > 5


def test_no_two_submissions_have_one_id(district: Demonstration) -> None:
    ids = Counter(roll.submission_id for _, roll in submissions(district))
    assert max(ids.values()) == 1


def test_a_substitute_takes_the_rolls_of_the_days_that_she_is_there(district: Demonstration) -> None:
    school = district.schools[0]
    section = school.sections[-1].section_id
    day = timedelta(days=1)
    assert school.teacher_of(section, TODAY - day).startswith("substitute-")
    assert school.teacher_of(section, TODAY).startswith("teacher-")
    assert school.teacher_of(section, TODAY - 3 * day).startswith("teacher-")


def test_the_roll_that_is_shown_is_of_today_and_left_out_of_the_load(district: Demonstration) -> None:
    roll, student = district.shown
    assert roll.submission.on == TODAY
    assert [mark.code for mark in roll.submission.marks if mark.student_id == student] == ["A"]
    loaded = {other.submission.submission_id for other in district.today}
    assert roll.submission.submission_id not in loaded
    assert len(loaded) == sum(len(rolls.today) for rolls in district.rolls) - 1


def test_attendance_differs_from_school_to_school(district: Demonstration) -> None:
    rates = [_share_of_days_missed(school, district) for school in district.schools]
    assert min(rates) < 0.04
    assert max(rates) > 0.06
    assert all(0.01 < rate < 0.15 for rate in rates)


def _share_of_days_missed(school: SchoolRoster, district: Demonstration) -> float:
    missed = {
        (mark.student_id, roll.on)
        for other, roll in submissions(district)
        for mark in roll.marks
        if other is school and mark.code in ("A", "E") and roll.period_id <= "2"
    }
    days = school.days_taught
    return len(missed) / sum(in_membership(enrollment, on) for enrollment in school.enrollments for on in days)


def test_each_size_is_a_district_of_its_own() -> None:
    assert (district_of("small"), district_of("medium"), district_of("large")) == ("demo", "demo-medium", "demo-large")
    with pytest.raises(Trouble, match="small, medium, large"):
        district_of("enormous")


def test_a_larger_size_has_more_grades_and_sections(district: Demonstration) -> None:
    medium = make_district("medium")
    assert len(medium.rows("sections")) > 2 * len(district.rows("sections"))
    assert len(medium.rows("students")) > 2 * len(district.rows("students"))
