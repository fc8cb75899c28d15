"""Trends for dashboards: one call, and small groups out of sight of all but the school itself."""

from typing import Any

from shared.schema.roster import Grade
from shared.schema.trends import GradeTrend, Series
from tests.program.los_altos import LosAltos


def a_trend(school: str, grade: Grade, students: int) -> GradeTrend:
    def series(length: int) -> Series:
        one = (students,) * length
        return Series(students=one, attended=(students * 24,) * length, absent=(students * 6,) * length, not_taken=one)

    return GradeTrend(school_id=school, grade=grade, weeks=series(2), weekdays=series(7))


async def trends(los_altos: LosAltos, role: str = "dashboard", **more: Any) -> dict[str, Any]:
    params = {"begins_on": "2012-09-03", "through": "2012-09-14"}
    answer = await los_altos.ask(role, "GET", "/v1/trends", params=params, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def shown(said: dict[str, Any]) -> dict[str, Any]:
    """Which groups can be seen, by school and grade, with their students."""
    return {
        f"{school['school_id']} {grade['grade']}": grade["weeks"]["students"][0]
        for school in said["schools"]
        for grade in school["grades"]
        if grade["weeks"] is not None and grade["weekdays"] is not None
    }


async def test_a_grade_of_nine_is_not_shown_and_cannot_be_subtracted(los_altos: LosAltos) -> None:
    los_altos.credit.trends[los_altos.district_id] = [
        a_trend("bell", "09", 9), a_trend("bell", "10", 30), a_trend("bell", "11", 40), a_trend("banning", "09", 10),
    ]  # fmt: skip
    said = await trends(los_altos)
    assert shown(said) == {"bell 11": 40, "banning 09": 10}
    totals = {school["school_id"]: school["weeks"]["students"][0] for school in said["schools"]}
    assert totals == {"bell": 79, "banning": 10}
    assert said["district"][0]["students"] == [89, 89]
    assert said["schools"][1]["name"] == "Bell High"


async def test_a_school_of_nine_takes_the_smallest_other_school_with_it(los_altos: LosAltos) -> None:
    los_altos.credit.trends[los_altos.district_id] = [
        a_trend("bell", "09", 9), a_trend("banning", "09", 60), a_trend("crenshaw", "09", 50),
    ]  # fmt: skip
    said = await trends(los_altos)
    assert shown(said) == {"banning 09": 60}
    assert [school["weeks"] is None for school in said["schools"]] == [False, True, True]
    assert said["district"] is not None


async def test_a_district_of_nine_shows_nothing(los_altos: LosAltos) -> None:
    los_altos.credit.trends[los_altos.district_id] = [a_trend("bell", "09", 9)]
    said = await trends(los_altos)
    assert (shown(said), said["district"]) == ({}, None)


async def test_the_school_itself_sees_its_small_groups_and_no_other_school(los_altos: LosAltos) -> None:
    los_altos.credit.trends[los_altos.district_id] = [a_trend("bell", "09", 9), a_trend("banning", "09", 60)]
    for role in ("principal", "counselor"):
        said = await trends(los_altos, role, schools=["bell"])
        assert (shown(said), said["district"]) == ({"bell 09": 9}, None)
        assert [school["school_id"] for school in said["schools"]] == ["bell"]


async def test_a_teacher_reads_no_trends(los_altos: LosAltos) -> None:
    params = {"begins_on": "2012-09-03", "through": "2012-09-14"}
    assert (await los_altos.ask("teacher", "GET", "/v1/trends", params=params)).status_code == 403
