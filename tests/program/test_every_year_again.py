"""The next program year: another selection of the same district, on the year that has just been, and its own 5 %."""

from typing import Any

from tests.program.los_altos import LosAltos, a_share, outcomes

YEARS = {2013: (409, 430), 2014: (430, 485)}
"""Of a thousand at Crenshaw: the year before, and the program year itself."""


async def a_year(los_altos: LosAltos, year: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The selection of a program year, and Crenshaw's objectives at its end."""
    before, now = YEARS[year]
    los_altos.credit.rows[los_altos.district_id] = [
        a_share("crenshaw", before), a_share("banning", 410 if year == 2013 else 700), a_share("belmont", 442),
    ]  # fmt: skip
    kept = (await los_altos.select(program_year=year)).json()
    los_altos.credit.rows[los_altos.district_id] = [a_share("crenshaw", now)]
    path = f"/v1/selections/{kept['selection_id']}/objectives"
    answer = await los_altos.coordinator("GET", path, params={"through": f"{year}-06-10"})
    (crenshaw,) = [school for school in answer.json()["schools"] if school["school_id"] == "crenshaw"]
    return kept, crenshaw


async def test_every_year_is_selected_on_the_year_before_it_and_held_against_it(los_altos: LosAltos) -> None:
    first, one = await a_year(los_altos, 2013)
    second, other = await a_year(los_altos, 2014)

    asked = [(days["begins_on"], days["ends_before"]) for days in los_altos.credit.asked]
    assert asked == [
        ("2011-07-01", "2012-07-01"), ("2012-07-01", "2013-06-11"),
        ("2012-07-01", "2013-07-01"), ("2013-07-01", "2014-06-11"),
    ]  # fmt: skip
    assert (outcomes(first)["banning"], outcomes(second)["banning"]) == ("selected", "not_selected")
    assert (one["before"], other["before"]) == ([409, 1000], [430, 1000])
    by_points_and_by_relative = [
        (school["increase"]["met_by_points"], school["increase"]["met_by_relative"]) for school in (one, other)
    ]
    assert by_points_and_by_relative == [(False, True), (True, True)]
    assert (one["increase"]["points"], one["increase"]["to_move"]) == ("2.10", 29)

    path = f"/v1/selections/{first['selection_id']}/comparisons/{second['selection_id']}"
    moves = {move["school_id"]: move for move in (await los_altos.coordinator("GET", path)).json()["moves"]}
    assert set(moves) == {"banning", "belmont"}
    assert moves["banning"]["because"] == ["the program year changed", "at_or_above 410 became 700"]
    assert "rank 3 to 2" in moves["belmont"]["because"][1]


async def test_counselor_days_are_of_the_program_year_s_own_enrollment(los_altos: LosAltos) -> None:
    await a_year(los_altos, 2013)
    row = {"school_id": "crenshaw", "name": "Crenshaw High", "level": "high", "api": 799, "enrollments": {"9": 51}}
    await los_altos.coordinator("POST", "/v1/school-facts", json={"rows": [row]})
    second, _ = await a_year(los_altos, 2014)
    (line,) = [line for line in second["outcome"]["lines"] if line["school_id"] == "crenshaw"]
    assert (line["enrollment"], line["days_a_week"]) == (51, 2)
