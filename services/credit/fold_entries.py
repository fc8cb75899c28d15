"""Fold the entries of a stream into credit's tables, and mark the school-days that they touch.

One fold is one page in one transaction: what was folded, how far the stream was followed and which days must be built
again are kept together or not at all.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from pydantic import ValidationError

from services.credit import tables
from services.credit.feed import BrokenStream
from services.credit.roll_times import keep_times
from services.credit.statement_tables import keep_release
from services.credit.touched_days import Days, merged, touched_days
from shared.schema.entries import (
    COLLECTIONS,
    DISTRICT_STREAM,
    MARK_DIGITS,
    ChangeApproved,
    MarkAdjusted,
    PeopleChanged,
    PeriodLocked,
    PeriodUnlocked,
    RollTaken,
    RosterChanged,
    RosterFixed,
)

KEYS: dict[str, tuple[str, ...]] = {
    "attendance_codes": ("code", "begins_on"),
    "schools": ("school_id",),
    "tracks": ("track_id", "school_year"),
    "reporting_periods": ("track_id", "school_year", "number"),
    "calendar_days": ("track_id", "on"),
    "bell_periods": ("bell_schedule_id", "period_id"),
    "school_enrollments": ("student_id", "entry_date"),
    "sections": ("section_id",),
    "section_teachers": ("section_id", "staff_id", "begins_on"),
    "section_enrollments": ("section_id", "student_id", "begins_on"),
}
"""What names a row within its school."""


class Fold:
    """Folds entries of one stream, in order. `connection` is in a transaction of the district."""

    def __init__(self, connection: Any, district_id: str, stream: str) -> None:
        self.connection, self.district_id = connection, district_id
        self.school_id = "" if stream == DISTRICT_STREAM else stream.removeprefix("school.")
        self._spans: dict[str, list[Days]] = {}
        self._days: set[Any] = set()
        self._changed: set[str] = set()

    async def fold(self, entries: Sequence[Any]) -> None:
        """Raises BrokenStream for an entry that contradicts what was folded before it."""
        for kind, run in groupby(entries, type):
            if kind is RollTaken:
                await self._rolls_taken(list(run))
                continue
            for entry in run:
                await self._fold_one(entry)
        for school_id, spans in self._spans.items():
            await tables.touch(self.connection, self.district_id, school_id or None, merged(iter(spans)))
        if self._days:
            await tables.touch_days(self.connection, self.district_id, self.school_id, self._days)
        for school_id in self._changed:
            await tables.advance(self.connection, self.district_id, school_id, "facts")

    async def _fold_one(self, entry: Any) -> None:
        match entry:
            case RosterChanged():
                await self._roster_changed(entry)
            case RosterFixed():
                await self._roster_fixed(entry)
            case MarkAdjusted():
                await self._mark_adjusted(entry)
            case PeopleChanged():
                pass  # names and addresses are no business of credit's
            case PeriodUnlocked():
                await keep_release(self.connection, self.district_id, self.school_id, entry)
            case PeriodLocked() | ChangeApproved():
                pass  # a lock keeps marks as they are, and an approval allows what another entry says
            case _:
                raise BrokenStream(f"credit does not know what {type(entry).__name__} means")

    async def _roster_changed(self, entry: RosterChanged) -> None:
        model = COLLECTIONS.get(entry.collection)
        if model is None:
            raise BrokenStream("the roster has a collection that credit does not know")
        try:
            rows = [model.model_validate(row, strict=False) for row in entry.rows]
        except ValidationError:
            raise BrokenStream(f"a row of {entry.collection} has a form that credit does not know") from None
        by_school: dict[str, dict[str, Any]] = {}
        for row in rows:
            school_id = getattr(row, "school_id", "")
            if school_id != self.school_id:
                raise BrokenStream(f"a row of {entry.collection} is in the stream of another school")
            key = " ".join(str(getattr(row, name)) for name in KEYS[entry.collection])
            by_school.setdefault(school_id, {})[key] = row
        for school_id, keyed in by_school.items():
            was = await self._keep_rows(school_id, entry.collection, keyed)
            self._spans.setdefault(school_id, []).extend(
                span
                for key, row in keyed.items()
                for span in touched_days(model.model_validate_json(was[key]) if key in was else None, row)
            )
            if entry.collection in ("school_enrollments", "section_enrollments"):
                students = {row.student_id for row in keyed.values()}
                await tables.number_students(self.connection, self.district_id, school_id, students)
            self._changed.add(school_id)

    async def _keep_rows(self, school_id: str, collection: str, keyed: dict[str, Any]) -> dict[str, str]:
        """Keep the rows, and return those that stood under their keys before."""
        place = self.district_id, school_id, collection
        found = await self.connection.fetch(
            "SELECT key, row FROM fact "
            "WHERE district_id = $1 AND school_id = $2 AND collection = $3 AND key = ANY ($4)",
            *place,
            list(keyed),
        )
        await self.connection.execute(
            "INSERT INTO fact (district_id, school_id, collection, key, row) "
            "SELECT $1, $2, $3, * FROM unnest($4::text[], $5::jsonb[]) "
            "ON CONFLICT (district_id, school_id, collection, key) DO UPDATE SET row = excluded.row",
            *place,
            list(keyed),
            [row.model_dump_json(exclude_none=True) for row in keyed.values()],
        )
        return {row["key"]: row["row"] for row in found}

    async def _roster_fixed(self, entry: RosterFixed) -> None:
        if await tables.number_students(self.connection, self.district_id, self.school_id, entry.students):
            self._changed.add(self.school_id)
        await tables.fix_roster(
            self.connection, self.district_id, self.school_id, entry.section_id, entry.roster, entry.students
        )

    async def _rolls_taken(self, rolls: Sequence[RollTaken]) -> None:
        """Many rolls in a few statements: of one that is amended within the run, the last version stands."""
        standing = {(roll.on, roll.period_id, roll.section_id): roll for roll in rolls}
        rosters = {(roll.section_id, roll.roster) for roll in rolls}
        lengths = await tables.roster_lengths(self.connection, self.district_id, self.school_id, rosters)
        if any(lengths.get((roll.section_id, roll.roster)) != len(roll.marks) for roll in rolls):
            raise BrokenStream("a roll marks a roster that is not in the stream, or not of that length")
        kept = [
            tables.StandingRoll(
                *place, roll.version, roll.roster, " ".join(roll.codes), roll.marks, await self._adjusted(roll)
            )
            for place, roll in standing.items()
        ]
        await tables.keep_rolls(self.connection, self.district_id, self.school_id, kept)
        await keep_times(self.connection, self.district_id, self.school_id, standing.values())
        self._days |= {roll.on for roll in rolls}

    async def _adjusted(self, roll: RollTaken) -> list[int]:
        """The positions of the marks that stand because the office adjusted them."""
        if not roll.teacher_said:
            return []
        return await tables.positions(
            self.connection, self.district_id, self.school_id, roll.section_id, roll.roster, list(roll.teacher_said)
        )

    async def _mark_adjusted(self, entry: MarkAdjusted) -> None:
        roll = await tables.find_roll(
            self.connection, self.district_id, self.school_id, entry.on, entry.period_id, entry.section_id
        )
        if roll is None:
            raise BrokenStream("a mark is adjusted on a roll that is not in the stream")
        places = await tables.positions(
            self.connection, self.district_id, self.school_id, entry.section_id, roll.roster, [entry.student_id]
        )
        if not places:
            raise BrokenStream("a mark is adjusted of a student who is not on the roll")
        codes, place = roll.codes.split(" "), places[0]
        if codes[MARK_DIGITS.index(roll.marks[place])] != entry.was:
            raise BrokenStream("an adjusted mark was not what the adjustment says it was")
        if entry.code not in codes:
            codes.append(entry.code)
        marks = roll.marks[:place] + MARK_DIGITS[codes.index(entry.code)] + roll.marks[place + 1 :]
        now = roll._replace(
            version=entry.version, codes=" ".join(codes), marks=marks, adjusted=sorted({*roll.adjusted, place})
        )
        await tables.keep_rolls(self.connection, self.district_id, self.school_id, [now])
        self._days.add(entry.on)
