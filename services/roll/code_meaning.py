"""An attendance code that has been used means for ever what it meant: a new meaning is a new version, from a date.

What a code did not say may be said later: that is how a code which stops the count is mended.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll.row_intake import Intake
from services.roll.spans import FOREVER, span_of
from shared.schema.roster import AttendanceCode

MEANING = ("definition", "presence", "excused", "present_at_official_roll")

USED = """
    SELECT min("on"), max("on") FROM roll.roll
    WHERE district_id = :district AND "on" >= :begins AND "on" < :ends
      AND (:code = ANY (codes) OR teacher_said IS NOT NULL AND EXISTS (
          SELECT FROM jsonb_each_text(teacher_said) said WHERE said.value = :code))
"""


async def refuse_other_meanings(
    session: AsyncSession, district_id: str, intake: Intake, new: Mapping[int, Any], before: Mapping[Any, Any],
    versions: Iterable[AttendanceCode],
) -> None:  # fmt: skip
    """`versions` are the codes as they would stand."""
    by_code: dict[str, list[AttendanceCode]] = {}
    for version in versions:
        by_code.setdefault(version.code, []).append(version)
    for number, row in new.items():
        was = before.get((row.code, row.begins_on))
        if was is None or number not in intake.rows:
            continue
        if column := means_otherwise(row, was):
            first, _ = await used(session, district_id, was)
            if first is not None:
                said = f"the code has been used since {first}: end it, and send a new version from a date on"
                intake.refuse(number, column, said)
                continue
        begins, ends = span_of(row)[1], span_of(was)[1]
        if begins < ends:
            _, last = await used(session, district_id, was, begins)
            if last is not None and not any(_covers(each, last) for each in by_code[row.code]):
                intake.refuse(number, "ends_before", f"rolls have the code up to {last}: end it later")


def means_otherwise(row: AttendanceCode, was: AttendanceCode) -> str | None:
    """The first column of its meaning that was said, and now is said otherwise."""
    return next(
        (name for name in MEANING if getattr(was, name) is not None and getattr(row, name) != getattr(was, name)), None
    )


def _covers(version: AttendanceCode, on: date) -> bool:
    begins, ends = span_of(version)
    return begins <= on < ends


async def used(
    session: AsyncSession, district_id: str, version: AttendanceCode, since: date | None = None
) -> tuple[date | None, date | None]:
    """The first and the last day on which a roll that stands has the version."""
    begins, ends = span_of(version)
    connection = await session.connection()
    given = {"district": district_id, "code": version.code, "begins": since or begins, "ends": min(ends, FOREVER)}
    first, last = (await connection.execute(text(USED), given)).one()
    return first, last
