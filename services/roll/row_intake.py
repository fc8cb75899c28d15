"""Reading the rows of a bulk call: each by itself, so that a bad row says where it is and good ones can be kept."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from shared.plumbing.problems import pointer
from shared.schema.base import Schema
from shared.schema.entries import StreamReceipt
from shared.schema.refusals import Unprocessable


class Upsert(Schema):
    """Up to 10,000 rows. When some are refused, either none is kept or the good ones are."""

    rows: Annotated[tuple[dict[str, Any], ...], Field(min_length=1, max_length=10_000)]
    on_refusal: Literal["keep_none", "keep_good"] = "keep_none"


class RowRefused(Schema):
    """Why one row was refused: a JSON pointer to the field, and what to do."""

    pointer: str
    detail: str


class RowWarning(Schema):
    """What should be looked at in a row that was kept all the same."""

    pointer: str
    detail: str


class UpsertAnswer(Schema):
    received: int
    changed: int
    unchanged: int
    refused: tuple[RowRefused, ...]
    receipts: tuple[StreamReceipt, ...]
    warnings: tuple[RowWarning, ...] = ()


class RowsRefused(Unprocessable):
    """Some rows were refused, so none was kept."""

    def __init__(self, refused: Sequence[RowRefused]) -> None:
        super().__init__("Mend them and send all again, or send on_refusal: keep_good.")
        self.errors = [refusal.model_dump() for refusal in refused]


@dataclass
class Intake:
    """The good rows by their place in the call, and why the others were refused."""

    received: int
    rows: dict[int, Any] = field(default_factory=dict)
    refused: list[RowRefused] = field(default_factory=list)

    def refuse(self, number: int, column: str, detail: str) -> None:
        """Take a good row back, for what only the database could know."""
        del self.rows[number]
        self.refused.append(RowRefused(pointer=f"/rows/{number}/{column}", detail=detail))

    def answer(
        self, changed: int, receipts: Sequence[StreamReceipt], warnings: Sequence[RowWarning] = ()
    ) -> UpsertAnswer:
        return UpsertAnswer(
            received=self.received,
            changed=changed,
            unchanged=len(self.rows) - changed,
            refused=tuple(self.refused),
            receipts=tuple(receipts),
            warnings=tuple(warnings),
        )


def read_rows(kind: type[Schema], key: Sequence[str], upsert: Upsert) -> Intake:
    """Validate each row as strictly as any body. The same key twice in one call is refused the second time."""
    intake = Intake(received=len(upsert.rows))
    seen: set[tuple[Any, ...]] = set()
    for number, raw in enumerate(upsert.rows):
        try:
            row = kind.model_validate_json(json.dumps(raw))
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False, include_input=False, include_context=False):
                place = pointer(("body", "rows", number, *error["loc"]))
                intake.refused.append(RowRefused(pointer=place, detail=error["msg"]))
            continue
        name = tuple(getattr(row, part) for part in key)
        if name in seen:
            twice = f"the same {' and '.join(key)} twice in one call"
            intake.refused.append(RowRefused(pointer=f"/rows/{number}", detail=twice))
            continue
        seen.add(name)
        intake.rows[number] = row
    return intake
