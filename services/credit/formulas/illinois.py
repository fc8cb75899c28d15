"""Illinois: minutes attended, held against the minimum-time grid. 105 ILCS 5/10-19.05.

The weekly 2½ days of half-day kindergarten (rule IL-7) need no counter: half a day a day is never more.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Self

from pydantic import PositiveInt, model_validator

from services.credit.day_count import DAY, HALF_DAY, DayCount, Exact
from services.credit.rulebook import Threshold
from shared.schema.law import CannotRule, Dated, Law, Version
from shared.schema.ruling import Ruling


class ServedAs(StrEnum):
    FULL_DAY_KINDERGARTEN = "full-day kindergarten"
    HALF_DAY_KINDERGARTEN = "half-day kindergarten"
    GRADE_1 = "grade 1"
    GRADES_2_TO_12 = "grades 2-12"
    SPECIAL_EDUCATION_3_TO_5 = "special education, age 3 to 5"
    HOMEBOUND = "homebound or hospitalized"
    PART_TIME_GRADE_1 = "part-time, grade 1"
    PART_TIME_GRADES_2_TO_12 = "part-time, grades 2-12"


PART_TIME = {ServedAs.PART_TIME_GRADE_1, ServedAs.PART_TIME_GRADES_2_TO_12}


class Session(StrEnum):
    REGULAR = "regular"
    MULTIPLE = "forced multiple sessions"
    IN_SERVICE = "in-service"
    CONFERENCES = "parent-teacher conferences"
    E_LEARNING = "e-learning"


COUNTED_BY_YEAR = (Session.IN_SERVICE, Session.CONFERENCES)
"""Sessions of which a school year may have only so many."""


@dataclass(frozen=True, slots=True)
class IllinoisDay:
    """The facts of one student-day in Illinois.

    `minutes_by_class`: instruction attended in each scheduled class, study hall included, lunch and recess not (rule
    IL-6); 0 for a class missed, None for one whose roll nobody took. `block_minutes`: the length of the school's
    blocks, where it keeps a block schedule; `minutes_scheduled` of a part-time pupil that day, None when unknown.
    `excused` speaks of the absence, None when unknown. `nth_of_the_year`: in-service and conference days of the school
    year up to this one, when it is one; `nth_conference`: conference days of them.
    """

    on: date
    served_as: ServedAs
    minutes_by_class: tuple[int | None, ...]
    non_claimable_reason: str | None = None
    session: Session = Session.REGULAR
    block_minutes: int | None = None
    excused: bool | None = None
    minutes_scheduled: int | None = None
    nth_of_the_year: int = 0
    nth_conference: int = 0


class GridRow(Law):
    served_as: ServedAs
    full_day: Threshold | None = None
    half_day: Threshold


class MinimumTime(Version):
    rows: tuple[GridRow, ...]

    @model_validator(mode="after")
    def _everyone_but_part_timers_has_one_row(self) -> Self:
        if sorted(row.served_as for row in self.rows) != sorted(set(ServedAs) - PART_TIME):
            raise ValueError("each way of being served, but part-time, has exactly one row")
        return self

    def row_for(self, served_as: ServedAs) -> GridRow:
        return next(row for row in self.rows if row.served_as == served_as)


class PartTime(Version):
    class_hour: Threshold
    class_hours_a_day: PositiveInt
    block: Threshold
    minutes_required: dict[ServedAs, PositiveInt]

    @model_validator(mode="after")
    def _every_part_timer_has_a_day(self) -> Self:
        if set(self.minutes_required) != PART_TIME:
            raise ValueError("each part-time way of being served has exactly one minimum day")
        return self


class ShorterSessions(Version):
    full_day: dict[Session, Threshold]
    days_a_year: PositiveInt
    of_them_conferences: PositiveInt

    @model_validator(mode="after")
    def _every_shorter_session_has_one(self) -> Self:
        if set(self.full_day) != {Session.MULTIPLE, *COUNTED_BY_YEAR}:
            raise ValueError("each shorter session has exactly one full day")
        return self

    def beyond_the_year(self, day: IllinoisDay) -> str | None:
        """Why the day may not be a shorter one any more, if it may not (rule IL-5)."""
        if day.session is Session.CONFERENCES and day.nth_conference > self.of_them_conferences:
            return f"conferences shorten {self.of_them_conferences} days a year, and this is day {day.nth_conference}"
        if day.session in COUNTED_BY_YEAR and day.nth_of_the_year > self.days_a_year:
            return f"{self.days_a_year} days a year are shortened so, and this is day {day.nth_of_the_year}"
        return None


class NonClaimable(Version):
    reasons: tuple[str, ...]


class IllinoisLaw(Law):
    minimum_time: Dated[MinimumTime]
    part_time: Dated[PartTime]
    shorter_sessions: Dated[ShorterSessions]
    e_learning: Dated[Version]
    non_claimable: Dated[NonClaimable]


class AppendixB(Law):
    """The rival reading (AMB-17): it replaces one rule of the law, and nothing else."""

    minimum_time: Dated[MinimumTime]

    def applied_to(self, law: IllinoisLaw) -> IllinoisLaw:
        return law.model_copy(update={"minimum_time": self.minimum_time})


def is_3_to_5(born: date, on: date) -> bool:
    """From the third birthday up to the day before the sixth (AMB-20)."""
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return 3 <= age < 6


def served_as(
    grade: str, *, homebound: bool = False, special_at_3_to_5: bool = False, part_time: bool = False, half: bool = False
) -> ServedAs:
    """The row of the grid when several fit: homebound, then special education at 3 to 5, then the grade (AMB-22).

    `half` is half-day kindergarten. Raises CannotRule for a grade below kindergarten and for part-time kindergarten,
    which have no row of their own.
    """
    if homebound:
        return ServedAs.HOMEBOUND
    if special_at_3_to_5:
        return ServedAs.SPECIAL_EDUCATION_3_TO_5
    if grade in ("PK", "TK"):
        raise CannotRule("a grade below kindergarten has no row in the minimum-time grid")
    if grade == "KG" and part_time:
        raise CannotRule("kindergarten is full-day or half-day: the grid has no row for part-time kindergarten")
    if grade == "KG":
        return ServedAs.HALF_DAY_KINDERGARTEN if half else ServedAs.FULL_DAY_KINDERGARTEN
    if grade == "01":
        return ServedAs.PART_TIME_GRADE_1 if part_time else ServedAs.GRADE_1
    return ServedAs.PART_TIME_GRADES_2_TO_12 if part_time else ServedAs.GRADES_2_TO_12


def is_served_in_blocks(day: IllinoisDay, rule: PartTime) -> bool:
    return day.block_minutes is not None and rule.block.is_met_by(day.block_minutes)


def credit_day(day: IllinoisDay, law: IllinoisLaw) -> Ruling[Fraction]:
    """The day of attendance earned, exactly, whether or not it may be claimed. Classes not taken add no minutes."""
    minutes = tuple(attended or 0 for attended in day.minutes_by_class)
    if day.served_as in PART_TIME:
        rule = law.part_time.in_force(day.on)
        if is_served_in_blocks(day, rule):
            return credit_blocks(day.served_as, sum(minutes), rule)
        return credit_class_hours(minutes, rule)
    return credit_session(day, sum(minutes), law)


def credit_session(day: IllinoisDay, minutes: int, law: IllinoisLaw) -> Ruling[Fraction]:
    grid = law.minimum_time.in_force(day.on)
    row, under = grid.row_for(day.served_as), grid.citation
    full_day, half_day, beyond = row.full_day, row.half_day, None
    if day.session is Session.E_LEARNING and minutes > 0:
        return credit_e_learning(day, full_day, law.e_learning.in_force(day.on))
    if day.session in (Session.MULTIPLE, *COUNTED_BY_YEAR) and full_day is not None:
        sessions = law.shorter_sessions.in_force(day.on)
        beyond = sessions.beyond_the_year(day)
        if beyond is None:
            full_day, under = sessions.full_day[day.session], sessions.citation

    if full_day is not None and full_day.is_met_by(minutes):
        earned, test = Fraction(1), f"a full day takes {full_day}"
    elif half_day.is_met_by(minutes):
        earned, test = Fraction(1, 2), f"a half day takes {half_day}"
    else:
        earned, test = Fraction(0), f"even a half day takes {half_day}"
    if earned < 1:
        under = grid.citation
    because = f"{minutes} min attended in {day.served_as}; {test}" + (f"; {beyond}" if beyond else "")
    return Ruling("credited day", earned, because, under)


def credit_e_learning(day: IllinoisDay, full_day: Threshold | None, rule: Version) -> Ruling[Fraction]:
    """Whoever takes part has the day, whatever the bells say: half of it where no full day can be earned."""
    earned = Fraction(1, 2) if full_day is None else Fraction(1)
    return Ruling("credited day", earned, f"took part in an e-learning day in {day.served_as}", rule.citation)


def credit_class_hours(minutes: tuple[int, ...], rule: PartTime) -> Ruling[Fraction]:
    """Each class is tested by itself: two halves of an hour do not make a class hour."""
    hours = sum(rule.class_hour.is_met_by(attended) for attended in minutes)
    earned = min(Fraction(hours, rule.class_hours_a_day), Fraction(1))
    because = f"{hours} of {rule.class_hours_a_day} class hours, each {rule.class_hour}"
    if hours < rule.class_hours_a_day:
        return Ruling("credited day", earned, because, rule.citation)
    looks = f"{hours} class hours of a part-time pupil: is this pupil full-time?"
    warning = Ruling("warning", "part-time pupil with a full day", looks, rule.citation)
    return Ruling("credited day", earned, because, rule.citation, (warning,))


def credit_blocks(served_as: ServedAs, minutes: int, rule: PartTime) -> Ruling[Fraction]:
    required = rule.minutes_required[served_as]
    because = f"{minutes} of the {required} min required that day, in blocks of {rule.block}"
    return Ruling("credited day", min(Fraction(minutes, required), Fraction(1)), because, rule.citation)


def in_sixths(days: Fraction) -> Exact:
    """Whole where they are whole."""
    sixths = days * DAY
    return sixths.numerator if sixths.denominator == 1 else sixths


def membership_of(day: IllinoisDay, law: IllinoisLaw) -> Exact:
    """The most that a day can earn, in sixths: half for half-day kindergarten, a class hour each for part-timers, in
    blocks the proportion of what is scheduled."""
    if day.served_as not in PART_TIME:
        return HALF_DAY if day.served_as is ServedAs.HALF_DAY_KINDERGARTEN else DAY
    rule = law.part_time.in_force(day.on)
    if not is_served_in_blocks(day, rule):
        return min(len(day.minutes_by_class), DAY)
    if day.minutes_scheduled is None:
        return DAY
    return min(Fraction(day.minutes_scheduled, rule.minutes_required[day.served_as]) * DAY, Fraction(DAY))


def rule_day(day: IllinoisDay, law: IllinoisLaw) -> Ruling[DayCount]:
    """Count one student-day, in sixths: eligible if it may be claimed, ineligible if the pupil may not.

    What the day could have earned and did not is absent, or not taken when some class's roll was not taken. Only a
    block's proportion is ever a fraction of a sixth. Raises CannotRule for a reason that the law does not know.
    """
    credited = credit_day(day, law)
    attended, membership = in_sixths(credited.value), membership_of(day, law)
    missing = membership - attended
    unknown = None in day.minutes_by_class or not day.minutes_by_class
    count = {"not_taken": missing} if unknown else {"absent": missing}
    if not unknown and day.excused is False:
        count["unexcused"] = missing

    if day.non_claimable_reason is None:
        counted = DayCount(membership, eligible=attended, **count)
        return Ruling("day", counted, credited.because, credited.under, (credited,))
    rule = law.non_claimable.in_force(day.on)
    if day.non_claimable_reason not in rule.reasons:
        raise CannotRule(f"the reason why the pupil may not be claimed is none of those in {rule.cite}")
    counted = DayCount(membership, ineligible=attended, **count)
    return Ruling("day", counted, f"not claimable: {day.non_claimable_reason}", rule.citation, (credited,))
