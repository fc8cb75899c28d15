"""Reading the rows of a bulk call: each by itself, so that a bad row says where it is and good ones can be kept."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from pydantic import Field, ValidationError

from shared.plumbing.problems import pointer
from shared.schema.base import Schema
from shared.schema.entries import StreamReceipt
from shared.schema.refusals import Unprocessable

MOST_ROWS = 10_000
MOST_DIFFERENCES = 1_000
About = TypeVar("About", "RowRefused", "RowWarning")
OnRefusal = Literal["keep_none", "keep_good"]


class HowToKeep(Schema):
    """When some rows are refused, either none is kept or the good ones are.

    A dry run changes nothing, and says what would be refused and what the good rows would change.
    """

    on_refusal: OnRefusal = "keep_none"
    dry_run: bool = False


class Upsert(HowToKeep):
    """Up to 10,000 rows."""

    rows: Annotated[tuple[dict[str, Any], ...], Field(min_length=1, max_length=MOST_ROWS)]


class RowRefused(Schema):
    """Why one row was refused: a JSON pointer to the field, and what to do.

    Rows count from 0 in JSON; in CSV as a spreadsheet counts them, the line of column names being row 1.
    """

    pointer: str
    detail: str


class RowWarning(Schema):
    """What should be looked at in a row that was kept all the same."""

    pointer: str
    detail: str


class RowDifference(Schema):
    """A row that says something new, and in which fields; `new` where there is no row of its name yet."""

    pointer: str
    new: bool
    fields: tuple[str, ...]


class UpsertAnswer(Schema):
    """`changed` counts the rows that said something new. A dry run has no receipts and the first 1,000 differences."""

    received: int
    changed: int
    unchanged: int
    refused: tuple[RowRefused, ...]
    receipts: tuple[StreamReceipt, ...] = ()
    warnings: tuple[RowWarning, ...] = ()
    dry_run: bool = False
    differences: tuple[RowDifference, ...] = ()


class RowsRefused(Unprocessable):
    """Some rows were refused, so none was kept."""

    def __init__(self, refused: Iterable[RowRefused]) -> None:
        super().__init__("Mend them and send all again, or send on_refusal: keep_good.")
        self.errors = [refusal.model_dump() for refusal in refused]


class Said(NamedTuple):
    """What is said of a row, or of one of its columns."""

    number: int
    column: str | None
    detail: str

    @property
    def pointer(self) -> str:
        return f"/rows/{self.number}" + ("" if self.column is None else f"/{self.column}")


@dataclass
class Intake:
    """The good rows by their number in the call, why the others were refused, and what should be looked at."""

    received: int
    rows: dict[int, Any] = field(default_factory=dict)
    refused: list[Said] = field(default_factory=list)
    warned: list[Said] = field(default_factory=list)

    def refuse(self, number: int, column: str | None, detail: str) -> None:
        """Take a good row back, for what only the other rows could tell."""
        del self.rows[number]
        self.refused.append(Said(number, column, detail))

    def warn(self, number: int, column: str | None, detail: str) -> None:
        self.warned.append(Said(number, column, detail))

    def raise_if_none_is_kept(self, how: HowToKeep) -> None:
        """Raises RowsRefused."""
        if self.refused and how.on_refusal == "keep_none":
            raise RowsRefused(_in_order(RowRefused, self.refused))

    def answer(
        self,
        changed: int,
        receipts: Sequence[StreamReceipt] = (),
        *,
        differences: Sequence[RowDifference] | None = None,
    ) -> UpsertAnswer:
        return UpsertAnswer(
            received=self.received,
            changed=changed,
            unchanged=len(self.rows) - changed,
            refused=tuple(_in_order(RowRefused, self.refused)),
            receipts=tuple(receipts),
            warnings=tuple(_in_order(RowWarning, self.warned)),
            dry_run=differences is not None,
            differences=tuple(differences or ()),
        )


def _in_order(kind: type[About], said: Iterable[Said]) -> Iterator[About]:
    for each in sorted(said, key=lambda each: each.number):
        yield kind(pointer=each.pointer, detail=each.detail)


def read_rows(kind: type[Schema], key: Sequence[str], raws: Mapping[int, Mapping[str, Any]]) -> Intake:
    """Validate each row as strictly as any body. The same key twice in one call is refused the second time."""
    intake = Intake(received=len(raws))
    seen: set[tuple[Any, ...]] = set()
    for number, raw in raws.items():
        try:
            row = kind.model_validate_json(json.dumps(raw))
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False, include_input=False, include_context=False):
                where = pointer(("body", *error["loc"])).removeprefix("/") or None
                intake.refused.append(Said(number, where, error["msg"]))
            continue
        name = tuple(getattr(row, part) for part in key)
        if name in seen:
            intake.refused.append(Said(number, None, f"the same {' and '.join(key)} twice in one call"))
            continue
        seen.add(name)
        intake.rows[number] = row
    return intake


def difference(number: int, row: Schema, was: Schema | None) -> RowDifference:
    fields = type(row).model_fields if was is None else fields_that_differ(row, was)
    return RowDifference(pointer=f"/rows/{number}", new=was is None, fields=tuple(fields))


def fields_that_differ(row: Schema, was: Schema) -> list[str]:
    return [name for name in type(row).model_fields if getattr(row, name) != getattr(was, name)]
