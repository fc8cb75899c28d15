"""The local attendance codes of the districts that we load, each with the definition that rule TX-13 asks for."""

from collections.abc import Iterator
from datetime import date

from shared.schema.roster import AttendanceCode, Presence

_CODES = (
    ("P", "Present when roll was taken", Presence.PRESENT, None, True),
    ("A", "Absent; no excuse received", Presence.ABSENT, False, False),
    ("E", "Absent with an excuse on file", Presence.ABSENT, True, False),
    ("T", "Arrived late, before the official roll", Presence.TARDY, None, True),
    ("L", "Arrived late, after the official roll", Presence.TARDY, None, False),
    ("S", "With authorized school personnel when roll was taken", Presence.PRESENT, None, True),
    ("D", "Present when roll was taken; left before the end of the day", Presence.EARLY_DEPARTURE, None, True),
)


def attendance_codes(begins_on: date) -> Iterator[AttendanceCode]:
    """All of them, in force from that day; S is the office's alone (rule TX-11)."""
    for code, definition, presence, excused, at_roll in _CODES:
        yield AttendanceCode(
            code=code, definition=definition, presence=presence, excused=excused, present_at_official_roll=at_roll,
            office_only=code == "S", begins_on=begins_on,
        )  # fmt: skip
