"""Texas: a school's contact hours of each six-weeks, and the full-time equivalents that they make (rule TX-22)."""

from datetime import date, timedelta
from typing import NamedTuple

from services.credit.averaging import Average, total
from services.credit.formulas.texas_year import ContactHours, TexasYearLaw, full_time_equivalents
from services.credit.sheet_library import SchoolSheets, View
from services.credit.texas_ada import track_periods
from services.credit.texas_contact_hours import TrackHours, count_hours
from services.credit.texas_tables import find_rows
from shared.schema.ruling import Ruling
from shared.schema.texas import ProgramEnrollment


class OfTrack(NamedTuple):
    hours: TrackHours
    days_taught: int
    rule: ContactHours


class PeriodHours(NamedTuple):
    """A six-weeks of a school, track by track. `missing` is what has to be known before an equivalent can be said."""

    number: int
    begins_on: date
    tracks: list[OfTrack]
    missing: tuple[str, ...]

    def career(self) -> Average:
        parts = [full_time_equivalents(one.hours.career, one.days_taught, one.rule) for one in self.tracks]
        return self._together("FTE, career and technical", parts)

    def special(self) -> Average:
        """What is beyond six hours a day has left these."""
        left = [one.hours.special - one.hours.excess for one in self.tracks]
        parts = [
            full_time_equivalents(hours, one.days_taught, one.rule)
            for hours, one in zip(left, self.tracks, strict=True)
        ]
        return self._together("FTE, special education", parts)

    def _together(self, what: str, parts: list[Average]) -> Average:
        if self.missing:
            return Ruling(what, None, f"not computable: {self.missing[0]}", parts[0].under)
        return total(what, parts, parts[0].under)


async def hours_of_school(
    view: View, school: SchoolSheets, school_year: int, through: date | None
) -> list[PeriodHours]:
    """Every six-weeks of the year that has sheets, through that day or today. Raises NoLawInForce."""
    facts, name = school.facts, school.facts.school.school_id
    last_day = min(through or view.today(name), view.today(name))
    programs = await find_rows(view.connection, view.asking.district_id, "program_enrollments", ProgramEnrollment, name)
    law: TexasYearLaw = view.lawbook["texas_year"].law
    found: dict[int, PeriodHours] = {}
    for one in track_periods(facts, school.built, view.values, view.cases, view.lawbook, (), school_year, last_day):
        sheets = school.built.get(one.track_id)
        if sheets is None:
            continue
        missing = () if programs else ("no program enrollment of the school is on record",)
        period = found.setdefault(one.row.number, PeriodHours(one.row.number, one.row.begins_on, [], missing))
        rule, last = law.contact_hours.in_force(one.row.begins_on), min(one.row.ends_before, last_day + timedelta(1))
        as_set, _, _ = view.values.as_set("texas", one.row.begins_on)
        hours = count_hours(facts, sheets, as_set, programs, one.row.begins_on, last, rule)
        period.tracks.append(OfTrack(hours, one.row.days_taught, rule))
        found[one.row.number] = period._replace(
            begins_on=min(period.begins_on, one.row.begins_on), missing=(*one.row.problems, *period.missing)
        )
    return [found[number] for number in sorted(found)]
