"""Texas's operational minutes of a school year, held against the state's, and the days missed (rules TX-24, TX-26)."""

from datetime import date

from fastapi import APIRouter

from services.credit.formulas.texas_year import SchoolDay, TexasYearLaw, missed_days
from services.credit.operational_minutes import count_minutes
from services.credit.read_ada import SchoolYear
from services.credit.sheet_library import Library, NoSuchSchool, Reader, SchoolSheets, View
from services.credit.texas_view import BeforeTheLaw, NotOfTexas, texas_view
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema

router = APIRouter(tags=["texas"])


class OperationalYear(Schema):
    """A track of a school: `enough` is null while days without bells leave it unknown. `short_days` last less than a
    school day. `days_missed` were closed all day: the first two are made up, with days of the cause "make-up day" or
    with minutes, and a waiver may be asked for those beyond; both are null while `enough` is."""

    school_id: Id
    track_id: Id
    days_taught: int
    minutes: int
    minutes_wanted: int
    enough: bool | None
    short_days: tuple[date, ...]
    days_without_bells: tuple[date, ...]
    citation: str
    days_missed: tuple[date, ...]
    days_made_up: tuple[date, ...]
    days_to_make_up: int | None
    days_that_may_be_waived: int | None
    because: str


class OperationalAnswer(Schema):
    district_id: Id
    school_year: int
    followed_through: dict[str, int]
    law_digest: str
    rows: tuple[OperationalYear, ...]


@router.get("/v1/texas/operational-minutes", responses=refusals(NoSuchSchool, NotOfTexas, BeforeTheLaw))
async def read_operational_minutes(
    reader: Reader, library: Library, school_year: SchoolYear, school_id: Id | None = None
) -> OperationalAnswer:
    """The whole year as the calendar plans it, days to come included, for every school in Texas that you may see."""
    async with texas_view(library, reader, school_id) as view:
        rows = [row for school in view.schools.values() for row in _rows(view, school, school_year)]
        if not rows:
            raise NotOfTexas("Check the school year, and the school's jurisdiction and tracks.")
        return OperationalAnswer(
            district_id=reader.district_id, school_year=school_year, followed_through=view.followed_through,
            law_digest=view.law_digest, rows=tuple(rows),
        )  # fmt: skip


def _rows(view: View, school: SchoolSheets, school_year: int) -> list[OperationalYear]:
    law: TexasYearLaw = view.lawbook["texas_year"].law
    found = []
    for track in sorted(school.facts.tracks, key=lambda track: track.track_id):
        if track.school_year == school_year:
            rule: SchoolDay = law.school_day.in_force(track.begins_on)
            said = count_minutes(school.facts, track.track_id, track.begins_on, track.ends_before or date.max, rule)
            known, enough = not said.without_bells, said.minutes >= rule.minutes_a_year
            missed = missed_days(len(said.missed), len(said.made_up), enough, law.missed_days.in_force(track.begins_on))
            owed = missed.value if known or enough else None
            found.append(
                OperationalYear(
                    school_id=school.facts.school.school_id, track_id=track.track_id, days_taught=said.days,
                    minutes=said.minutes, minutes_wanted=rule.minutes_a_year,
                    enough=enough if known or enough else None, short_days=said.short,
                    days_without_bells=said.without_bells, citation=str(rule.citation),
                    days_missed=said.missed, days_made_up=said.made_up,
                    days_to_make_up=owed.to_make_up if owed else None,
                    days_that_may_be_waived=owed.may_be_waived if owed else None, because=missed.because,
                )
            )  # fmt: skip
    return found
