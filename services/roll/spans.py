"""Half-open spans of days: which overlap, and where two of them differ. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

Span = tuple[date, date]
FOREVER = date.max


def span_of(row: Any) -> Span:
    """The days of a row: of an enrollment from entry to withdrawal, of a calendar day itself."""
    if hasattr(row, "on"):
        return row.on, date.fromordinal(row.on.toordinal() + 1)
    begins, ends = (
        (row.entry_date, row.withdrawal_date) if hasattr(row, "entry_date") else (row.begins_on, row.ends_before)
    )
    return begins, FOREVER if ends is None else ends


def overlapping(rows: Iterable[Any], alike: Callable[[Any], Hashable]) -> Iterator[tuple[Any, Any]]:
    """Pairs of rows, the earlier first, that have a day in common. An empty span has none."""
    groups: dict[Hashable, list[Any]] = defaultdict(list)
    for row in rows:
        begins, ends = span_of(row)
        if begins < ends:
            groups[alike(row)].append(row)
    for group in groups.values():
        if len(group) > 1:
            yield from _overlapping(sorted(group, key=span_of))


def _overlapping(group: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    longest = group[0]
    for row in group[1:]:
        if span_of(row)[0] < span_of(longest)[1]:
            yield longest, row
        longest = max(longest, row, key=lambda each: span_of(each)[1])


def touched(row: Any, was: Any | None, *, only_span: bool) -> list[Span]:
    """The days on which a change says something else: where both rows say the same but when, only those that differ."""
    now = span_of(row)
    if was is None:
        return [now]
    then = span_of(was)
    if not only_span:
        return [(min(now[0], then[0]), max(now[1], then[1]))]
    begins, ends = sorted((now[0], then[0])), sorted((now[1], then[1]))
    return [span for span in ((begins[0], begins[1]), (ends[0], ends[1])) if span[0] < span[1]]


def within(span: Span, whole: Span) -> bool:
    return whole[0] <= span[0] and span[1] <= whole[1]


def meet(span: Span, other: Span) -> bool:
    return max(span[0], other[0]) < min(span[1], other[1])
