"""Illinois's claim where a district starts with Rollbook: the years before come from its record, by whom and which."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from deploy.issuer import Issuer
from services.credit.claim_illinois import of_year
from services.credit.count_period import PeriodCount
from services.credit.lawbook import read_law_file
from shared.schema.illinois import EarlierAda, KeptEarlierAda
from shared.schema.ruling import Ruling
from tests.credit.cedar_high import FRIDAY, JSON, MONDAY
from tests.credit.conftest import SettingsOf
from tests.credit.oak_park import OakPark


@pytest.fixture
async def oak(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> AsyncIterator[OakPark]:
    async with OakPark.opened(followed_roll, issuer, credit_settings) as school:
        assert isinstance(school, OakPark)
        yield school


async def put_earlier(oak: OakPark, role: str = "district_office", **said: Any) -> int:
    entry = {"entry_id": str(uuid4()), "school_id": "oak", "school_year": 2025, "ada": "8.25", "document": "claim 2025"}
    answer = await oak.credit.post(
        "/v1/illinois/earlier-ada", content=json.dumps(entry | said),
        headers=oak.headers(role, **({"schools": ["oak"]} if role == "principal" else {})) | JSON,
    )  # fmt: skip
    return answer.status_code


async def test_years_before_rollbook_come_from_the_districts_record_by_name_and_document(oak: OakPark) -> None:
    quo = next(row for row in oak.rows["school-enrollments"] if row["student_id"] == "quo")
    await oak.tell("school-enrollments", quo | {"category": "part-time"})
    await oak.take_classes(MONDAY)
    await oak.take_classes(FRIDAY)
    await oak.caught_up()

    for year, ada in ((2025, "8.25"), (2024, "9"), (2025, "9.5")):  # the second of 2025 corrects the first
        assert await put_earlier(oak, school_year=year, ada=ada, document=f"claim of {year}") == 201
    answer = (await oak.ask("/v1/illinois/claim", school_year=2026)).json()
    trail = (await oak.ask("/v1/illinois/earlier-ada")).json()["entries"]

    school, district = answer["units"]
    assert [(row["school_year"], row["source"]) for row in school["years"]] == [
        (2026, "counted by Rollbook"), (2025, "the district's record"), (2024, "the district's record"),
    ]  # fmt: skip
    assert [row["best_months"]["exact"] for row in school["years"][1:]] == ["19/2", "9"]
    this_year = Fraction(school["years"][0]["best_months"]["exact"])
    assert Fraction(school["claim"]["exact"]) == (this_year + Fraction(37, 2)) / 3
    assert (
        "2025 from the district's record: claim of 2025, put on record by a district_office"
        in school["claim"]["because"]
    )
    assert district["years"][1]["record"] is None  # what a school filed is not the district's
    assert [(row["entry"]["ada"], row["stands"]) for row in trail] == [("8.25", False), ("9", True), ("9.5", True)]


def test_a_year_that_rollbook_counted_in_three_months_is_its_own_whatever_the_record_has() -> None:
    """In two months it is not: two months are no year, and the district's record speaks."""
    record = KeptEarlierAda(
        entry=EarlierAda(entry_id=uuid4(), school_id="oak", school_year=2025, ada=Decimal(70), document="claim"),
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC), recorded_by="office", stands=True,
    )  # fmt: skip
    rule = read_law_file("illinois_claim").law.best_months.in_force(date(2025, 6, 30))

    def month(ada: int | None) -> Any:
        under = rule.citation
        told = Ruling("ADA", None if ada is None else Fraction(ada), "counted", under)
        return PeriodCount(
            "oak", "illinois", 1, date(2025, 1, 1), date(2025, 2, 1), 20, 9, np.zeros(1, np.int64), told, 0, ()
        )

    ours, recorded = of_year([month(60), month(50), month(40)], record, rule)
    assert (ours.value, recorded) == (Fraction(50), False)
    for months in ([month(60), month(50)], [month(60), month(50), month(None)], []):
        theirs, recorded = of_year(months, record, rule)
        assert (theirs.value, recorded) == (Fraction(70), True)
    assert of_year([month(60)], None, rule)[1] is False


async def test_what_may_be_put_on_record_and_by_whom(oak: OakPark) -> None:
    """A year before 1998-99 was weighted by grade (IL-10): it is refused, and so is one that is not over."""
    said: list[tuple[dict[str, Any], int]] = [
        ({"school_year": 1999}, 201), ({"school_year": 1998}, 422), ({"school_year": 2099}, 422),
        ({"school_id": "elm"}, 404), ({"school_id": None}, 201), ({"ada": "-1"}, 422), ({"ada": "1.1234567"}, 422),
        ({"role": "principal"}, 403), ({"role": "auditor"}, 403), ({"entry_id": str(UUID(int=1))}, 201),
        ({"entry_id": str(UUID(int=1))}, 201), ({"entry_id": str(UUID(int=1)), "ada": "1"}, 409),
    ]  # fmt: skip
    await oak.caught_up()

    assert [await put_earlier(oak, **one) for one, _ in said] == [status for _, status in said]
