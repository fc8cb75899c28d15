"""What a district's ADA by six-weeks says, as JSON rows and as a table. Exact to the last place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from rich.table import Table

from deploy.trouble import Trouble
from shared.schema.credit import AdaAnswer, AdaRow

PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class SixWeeks:
    """One school in one six-weeks. Days are decimal text, exactly; `ada` is eligible days by days taught, half-up."""

    school_id: str
    six_weeks: int
    days_taught: int
    students: int
    membership_days: str
    absent_days: str
    eligible_days: str
    ada: str

    @classmethod
    def of(cls, row: AdaRow) -> "SixWeeks":
        assert row.school_id is not None
        assert row.period is not None
        totals = row.totals
        if row.days_taught == 0 or Decimal(totals.not_taken_days) != 0:
            raise Trouble(
                f"School {row.school_id}, six-weeks {row.period}: {row.days_taught} days taught and "
                f"{totals.not_taken_days} student-days whose official roll was not taken, so it has no ADA. "
                f"{row.not_computable or ''}"
            )
        return cls(
            row.school_id, row.period, row.days_taught, row.students, totals.membership_days, totals.absent_days,
            totals.eligible_days, half_up(Fraction(totals.eligible_days) / row.days_taught),
        )  # fmt: skip

    def json(self) -> str:
        """One line; numbers are written digit for digit, and never pass through a float."""
        numbers = {
            "six_weeks": self.six_weeks, "days_taught": self.days_taught, "students": self.students,
            "membership_days": self.membership_days, "absent_days": self.absent_days,
            "eligible_days": self.eligible_days, "ada": self.ada,
        }  # fmt: skip
        return f'{{"school_id": "{self.school_id}", ' + ", ".join(f'"{k}": {v}' for k, v in numbers.items()) + "}"


def half_up(exact: Fraction) -> str:
    """To four places."""
    with localcontext(prec=60, rounding=ROUND_HALF_UP):
        scaled = (exact * 10_000 + Fraction(1, 2)).__floor__()
        return str(Decimal(scaled).scaleb(-4).quantize(PLACES))


def rows_of(answer: AdaAnswer, periods: int) -> Iterator[SixWeeks]:
    """The schools' rows of the first so many six-weeks, by school and six-weeks."""
    schools = [row for row in answer.rows if row.school_id is not None and row.period is not None]
    for row in sorted(schools, key=lambda row: (row.school_id, row.period)):
        if row.period is not None and row.period <= periods:
            yield SixWeeks.of(row)


def as_json(rows: Sequence[SixWeeks]) -> str:
    return "[\n" + ",\n".join(row.json() for row in rows) + "\n]\n"


def as_table(rows: Sequence[SixWeeks]) -> Table:
    table = Table("School", "Six-weeks", title="Average daily attendance")
    for name in ("Days taught", "Students", "Membership days", "Absent days", "Eligible days", "ADA"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row.school_id, str(row.six_weeks), str(row.days_taught), str(row.students), row.membership_days,
            row.absent_days, row.eligible_days, row.ada,
        )  # fmt: skip
    return table
