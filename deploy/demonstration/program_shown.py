"""The main job in program: schools selected by API and share at 96 % or higher, each with its reason, and staffed."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid5

from rich.console import Console
from rich.table import Table

from deploy.demonstration.calendar import SCHOOL_YEAR, TODAY
from deploy.demonstration.los_angeles import LOS_ANGELES
from deploy.demonstration.rolls import NAMESPACE
from deploy.public_api import District, Person

COORDINATOR = Person("coordinator", "aip-coordinator")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
SELECTED = 4  # how many is not in the program's text: a parameter


@dataclass(frozen=True)
class ProgramShown:
    district: District
    console: Console

    async def select(self) -> None:
        """Tell program the schools' API and next year's enrollment, select for next year, and assign counselors."""
        program = f"{self.district.addresses.program}/v1"
        await self.district.agreed(COORDINATOR, "POST", f"{program}/school-facts", {"rows": _school_facts()})
        wanted = {
            "selection_id": str(uuid5(NAMESPACE, f"selection/{SCHOOL_YEAR + 1}/{TODAY}")),
            "program_year": SCHOOL_YEAR + 1,
            "how_many": {"by": "count", "schools": SELECTED},
            "through": str(TODAY),
        }
        answer = await self.district.agreed(COORDINATOR, "POST", f"{program}/selections", wanted)
        selection = answer.json()
        self.console.print(_selected(selection["outcome"]))

        assigned = {"assignment_id": str(uuid5(NAMESPACE, f"assignment/{wanted['selection_id']}"))}
        url = f"{program}/selections/{wanted['selection_id']}/assignments"
        answer = await self.district.agreed(COORDINATOR, "POST", url, assigned)
        self.console.print(_week(answer.json(), {school.cds: school.name for school in LOS_ANGELES}))


def _school_facts() -> list[dict[str, Any]]:
    return [
        {
            "school_id": school.cds, "name": school.name, "level": school.level, "api": school.api,
            "enrollments": {"TK/K" if school.level == "elementary" else "9": school.students},
        }
        for school in LOS_ANGELES
    ]  # fmt: skip


def _selected(outcome: dict[str, Any]) -> Table:
    title = f"Attendance Improvement Program {outcome['program_year'] - 1}-{outcome['program_year'] % 100}"
    table = Table("School", "Grade", "API", "At 96 % or higher", "Outcome", "Days a week", "Because", title=title)
    for line in outcome["lines"]:
        share = "" if line["share_percent"] is None else (
            f"{line['at_or_above']} of {line['with_a_rate']}, {line['share_percent']} %"
        )  # fmt: skip
        days = "" if line["days_a_week"] is None else f"{line['days_a_week']} for {line['enrollment']} students"
        table.add_row(
            line["name"], line["target"] or "", str(line["api"] or ""), share, line["outcome"].replace("_", " "), days,
            line["because"],
        )  # fmt: skip
    return table


def _week(assignment: dict[str, Any], names: dict[str, str]) -> Table:
    table = Table("Counselor", *WEEKDAYS, title="The counselors' week")
    weeks: dict[str, list[str]] = {}
    for day in assignment["timetable"]["days"]:
        weeks.setdefault(day["counselor_id"], [""] * 5)[day["weekday"] - 1] = names[day["school_id"]]
    for counselor, week in weeks.items():
        table.add_row(counselor, *week)
    return table
