"""An average as answers print it. Pure."""

from fractions import Fraction

from services.credit.averaging import Average, Rounding
from shared.schema.base import Schema


class Figure(Schema):
    """An average: published and exactly (as a fraction), and why it is so. Null where it is not computable."""

    what: str
    published: str | None
    exact: str | None
    because: str
    citation: str


def figure(average: Average, rounding: Rounding) -> Figure:
    exact = average.value
    return Figure(
        what=average.what,
        published=None if exact is None else str(rounding.publish(exact)),
        exact=None if exact is None else str(exact),
        because=average.because,
        citation=str(average.under),
    )


def exact_text(exact: Fraction) -> str:
    """Decimals where four places say it exactly, else a fraction: "80.052", "10/3"."""
    scaled = exact * 10_000
    if scaled.denominator != 1 or exact < 0:
        return str(exact)
    whole, rest = divmod(scaled.numerator, 10_000)
    return f"{whole}.{rest:04}".rstrip("0").rstrip(".")
