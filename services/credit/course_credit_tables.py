"""The tables of course credit, one function a statement. Rows are added, never changed."""

import json
from datetime import datetime
from typing import Any

from shared.schema.course_credit import CourseCreditAction, CourseCreditPolicy, KeptCourseCreditAction


async def keep_policy(
    connection: Any, district_id: str, policy: CourseCreditPolicy, at: datetime, by: str
) -> CourseCreditPolicy:
    """The policy of that level that begins that day: this one, unless there was one before."""
    await connection.execute(
        "INSERT INTO course_credit_policy (district_id, level, begins_on, policy, recorded_at, recorded_by) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        district_id, policy.level, policy.begins_on, policy.model_dump_json(), at, by,
    )  # fmt: skip
    kept = await connection.fetchval(
        "SELECT policy FROM course_credit_policy WHERE district_id = $1 AND level = $2 AND begins_on = $3",
        district_id, policy.level, policy.begins_on,
    )  # fmt: skip
    return CourseCreditPolicy.model_validate_json(kept)


async def find_policies(connection: Any, district_id: str) -> list[CourseCreditPolicy]:
    """By level, and within a level in the order in which they begin."""
    rows = await connection.fetch(
        "SELECT policy FROM course_credit_policy WHERE district_id = $1 ORDER BY level, begins_on", district_id
    )
    return [CourseCreditPolicy.model_validate_json(row["policy"]) for row in rows]


async def keep_action(
    connection: Any, district_id: str, school_id: str, action: CourseCreditAction, at: datetime, by: str
) -> CourseCreditAction:
    """The action of that id: this one, unless there was one before."""
    await connection.execute(
        "INSERT INTO course_credit_action (district_id, action_id, school_id, section_id, student_id, action, "
        "recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        district_id, action.action_id, school_id, action.section_id, action.student_id, action.model_dump_json(), at,
        by,
    )  # fmt: skip
    kept = await connection.fetchval(
        "SELECT action FROM course_credit_action WHERE district_id = $1 AND action_id = $2",
        district_id,
        action.action_id,
    )
    return CourseCreditAction.model_validate_json(kept)


async def find_kept_actions(
    connection: Any, district_id: str, school_ids: list[str], student_id: str
) -> list[KeptCourseCreditAction]:
    """A student's actions in those schools, with their trail, as they were recorded."""
    rows = await connection.fetch(
        "SELECT action, recorded_at, recorded_by FROM course_credit_action "
        "WHERE district_id = $1 AND school_id = ANY ($2) AND student_id = $3 ORDER BY recorded_at, action_id",
        district_id, school_ids, student_id,
    )  # fmt: skip
    return [
        KeptCourseCreditAction(
            action=CourseCreditAction.model_validate_json(row["action"]),
            recorded_at=row["recorded_at"],
            recorded_by=row["recorded_by"],
        )
        for row in rows
    ]


async def find_actions(connection: Any, district_id: str, school_id: str) -> list[CourseCreditAction]:
    rows = await connection.fetch(
        "SELECT action FROM course_credit_action WHERE district_id = $1 AND school_id = $2 ORDER BY recorded_at",
        district_id,
        school_id,
    )
    return [CourseCreditAction.model_validate(json.loads(row["action"]), strict=False) for row in rows]
