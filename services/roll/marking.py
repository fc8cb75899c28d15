"""How a submission becomes a roll: every student on the roster is marked once, by a code of the day. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.schema.entries import MARK_DIGITS, MarkTimes
from shared.schema.refusals import Unprocessable
from shared.schema.roll import RollSubmission
from shared.schema.roster import AttendanceCode, Presence

MOST_CODES = len(MARK_DIGITS)


class NotOnTheRoll(Unprocessable):
    """A student who is marked is not on this section's roster on this date."""


class MarkedTwice(Unprocessable):
    """A student is marked more than once."""


class NotEveryoneMarked(Unprocessable):
    """A roll marks every student, or says explicitly how everyone else is marked."""


class UnknownCode(Unprocessable):
    """An attendance code is not one of this district's on this date."""


class CodeOfTheOffice(Unprocessable):
    """An attendance code is for the attendance office only."""


class TimesDoNotFit(Unprocessable):
    """An arrival goes with a tardy, a departure with an early departure."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a roll: `digits[i]` is the position in `codes` of the code of the roster's student i."""

    codes: tuple[str, ...]
    digits: str

    @classmethod
    def of(cls, marked: Sequence[str]) -> "Marks":
        """Pack one code a student, in the roster's order."""
        codes = tuple(dict.fromkeys(marked))
        if len(codes) > MOST_CODES:
            raise UnknownCode(f"A roll uses at most {MOST_CODES} different codes.")
        digit = {code: MARK_DIGITS[position] for position, code in enumerate(codes)}
        return cls(codes, "".join(digit[code] for code in marked))

    def unpacked(self) -> list[str]:
        return [self.codes[MARK_DIGITS.index(digit)] for digit in self.digits]


def mark_everyone(
    submission: RollSubmission, roster: Sequence[str], codes: Mapping[str, AttendanceCode], *, by_office: bool
) -> dict[str, str]:
    """The code of every student on the roster, in its order. Refuses what cannot be a whole roll."""
    said: dict[str, str] = {}
    students = frozenset(roster)
    usable: dict[str, AttendanceCode] = {}  # a roll has thirty marks and two codes
    for number, mark in enumerate(submission.marks):
        student, said_code = mark.student_id, mark.code
        if student not in students:
            at = f"/marks/{number}/student_id"
            raise NotOnTheRoll("Read the sheet again and mark the students who are on it.", at)
        if student in said:
            raise MarkedTwice("Mark each student once.", f"/marks/{number}/student_id")
        code = usable.get(said_code)
        if code is None:
            code = usable[said_code] = usable_code(said_code, codes, f"/marks/{number}/code", by_office=by_office)
        if (mark.arrived_at and code.presence is not Presence.TARDY) or (
            mark.left_at and code.presence is not Presence.EARLY_DEPARTURE
        ):
            raise TimesDoNotFit("Leave the time out, or use a tardy or early-departure code.", f"/marks/{number}")
        said[student] = said_code
    if len(said) < len(students):
        if submission.everyone_else is None:
            missing = len(students) - len(said)
            raise NotEveryoneMarked(f"{missing} students have no mark: mark them, or send everyone_else.", "/marks")
        usable_code(submission.everyone_else, codes, "/everyone_else", by_office=by_office)
    return {student: said.get(student) or str(submission.everyone_else) for student in roster}


def usable_code(code: str, codes: Mapping[str, AttendanceCode], at: str, *, by_office: bool) -> AttendanceCode:
    known = codes.get(code)
    if known is None:
        raise UnknownCode("Use a code that the district has defined for this date.", at)
    if known.office_only and not by_office:
        raise CodeOfTheOffice("Ask the attendance office to use it.", at)
    return known


def times_of(submission: RollSubmission) -> dict[str, MarkTimes] | None:
    """Arrivals and departures, where some were given."""
    return {
        mark.student_id: MarkTimes(arrived_at=mark.arrived_at, left_at=mark.left_at)
        for mark in submission.marks
        if mark.arrived_at or mark.left_at
    } or None
