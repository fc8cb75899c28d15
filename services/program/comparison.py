"""What moved between two selections, and why. Pure."""

from services.program.selection_documents import Line, Selection
from shared.schema.base import Id, Schema

OWN_FACTS = ("api", "at_or_above", "with_a_rate", "enrollment")


class Move(Schema):
    """One school in one target grade whose outcome differs. None is a selection in which it is not listed."""

    school_id: Id
    target: str | None
    before: str | None
    after: str | None
    rank_before: int | None
    rank_after: int | None
    because: tuple[str, ...]


class Comparison(Schema):
    before: str
    after: str
    same: bool
    moves: tuple[Move, ...]


def compare(before: Selection, after: Selection) -> Comparison:
    """Every outcome that differs, by school id and target, each with the facts that differ; digests name the two."""
    olds, news = _by_place(before), _by_place(after)
    asked = [
        f"{what} changed"
        for what, differs in (
            ("the program year", before.program_year != after.program_year),
            ("the law", before.law_digest != after.law_digest),
            ("how many are selected", before.how_many != after.how_many),
            ("the target grades considered", before.targets != after.targets),
        )
        if differs
    ]
    moves = [
        _move(place, olds.get(place), news.get(place), asked)
        for place in sorted(olds.keys() | news.keys())
        if _outcome(olds.get(place)) != _outcome(news.get(place))
    ]
    return Comparison(before=before.digest, after=after.digest, same=before.digest == after.digest, moves=tuple(moves))


def _by_place(selection: Selection) -> dict[tuple[str, str], Line]:
    return {(line.school_id, line.target or ""): line for line in selection.lines}


def _outcome(line: Line | None) -> str | None:
    return None if line is None else line.outcome.value


def _move(place: tuple[str, str], old: Line | None, new: Line | None, asked: list[str]) -> Move:
    reasons = list(asked)
    if old is None or new is None:
        reasons.append("it is listed in only one of the two")
    else:
        own = [name for name in OWN_FACTS if getattr(old, name) != getattr(new, name)]
        reasons += [f"{name} {getattr(old, name)} became {getattr(new, name)}" for name in own]
        if not own and old.rank != new.rank:
            reasons.append(f"its own facts are the same; others moved it from rank {old.rank} to {new.rank}")
        if not own and old.rank == new.rank and not asked:
            reasons.append("its own facts and rank are the same; the days that are left for it changed")
    return Move(
        school_id=place[0],
        target=place[1] or None,
        before=_outcome(old),
        after=_outcome(new),
        rank_before=None if old is None else old.rank,
        rank_after=None if new is None else new.rank,
        because=tuple(reasons),
    )
