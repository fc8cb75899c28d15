"""Track the five objectives of every program school, and how many students must still move by June."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from services.program.concealment import NOT_SHOWN, Sight
from services.program.follow_credit import Credit, CreditAway, CreditNotUnderstood, read_shares
from services.program.keep_evidence import EvidenceSaid, ReviewSaid
from services.program.kept_selection import NoSuchSelection
from services.program.lawbook import LAW
from services.program.objectives import Measure, Progress, Review, Share, Standing, progress, standings
from services.program.percentages import percent
from services.program.program_year import SPAN, year_begins, year_of
from services.program.rights import READERS, sight_of
from services.program.rulebook import Reading
from services.program.school_facts import TargetFacts, gather_targets
from services.program.selection_documents import Line, Selection
from services.program.shown_selection import conceal_selection, is_hidden
from services.program.tables import EvidenceRow, evidence_by_school, find_selection
from shared.plumbing.circumstances import Storage, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.credit import GradeShare
from shared.schema.refusals import Unprocessable
from shared.schema.roster import Day

router = APIRouter(tags=["objectives"])


class NotInTheProgramYear(Unprocessable):
    """The day is not in the selection's program year."""


class IncreaseShown(Schema):
    """Both readings of the 5 %; `test` is the one that counts. `to_move` more students must be at the line by June."""

    test: Reading
    met: bool | None
    points: str
    relative_percent: str | None
    met_by_points: bool
    met_by_relative: bool | None
    students_needed: int | None
    to_move: int | None


class ObjectiveShown(Schema):
    """`met` None: not known yet, and `because` names what is missing."""

    objective: str
    text: str
    met: bool | None
    because: str
    under: str
    evidence: tuple[str, ...]


class SchoolObjectives(Schema):
    """One program school in one target grade: shares as students at the line of those with a rate.

    A share of fewer than 10 is None, and so is the increase that would give it away, for others than the school itself.
    """

    school_id: Id
    name: str
    target: str
    before: tuple[int, int] | None
    now: tuple[int, int] | None
    increase: IncreaseShown | None
    objectives: tuple[ObjectiveShown, ...]


class ObjectivesAnswer(Schema):
    selection_id: UUID
    program_year: int
    through: date
    law_digest: str
    schools: tuple[SchoolObjectives, ...]


@router.get(
    "/v1/selections/{selection_id}/objectives",
    responses=refusals(NoSuchSelection, NotInTheProgramYear, CreditAway, CreditNotUnderstood),
)
async def track_objectives(
    selection_id: Annotated[UUID, Path()],
    asking: WhoAsks,
    database: Storage,
    credit: Credit,
    through: Annotated[Day, Query(description="The last day that counts.")],
    test: Annotated[Reading | None, Query(description="Which reading of the 5 % counts; the law's if none.")] = None,
) -> ObjectivesAnswer:
    """Every selected school's objectives as of a day, against the share that was frozen when it was selected."""
    asking.require_role(*READERS)
    async with database.snapshot(asking.district_id) as session:
        row = await find_selection(session, asking.district_id, selection_id)
        if row is None:
            raise NoSuchSelection("Check the id; GET /v1/selections lists them.")
        outcome = Selection.model_validate_json(row.outcome)
        evidence = await evidence_by_school(session, asking.district_id, outcome.program_year)
    if year_of(through) != outcome.program_year:
        raise NotInTheProgramYear(SPAN, "query/through")
    line, begins_on = LAW.line.of_year(outcome.program_year), year_begins(outcome.program_year)
    shares = await read_shares(credit, asking.district_id, line, begins_on, through + timedelta(days=1))
    of_school: dict[str, list[GradeShare]] = defaultdict(list)
    for share in shares.rows:
        of_school[share.school_id].append(share)
    lines, sight = {(one.school_id, one.target): one for one in outcome.selected}, sight_of(asking)
    tracked = (
        _school(
            lines[place], of_school[place[0]], evidence.get(place[0], []), outcome.program_year, through, test, sight
        )
        for shown in conceal_selection(outcome, sight).selected  # in the order in which they may be shown
        for place in ((shown.school_id, shown.target),)
    )
    return ObjectivesAnswer(
        selection_id=selection_id,
        program_year=outcome.program_year,
        through=through,
        law_digest=LAW.digest,
        schools=tuple(tracked),
    )


def _school(
    line: Line,
    shares: list[GradeShare],
    rows: list[EvidenceRow],
    year: int,
    through: date,
    test: Reading | None,
    sight: Sight,
) -> SchoolObjectives:
    mine = gather_targets(shares, LAW.target_grades.of_year(year))
    now = _share(next((facts for facts in mine if facts.target == line.target), None))
    before = Share(line.at_or_above or 0, line.with_a_rate or 0)
    hidden_before, hidden_now = is_hidden(line, sight), sight.hides(line.school_id, now.of)
    hides = hidden_before or hidden_now
    increase = progress(before, now, LAW.increase.of_year(year), test)
    measures, reviews = _evidence(rows)
    found = standings(LAW.objectives.of_year(year), increase, measures, reviews, through)
    return SchoolObjectives(
        school_id=line.school_id,
        name=line.name,
        target=line.target or "",
        before=None if hidden_before else (before.at_or_above, before.of),
        now=None if hidden_now else (now.at_or_above, now.of),
        increase=None if increase is None or hides else _shown(increase),
        objectives=tuple(_objective(one, hides=hides and one.rests_on_shares) for one in found),
    )


def _objective(one: Standing, *, hides: bool) -> ObjectiveShown:
    return ObjectiveShown(
        objective=one.objective,
        text=one.text,
        met=None if hides else one.met.value,
        because=NOT_SHOWN if hides else one.met.because,
        under=str(one.met.under),
        evidence=one.evidence,
    )


def _share(facts: TargetFacts | None) -> Share:
    return Share(0, 0) if facts is None else Share(facts.at_or_above, facts.with_a_rate)


def _shown(increase: Progress) -> IncreaseShown:
    return IncreaseShown(
        test=increase.test,
        met=increase.met,
        points=percent(increase.points / 100),
        relative_percent=None if increase.relative is None else percent(increase.relative / 100),
        met_by_points=increase.by_points.value,
        met_by_relative=increase.by_relative.value,
        students_needed=increase.students_needed,
        to_move=increase.to_move,
    )


def _evidence(rows: list[EvidenceRow]) -> tuple[list[Measure], list[Review]]:
    """Of measures the latest of each name."""
    measures: dict[tuple[str, str], Measure] = {}
    reviews = []
    for row in rows:
        said = EvidenceSaid.model_validate_json(row.said).said
        if isinstance(said, ReviewSaid):
            reviews.append(Review(said.on, said.source))
        else:
            measures[said.objective, said.name] = Measure(
                said.objective, said.name, Decimal(said.before), Decimal(said.now), said.source
            )
    return list(measures.values()), reviews
