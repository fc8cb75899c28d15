"""Texas's contact hours and full-time equivalents of a six-weeks, by instructional setting (rule TX-22)."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Query

from services.credit.averaging import Average, total
from services.credit.day_count import in_days
from services.credit.figures import Figure, exact_text, figure
from services.credit.formulas.texas_year import ContactHours, TexasYearLaw, full_time_equivalents
from services.credit.read_ada import SchoolYear, Through
from services.credit.sheet_library import Library, NoSuchSchool, Reader, SchoolSheets, View
from services.credit.texas_ada import track_periods
from services.credit.texas_contact_hours import SettingHours, TrackHours, count_hours
from services.credit.texas_tables import find_rows
from services.credit.texas_view import BeforeTheLaw, NotOfTexas, texas_view
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.ruling import Ruling
from shared.schema.texas import ProgramEnrollment

router = APIRouter(tags=["texas"])
Period = Annotated[int, Query(ge=1, le=6, description="The six-weeks, 1 to 6.")]


class HoursOfSetting(Schema):
    """`eligible_days` and `contact_hours` are exact text; of a special setting before any excess leaves it."""

    setting: str
    students: int
    eligible_days: str
    contact_hours: str


class ContactHoursRow(Schema):
    """A school. Hours beyond six on an eligible day leave the special-education hours: `special_hours` are after that.
    A full-time equivalent is six hours on every day taught. Without a program enrollment on record, `missing` says so.
    """

    school_id: Id
    settings: tuple[HoursOfSetting, ...]
    career_hours: str
    excess_hours: str
    special_hours: str
    career_fte: Figure
    special_fte: Figure
    missing: tuple[str, ...]


class ContactHoursAnswer(Schema):
    district_id: Id
    school_year: int
    period: int
    followed_through: dict[str, int]
    law_digest: str
    rows: tuple[ContactHoursRow, ...]


@router.get("/v1/texas/contact-hours", responses=refusals(NoSuchSchool, NotOfTexas, BeforeTheLaw))
async def read_contact_hours(
    reader: Reader,
    library: Library,
    school_year: SchoolYear,
    period: Period,
    school_id: Id | None = None,
    through: Through = None,
) -> ContactHoursAnswer:
    """Every school in Texas that you may see."""
    async with texas_view(library, reader, school_id) as view:
        rows = [
            row for school in view.schools.values() for row in await _rows(view, school, school_year, period, through)
        ]
        if not rows:
            raise NotOfTexas("Check the school year, the period, and the school's jurisdiction.")
        return ContactHoursAnswer(
            district_id=reader.district_id, school_year=school_year, period=period,
            followed_through=view.followed_through, law_digest=view.law_digest, rows=tuple(rows),
        )  # fmt: skip


async def _rows(
    view: View, school: SchoolSheets, school_year: int, number: int, through: date | None
) -> list[ContactHoursRow]:
    """The school's row; none where it has no such period."""
    facts, name = school.facts, school.facts.school.school_id
    last_day = min(through or view.today(name), view.today(name))
    programs = await find_rows(view.connection, view.asking.district_id, "program_enrollments", ProgramEnrollment, name)
    found = track_periods(facts, school.built, view.values, view.cases, view.lawbook, (), school_year, last_day)
    periods = [one for one in found if one.row.number == number]
    if not periods:
        return []
    law: TexasYearLaw = view.lawbook["texas_year"].law
    missing = [said for one in periods for said in one.row.problems]
    if not programs:
        missing.append("no program enrollment of the school is on record")
    counted: list[tuple[TrackHours, int, ContactHours]] = []
    for one in periods:
        rule, sheets = law.contact_hours.in_force(one.row.begins_on), school.built.get(one.track_id)
        last = min(one.row.ends_before, last_day + timedelta(days=1))
        if sheets is not None:
            as_set, _, _ = view.values.as_set("texas", one.row.begins_on)
            hours = count_hours(facts, sheets, as_set, programs, one.row.begins_on, last, rule)
            counted.append((hours, one.row.days_taught, rule))
    return [_row(name, law, min(one.row.begins_on for one in periods), counted, missing)] if counted else []


def _row(
    name: str, law: TexasYearLaw, on: date, counted: list[tuple[TrackHours, int, ContactHours]], missing: list[str]
) -> ContactHoursRow:
    settings: dict[str, SettingHours] = {}
    for hours, _, _ in counted:
        for setting, part in hours.settings.items():
            whole = settings.setdefault(setting, SettingHours())
            whole.students |= part.students
            whole.eligible += part.eligible
            whole.hours += part.hours
    career = [full_time_equivalents(hours.career, taught, rule) for hours, taught, rule in counted]
    special = [full_time_equivalents(hours.special - hours.excess, taught, rule) for hours, taught, rule in counted]
    rounding = law.published_ada.in_force(on)
    return ContactHoursRow(
        school_id=name,
        settings=tuple(
            HoursOfSetting(
                setting=setting, students=len(part.students), eligible_days=in_days(part.eligible),
                contact_hours=exact_text(part.hours),
            )
            for setting, part in sorted(settings.items())
        ),
        career_hours=exact_text(sum((hours.career for hours, _, _ in counted), Fraction(0))),
        excess_hours=exact_text(sum((hours.excess for hours, _, _ in counted), Fraction(0))),
        special_hours=exact_text(sum((hours.special - hours.excess for hours, _, _ in counted), Fraction(0))),
        career_fte=figure(_fte("FTE, career and technical", career, missing), rounding),
        special_fte=figure(_fte("FTE, special education", special, missing), rounding),
        missing=tuple(missing),
    )  # fmt: skip


def _fte(what: str, parts: list[Average], missing: list[str]) -> Average:
    """Of the tracks together; None where something is missing."""
    if missing:
        return Ruling(what, None, f"not computable: {missing[0]}", parts[0].under)
    return total(what, parts, parts[0].under)
