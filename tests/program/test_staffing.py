"""Counselor days by target enrollment: rules LA-3, AMB-26, AMB-27; examples A-36, B-LA-01, B-LA-09, B-LA-10."""

import pytest
from pydantic import ValidationError

from services.program.rulebook import CounselorDays, ProgramLaw
from services.program.school_facts import gather_targets
from services.program.staffing import counselor_days, warning_about
from shared.schema.credit import GradeShare
from shared.schema.law import NoLawInForce


@pytest.fixture
def table(law: ProgramLaw) -> CounselorDays:
    return law.counselor_days.of_year(2013)


@pytest.mark.parametrize(
    ("students", "days"),
    [(0, 1), (1, 1), (50, 1), (51, 2), (100, 2), (101, 3), (150, 3), (151, 4), (200, 4), (201, 5), (640, 5)],
)
def test_every_boundary_of_the_table_from_both_sides(students: int, days: int, table: CounselorDays) -> None:
    assert counselor_days(students, table).value == days


def test_the_table_is_one_day_for_every_started_fifty_at_least_one_at_most_five(table: CounselorDays) -> None:
    for students in range(1000):
        assert counselor_days(students, table).value == min(5, max(1, -(-students // 50)))


def test_a_program_school_without_target_students_is_staffed_and_warned_about(table: CounselorDays) -> None:
    assert counselor_days(0, table).value == 1
    assert warning_about(0) == "no student is enrolled in the target grade: check the data"
    assert warning_about(1) is None


def test_an_enrollment_below_zero_is_refused(table: CounselorDays) -> None:
    with pytest.raises(ValueError, match="not negative"):
        counselor_days(-1, table)


def test_the_days_name_their_row_and_their_source(table: CounselorDays) -> None:
    ruling = counselor_days(151, table)
    assert ruling.because == "151 students in the target grade; the row begins at 151"
    assert "Assigned Counselor Days per Week" in str(ruling.under)


def test_k_and_tk_are_one_target_grade(law: ProgramLaw) -> None:
    shares = [grade("KG", 95, 40), grade("TK", 30, 10), grade("01", 90, 90)]
    (target,) = gather_targets(shares, law.target_grades.of_year(2013))
    assert (target.target, target.enrollment, target.at_or_above) == ("TK/K", 125, 50)
    assert counselor_days(target.enrollment, law.counselor_days.of_year(2013)).value == 3


def test_forty_program_schools_need_twenty_two_counselors(table: CounselorDays) -> None:
    days = sum(counselor_days(students, table).value for students in (48, 75, 130, 260) for _ in range(10))
    assert (days, -(-days // 5)) == (110, 22)


def test_a_student_without_a_rate_is_enrolled_but_in_neither_side_of_the_share(law: ProgramLaw) -> None:
    (target,) = gather_targets([grade("09", 100, 40, unrated=20)], law.target_grades.of_year(2013))
    assert (target.enrollment, target.at_or_above, target.with_a_rate, target.without_a_rate) == (100, 40, 80, 20)


def test_this_years_enrollment_sets_the_days_and_last_years_students_the_share(law: ProgramLaw) -> None:
    (target,) = gather_targets([grade("09", 100, 40)], law.target_grades.of_year(2013), {"9": 160})
    assert (target.enrollment, target.with_a_rate) == (160, 100)


def test_the_table_is_not_guessed_for_the_year_before_it_was_published(law: ProgramLaw) -> None:
    with pytest.raises(NoLawInForce, match="2012-07-01"):
        law.counselor_days.of_year(2012)


def test_a_table_that_does_not_start_at_nobody_is_refused(table: CounselorDays) -> None:
    rows = [{"students_at_least": 1, "days_a_week": 1}]
    with pytest.raises(ValidationError, match="rows start at 0"):
        CounselorDays.model_validate({"from": "2012-07-01", "cite": "x", "days_in_a_week": 5, "rows": rows})


def grade(grade: str, students: int, at_or_above: int, unrated: int = 0) -> GradeShare:
    return GradeShare.model_validate(
        {
            "school_id": "S1",
            "grade": grade,
            "students": students,
            "at_or_above": at_or_above,
            "students_without_a_rate": unrated,
            "not_taken_days": "0",
        }
    )
