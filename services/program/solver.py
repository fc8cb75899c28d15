"""Whole-number programs, solved by HiGHS. The one file that imports it.

Everything here is an integer; a solution is checked exactly before it is believed, so no float decides anything. One
thread and one seed: the same program has the same answer, unless time runs out first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil, inf
from typing import Final

import highspy

ROUNDING: Final = 1e-6
"""HiGHS's own tolerance: its bound on an integer objective is rounded up from just below."""


class Infeasible(ArithmeticError):
    """No whole numbers satisfy every row."""


class OutOfTime(TimeoutError):
    """Time ran out before any solution was found."""


@dataclass(frozen=True, slots=True)
class Row:
    """lower <= sum of coefficient * variable <= upper; None is no limit."""

    lower: int | None
    upper: int | None
    terms: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Program:
    """Minimise the sum of cost * variable over variables between 0 and their upper limit."""

    costs: list[int] = field(default_factory=list)
    lowers: list[int] = field(default_factory=list)
    uppers: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def variable(self, upper: int, *, cost: int = 0, lower: int = 0) -> int:
        """Add a whole-number variable; returns its index."""
        self.costs.append(cost)
        self.lowers.append(lower)
        self.uppers.append(upper)
        return len(self.costs) - 1

    def require(
        self,
        terms: Mapping[int, int] | Iterable[tuple[int, int]],
        *,
        lower: int | None = None,
        upper: int | None = None,
    ) -> None:
        """Add a row. A variable named twice counts with the sum of its coefficients."""
        sums: dict[int, int] = {}
        for index, coefficient in terms.items() if isinstance(terms, Mapping) else terms:
            sums[index] = sums.get(index, 0) + coefficient
        self.rows.append(Row(lower, upper, tuple(sums.items())))

    def is_satisfied_by(self, values: tuple[int, ...]) -> bool:
        limits = zip(self.lowers, values, self.uppers, strict=True)
        return all(low <= value <= high for low, value, high in limits) and all(
            (row.lower is None or row.lower <= total) and (row.upper is None or total <= row.upper)
            for row in self.rows
            for total in (sum(coefficient * values[index] for index, coefficient in row.terms),)
        )


@dataclass(frozen=True, slots=True)
class Solution:
    """`bound`: no solution costs less. Optimal where the cost equals it."""

    values: tuple[int, ...]
    cost: int
    bound: int


def minimise(program: Program, *, seconds: float) -> Solution:
    """The cheapest solution found in so many seconds, with a proven bound. Raises Infeasible, OutOfTime."""
    highs = _load(program, seconds)
    highs.run()
    status, info = highs.getModelStatus(), highs.getInfo()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        raise Infeasible("no whole numbers satisfy every row")
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise OutOfTime(f"no solution was found in {seconds} seconds")
    values = tuple(round(value) for value in highs.getSolution().col_value)
    if not program.is_satisfied_by(values):
        raise ArithmeticError("the solver's answer does not hold exactly")
    cost = sum(price * value for price, value in zip(program.costs, values, strict=True))
    bound = cost if status == highspy.HighsModelStatus.kOptimal else ceil(info.mip_dual_bound - ROUNDING)
    return Solution(values, cost, min(bound, cost))


def _load(program: Program, seconds: float) -> highspy.Highs:
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy annotates most, not this
    options = {"output_flag": False, "threads": 1, "random_seed": 0, "time_limit": float(seconds)}
    for name, value in (options | {"mip_rel_gap": 0.0, "mip_abs_gap": 0.5}).items():
        highs.setOptionValue(name, value)
    for cost, lower, upper in zip(program.costs, program.lowers, program.uppers, strict=True):
        highs.addCol(float(cost), float(lower), float(upper), 0, [], [])
    for column in range(len(program.costs)):
        highs.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    for row in program.rows:
        least = -inf if row.lower is None else float(row.lower)
        most = inf if row.upper is None else float(row.upper)
        indices, coefficients = [index for index, _ in row.terms], [float(factor) for _, factor in row.terms]
        highs.addRow(least, most, len(indices), indices, coefficients)
    return highs
