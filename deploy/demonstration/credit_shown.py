"""The main job in credit: ADA by six-weeks before and after an adjustment, and why a day counts as it does."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from deploy.demonstration.calendar import SCHOOL_YEAR, TODAY
from deploy.demonstration.schools import SchoolPlan
from deploy.public_api import OFFICE, District
from deploy.trouble import Trouble
from shared.schema.credit import AdaAnswer, AdaRow, StudentDays, Why
from shared.schema.roster import Jurisdiction

CREDIT_WITHIN = 120.0  # seconds: the first build of a year's sheets
CHANGE_WITHIN = 30.0


@dataclass(frozen=True)
class CreditShown:
    district: District
    console: Console
    schools: Sequence[SchoolPlan]

    async def ada_now(self, seconds: float = CREDIT_WITHIN) -> AdaAnswer:
        """ADA that rests on everything that roll has recorded up to this moment."""
        return await self.district.ada_after(await self.district.heads(), SCHOOL_YEAR, TODAY, seconds)

    async def ada_once_it_differs(self, before: AdaAnswer, since: float) -> AdaAnswer:
        """The first answer with another sum of eligible days; says how long that took. Errors: `Trouble`, when late."""
        while time.monotonic() < since + CHANGE_WITHIN:
            after = await self.district.ada(SCHOOL_YEAR, TODAY)
            if [row.totals for row in after.rows] != [row.totals for row in before.rows]:
                self.console.print(f"Credit shows the adjustment {time.monotonic() - since:.2f} s after it was sent.")
                return after
        raise Trouble(f"Credit did not show the adjustment within {CHANGE_WITHIN:.0f} seconds.")

    def show(self, before: AdaAnswer, after: AdaAnswer) -> None:
        """The six-weeks so far of each school and of the district; what the adjustment changed, as it was and is."""
        names = {school.school_id: school.name for school in self.schools}
        earlier = {_place(row): row for row in before.rows}
        table = Table("School", "Six-weeks", title=f"Texas: average daily attendance through {TODAY}")
        for name in ("Taught", "Students", "Membership", "Absent", "Eligible", "Ineligible", "Not taken", "ADA"):
            table.add_column(name, justify="right")
        for row in after.rows:
            if row.jurisdiction == Jurisdiction.TEXAS and row.begins_on <= TODAY:
                name = names[row.school_id] if row.school_id else "All of the district"
                table.add_row(name, *_cells(earlier[_place(row)], row))
        self.console.print(table)
        self.console.print("Not taken: days whose official roll nobody took. They are neither present nor absent.")

    async def show_student(self, student_id: str) -> None:
        """Her days by six-weeks."""
        url = f"{self.district.addresses.credit}/v1/students/{student_id}/attendance"
        answer = await self.district.agreed(OFFICE, "GET", url, school_year=str(SCHOOL_YEAR), through=str(TODAY))
        table = Table("Six-weeks", title=f"Student {student_id}")
        for name in ("Taught", "Membership", "Absent", "Eligible", "Ineligible", "Not taken"):
            table.add_column(name, justify="right")
        for row in StudentDays.model_validate_json(answer.content).rows:
            if row.begins_on <= TODAY:
                days = row.totals
                table.add_row(
                    str(row.period), str(row.days_taught), days.membership_days, days.absent_days, days.eligible_days,
                    days.ineligible_days, days.not_taken_days,
                )  # fmt: skip
        self.console.print(table)

    async def explain(self, student_id: str) -> None:
        """Why that student's day counts as it does."""
        url = f"{self.district.addresses.credit}/v1/students/{student_id}/days/{TODAY}/why"
        answer = (await self.district.agreed(OFFICE, "GET", url)).json()
        self.console.print(f"Why, of student {student_id} on {TODAY}:")
        for why in answer if isinstance(answer, list) else [answer]:
            for line in Why.model_validate_json(json.dumps(why)).explanation:
                self.console.print(f"  {line}", highlight=False)


def _place(row: AdaRow) -> tuple[str | None, str, int | None]:
    return row.school_id, row.jurisdiction, row.period


def _cells(before: AdaRow, after: AdaRow) -> list[str]:
    def changed(one: str, other: str) -> str:
        return one if one == other else f"{one} → {other}"

    was, now = before.totals, after.totals
    return [
        str(after.period), str(after.days_taught), str(after.students), now.membership_days,
        changed(was.absent_days, now.absent_days), changed(was.eligible_days, now.eligible_days),
        now.ineligible_days, now.not_taken_days,
        changed(before.ada or "none", after.ada or after.not_computable or "none"),
    ]  # fmt: skip
