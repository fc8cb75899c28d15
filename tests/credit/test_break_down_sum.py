"""A principal reads what a sum is made of, and an auditor reads the law that it was made by."""

import hashlib
import tomllib
from typing import Any

from deploy.issuer import Issuer
from services.credit.lawbook import FOLDER
from tests.credit.cedar_high import MONDAY, TUESDAY, WEEK, CedarHigh
from tests.credit.conftest import SettingsOf
from tests.credit.oak_park import OakPark


async def broken_down(cedar: CedarHigh, **said: Any) -> list[dict[str, Any]]:
    await cedar.caught_up()
    answer = await cedar.ask("/v1/breakdown", school_year=2026, **said)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


async def test_a_sum_says_what_it_is_made_of(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A", ben="L")
    await cedar.adjust("algebra", MONDAY, "ana", "S")

    (week,) = await broken_down(cedar, school_id="cedar")

    assert week["said"] == "25 student-days, of which 19: present; 5: not taken; 1: absent"
    present, not_taken, absent = week["parts"]
    assert present["totals"]["eligible_days"] == "17"
    assert sum(reason["student_days"] for reason in present["because"]) == 19
    reasons = {reason["because"].split(";")[0] for reason in present["because"]}
    assert reasons == {"marked present", "adjusted to present by the attendance office"}
    assert [reason["because"].split(";")[0] for reason in absent["because"]] == ["tardy after the official roll"]
    assert [reason["because"].split(";")[0] for reason in not_taken["because"]] == ["on no official roll that day"]
    assert all(reason["citation"] for part in week["parts"] for reason in part["because"])


async def test_the_parts_add_up_to_what_ada_answers(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(MONDAY, TUESDAY)

    (row,) = await broken_down(cedar, school_id="cedar")
    week = await cedar.week()

    assert row["totals"] == week["totals"]
    for column, whole in week["totals"].items():
        assert sum(float(part["totals"][column]) for part in row["parts"]) == float(whole)


async def test_a_student_s_days_are_broken_down_alike(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")

    (ana,) = await broken_down(cedar, student_id="ana")

    assert ana["said"] == "5 student-days, of which 4: present; 1: absent"
    assert (await cedar.ask("/v1/breakdown", school_year=2026, student_id="nobody")).status_code == 404
    hers = await cedar.ask("/v1/breakdown", "principal", school_year=2026, student_id="ana", schools=["elsewhere"])
    assert hers.status_code == 404


async def test_the_district_s_rows_are_its_schools_together(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)

    school, district = await broken_down(cedar)

    assert (school["school_id"], district["school_id"]) == ("cedar", None)
    assert district["parts"] == school["parts"]


async def test_a_year_without_periods_has_no_rows(cedar: CedarHigh) -> None:
    assert await broken_down(cedar, school_id="cedar") != []
    answer = await cedar.ask("/v1/breakdown", school_year=2024)
    assert answer.json()["rows"] == []


async def test_the_law_report_has_every_version_of_every_file_with_its_citation(cedar: CedarHigh) -> None:
    lines = (await cedar.ask("/v1/law")).json()

    written = {
        (file.stem, rule, str(version["from"]), version["cite"])
        for file in FOLDER.glob("*.toml")
        for rule, versions in tomllib.loads(file.read_text()).items()
        for version in versions
    }
    assert {(line["law"], line["rule"], line["in_force_from"], line["cite"]) for line in lines} == written


async def test_the_law_report_says_which_file_a_statement_s_digest_is_of(cedar: CedarHigh) -> None:
    for line in (await cedar.ask("/v1/law")).json():
        assert line["law_digest"] == hashlib.sha256((FOLDER / f"{line['law']}.toml").read_bytes()).hexdigest()


async def test_what_nobody_has_checked_can_be_asked_for_alone(cedar: CedarHigh) -> None:
    every = (await cedar.ask("/v1/law")).json()
    unchecked = (await cedar.ask("/v1/law", unchecked_only="true")).json()

    assert unchecked == [line for line in every if line["checked_on"] is None]
    assert 0 < len(unchecked) < len(every)


async def test_a_principal_in_illinois_reads_how_many_days_were_earned_by_which_minutes(
    followed_roll: str, issuer: Issuer, credit_settings: SettingsOf
) -> None:
    """Nine pupils on one day: a full day, halves, a class hour, one who may not be claimed, and one of no known row."""
    async with OakPark.opened(followed_roll, issuer, credit_settings) as oak:
        assert isinstance(oak, OakPark)
        await oak.take_classes(MONDAY, "06", ida=150, jon=149, mia=45)
        await oak.caught_up()
        asked: dict[str, Any] = {
            "school_year": 2026,
            "school_id": "oak",
            "through": MONDAY,
            "role": "principal",
            "schools": ["oak"],
        }
        (march, _) = (await oak.ask("/v1/breakdown", **asked)).json()["rows"]

    parts = {part["kind"]: part for part in march["parts"]}
    reasons = {
        kind: {(reason["because"], reason["student_days"]) for reason in part["because"]}
        for kind, part in parts.items()
    }
    assert march["student_days"] == 9
    assert reasons["present"] == {
        ("250 min attended in full-day kindergarten; a full day takes at least 240 min", 1),
        ("250 min attended in half-day kindergarten; a half day takes at least 120 min", 1),
        ("250 min attended in homebound or hospitalized; a full day takes at least 240 min", 1),
        ("250 min attended in special education, age 3 to 5; a full day takes at least 240 min", 1),
    }
    assert reasons["present for a part of the day, the rest not taken"] == {
        ("150 min attended in grades 2-12; a half day takes at least 150 min", 1),
        ("1 of 6 class hours, each at least 40 min", 1),
    }
    assert reasons["not taken"] == {("149 min attended in grades 2-12; even a half day takes at least 150 min", 1)}
    assert reasons["present for a part of the day while ineligible, the rest not taken"] == {
        ("not claimable: GED program", 1)
    }
    (unruled,) = reasons["cannot be ruled"]
    assert unruled[0].startswith("the enrollment's category is none of")
    assert march["said"].startswith("9 student-days, of which 4: present")
