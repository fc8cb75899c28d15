"""A ruling is a value that knows why it is so.

Every formula returns one, so that explaining a number is never a second program that might disagree with the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

Value_co = TypeVar("Value_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule comes from: the law's words, the day this version took force, and how an ambiguity was read."""

    law: str
    in_force_from: date
    reading: str | None = None

    def __str__(self) -> str:
        return f"{self.law}, in force from {self.in_force_from}"


@dataclass(frozen=True, slots=True)
class Ruling(Generic[Value_co]):
    """`what` was decided, its `value`, `because` of which facts, `under` which law, `resting_on` which rulings."""

    what: str
    value: Value_co
    because: str
    under: Citation
    resting_on: tuple["Ruling[object]", ...] = ()

    def explain(self, depth: int = 0) -> Iterator[str]:
        """Yield this ruling and then everything it rests on, one indented line each."""
        yield f"{'    ' * depth}{self.what} = {self.value}: {self.because} ({self.under})"
        for ground in self.resting_on:
            yield from ground.explain(depth + 1)
