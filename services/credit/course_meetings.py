"""What a section's rolls come to for the credit of each of its pupils: its meetings, one by one (AMB-16). Pure.

A meeting is a day on which the section meets, in one period or several. Who is absent from all of them is absent; who
misses a part is absent if the policy makes so many minutes an absence, else perhaps tardy: a tardy that a code excuses
is none. A meeting with a roll that nobody took, and nowhere attended, is not taken. Where the roll is taken once or
twice a day, the section's roll of a (half-)day speaks for its other periods; the roll of another section does not.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.credit.bell_minutes import UNSAID, BellDay
from services.credit.course_credit import CourseLength, CoursePolicy, CourseRecord
from services.credit.mark_seen import code_in_force
from services.credit.official_roll import Roll
from services.credit.school_facts import Ints, SchoolFacts
from shared.schema.entries import MARK_DIGITS
from shared.schema.law import CannotRule
from shared.schema.roster import AttendanceCode, Presence, Section

Slot = tuple[date, str, str]
"""The day, the period and the section of a roll."""


@dataclass(frozen=True, slots=True)
class SectionRolls:
    """A section, with its rolls and their times by slot, and its rosters by (section, number)."""

    section: Section
    rolls: Mapping[Slot, Roll]
    rosters: Mapping[tuple[str, int], Ints]
    times: Mapping[Slot, Sequence[int]]
    bells: Mapping[str, BellDay]


def meeting_days(facts: SchoolFacts, section: Section) -> dict[date, tuple[str, ...]]:
    """The days on which a section meets, and the periods in which it does."""
    found: dict[date, tuple[str, ...]] = {}
    for on in facts.days_taught.get(section.track_id, ()):
        in_span = section.begins_on <= on and (section.ends_before is None or on < section.ends_before)
        if in_span and on.isoweekday() in section.weekdays:
            order = facts.period_order(section.track_id, on)
            periods = tuple(period for period in section.period_ids if period in order)
            if periods:
                found[on] = periods
    return found


def told_by(facts: SchoolFacts, known: SectionRolls, on: date, periods: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The periods whose rolls speak for a meeting, each with those for which it speaks too: of each half of the day the
    rolls that were taken, or one that was not. Where it is taken every period, each for itself."""
    half = dict(facts.in_turn(known.section.track_id, on))
    if not half:
        return dict.fromkeys(periods, ())
    told: dict[str, tuple[str, ...]] = {}
    for of_day in sorted({half[period] for period in periods}):
        in_half = [period for period in periods if half[period] == of_day]
        taken = [period for period in in_half if (on, period, known.section.section_id) in known.rolls] or in_half[:1]
        told |= {taken[0]: tuple(period for period in in_half if period not in taken)} | dict.fromkeys(taken[1:], ())
    return told


def pupils_of(facts: SchoolFacts, section_id: str) -> dict[int, list[tuple[date, date]]]:
    """The student numbers of who is or was in a section, and from when until before when."""
    spans = facts.section_spans
    pupils: dict[int, list[tuple[date, date]]] = {}
    for row, of_section in enumerate(spans.section_ids):
        if of_section == section_id:
            first, last = date.fromordinal(int(spans.begins[row])), date.fromordinal(int(spans.ends[row]))
            pupils.setdefault(int(spans.students[row]), []).append((first, last))
    return pupils


def count_meetings(
    facts: SchoolFacts,
    known: SectionRolls,
    student: int,
    length: CourseLength,
    policy: CoursePolicy,
    made_up: frozenset[date],
    through: date,
) -> CourseRecord:
    """The pupil's record through a day. Raises CannotRule for a code that has no definition."""
    spans = pupils_of(facts, known.section.section_id).get(student, [])
    days = {
        on: periods
        for on, periods in meeting_days(facts, known.section).items()
        if any(first <= on < last for first, last in spans)
    }
    outcomes = Counter(
        _meeting(facts, known, student, on, periods, policy, made_up) for on, periods in days.items() if on <= through
    )
    counted = {name: outcomes[name] for name in ("unexcused", "excused", "excused_made_up", "not_taken")}
    return CourseRecord(length, len(days), sum(outcomes.values()), tardies=outcomes["tardy"], **counted)


def _meeting(
    facts: SchoolFacts,
    known: SectionRolls,
    student: int,
    on: date,
    periods: tuple[str, ...],
    policy: CoursePolicy,
    made_up: frozenset[date],
) -> str:
    told = told_by(facts, known, on, periods)
    marks = [mark_of(facts, known, student, (on, one, known.section.section_id), more) for one, more in told.items()]
    codes = [code for code, _ in marks if code is not None]
    missed = [code for code in codes if code.presence is not Presence.PRESENT]
    attended = [code for code in codes if code.presence is not Presence.ABSENT]
    if len(codes) < len(marks) and not attended:
        return "not_taken"
    minutes = [minutes for code, minutes in marks if code is not None]
    known_minutes = sum(lost for lost in minutes if lost is not None)
    if attended and not policy.is_absence(known_minutes, double=len(periods) > 1):
        late = any(code.presence is Presence.TARDY and code.excused is not True for code in codes)
        return "tardy" if late else "attended"
    if any(code.excused is not True for code in missed):
        return "unexcused"
    return "excused_made_up" if on in made_up else "excused"


def mark_of(
    facts: SchoolFacts, known: SectionRolls, student: int, slot: Slot, more: Sequence[str] = ()
) -> tuple[AttendanceCode | None, int | None]:
    """How the pupil was marked, and the minutes that she missed of that period and of those for which the roll speaks
    too (`more`), a begun one whole; None where the roll does not say.

    Raises CannotRule for a code that has no definition.
    """
    roll = known.rolls.get(slot)
    on, period, section_id = slot
    roster = known.rosters[section_id, roll.roster].tolist() if roll is not None else []
    if roll is None or student not in roster:
        return None, None
    place = roster.index(student)
    code = roll.codes.split(" ")[MARK_DIGITS.index(roll.marks[place])]
    defined = code_in_force(facts.codes, code, on)
    if defined is None:
        raise CannotRule(f"attendance code {code} has no definition on {on}")
    day = facts.calendar.get((known.section.track_id, on))
    bell = known.bells.get(day.bell_schedule_id or "") if day else None
    lessons = [bell.lessons[each] for each in (period, *more) if each in bell.lessons] if bell else []
    if defined.presence is Presence.PRESENT or not lessons:
        return defined, 0 if defined.presence is Presence.PRESENT else None
    lasts = sum(lesson.seconds for lesson in lessons)
    if defined.presence is Presence.ABSENT:
        return defined, lasts // 60
    triples = known.times.get(slot, ())
    came, left = next(
        ((triples[at + 1], triples[at + 2]) for at in range(0, len(triples), 3) if triples[at] == place),
        (UNSAID, UNSAID),
    )
    missed_seconds = lasts - sum(lesson.attended(came, left) for lesson in lessons)
    return defined, -(-missed_seconds // 60) if (came, left) != (UNSAID, UNSAID) else None
