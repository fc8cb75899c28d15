"""A student as the roster has her: the register's facts, by name."""

import json
from typing import Any

from shared.schema.refusals import NotFound
from shared.schema.roster import Student


class NoSuchStudent(NotFound):
    """There is no such student here."""


async def find_student(connection: Any, district_id: str, student_id: str) -> Student:
    """Raises NoSuchStudent."""
    row = await connection.fetchrow(
        "SELECT student_id, given_name, family_name, birth_date, address, guardians FROM roll.student "
        "WHERE district_id = $1 AND student_id = $2",
        district_id,
        student_id,
    )
    if row is None:
        raise NoSuchStudent("Check the student's id.")
    return read_student(row)


def read_student(row: Any) -> Student:
    """A row of the student table. Its guardians are JSON."""
    return Student.model_validate({**row, "guardians": json.loads(row["guardians"] or "[]")}, strict=False)
