"""The main job in program: schools selected by API and share at 96 % or higher, with reasons, staffed, followed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid5

from rich.console import Console
from rich.table import Table

from deploy.demonstration.calendar import SCHOOL_YEAR, TODAY
from deploy.demonstration.followed import Followed
from deploy.demonstration.los_angeles import LOS_ANGELES
from deploy.demonstration.rolls import NAMESPACE
from deploy.public_api import District, Person

COORDINATOR = Person("coordinator", "aip-coordinator")
DASHBOARD = Person("dashboard", "wall-display")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
SELECTED = 4  # how many is not in the program's text: a parameter


@dataclass(frozen=True)
class ProgramShown:
    district: District
    console: Console

    async def select(self) -> None:
        """Tell program the schools' API and enrollment; select for this year, on the spring before, and for the next;
        assign counselors; then how far this year's schools have come."""
        program = f"{self.district.addresses.program}/v1"
        await self.district.agreed(COORDINATOR, "POST", f"{program}/school-facts", {"rows": _school_facts()})
        this_year = await self._selected(program, SCHOOL_YEAR)
        next_year = await self._selected(program, SCHOOL_YEAR + 1, through=str(TODAY))
        self.console.print(_selection(next_year["outcome"]))

        assigned = {"assignment_id": str(uuid5(NAMESPACE, f"assignment/{next_year['selection_id']}"))}
        url = f"{program}/selections/{next_year['selection_id']}/assignments"
        answer = await self.district.agreed(COORDINATOR, "POST", url, assigned)
        self.console.print(_week(answer.json(), {school.cds: school.name for school in LOS_ANGELES}))
        await Followed(self.district, self.console, program).show(this_year)
        await self._trends(program)
        self._read_on(program, this_year["selection_id"])

    async def _selected(self, program: str, year: int, **more: str) -> dict[str, Any]:
        wanted = {
            "selection_id": str(uuid5(NAMESPACE, f"selection/{year}/{TODAY}")),
            "program_year": year,
            "how_many": {"by": "count", "schools": SELECTED},
        }
        selection = await self.district.agreed(COORDINATOR, "POST", f"{program}/selections", wanted | more)
        return dict(selection.json())

    async def _trends(self, program: str) -> None:
        """The year so far in one call, as a dashboard sees it; and where a school's page is to be had."""
        begins_on = f"{SCHOOL_YEAR - 1}-07-01"
        answer = await self.district.agreed(
            DASHBOARD, "GET", f"{program}/trends", begins_on=begins_on, through=str(TODAY)
        )
        self.console.print(_weekdays(answer.json()))

    def _read_on(self, program: str, selection_id: str) -> None:
        asked = f"through={TODAY}"
        for what, url in (
            ("The district's summary", f"{program}/selections/{selection_id}/report?{asked}"),
            (f"The page of {LOS_ANGELES[0].name}",
             f"{program}/schools/{LOS_ANGELES[0].cds}/report?program_year={SCHOOL_YEAR}&{asked}"),
        ):  # fmt: skip
            self.console.print(f"{what}, as PDF or (Accept: text/csv) as CSV: GET {url}",
                               soft_wrap=True, highlight=False, markup=False)  # fmt: skip


def _school_facts() -> list[dict[str, Any]]:
    return [
        {
            "school_id": school.cds, "name": school.name, "level": school.level, "api": school.api,
            "enrollments": {"TK/K" if school.level == "elementary" else "9": school.students},
        }
        for school in LOS_ANGELES
    ]  # fmt: skip


def _selection(outcome: dict[str, Any]) -> Table:
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


def _weekdays(said: dict[str, Any]) -> Table:
    """Percent of days absent, of the days whose roll was taken; a school of fewer than 10 students is not shown."""
    table = Table("", *WEEKDAYS, title=f"Percent absent by weekday, {said['begins_on']} to {said['through']}")
    shown = [(one["name"] or one["school_id"], one["weekdays"]) for one in said["schools"]]
    if said["district"] is not None:
        shown.append(("The district", said["district"][1]))
    for name, series in shown:
        table.add_row(name, *(_absent(series, place) for place in range(len(WEEKDAYS))))
    return table


def _absent(series: dict[str, list[int]] | None, place: int) -> str:
    if series is None:
        return "not shown"
    absent, taken = series["absent"][place], series["absent"][place] + series["attended"][place]
    return f"{Decimal(100 * absent) / taken:.2f}" if taken else ""
