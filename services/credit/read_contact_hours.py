"""Texas's contact hours and full-time equivalents of a six-weeks, by instructional setting (rule TX-22)."""

from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Query

from services.credit.averaging import Rounding
from services.credit.day_count import in_days
from services.credit.figures import Figure, exact_text, figure
from services.credit.formulas.texas_year import TexasYearLaw
from services.credit.read_ada import SchoolYear, Through
from services.credit.school_hours import PeriodHours, hours_of_school
from services.credit.sheet_library import Library, NoSuchSchool, Reader
from services.credit.texas_contact_hours import SettingHours
from services.credit.texas_view import BeforeTheLaw, NotOfTexas, texas_view
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema

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
        law: TexasYearLaw = view.lawbook["texas_year"].law
        rows = [
            _row(name, one, law.published_ada.in_force(one.begins_on))
            for name, school in view.schools.items()
            for one in await hours_of_school(view, school, school_year, through)
            if one.number == period
        ]
        if not rows:
            raise NotOfTexas("Check the school year, the period, and the school's jurisdiction.")
        return ContactHoursAnswer(
            district_id=reader.district_id, school_year=school_year, period=period,
            followed_through=view.followed_through, law_digest=view.law_digest, rows=tuple(rows),
        )  # fmt: skip


def _row(name: str, period: PeriodHours, rounding: Rounding) -> ContactHoursRow:
    settings: dict[str, SettingHours] = {}
    hours = [one.hours for one in period.tracks]
    for of_track in hours:
        for setting, part in of_track.settings.items():
            whole = settings.setdefault(setting, SettingHours())
            whole.students |= part.students
            whole.eligible += part.eligible
            whole.hours += part.hours
    return ContactHoursRow(
        school_id=name,
        settings=tuple(
            HoursOfSetting(
                setting=setting, students=len(part.students), eligible_days=in_days(part.eligible),
                contact_hours=exact_text(part.hours),
            )
            for setting, part in sorted(settings.items())
        ),
        career_hours=exact_text(sum((one.career for one in hours), Fraction(0))),
        excess_hours=exact_text(sum((one.excess for one in hours), Fraction(0))),
        special_hours=exact_text(sum((one.special - one.excess for one in hours), Fraction(0))),
        career_fte=figure(period.career(), rounding),
        special_fte=figure(period.special(), rounding),
        missing=period.missing,
    )  # fmt: skip
