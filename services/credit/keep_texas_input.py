"""Keep what Texas's year asks for and rolls do not say: idempotent upserts, whose every edition stays on record."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.credit import tables
from services.credit.formulas.texas import TexasLaw
from services.credit.formulas.texas_year import ContactHours, TexasYearLaw
from services.credit.sheet_library import Library, NoSuchSchool, Reader, SheetLibrary
from services.credit.texas_tables import Given, find_rows, find_trail, keep_rows
from shared.plumbing.circumstances import WhoAsks
from shared.plumbing.json_body import BulkJSONRoute
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.law import NoLawInForce
from shared.schema.refusals import Conflict, Unprocessable
from shared.schema.texas import (
    CampusNumber,
    FlexibleMinutes,
    HandOffCode,
    OffCampusCode,
    ProgramEnrollment,
    TexasRows,
    TexasRowsKept,
    UniqueStudentId,
    WaivedDay,
    YearFigures,
)

router = APIRouter(tags=["texas"], route_class=BulkJSONRoute)
WRITERS = ("district_office", "sis_client")
KEEPERS = ("district_office", "principal", "attendance_clerk", "auditor")


class NamedTwice(Unprocessable):
    """Two rows of one call have the same name."""


class NoTexasSchool(Unprocessable):
    """There is no such school in Texas here."""


class NoSuchSetting(Unprocessable):
    """The law has no such instructional setting on that day."""


class NoSuchGround(Unprocessable):
    """The law has no such ground to be counted present off campus on that day."""


class TooManyDaysWaived(Conflict):
    """The law lets no more days be left out."""


@dataclass(frozen=True, slots=True)
class Collection:
    """`body` is what a call brings; `key` names a row within its school."""

    name: str
    path: str
    body: type[Any]
    key: Callable[[Any], tuple[object, ...]]
    about: str


COLLECTIONS = (
    Collection("flexible_minutes", "flexible-minutes", TexasRows[FlexibleMinutes], lambda r: (r.student_id, r.on),
               "Minutes of flexible attendance, a student and a day."),
    Collection("waived_days", "waived-days", TexasRows[WaivedDay], lambda r: (r.on,),
               "Days that the state lets a campus leave out for low attendance."),
    Collection("program_enrollments", "program-enrollments", TexasRows[ProgramEnrollment],
               lambda r: (r.student_id, r.setting, r.begins_on), "Students in settings that earn contact hours."),
    Collection("year_figures", "year-figures", TexasRows[YearFigures], lambda r: (r.school_year,),
               "What a school or the district reports of a year and no roll says."),
    Collection("off_campus_codes", "off-campus-codes", TexasRows[OffCampusCode], lambda r: (r.code, r.begins_on),
               "Which ground a code is for that counts as present off campus."),
    Collection("hand_off_codes", "hand-off-codes", TexasRows[HandOffCode], lambda r: (r.school_year,),
               "The state's codes that no roll says, for hand-offs."),
    Collection("campus_numbers", "campus-numbers", TexasRows[CampusNumber], lambda r: (),
               "The state's number of each campus, where the SIS has another id."),
    Collection("unique_student_ids", "unique-student-ids", TexasRows[UniqueStudentId], lambda r: (r.student_id,),
               "The state's unique ID of each student, where the SIS has another."),
)  # fmt: skip


READ_WITH_SCHOOLS = (TexasRows[WaivedDay], TexasRows[OffCampusCode])
"""What is read with a school's facts: they have another version then. Without a school, those of every school."""

OF_NO_SCHOOL = (TexasRows[OffCampusCode], TexasRows[HandOffCode])
"""What is the district's alone and says nothing of a student: every keeper may read it."""


class Edition(Schema):
    """A row as it was given, by whom and when; the last edition of a row stands."""

    edition: int
    row: dict[str, Any]
    recorded_at: datetime
    recorded_by: str


def _keep(collection: Collection) -> Callable[..., Awaitable[TexasRowsKept]]:
    async def keep(body: Any, asking: WhoAsks, library: Library) -> TexasRowsKept:
        asking.require_role(*WRITERS)
        given = [_given(collection, row) for row in body.rows]
        if len({(row.school_id, row.key) for row in given}) != len(given):
            raise NamedTwice("Name every row once in a call.", "/rows")
        async with library.database.bare(asking.district_id) as connection:
            await tables.lock_district(connection, asking.district_id)
            await _refuse_what_cannot_be(connection, asking.district_id, library, body.rows)
            kept = await keep_rows(
                connection, asking.district_id, collection.name, given, asking.at, asking.principal.subject
            )
            if collection.body is TexasRows[WaivedDay]:
                await _refuse_too_many(connection, asking.district_id, library, {school for school, _ in kept})
            if kept and collection.body in READ_WITH_SCHOOLS:
                every = await _texan_schools(connection, asking.district_id)
                for school_id in sorted({school for school, _ in kept if school} or every):
                    await tables.advance(connection, asking.district_id, school_id, "facts")
        return TexasRowsKept(kept=len(kept), unchanged=len(given) - len(kept))

    keep.__annotations__["body"] = collection.body
    keep.__doc__ = f"{collection.about} Sending rows again changes nothing; other rows take their place."
    return keep


def _given(collection: Collection, row: Any) -> Given:
    school_id = getattr(row, "school_id", None) or ""
    return Given(school_id, "/".join(str(part) for part in collection.key(row)), row.model_dump_json())


async def _refuse_what_cannot_be(connection: Any, district_id: str, library: SheetLibrary, rows: Sequence[Any]) -> None:
    """Raises NoTexasSchool, NoSuchSetting or NoSuchGround."""
    law: TexasYearLaw = library.lawbook["texas_year"].law
    texan = await _texan_schools(connection, district_id)
    for index, row in enumerate(rows):
        school_id = getattr(row, "school_id", None)
        if school_id is not None and school_id not in texan:
            raise NoTexasSchool("Check the school's id, and its jurisdiction.", f"/rows/{index}/school_id")
        if isinstance(row, ProgramEnrollment) and row.setting not in _settings(law, row):
            raise NoSuchSetting("The law report names them, under contact_hours.", f"/rows/{index}/setting")
        if isinstance(row, OffCampusCode) and row.ground not in _grounds(library, row):
            raise NoSuchGround("The law report names them, under counted_present_off_campus.", f"/rows/{index}/ground")


def _settings(law: TexasYearLaw, row: ProgramEnrollment) -> Sequence[str]:
    try:
        rule: ContactHours = law.contact_hours.in_force(row.begins_on)
    except NoLawInForce:
        return ()
    return tuple(rule.multipliers)


def _grounds(library: SheetLibrary, row: OffCampusCode) -> set[str]:
    days: TexasLaw = library.lawbook["texas"].law
    try:
        return {ground.ground for ground in days.counted_present_off_campus.in_force(row.begins_on).grounds}
    except NoLawInForce:
        return set()


async def _texan_schools(connection: Any, district_id: str) -> set[str]:
    rows = await connection.fetch(
        "SELECT school_id FROM fact WHERE district_id = $1 AND collection = 'schools' "
        "AND row ->> 'jurisdiction' = 'texas'",
        district_id,
    )
    return {row["school_id"] for row in rows}


async def _refuse_too_many(connection: Any, district_id: str, library: SheetLibrary, schools: set[str]) -> None:
    """The law's most days, unless the commissioner allows more. Raises TooManyDaysWaived."""
    law: TexasYearLaw = library.lawbook["texas_year"].law
    for school_id in schools:
        granted: dict[int, list[WaivedDay]] = {}
        for row in await find_rows(connection, district_id, "waived_days", WaivedDay, school_id):
            if row.granted and row.beyond_the_most is None:
                granted.setdefault(row.school_year, []).append(row)
        for days in granted.values():
            rule = law.low_attendance_day.in_force(min(row.on for row in days))
            if len(days) > rule.most_days:
                raise TooManyDaysWaived(
                    f"{len(days)} days of a year; the law allows {rule.most_days}, unless the commissioner allows more."
                )


def _read(collection: Collection) -> Callable[..., Awaitable[tuple[Edition, ...]]]:
    async def read(
        reader: Reader,
        library: Library,
        school_id: Annotated[Id | None, Query(description="Without it, the district's own rows.")] = None,
    ) -> tuple[Edition, ...]:
        reader.require_role(*KEEPERS)
        who = reader.principal
        of_the_district = who.schools is None or collection.body in OF_NO_SCHOOL
        if not (who.may_see_school(school_id) if school_id else of_the_district):
            raise NoSuchSchool("Check the school's id, and that your token is good for the school.")
        async with library.database.bare(reader.district_id, readonly=True) as connection:
            trail = await find_trail(connection, reader.district_id, collection.name, school_id or "")
        return tuple(Edition(**row) for row in trail)

    read.__doc__ = f"{collection.about} Every edition, oldest first."
    return read


for each in COLLECTIONS:
    router.add_api_route(
        f"/v1/texas/{each.path}", _keep(each), methods=["POST"], name=f"keep_{each.name}",
        responses=refusals(NamedTwice, NoTexasSchool, NoSuchSetting, NoSuchGround, TooManyDaysWaived),
    )  # fmt: skip
    router.add_api_route(
        f"/v1/texas/{each.path}", _read(each), methods=["GET"], name=f"read_{each.name}",
        responses=refusals(NoSuchSchool),
    )  # fmt: skip
