"""One figure: what was measured, against what, and the floor that it should reach."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """`ratio` is measured to baseline. `at_least` or `at_most` is its floor; without a baseline, `measured`'s.

    `steady`: it should be the same however much data there is.
    """

    what: str
    unit: str
    measured: float
    baseline: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    steady: bool = False

    @property
    def ratio(self) -> float | None:
        return self.measured / self.baseline if self.baseline else None

    @property
    def reached(self) -> bool | None:
        value = self.measured if self.ratio is None else self.ratio
        if self.at_least is not None:
            return value >= self.at_least
        return value <= self.at_most if self.at_most is not None else None

    def cells(self) -> list[str]:
        floor = f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}" if self.at_most else ""
        verdict = {True: "reached", False: "not reached", None: ""}[self.reached]
        baseline = f"{self.baseline:,.4g} {self.unit}" if self.baseline else ""
        ratio = f"{self.ratio:.2f}" if self.ratio is not None else ""
        return [self.what, f"{self.measured:,.4g} {self.unit}", baseline, ratio, floor, verdict]

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"ratio": self.ratio, "reached": self.reached}
