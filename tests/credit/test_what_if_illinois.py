"""Illinois's grid under its rival reading, from rolls that were taken."""

from collections.abc import AsyncIterator

import pytest

from deploy.issuer import Issuer
from tests.credit.cedar_high import MONDAY, TUESDAY
from tests.credit.conftest import SettingsOf
from tests.credit.oak_park import OakPark


@pytest.fixture
async def oak(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> AsyncIterator[OakPark]:
    async with OakPark.opened(followed_roll, issuer, credit_settings) as school:
        assert isinstance(school, OakPark)
        yield school


async def test_exactly_150_minutes_are_half_a_day_and_none_where_more_than_150_are_asked(oak: OakPark) -> None:
    """Ida has 150 minutes on Monday and 151 on Tuesday: the readings differ in one half day, and it is named."""
    await oak.take_classes(MONDAY, ida=150)
    await oak.take_classes(TUESDAY, ida=151)
    await oak.caught_up()

    asked = await oak.ask("/v1/what-if", school_year=2026, school_id="oak", strict_appendix_b="true")

    answer = asked.json()
    assert answer["changed"] == ["Illinois: the minimum-time grid is the one of Appendix B (AMB-17)"]
    march = next(row for row in answer["rows"] if row["period"] == 7)
    assert march["difference"]["totals"]["eligible_days"] == "-0.5"
    assert march["difference"]["totals"]["absent_days"] == "0.5"
    (ida,) = answer["cases"]
    assert (ida["student_days"], ida["as_is"]["eligible_days"], ida["what_if"]["eligible_days"]) == (1, "0.5", "0")
    assert ida["what_if_because"] == "150 min attended in grades 2-12; even a half day takes more than 150 min"


async def test_a_case_that_no_formula_could_be_asked_about_stays_one(oak: OakPark) -> None:
    """Quo is of a kind that nobody knows: neither reading can count him, and both say so."""
    await oak.take_classes(MONDAY)
    await oak.caught_up()

    answer = (await oak.ask("/v1/what-if", school_year=2026, school_id="oak", not_taken="absent")).json()

    march = next(row for row in answer["rows"] if row["period"] == 7)
    assert march["as_is"]["ada"] is None
    assert "cannot be ruled" in march["as_is"]["not_computable"]
    assert "cannot be ruled" in march["what_if"]["not_computable"]
