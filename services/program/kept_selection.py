"""A selection as it is kept and read again: the frozen input, the outcome, and what they rested on."""

from datetime import date, datetime
from uuid import UUID

from services.program.selection_documents import Selection, SelectionInput
from services.program.tables import SelectionRow
from shared.schema.base import Schema
from shared.schema.refusals import NotFound


class NoSuchSelection(NotFound):
    """There is no such selection."""


class Basis(Schema):
    """What credit was asked, and what its answer rested on."""

    begins_on: date
    ends_before: date
    line: str
    credit_law_digest: str
    followed_through: dict[str, int]
    unknown_schools: tuple[str, ...]


class KeptSelection(Schema):
    """A selection as it is kept: its frozen input, its outcome, and the digests by which both can be checked."""

    selection_id: UUID
    made_at: datetime
    made_by: str
    input_digest: str
    outcome_digest: str
    basis: Basis
    input: SelectionInput
    outcome: Selection


def as_kept(row: SelectionRow) -> KeptSelection:
    facts, outcome = SelectionInput.model_validate_json(row.input), Selection.model_validate_json(row.outcome)
    return KeptSelection(
        selection_id=row.selection_id,
        made_at=row.made_at,
        made_by=row.made_by,
        input_digest=facts.digest,
        outcome_digest=outcome.digest,
        basis=Basis.model_validate_json(row.basis),
        input=facts,
        outcome=outcome,
    )
