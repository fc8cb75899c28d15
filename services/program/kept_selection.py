"""A selection as it is kept and read again: the frozen input, the outcome, and what they rested on."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.program.concealment import Sight
from services.program.selection_documents import Selection, SelectionInput
from services.program.shown_selection import conceal_selection, is_concealed
from services.program.tables import SelectionRow
from shared.schema.base import Schema
from shared.schema.not_taken import CountsAs
from shared.schema.refusals import NotFound


class NoSuchSelection(NotFound):
    """There is no such selection."""


class Basis(Schema):
    """What credit was asked, and what its answer rested on; schools that it could not count and that were left out.

    `untaken_days_count_as`: what the district had set, by state, of days whose roll nobody took (GEN-6).
    """

    begins_on: date
    ends_before: date
    line: str
    credit_law_digest: str
    followed_through: dict[str, int]
    unknown_schools: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    untaken_days_count_as: dict[str, CountsAs] = Field(default_factory=dict)


class KeptSelection(Schema):
    """A selection as it is kept: its frozen input, its outcome, and the digests by which both can be checked.

    For a reader from whom small groups are hidden there is no input and no digest.
    """

    selection_id: UUID
    made_at: datetime
    made_by: str
    input_digest: str | None
    outcome_digest: str | None
    basis: Basis
    input: SelectionInput | None
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


def as_shown(row: SelectionRow, sight: Sight) -> KeptSelection:
    """What a reader may see of it."""
    kept = as_kept(row)
    outcome = conceal_selection(kept.outcome, sight)
    if not is_concealed(outcome):
        return kept
    return kept.model_copy(update={"input": None, "input_digest": None, "outcome_digest": None, "outcome": outcome})
