"""The rulebook refuses what it does not know, and compares exactly."""

from datetime import date
from fractions import Fraction

import pytest
from pydantic import ValidationError

from services.credit.formulas.texas import MarkReason, OfficialMark, TexasDay, TexasLaw
from services.credit.lawbook import FOLDER, read_law_file
from services.credit.rulebook import Share, Threshold, unchanged_since
from shared.schema.law import NoLawInForce, read_law

TEXAS = (FOLDER / "texas.toml").read_text()


def test_at_least_takes_in_the_line_and_more_than_leaves_it_out() -> None:
    assert [Threshold(at_least_minutes=120).is_met_by(minutes) for minutes in (119, 120)] == [False, True]
    assert [Threshold(more_than_minutes=120).is_met_by(minutes) for minutes in (120, 121)] == [False, True]


def test_a_share_is_compared_before_any_rounding() -> None:
    line = Share.model_validate({"at_least_percent": "96"})
    assert line.is_met_by(Fraction(96, 100) - Fraction(1, 10**30), 1) is False
    assert line.is_met_by(Fraction(96, 100), 1) is True
    assert Share.model_validate({"more_than_percent": "96"}).is_met_by(96, 100) is False


def test_nobody_has_a_share_of_nothing() -> None:
    with pytest.raises(ValueError, match="not computable"):
        Share.model_validate({"at_least_percent": "96"}).is_met_by(0, 0)


@pytest.mark.parametrize("both", [{}, {"at_least_minutes": 1, "more_than_minutes": 1}])
def test_a_threshold_says_one_thing(both: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="either"):
        Threshold.model_validate(both)


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("at_least_minutes = 240", "atleast_minutes = 240", "atleast_minutes"),
        ("at_least_minutes = 240", "at_least_minutes = 0", "greater than 0"),
        ('code = "6"', 'code = "5"', "exactly one row"),
        ("from    = 2007-07-01", "from    = 2002-07-01", "ascend strictly"),
        ('counts_as = "eligible"', 'counts_as = "maybe"', "counts_as"),
        ("[[tardies]]", "[[tardiness]]", "tardiness"),
    ],
)
def test_a_mistake_in_a_law_file_is_refused_in_the_files_own_words(right: str, wrong: str, complaint: str) -> None:
    assert right in TEXAS
    read_law(TexasLaw, TEXAS)
    with pytest.raises(ValidationError, match=complaint):
        read_law(TexasLaw, TEXAS.replace(right, wrong))


def test_the_law_of_two_days_is_the_same_until_a_rule_changes() -> None:
    law = read_law_file("texas").law
    assert unchanged_since(law, date(2010, 8, 23)) == unchanged_since(law, date(2011, 5, 27)) == date(2007, 7, 1)
    assert unchanged_since(law, date(2021, 6, 30)) == date(2007, 7, 1)
    assert unchanged_since(law, date(2021, 7, 1)) == date(2021, 7, 1)
    with pytest.raises(NoLawInForce):
        unchanged_since(law, date(2002, 6, 30))


def test_a_law_of_no_such_name_is_refused() -> None:
    with pytest.raises(KeyError):
        read_law_file("utopia")


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        (OfficialMark.PRESENT, MarkReason.TARDY_AFTER_ROLL),
        (OfficialMark.ABSENT, MarkReason.TARDY_BEFORE_ROLL),
        (OfficialMark.ABSENT, MarkReason.WITH_SCHOOL_PERSONNEL),
        (OfficialMark.ABSENT, MarkReason.ROLL_NOT_TAKEN),
        (OfficialMark.NOT_TAKEN, MarkReason.MARKED_PRESENT),
    ],
)
def test_a_mark_that_its_reason_contradicts_is_refused(mark: OfficialMark, reason: MarkReason) -> None:
    with pytest.raises(ValueError, match="does not make a student"):
        TexasDay(date(2025, 10, 6), 420, "1", mark, reason)
