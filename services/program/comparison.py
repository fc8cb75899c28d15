"""What moved between two selections, and why. Pure."""

from services.program.concealment import EVERYTHING, NOT_SHOWN, Sight
from services.program.selection_documents import Line, Selection
from services.program.shown_selection import conceal_selection, is_concealed
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
    """Digests are None for a reader from whom small groups are hidden."""

    before: str | None
    after: str | None
    same: bool
    moves: tuple[Move, ...]


def compare(before: Selection, after: Selection, sight: Sight = EVERYTHING) -> Comparison:
    """Every outcome that differs, by school id and target, each with the facts that differ; digests name the two."""
    shown = conceal_selection(before, sight), conceal_selection(after, sight)
    hides = any(map(is_concealed, shown))
    olds, news = (_by_place(one) for one in shown)
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
        _move(place, olds.get(place), news.get(place), asked, ranked=not hides)
        for place in sorted(olds.keys() | news.keys())
        if _outcome(olds.get(place)) != _outcome(news.get(place))
    ]
    return Comparison(
        before=None if hides else before.digest,
        after=None if hides else after.digest,
        same=before.digest == after.digest,
        moves=tuple(moves),
    )


def _by_place(selection: Selection) -> dict[tuple[str, str], Line]:
    return {(line.school_id, line.target or ""): line for line in selection.lines}


def _outcome(line: Line | None) -> str | None:
    return None if line is None else line.outcome.value


def _move(place: tuple[str, str], old: Line | None, new: Line | None, asked: list[str], *, ranked: bool) -> Move:
    reasons = list(asked)
    if old is None or new is None:
        reasons.append("it is listed in only one of the two")
    elif old.is_hidden or new.is_hidden:
        reasons.append(NOT_SHOWN)
    else:
        own = [name for name in OWN_FACTS if getattr(old, name) != getattr(new, name)]
        reasons += [f"{name} {getattr(old, name)} became {getattr(new, name)}" for name in own]
        if not own and not ranked:
            reasons.append("its own facts are the same")
        elif not own and old.rank != new.rank:
            reasons.append(f"its own facts are the same; others moved it from rank {old.rank} to {new.rank}")
        elif not own and not asked:
            reasons.append("its own facts and rank are the same; the days that are left for it changed")
    return Move(
        school_id=place[0],
        target=place[1] or None,
        before=_outcome(old),
        after=_outcome(new),
        rank_before=old.rank if ranked and old is not None else None,
        rank_after=new.rank if ranked and new is not None else None,
        because=tuple(reasons),
    )
