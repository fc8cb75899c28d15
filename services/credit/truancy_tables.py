"""The table of what was done about truancy, one function a statement. Rows are added, never changed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from shared.schema.truancy import KeptTruancyAct, TruancyAct

_ACTS = (
    "SELECT a.act, a.recorded_at, a.recorded_by, a.withdraws IS NULL AND NOT EXISTS (SELECT FROM truancy_act w "
    "WHERE w.district_id = a.district_id AND w.withdraws = a.act_id) AS stands FROM truancy_act a "
    "WHERE a.district_id = $1 "
)


async def keep_truancy_act(connection: Any, district_id: str, act: TruancyAct, at: datetime, by: str) -> TruancyAct:
    """The act of that id: this one, unless there was one before."""
    await connection.execute(
        "INSERT INTO truancy_act (district_id, act_id, school_id, student_id, done_on, withdraws, act, recorded_at, "
        "recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (district_id, act_id) DO NOTHING",
        district_id, act.act_id, act.school_id, act.student_id, act.done_on, act.withdraws, act.model_dump_json(), at,
        by,
    )  # fmt: skip
    kept = await connection.fetchval(
        "SELECT act FROM truancy_act WHERE district_id = $1 AND act_id = $2", district_id, act.act_id
    )
    return TruancyAct.model_validate_json(kept)


async def find_truancy_acts(connection: Any, district_id: str, student_id: str) -> list[KeptTruancyAct]:
    """Everything on record for a student, withdrawn or not, in the order in which it was recorded."""
    rows = await connection.fetch(
        _ACTS + "AND a.student_id = $2 ORDER BY a.recorded_at, a.act_id", district_id, student_id
    )
    return [_kept(row) for row in rows]


async def standing_truancy_acts(
    connection: Any, district_id: str, school_id: str, first: date, last: date
) -> list[TruancyAct]:
    """What a school did from one day through another, and did not withdraw, as it was done."""
    rows = await connection.fetch(
        f"SELECT * FROM ({_ACTS} AND a.school_id = $2 AND a.done_on BETWEEN $3 AND $4 ORDER BY a.done_on, a.act_id) s "  # noqa: S608 - ours
        "WHERE stands",
        district_id, school_id, first, last,
    )  # fmt: skip
    return [_kept(row).act for row in rows]


def _kept(row: Mapping[str, Any]) -> KeptTruancyAct:
    return KeptTruancyAct(
        act=TruancyAct.model_validate_json(row["act"]),
        recorded_at=row["recorded_at"],
        recorded_by=row["recorded_by"],
        stands=row["stands"],
    )
