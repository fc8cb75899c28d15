"""What a mark means to each state's formula."""

from datetime import date

import pytest

from services.credit.day_facts import READINGS
from services.credit.formulas.california import RollMark
from services.credit.formulas.texas import MarkReason
from services.credit.mark_seen import NO_SECTION, NOT_TAKEN, NUMBER_OF, PARTLY, UNMAPPED, MarkSeen, number_of
from shared.schema.roster import AttendanceCode, Presence

ON = date(2026, 3, 9)
PRESENT, ABSENT, TARDY, LEFT = Presence
LATE_AFTER, LATE_BEFORE = MarkSeen(TARDY, None, False, False), MarkSeen(TARDY, None, True, False)
PLAIN_PRESENT, PLAIN_ABSENT = MarkSeen(PRESENT, None, None, False), MarkSeen(ABSENT, False, None, False)


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        (NOT_TAKEN, MarkReason.ROLL_NOT_TAKEN),
        (NO_SECTION, MarkReason.ON_NO_ROLL),
        (NUMBER_OF[LATE_AFTER], MarkReason.TARDY_AFTER_ROLL),
        (NUMBER_OF[LATE_BEFORE], MarkReason.TARDY_BEFORE_ROLL),
        (NUMBER_OF[MarkSeen(LEFT, None, True, False)], MarkReason.LEFT_AFTER_ROLL),
        (NUMBER_OF[MarkSeen(ABSENT, True, True, False)], MarkReason.OFF_CAMPUS_COUNTED_PRESENT),
        (NUMBER_OF[MarkSeen(PRESENT, None, None, True)], MarkReason.ADJUSTED_TO_PRESENT),
        (NUMBER_OF[MarkSeen(TARDY, None, False, True)], MarkReason.ADJUSTED_TO_ABSENT),
    ],
)
def test_texas_counts_a_mark_as_at_the_official_roll(mark: int, reason: MarkReason) -> None:
    assert READINGS["texas"].facts(ON, (420, "1"), mark).mark_reason is reason


@pytest.mark.parametrize(
    ("mark", "marks"),
    [
        (NUMBER_OF[PLAIN_PRESENT] + PARTLY, (RollMark.PRESENT,)),
        (NUMBER_OF[LATE_AFTER], (RollMark.TARDY,)),
        (NUMBER_OF[PLAIN_ABSENT], (RollMark.ABSENT,)),
        (NUMBER_OF[PLAIN_ABSENT] + PARTLY, (RollMark.ABSENT, RollMark.NOT_TAKEN)),
        (NOT_TAKEN, (RollMark.NOT_TAKEN,)),
        (NO_SECTION, ()),
    ],
)
def test_california_knows_no_absence_while_a_roll_of_the_day_is_missing(mark: int, marks: tuple[RollMark, ...]) -> None:
    assert READINGS["california"].facts(ON, (), mark).marks == marks


def test_the_mark_that_speaks_more_for_presence_is_the_greater() -> None:
    off_campus = MarkSeen(ABSENT, True, True, False)
    ranked = [NUMBER_OF[mark] for mark in (PLAIN_ABSENT, LATE_AFTER, off_campus, PLAIN_PRESENT)]

    assert ranked == sorted(ranked)
    assert min(NUMBER_OF.values()) > NOT_TAKEN
    assert max(NUMBER_OF.values()) < UNMAPPED


def test_a_tardy_must_say_in_texas_whether_it_was_there_and_need_not_in_california() -> None:
    vague = AttendanceCode(code="X", definition="Late", presence=TARDY, begins_on=ON)

    assert number_of(vague, adjusted=False, jurisdiction="texas") == UNMAPPED
    assert number_of(vague, adjusted=False, jurisdiction="california") < UNMAPPED
    assert number_of(None, adjusted=False, jurisdiction="california") == UNMAPPED
