"""The main job in roll, before our eyes: a teacher takes a roll, retries, and the office adjusts an absence."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

from rich.console import Console
from rich.table import Table

from deploy.demonstration.calendar import TODAY
from deploy.demonstration.district import Demonstration
from deploy.demonstration.rolls import NAMESPACE, TeacherRoll
from deploy.public_api import District, Person, clerk, refusal
from shared.schema.roll import Adjustment, Mark, Receipt, RollSubmission, SectionDays, Sheet, Trail


@dataclass(frozen=True)
class RollShown:
    """The roll of the demonstration and the student of its story, at one district's API."""

    district: District
    console: Console
    roll: TeacherRoll
    student_id: str

    @classmethod
    def of(cls, demonstration: Demonstration, district: District, console: Console) -> "RollShown":
        return cls(district, console, *demonstration.shown)

    @property
    def url(self) -> str:
        said = self.roll.submission
        return self.district.roll_url(said.section_id, said.on, said.period_id)

    @property
    def submission(self) -> RollSubmission:
        return RollSubmission.model_validate(self.roll.submission.model_dump(include=set(RollSubmission.model_fields)))

    @property
    def adjustment(self) -> Adjustment:
        return Adjustment(
            adjustment_id=uuid5(NAMESPACE, f"{self.roll.submission.submission_id}/{self.student_id}/shown"),
            student_id=self.student_id,
            code="S",
            reason="In the clinic when roll was taken",
            authority=f"nurse-{self.roll.school_id}",
            document=f"clinic pass {TODAY:%y%m%d}-014",
        )

    async def take(self) -> None:
        """The teacher reads her sections and the sheet, puts the roll, and puts it again."""
        teacher, district = self.roll.teacher, self.district
        answer = await district.agreed(teacher, "GET", f"{district.addresses.roll}/v1/me/sections", on=str(TODAY))
        self.console.print(_sections(SectionDays.model_validate_json(answer.content), self.roll.staff_id))
        said = self.roll.submission
        sheet_url = district.sheet_url(said.section_id, said.on, said.period_id)
        sheet = Sheet.model_validate_json((await district.agreed(teacher, "GET", sheet_url)).content)
        self.console.print(f"The sheet of {sheet.title}, period {sheet.period_id}: {len(sheet.students)} students.")

        table = Table("PUT the roll", "Answer", "Receipt (stream, sequence, hash), or refusal")
        for attempt in ("first", "the same again"):
            response = await district.agreed(teacher, "PUT", self.url, self.submission)
            replayed = " replayed" if response.headers.get("Idempotent-Replayed") == "true" else ""
            receipt = Receipt.model_validate_json(response.content)
            proof = f"{receipt.stream}, {receipt.sequence}, {receipt.hash[:24]}…"
            table.add_row(attempt, f"{response.status_code}{replayed}", proof)
        for what, person, submission_id in (
            ("another under its id", teacher, said.submission_id),
            ("by another teacher", Person("teacher", f"substitute-{self.roll.school_id}"), uuid4()),
        ):
            response = await district.ask(person, "PUT", self.url, self._another(submission_id))
            table.add_row(what, str(response.status_code), refusal(response))
        self.console.print(table)

    def _another(self, submission_id: UUID) -> RollSubmission:
        return RollSubmission(
            submission_id=submission_id, marks=(Mark(student_id=self.student_id, code="T"),), everyone_else="P"
        )

    async def adjusted_before(self) -> bool:
        """Did an earlier start adjust the mark already?"""
        return any(step.kind == "mark_adjusted" for step in (await self._trail()).steps)

    async def adjust(self) -> None:
        """The teacher may not; the office does."""
        by_teacher = await self.district.ask(self.roll.teacher, "POST", f"{self.url}/adjustments", self.adjustment)
        self.console.print(f"The teacher adjusts: {by_teacher.status_code} {refusal(by_teacher)}")
        office = clerk(self.roll.school_id)
        await self.district.agreed(office, "POST", f"{self.url}/adjustments", self.adjustment)

    async def show_trail(self) -> None:
        trail = await self._trail()
        title = f"The trail of student {trail.student_id} on {trail.on}, period {trail.period_id}"
        table = Table("Sequence", "What", "Mark", "By", "Role", "Reason", "Authority", "Document", title=title)
        for step in trail.steps:
            table.add_row(
                str(step.sequence), step.kind.replace("_", " "), step.code, step.recorded_by,
                step.role.replace("_", " "), *_known((step.reason, step.authority, step.document)),
            )  # fmt: skip
        self.console.print(table)

    async def _trail(self) -> Trail:
        url = f"{self.url}/students/{self.student_id}/trail"
        response = await self.district.agreed(clerk(self.roll.school_id), "GET", url)
        return Trail.model_validate_json(response.content)


def _sections(days: SectionDays, staff_id: str) -> Table:
    table = Table("Section", "Title", "Period", "Begins", "Students", "Taken", title=f"{staff_id} on {days.on}")
    for roll in days.rolls:
        begins = "" if roll.begins_at is None else f"{roll.begins_at:%H:%M}"
        taken = f"yes, version {roll.version}" if roll.taken else "no"
        table.add_row(roll.section_id, roll.title, roll.period_id, begins, str(roll.students), taken)
    return table


def _known(cells: Iterable[str | None]) -> list[str]:
    return [cell or "" for cell in cells]
