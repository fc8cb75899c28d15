"""What a report says of a series: rates, exact until they are drawn. Pure."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from services.program.concealment import SMALL
from services.program.percentages import percent
from shared.schema.trends import Series

DAY = 6
FEW = f"fewer than {SMALL} students"


def attendance(series: Series) -> list[Fraction | None]:
    """Attended of attended and absent, for each column; None where neither was counted."""
    return [
        Fraction(attended, attended + absent) if attended + absent else None
        for attended, absent in zip(series.attended, series.absent, strict=True)
    ]


def absence(series: Series) -> list[Fraction | None]:
    return [None if rate is None else 1 - rate for rate in attendance(series)]


def overall(series: Series) -> Fraction | None:
    attended, absent = sum(series.attended), sum(series.absent)
    return Fraction(attended, attended + absent) if attended + absent else None


def said(rate: Fraction | None) -> str:
    return "not known" if rate is None else f"{percent(rate)} %"


def in_days(sixths: int) -> str:
    """Days to two decimals, half up: for reading, not for sums (GEN-3)."""
    hundredths = (sixths * 100 * 2 + DAY) // (2 * DAY)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def counted_weeks(weeks: Sequence[date], series: Series) -> list[tuple[date, Fraction | None]]:
    """From the first to the last week in which anything was counted."""
    rated = list(zip(weeks, attendance(series), strict=True))
    known = [place for place, (_, rate) in enumerate(rated) if rate is not None]
    return rated[known[0] : known[-1] + 1] if known else []


def safe(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula is preceded by an apostrophe."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    return cell.removeprefix("-").replace(".", "", 1).isdigit()
