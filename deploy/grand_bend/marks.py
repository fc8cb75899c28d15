"""Absence marks become rolls: the file has no roll that everybody attended, and no mark for who was there."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from deploy.grand_bend.folder import Row, SectionKey
from deploy.grand_bend.roster import Roster, section_id
from deploy.trouble import Trouble
from shared.schema.roll import DatedRollSubmission, Mark

NAMESPACE = UUID("0b7b3c0e-5a6f-5d53-9a52-2d3f1d0f4b0a")
CODES: Mapping[str, str] = {
    "Excused Absence": "E",
    "Unexcused Absence": "A",
    "In Attendance": "P",
    "Early departure": "D",
    "Tardy": "T",
}
TARDY = "marks say Tardy, but not when she came: taken as before the official roll, so present (rule TX-13)"
NO_SCHOOL = "marks are on days without instruction: no roll is taken then"
NO_SIX_WEEKS = "marks are on days that belong to no six-weeks"
NOT_THERE = "marks are of students on days when they were not in the section (before entry or after withdrawal)"
TWICE = "marks stand in the file twice"


@dataclass(frozen=True)
class Marks:
    """By section and day, the code of each student who has one; `remarks` counts what needed a decision."""

    codes: Mapping[tuple[SectionKey, date], Mapping[str, str]]
    remarks: Mapping[str, int]


def read_marks(roster: Roster) -> Marks:
    """Errors: `Trouble` for a mark that cannot be placed or understood; none is ever dropped without being counted."""
    codes: dict[tuple[SectionKey, date], dict[str, str]] = defaultdict(dict)
    remarks: Counter[str] = Counter()
    days = frozenset(reported_days(roster))
    for row in roster.folder.marks:
        section, on, student = SectionKey.of(row.cells), row.day("date"), row["student_id"]
        code = _code(row)
        if section not in roster.seats:
            raise Trouble(f"{row}: sections.csv has no such section.")
        if student not in roster.seats[section]:
            raise Trouble(f"{row}: section_enrollments.csv does not have this student in this section.")
        if on not in roster.days_taught:
            remarks[NO_SCHOOL] += 1
        elif on not in days:
            remarks[NO_SIX_WEEKS] += 1
        elif not any(on in span for span in roster.seats[section][student]):
            remarks[NOT_THERE] += 1
        elif (earlier := codes[section, on].setdefault(student, code)) != code:
            raise Trouble(f"{row}: an earlier line marks this student {earlier} on the same roll, and this one {code}.")
        else:
            remarks[TARDY] += code == "T"
    elsewhere = remarks[NO_SCHOOL] + remarks[NO_SIX_WEEKS] + remarks[NOT_THERE]
    remarks[TWICE] = len(roster.folder.marks) - elsewhere - sum(map(len, codes.values()))
    return Marks(codes, +remarks)


def rolls(roster: Roster, marks: Marks) -> dict[str, list[DatedRollSubmission]]:
    """By school, every roll of every six-weeks that is reported, day by day."""
    found: dict[str, list[DatedRollSubmission]] = {school_id: [] for school_id in roster.schools}
    for on, section in _meetings(roster):
        found[section.school_id].append(_roll(section, on, marks.codes.get((section, on), {})))
    return found


def reported_days(roster: Roster) -> list[date]:
    """The instructional days of the six-weeks that are reported."""
    reported = roster.folder.reported()
    return [on for on in sorted(roster.days_taught) if any(begins <= on < ends for _, begins, ends in reported)]


def _meetings(roster: Roster) -> Iterator[tuple[date, SectionKey]]:
    spans = {key: {span for spans in seats.values() for span in spans} for key, seats in roster.seats.items()}
    for on in reported_days(roster):
        for key, seated in spans.items():
            if any(on in span for span in seated):
                yield on, key


def _roll(section: SectionKey, on: date, codes: Mapping[str, str]) -> DatedRollSubmission:
    name = section_id(section)
    return DatedRollSubmission(
        submission_id=uuid5(NAMESPACE, f"{name}/{on}/{section.period_id}"), section_id=name, on=on,
        period_id=section.period_id, everyone_else="P",
        marks=tuple(Mark(student_id=student, code=code) for student, code in sorted(codes.items())),
    )  # fmt: skip


def _code(row: Row) -> str:
    if (code := CODES.get(row["category"])) is None:
        raise Trouble(
            f"{row}: its category is none of {', '.join(CODES)}; say in deploy/grand_bend/marks.py what it is."
        )
    return code
