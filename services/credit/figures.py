"""An average as answers print it. Pure."""

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
