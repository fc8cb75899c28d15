"""Keep evidence of what a program school does: a review of its attendance, or a measure of last year and this one."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import Field, StringConstraints

from services.program.lawbook import LAW
from services.program.program_year import SPAN, year_of
from services.program.replays import first_answer, say_replayed
from services.program.rights import WITNESSES
from services.program.selection_documents import canonical
from services.program.tables import EvidenceRow, add, find_evidence
from shared.plumbing.circumstances import Transaction, WhoAsks
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.base import Id, LongText, Schema, ShortText
from shared.schema.law import NoLawInForce
from shared.schema.refusals import Conflict, Forbidden, Unprocessable
from shared.schema.roster import Day, SchoolYear

router = APIRouter(tags=["objectives"], route_class=JSONRoute)
Number = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,6}(\.[0-9]{1,4})?$")]


class ReviewSaid(Schema):
    """The school looked at its attendance data together. `source`: where that is written down."""

    kind: Literal["review"]
    on: Day
    source: LongText


class MeasureSaid(Schema):
    """One number of the year before and of this one, in the same unit. A later one takes an earlier one's place."""

    kind: Literal["measure"]
    objective: ShortText
    name: ShortText
    before: Number
    now: Number
    source: LongText


class EvidenceSaid(Schema):
    """Evidence for one program year. The caller names it."""

    evidence_id: UUID
    program_year: SchoolYear
    said: Annotated[ReviewSaid | MeasureSaid, Field(discriminator="kind")]


class KeptEvidence(Schema):
    evidence_id: UUID
    school_id: Id
    kept_at: datetime
    kept_by: str


class EvidenceIdReused(Conflict):
    """The evidence id belongs to another piece of evidence; choose a new one."""


class NoSuchMeasure(Unprocessable):
    """No objective of that program year names this measure."""


class NotThatYear(Unprocessable):
    """The review was not held in that program year."""


class NotYourSchool(Forbidden):
    """Your token is not good for this school."""


@router.post(
    "/v1/schools/{school_id}/evidence",
    status_code=201,
    responses=refusals(EvidenceIdReused, NoSuchMeasure, NotThatYear, NotYourSchool) | first_answer(KeptEvidence),
)
async def keep_evidence(
    school_id: Annotated[Id, Path()], evidence: EvidenceSaid, asking: WhoAsks, session: Transaction, response: Response
) -> KeptEvidence:
    """Keep it for ever. To retry, send the same again (200)."""
    asking.require_role(*WITNESSES)
    if not asking.principal.may_see_school(school_id):
        raise NotYourSchool("Ask for a token that names the school.")
    _check(evidence)
    row = EvidenceRow(
        district_id=asking.district_id,
        evidence_id=evidence.evidence_id,
        school_id=school_id,
        program_year=evidence.program_year,
        kept_at=asking.at,
        kept_by=asking.principal.subject,
        said=canonical(evidence),
    )
    if not await add(session, row):
        earlier = await find_evidence(session, asking.district_id, evidence.evidence_id)
        if earlier is None or (earlier.school_id, earlier.said) != (school_id, row.said):
            raise EvidenceIdReused("Use a new id for every piece of evidence.", "/evidence_id")
        row = earlier
        say_replayed(response)
    return KeptEvidence(evidence_id=row.evidence_id, school_id=row.school_id, kept_at=row.kept_at, kept_by=row.kept_by)


def _check(evidence: EvidenceSaid) -> None:
    said, year = evidence.said, evidence.program_year
    if isinstance(said, ReviewSaid):
        if year_of(said.on) != year:
            raise NotThatYear(SPAN, "/said/on")
        return
    try:
        rules = LAW.objectives.of_year(year)
    except NoLawInForce as refused:
        raise NoSuchMeasure(str(refused), "/program_year") from None
    if (said.objective, said.name) not in {(rule.objective, name) for rule in rules.items for name in rule.measures}:
        raise NoSuchMeasure("Name an objective and one of its measures, as the law file does.", "/said/name")
