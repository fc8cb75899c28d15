"""How far the program's schools have come: the five objectives, each with its evidence, and who must still move."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid5

from rich.console import Console
from rich.table import Table

from deploy.demonstration.calendar import SCHOOL_YEAR, TODAY
from deploy.demonstration.rolls import NAMESPACE
from deploy.public_api import District, Person

REVIEWS = ("2025-09-18", "2025-10-16", "2025-11-13", "2025-12-11", "2026-01-22")
MEASURES = (
    ("awareness", "staff", "61", "88", "staff survey, percent who know the 96 % line"),
    ("awareness", "students", "34", "57", "student survey, percent who know the 96 % line"),
    ("awareness", "parents", "22", "41", "sign-in sheets of parent workshops"),
    ("interventions", "incentive programs", "2", "5", "school plan"),
    ("interventions", "community partnerships", "1", "3", "school plan"),
    ("interventions", "parent support", "4", "4", "log of the parent center"),
    ("marks", "academic grades", "2.31", "2.38", "mean of the grade, fall term"),
    ("marks", "cooperation", "1.44", "1.52", "mean of the grade, fall term"),
    ("marks", "work habits", "1.37", "1.41", "mean of the grade, fall term"),
)
SAID = {True: "yes", False: "no", None: "not known"}


@dataclass(frozen=True)
class Followed:
    district: District
    console: Console
    program: str

    async def show(self, selection: dict[str, Any]) -> None:
        """The counselor of the first school has written everything down; that of the second forgot a month."""
        schools = [line["school_id"] for line in selection["outcome"]["lines"] if line["outcome"] == "selected"]
        for school, reviews in zip(schools, (REVIEWS, REVIEWS[1:]), strict=False):
            counselor = Person("counselor", f"aic-{school}", (school,))
            for body in _evidence(school, reviews):
                await self.district.agreed(counselor, "POST", f"{self.program}/schools/{school}/evidence", body)
        url = f"{self.program}/selections/{selection['selection_id']}/objectives"
        answer = (
            await self.district.agreed(Person("coordinator", "aip-coordinator"), "GET", url, through=str(TODAY))
        ).json()
        self.console.print(_progress(answer))
        for number, text in enumerate(answer["schools"][0]["objectives"], start=1):
            self.console.print(f"  {number}. {text['text']}.", highlight=False)
        self.console.print(_objectives(answer["schools"][:2]))


def _evidence(school: str, reviews: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    said: list[dict[str, str]] = [{"kind": "review", "on": on, "source": "minutes of the team"} for on in reviews]
    for objective, name, before, now, source in MEASURES:
        said.append(
            {"kind": "measure", "objective": objective, "name": name, "before": before, "now": now, "source": source}
        )
    for one in said:
        name = f"evidence/{school}/{SCHOOL_YEAR}/{one.get('on', one.get('name'))}"
        yield {"evidence_id": str(uuid5(NAMESPACE, name)), "program_year": SCHOOL_YEAR, "said": one}


def _progress(answer: dict[str, Any]) -> Table:
    title = f"The 5 % objective, as of {answer['through']}: students at 96 % or higher, against last spring"
    table = Table("School", "Grade", title=title)
    for name in ("Year before", "Now", "Points", "Relative", "On track", "Must move by June"):
        table.add_column(name, justify="right")
    for school in answer["schools"]:
        increase = school["increase"]
        row = ["not computable"] * 4
        if increase is not None:
            relative = increase["relative_percent"]
            row = [
                _signed(increase["points"]), "no ratio" if relative is None else f"{_signed(relative)} %",
                SAID[increase["met"]], "cannot" if increase["to_move"] is None else str(increase["to_move"]),
            ]  # fmt: skip
        table.add_row(
            school["name"], school["target"], _share(school["before"]), _share(school["now"]), *row
        )  # fmt: skip
    return table


def _share(part: list[int] | None) -> str:
    return "not shown" if part is None else f"{part[0]} of {part[1]}"


def _signed(number: str) -> str:
    return number if number.startswith("-") else f"+{number}"


def _objectives(schools: list[dict[str, Any]]) -> Table:
    table = Table("School", "Objective", "Met", "Because", "Evidence", title="The five objectives, with their evidence")
    for school in schools:
        for number, one in enumerate(school["objectives"], start=1):
            table.add_row(
                school["name"] if number == 1 else "", f"{number}. {one['objective']}", SAID[one["met"]],
                one["because"], one["evidence"][0] + (" …" if len(one["evidence"]) > 1 else "") if one["evidence"]
                else "", end_section=number == len(school["objectives"]),
            )  # fmt: skip
    return table
