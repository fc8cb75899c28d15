"""A published district's files: what they say, what is assumed, and what stops a replay with a sentence."""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from deploy.grand_bend.folder import Folder, SectionKey
from deploy.grand_bend.marks import NO_SCHOOL, NOT_THERE, TARDY, TWICE, read_marks, reported_days, rolls
from deploy.grand_bend.roster import Roster, section_id
from deploy.grand_bend.six_weeks import SixWeeks, as_json, half_up
from deploy.trouble import Trouble
from shared.schema.base import Schema
from shared.schema.credit import AdaRow, DayTotals
from shared.schema.roster import SchoolEnrollment, SectionEnrollment

Write = Callable[..., Folder]

MATH = ("S1", "MATH", "Fall", "02 - Traditional", "101")
ART = ("S1", "ART", "Fall", "03 - Traditional", "101")


def write(file: Path, columns: str, rows: Iterable[Sequence[str]]) -> None:
    with file.open("w", newline="") as lines:
        csv.writer(lines).writerows([columns.split(), *rows])


@pytest.fixture
def folder(tmp_path: Path) -> Write:
    """A school of two students, two sections and two six-weeks; the marks are the test's."""

    def make(*marks: tuple[str, str, str, tuple[str, ...]], exit_date: str = "", grade: str = "Ninth grade") -> Folder:
        write(tmp_path / "students.csv", "student_id birth_date", [("1", "1996-05-06"), ("2", "")])
        write(
            tmp_path / "enrollments.csv", "student_id school_id entry_date entry_grade exit_date",
            [("1", "S1", "2010-08-23", grade, exit_date), ("2", "S1", "2010-08-23", "Tenth grade", "")],
        )  # fmt: skip
        write(tmp_path / "sections.csv", "school_id course term period room", [MATH, ART])
        write(
            tmp_path / "section_enrollments.csv",
            "student_id school_id course term period room begin end",
            [("1", *MATH, "2010-08-23", "2010-08-31"), ("2", *ART, "2010-08-23", "2010-08-31")],
        )
        days = [(f"2010-08-{day}", "Holiday" if day in (28, 29) else "Instructional day") for day in range(23, 32)]
        write(tmp_path / "calendar_dates.csv", "date event", days)
        write(
            tmp_path / "grading_periods.csv", "grading_period begin end",
            [("Second", "2010-08-30", "2010-08-31"), ("First", "2010-08-23", "2010-08-29")],
        )  # fmt: skip
        write(
            tmp_path / "marks.csv", "student_id date category school_id course term period room",
            [(student, on, category, *section) for student, on, category, section in marks],
        )  # fmt: skip
        return Folder.read(tmp_path, tmp_path / "marks.csv")

    return make


def test_the_last_day_of_a_six_weeks_is_in_it(folder: Write) -> None:
    first, second = folder(("1", "2010-08-30", "Unexcused Absence", MATH)).spans()
    assert first == ("First", date(2010, 8, 23), date(2010, 8, 30))
    assert second == ("Second", date(2010, 8, 30), date(2010, 9, 1))


@pytest.mark.parametrize(("last_mark", "days"), [("2010-08-27", 5), ("2010-08-30", 7)])
def test_six_weeks_that_begin_after_the_last_mark_are_left_out(folder: Write, last_mark: str, days: int) -> None:
    roster = Roster(folder(("1", last_mark, "Unexcused Absence", MATH)))
    assert len(reported_days(roster)) == days


def test_every_roll_of_an_instructional_day_was_taken_and_silence_means_present(folder: Write) -> None:
    roster = Roster(folder(("1", "2010-08-24", "Excused Absence", MATH)))
    taken = rolls(roster, read_marks(roster))["S1"]

    assert len(taken) == 2 * 5
    assert all(roll.everyone_else == "P" for roll in taken)
    assert [(roll.on, roll.period_id, mark.student_id, mark.code) for roll in taken for mark in roll.marks] == [
        (date(2010, 8, 24), "02", "1", "E")
    ]


def test_the_day_of_withdrawal_is_not_a_day_of_membership(folder: Write) -> None:
    roster = Roster(folder(("2", "2010-08-24", "Excused Absence", ART), exit_date="2010-08-25"))
    [enrollment, _] = roster.rows("school-enrollments")
    [seat, _] = roster.rows("section-enrollments")
    assert isinstance(enrollment, SchoolEnrollment)
    assert isinstance(seat, SectionEnrollment)
    assert enrollment.withdrawal_date == seat.ends_before == date(2010, 8, 25)
    assert {roll.on for roll in rolls(roster, read_marks(roster))["S1"] if roll.period_id == "02"} == {
        date(2010, 8, 23),
        date(2010, 8, 24),
    }


def test_marks_that_can_change_nothing_are_counted_and_said(folder: Write) -> None:
    marks = read_marks(
        Roster(
            folder(
                ("1", "2010-08-24", "Unexcused Absence", MATH),
                ("1", "2010-08-24", "Unexcused Absence", MATH),
                ("1", "2010-08-28", "Unexcused Absence", MATH),
                ("1", "2010-08-25", "Unexcused Absence", MATH),
                ("2", "2010-08-25", "Tardy", ART),
                exit_date="2010-08-25",
            )
        )
    )
    assert dict(marks.remarks) == {TWICE: 1, NO_SCHOOL: 1, NOT_THERE: 1, TARDY: 1}
    assert marks.codes[SectionKey(*ART), date(2010, 8, 25)] == {"2": "T"}


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        (("1", "2010-08-24", "Vanished", MATH), "its category is none of"),
        (("1", "2010-08-24", "Unexcused Absence", ART), "does not have this student in this section"),
        (("9", "2010-08-24", "Unexcused Absence", ART), "does not have this student in this section"),
        (("1", "2010-08-24", "Unexcused Absence", (*MATH[:4], "102")), r"sections\.csv has no such section"),
        (("1", "24 August", "Unexcused Absence", MATH), "date is not a date such as"),
    ],
)
def test_a_mark_that_cannot_be_placed_stops_the_replay(
    folder: Write, mark: tuple[str, str, str, tuple[str, ...]], sentence: str
) -> None:
    with pytest.raises(Trouble, match=rf"marks\.csv, line 2: .*{sentence}"):
        read_and_place(folder, mark)


def read_and_place(folder: Write, *marks: tuple[str, str, str, tuple[str, ...]]) -> None:
    roster = Roster(folder(*marks))
    read_marks(roster)
    reported_days(roster)


def test_two_marks_that_contradict_each_other_stop_the_replay(folder: Write) -> None:
    with pytest.raises(Trouble, match=r"line 3: an earlier line marks this student E on the same roll, and this one A"):
        read_and_place(
            folder, ("1", "2010-08-24", "Excused Absence", MATH), ("1", "2010-08-24", "Unexcused Absence", MATH)
        )


def test_an_unknown_grade_stops_the_replay(folder: Write) -> None:
    roster = Roster(folder(("1", "2010-08-24", "Excused Absence", MATH), grade="Ungraded"))
    with pytest.raises(Trouble, match=r"enrollments\.csv, line 2: entry_grade is not a grade"):
        roster.rows("school-enrollments")


def test_files_that_are_not_there_or_lack_a_column_are_named(folder: Write, tmp_path: Path) -> None:
    folder(("1", "2010-08-24", "Excused Absence", MATH))
    with pytest.raises(Trouble, match=r"nowhere/students\.csv cannot be read .* DATA= or MARKS="):
        Folder.read(tmp_path / "nowhere", tmp_path / "marks.csv")
    with pytest.raises(Trouble, match=r"students\.csv has no column category, course"):
        Folder.read(tmp_path, tmp_path / "students.csv")


def test_other_files_are_another_district(folder: Write) -> None:
    one = folder(("1", "2010-08-24", "Excused Absence", MATH)).district_id
    assert folder(("1", "2010-08-24", "Excused Absence", MATH)).district_id == one
    assert folder(("1", "2010-08-25", "Excused Absence", MATH)).district_id != one


def test_a_section_is_named_by_its_natural_key(folder: Write) -> None:
    keys = [
        SectionKey(*MATH),
        SectionKey(*MATH[:4], "10/1"),
        SectionKey(*MATH[:4], "10-1"),
        SectionKey("S" * 70, *MATH[1:]),
    ]
    names = [section_id(key) for key in keys]
    assert len(set(names)) == len(keys)
    assert all(len(name) <= 64 for name in names)
    assert names[0].startswith("S1-MATH-Fall-02-101-")


@pytest.mark.parametrize(
    ("eligible", "days", "ada"),
    [
        ("1", 8, "0.1250"),
        ("1", 16, "0.0625"),
        ("1", 32, "0.0313"),  # 0.03125: half goes up
        ("3", 32_000, "0.0001"),  # 0.00009375
        ("1", 32_000, "0.0000"),  # 0.00003125
        ("8861.5", 29, "305.5690"),
        ("0", 29, "0.0000"),
    ],
)
def test_ada_is_rounded_half_up_to_four_places(eligible: str, days: int, ada: str) -> None:
    assert half_up(Fraction(eligible) / days) == ada


def ada_row(**changes: object) -> AdaRow:
    totals = DayTotals(
        membership_days="20.5", absent_days="1.5", eligible_days="19", ineligible_days="0", not_taken_days="0"
    )
    row = AdaRow(
        school_id="S1", jurisdiction="texas", period=1, begins_on=date(2010, 8, 23), ends_before=date(2010, 8, 30),
        days_taught=3, students=7, students_at_a_later_roll=0, totals=totals, ada="6.333", ada_kind="aggregate",
    )  # fmt: skip
    return row.model_copy(update=changes)


def test_a_json_row_has_the_exact_days_and_four_places() -> None:
    assert json.loads(as_json([SixWeeks.of(ada_row())])) == [
        {
            "school_id": "S1", "six_weeks": 1, "days_taught": 3, "students": 7, "membership_days": 20.5,
            "absent_days": 1.5, "eligible_days": 19, "ada": 6.3333,
        }
    ]  # fmt: skip


def test_a_roll_that_was_not_taken_is_not_an_ada() -> None:
    untaken: Schema = ada_row().totals.model_copy(update={"not_taken_days": "2"})
    with pytest.raises(Trouble, match="School S1, six-weeks 1: 3 days taught and 2 student-days"):
        SixWeeks.of(ada_row(totals=untaken))
