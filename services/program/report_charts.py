"""Charts of a report, drawn in lines and boxes: attendance by week, absence by weekday, shares at the line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from services.program.report_pages import ACCENT, INK, MARGIN, PALE, QUIET, RULE, SIGNAL, Pages

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NAME_WIDTH = 52.0


def by_week(
    pages: Pages, x: float, width: float, height: float, weeks: Sequence[tuple[date, Fraction | None]], line: Fraction
) -> None:
    """A curve of rates. Its floor is not 0, and is written beside it; the line to reach is dashed."""
    top, left = pages.get_y() + 2, x + 9
    right, bottom = x + width, top + height - 6
    known = [rate for _, rate in weeks if rate is not None]
    floor = max(0, min(90, *(int(rate * 20) * 5 - 5 for rate in known)) if known else 90)
    step = 2 if floor >= 90 else 5 if floor >= 70 else 20

    def across(place: int) -> float:
        return left + (right - left) * (place + 0.5) / max(1, len(weeks))

    def up(rate: Fraction) -> float:
        return bottom - (bottom - top) * float((rate * 100 - floor) / (100 - floor))

    pages.set_line_width(0.2)
    for tick in range(floor, 101, step):
        pages.set_draw_color(*RULE)
        pages.line(left, up(Fraction(tick, 100)), right, up(Fraction(tick, 100)))
        pages.write_at(x, up(Fraction(tick, 100)) - 1.6, f"{tick} %", 7, QUIET, width=8, align="R")
    with pages.local_context():
        pages.set_draw_color(*SIGNAL)
        pages.set_dash_pattern(dash=1.2, gap=1)
        pages.line(left, up(line), right, up(line))
    months = 0
    for place, (monday, _) in enumerate(weeks):
        if place == 0 or monday.month != months:
            months = monday.month
            pages.write_at(across(place) - 6, bottom + 1.5, f"{monday:%b}", 7, QUIET, width=12, align="C")
    pages.set_draw_color(*ACCENT)
    pages.set_fill_color(*ACCENT)
    pages.set_line_width(0.6)
    points = [None if rate is None else (across(place), up(rate)) for place, (_, rate) in enumerate(weeks)]
    for one, other in pairwise(points):
        if one is not None and other is not None:
            pages.line(*one, *other)
    for point in points:
        if point is not None:
            pages.ellipse(point[0] - 0.7, point[1] - 0.7, 1.4, 1.4, style="F")
    pages.set_line_width(0.2)


def by_weekday(pages: Pages, x: float, width: float, height: float, absent: Sequence[Fraction | None]) -> None:
    """Bars from 0, one for each weekday that had students."""
    days = [(WEEKDAYS[place], rate) for place, rate in enumerate(absent) if rate is not None or place < 5]
    top, bottom = pages.get_y() + 5, pages.get_y() + height - 4
    most = max((rate for _, rate in days if rate is not None), default=Fraction(0)) or Fraction(1, 100)
    slot = width / len(days)
    for place, (name, rate) in enumerate(days):
        middle = x + slot * (place + 0.5)
        tall = 0.0 if rate is None else (bottom - top) * float(rate / most)
        pages.set_fill_color(*(ACCENT if rate == most else PALE))
        if tall:
            pages.rect(middle - slot * 0.3, bottom - tall, slot * 0.6, tall, style="F")
        said = "–" if rate is None else f"{float(rate * 100):.1f} %"
        pages.write_at(middle - slot / 2, bottom - tall - 4.5, said, 7.5, INK, width=slot, align="C")
        pages.write_at(middle - slot / 2, bottom + 1.5, name, 7, QUIET, width=slot, align="C")
    pages.set_draw_color(*QUIET)
    pages.line(x, bottom, x + width, bottom)


@dataclass(frozen=True, slots=True)
class ShareBar:
    """One school or grade: its share before and now, and the share to reach. None: not known, or not shown."""

    name: str
    before: Fraction | None
    now: Fraction | None
    goal: Fraction | None = None
    note: str = ""


def shares(pages: Pages, bars: Sequence[ShareBar]) -> None:
    """Bars from 0 to 100 %: pale is the year before, dark is now, the tick is the goal."""
    left, wide = MARGIN + NAME_WIDTH, pages.width - NAME_WIDTH - 34
    both = any(bar.before is not None for bar in bars)
    row = 9.0 if both else 6.5
    if both:
        _legend(pages, left)
    while bars:
        pages.need(3 * row)
        room = max(1, int((pages.h - 26 - pages.get_y()) / row))
        _bars(pages, bars[:room], left, wide, row, both=both)
        bars = bars[room:]


def _legend(pages: Pages, x: float) -> None:
    y = pages.get_y()
    for name, colour in (("the year before", PALE), ("now", ACCENT), ("goal", SIGNAL)):
        pages.set_fill_color(*colour)
        pages.rect(x, y + 0.4, 0.8 if name == "goal" else 3, 2.6, style="F")
        pages.write_at(x + (2 if name == "goal" else 4), y, name, 7.5, QUIET)
        x += 30 if name == "the year before" else 16
    pages.set_xy(MARGIN, y + 5.5)


def _bars(pages: Pages, bars: Sequence[ShareBar], left: float, wide: float, row: float, *, both: bool) -> None:
    top = pages.get_y()
    bottom = top + row * len(bars)
    pages.set_draw_color(*RULE)
    for tick in (0, 25, 50, 75, 100):
        pages.line(left + wide * tick / 100, top, left + wide * tick / 100, bottom)
        pages.write_at(left + wide * tick / 100 - 6, bottom + 0.8, f"{tick} %", 7, QUIET, width=12, align="C")
    for place, bar in enumerate(bars):
        y = top + row * place
        pages.write_at(MARGIN, y + row / 2 - 1.9, bar.name, 8, INK, width=NAME_WIDTH - 3)
        thick = row * (0.36 if both else 0.6)
        middle = y + row / 2
        for share, colour, at in (
            (bar.before, PALE, middle - thick),
            (bar.now, ACCENT, middle if both else middle - thick / 2),
        ):
            if share:
                pages.set_fill_color(*colour)
                pages.rect(left, at, wide * float(share), thick, style="F")
        if bar.goal is not None and bar.goal <= 1:
            pages.set_fill_color(*SIGNAL)
            pages.rect(left + wide * float(bar.goal) - 0.4, middle - row * 0.42, 0.8, row * 0.84, style="F")
        pages.write_at(left + wide + 3, middle - 1.9, bar.note, 8, INK if bar.now is not None else QUIET, width=31)
    pages.set_xy(MARGIN, bottom + 7)
