"""How a figure changes as the data grow, and its plot: a straight line across means that the cost is as promised."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure as Drawing

from tests.bench.figure import Figure

mpl.rcParams |= {"svg.hashsalt": "rollbook", "svg.fonttype": "none", "font.size": 9}


@dataclass(frozen=True)
class Point:
    """`size` is what has grown, in the curve's own words (students, rolls); `value` is in the curve's unit."""

    size: int
    value: float


@dataclass(frozen=True)
class Curve:
    """A rate or a cost that should stay the same as the data grow."""

    what: str
    unit: str
    grown: str
    points: tuple[Point, ...]

    def against_the_first(self) -> list[float]:
        """Each value as a ratio to the one at the smallest size: 1, and 1, and 1."""
        return [point.value / self.points[0].value for point in self.points]

    def cells(self) -> list[str]:
        sizes = " · ".join(f"{point.size:,}" for point in self.points)
        values = " · ".join(f"{point.value:,.4g}" for point in self.points)
        ratios = " · ".join(f"{ratio:.2f}" for ratio in self.against_the_first())
        return [self.what, f"{sizes} {self.grown}", f"{values} {self.unit}", ratios]

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"against_the_first": self.against_the_first()}


def curves_of(measured: Mapping[int, Sequence[Figure]], grown: str) -> list[Curve]:
    """The figures that were measured at every size and are marked as such: their ratio, if they have a baseline."""
    every = [{figure.what: figure for figure in figures if figure.steady} for figures in measured.values()]
    return [
        Curve(
            what,
            first.unit if first.ratio is None else "ratio",
            grown,
            tuple(
                Point(size, figures[what].measured if first.ratio is None else figures[what].ratio or 0.0)
                for size, figures in zip(measured, every, strict=True)
            ),
        )
        for what, first in every[0].items()
        if all(what in figures for figures in every)
    ]


def plot(curves: Sequence[Curve], file: Path) -> None:
    """One small picture: for each curve, its values over the size, as ratios to the smallest."""
    drawing = Drawing(figsize=(7, 2.1 * -(-len(curves) // 2)), layout="constrained")
    places = drawing.subplots(-(-len(curves) // 2), 2, squeeze=False)
    for place in places.flat[len(curves) :]:
        place.remove()
    for curve, place in zip(curves, places.flat, strict=False):
        sizes = [point.size for point in curve.points]
        place.semilogx(sizes, curve.against_the_first(), "o-", color="#1f5f8b")
        place.axhline(1, color="#999999", linewidth=0.8, linestyle=":")
        place.set(xlabel=curve.grown, xticks=sizes)
        place.set_title(f"{curve.what} ({curve.unit})", fontsize=8)
        place.set_ylim(0, 1.3 * max(curve.against_the_first()))
        place.margins(x=0.15)
        place.set_xticklabels([f"{size:,}" for size in sizes])
        place.minorticks_off()
        for point, ratio in zip(curve.points, curve.against_the_first(), strict=True):
            said = f"{point.value:,.0f}" if point.value >= 1000 else f"{point.value:.3g}"
            place.annotate(said, (point.size, ratio), (0, -12), textcoords="offset points", ha="center")
    drawing.savefig(file, metadata={"Date": None})
