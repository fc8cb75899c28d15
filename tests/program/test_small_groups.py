"""Groups of fewer than ten in selections, objectives, reports and interventions: who reads them, and who does not."""

import csv
import io
from typing import Any

import pytest

from services.program.concealment import NOT_SHOWN
from tests.program.los_altos import LosAltos, a_share
from tests.program.test_interventions import a_student, an_intervention, keep, read
from tests.program.test_trends import a_trend, shown, trends

OTHERS = ("dashboard", "district_office")


@pytest.fixture
async def nine(los_altos: LosAltos) -> tuple[LosAltos, str]:
    """Crenshaw had nine ninth graders last year, three of them at the line; it ranks between two others."""
    los_altos.credit.rows[los_altos.district_id] = [
        a_share("banning", 300), a_share("crenshaw", 3, 9), a_share("belmont", 400),
    ]  # fmt: skip
    return los_altos, await los_altos.selected(3)


async def line_of(los_altos: LosAltos, path: str, role: str, school: str = "crenshaw", **more: Any) -> dict[str, Any]:
    answer = await los_altos.ask(role, "GET", path, **more)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    rows = found["outcome"]["lines"] if "outcome" in found else found["schools"]
    return dict(next(row for row in rows if row["school_id"] == school))


@pytest.mark.parametrize("role", OTHERS)
async def test_others_read_that_a_small_school_is_selected_and_no_number_of_it(
    role: str, nine: tuple[LosAltos, str]
) -> None:
    los_altos, selection = nine
    kept = (await los_altos.ask(role, "GET", f"/v1/selections/{selection}")).json()
    (line,) = [line for line in kept["outcome"]["lines"] if line["school_id"] == "crenshaw"]
    hidden = ("at_or_above", "with_a_rate", "without_a_rate", "share_percent", "enrollment", "rank")
    assert [line[name] for name in hidden] == [None] * 6
    assert (line["outcome"], line["because"], line["days_a_week"]) == ("selected", NOT_SHOWN, 5)
    assert [one["school_id"] for one in kept["outcome"]["lines"]][:3] == ["banning", "belmont", "crenshaw"]
    assert {one["rank"] for one in kept["outcome"]["lines"]} == {None}, "a gap would be the rank"
    digests = kept["input"], kept["input_digest"], kept["outcome_digest"], kept["outcome"]["input_digest"]
    assert digests == (None,) * 4, "a digest of one small unknown number can be tried"
    listed = (await los_altos.ask(role, "GET", "/v1/selections")).json()["selections"]
    assert [one["outcome_digest"] for one in listed] == [None]


@pytest.mark.parametrize("role", ["coordinator", "auditor"])
async def test_who_decides_and_who_checks_read_everything(role: str, nine: tuple[LosAltos, str]) -> None:
    los_altos, selection = nine
    line = await line_of(los_altos, f"/v1/selections/{selection}", role)
    assert (line["rank"], line["at_or_above"], line["with_a_rate"]) == (2, 3, 9)


async def test_a_principal_reads_her_own_small_school_and_no_other(nine: tuple[LosAltos, str]) -> None:
    los_altos, selection = nine
    path = f"/v1/selections/{selection}"
    assert (await line_of(los_altos, path, "principal", schools=["crenshaw"]))["at_or_above"] == 3
    assert (await line_of(los_altos, path, "principal", schools=["bell"]))["at_or_above"] is None


async def test_a_selection_without_small_groups_is_read_whole(los_altos: LosAltos) -> None:
    path = f"/v1/selections/{await los_altos.selected()}"
    whole, theirs = [await los_altos.ask(role, "GET", path) for role in ("coordinator", "dashboard")]
    assert whole.content == theirs.content


async def test_staffing_shows_the_days_of_a_small_school_and_not_its_students(los_altos: LosAltos) -> None:
    row = {"school_id": "belmont", "name": "Belmont High", "level": "high", "api": 655, "enrollments": {"9": 9}}
    await los_altos.coordinator("POST", "/v1/school-facts", json={"rows": [row]})
    path = f"/v1/selections/{await los_altos.selected(3)}/staffing"
    theirs = await line_of(los_altos, path, "dashboard", "belmont")
    assert (theirs["enrollment"], theirs["days_a_week"], theirs["because"]) == (None, 1, NOT_SHOWN)
    assert (await line_of(los_altos, path, "coordinator", "belmont"))["enrollment"] == 9
    facts = (await los_altos.ask("dashboard", "GET", "/v1/school-facts")).json()["rows"]
    assert {one["school_id"]: one["enrollments"]["9"] for one in facts}["belmont"] is None


async def test_a_comparison_says_that_a_small_school_moved_and_not_by_what(nine: tuple[LosAltos, str]) -> None:
    los_altos, before = nine
    los_altos.credit.rows[los_altos.district_id] = [
        a_share("banning", 300), a_share("crenshaw", 9, 9), a_share("belmont", 400),
    ]  # fmt: skip
    path = f"/v1/selections/{before}/comparisons/{await los_altos.selected(2)}"
    theirs, ours = [(await los_altos.ask(role, "GET", path)).json() for role in ("dashboard", "coordinator")]
    (moved,) = theirs["moves"]
    assert (moved["school_id"], moved["rank_before"]) == ("crenshaw", None)
    assert moved["because"] == ["how many are selected changed", NOT_SHOWN]
    assert (theirs["before"], theirs["after"], theirs["same"]) == (None, None, False)
    assert "at_or_above 3 became 9" in ours["moves"][0]["because"]


@pytest.mark.parametrize(("now", "of", "seen"), [(4, 9, False), (4, 10, True)])
async def test_progress_of_fewer_than_ten_is_for_the_school_itself(
    now: int, of: int, seen: bool, los_altos: LosAltos
) -> None:
    path = f"/v1/selections/{await los_altos.selected()}/objectives"
    los_altos.credit.rows[los_altos.district_id] = [a_share("crenshaw", now, of)]
    asked: dict[str, Any] = {"params": {"through": "2012-12-14"}}
    theirs = await line_of(los_altos, path, "dashboard", **asked)
    ours = await line_of(los_altos, path, "principal", schools=["crenshaw"], **asked)
    assert ours["now"] == [now, of]
    assert ours["increase"] is not None
    assert ((theirs["now"], theirs["increase"]) == (None, None)) is not seen
    assert (theirs["objectives"][4]["because"] == NOT_SHOWN) is not seen
    assert theirs["before"] == [409, 1000]


async def test_the_districts_report_adds_up_nothing_that_it_does_not_show(nine: tuple[LosAltos, str]) -> None:
    los_altos, selection = nine

    async def rows(role: str) -> dict[str, dict[str, str]]:
        token = los_altos.issuer.mint(role=role, subject=role, districts=[los_altos.district_id])
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/csv"}
        path = f"/v1/selections/{selection}/report"
        answer = await los_altos.http.get(path, params={"through": "2012-12-14"}, headers=headers)
        return {row["school_id"]: row for row in csv.DictReader(io.StringIO(answer.text))}

    theirs, ours = await rows("dashboard"), await rows("coordinator")
    assert (theirs["crenshaw"]["share_before_percent"], theirs["crenshaw"]["because"]) == ("", NOT_SHOWN)
    assert (ours["crenshaw"]["share_before_percent"], ours["crenshaw"]["rank"]) == ("33.33", "2")


async def test_transitional_kindergarten_is_not_what_kindergarten_leaves_of_its_target(los_altos: LosAltos) -> None:
    los_altos.credit.trends[los_altos.district_id] = [
        a_trend("bell", "TK", 5), a_trend("bell", "KG", 40), a_trend("bell", "01", 30),
    ]  # fmt: skip
    said = await trends(los_altos)
    assert shown(said) == {"bell 01": 30}, "TK/K together is in the objectives"


async def test_two_spans_of_days_conceal_the_same_groups(los_altos: LosAltos) -> None:
    """In the days asked for everybody is large; in the year, the tenth grade once was not."""
    whole = [a_trend("bell", "09", 40), a_trend("bell", "10", 9), a_trend("bell", "11", 50), a_trend("bell", "12", 60)]
    asked = [a_trend("bell", "09", 40), a_trend("bell", "10", 12), a_trend("bell", "11", 50), a_trend("bell", "12", 60)]
    los_altos.credit.trends[los_altos.district_id] = asked
    los_altos.credit.years[los_altos.district_id] = whole
    assert shown(await trends(los_altos)) == {"bell 09": 40, "bell 12": 60}


async def test_days_of_two_program_years_are_not_asked_for_together(los_altos: LosAltos) -> None:
    params = {"begins_on": "2012-06-30", "through": "2012-07-01"}
    answer = await los_altos.ask("dashboard", "GET", "/v1/trends", params=params)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/not-one-year")


async def test_interventions_that_overlap_are_not_told_apart(los_altos: LosAltos) -> None:
    """Ten were visited, and the same ten and one more were written to: the difference is one student."""
    los_altos.credit.by_student[los_altos.district_id] = [
        a_student(f"in-{number:02}", (16, 4), (19, 1)) for number in range(40)
    ]

    def of(first: int, last: int) -> dict[str, Any]:
        ids = [f"in-{number:02}" for number in range(first, last)]
        return an_intervention(target={"whom": "students", "student_ids": ids})

    for said in (of(0, 10), of(0, 11), of(10, 20), of(0, 20)):
        assert (await keep(los_altos, said)).status_code == 201
    assert [one["effect"]["concealed"] for one in await read(los_altos, "dashboard")] == [False, True, False, False]
    assert [one["effect"]["concealed"] for one in await read(los_altos)] == [False] * 4


async def test_an_intervention_that_was_put_right_is_not_told_apart_from_itself(los_altos: LosAltos) -> None:
    los_altos.credit.by_student[los_altos.district_id] = [
        a_student(f"in-{number}", (16, 4), (19, 1)) for number in range(40)
    ]
    first = an_intervention()
    ids = [*first["target"]["student_ids"], "in-10"]
    second = an_intervention(target={"whom": "students", "student_ids": ids}, supersedes=first["intervention_id"])
    for said in (first, second):
        assert (await keep(los_altos, said)).status_code == 201
    (one,) = await read(los_altos, "dashboard")
    assert (one["intervention_id"], one["effect"]["concealed"]) == (second["intervention_id"], True)


async def test_others_do_not_choose_over_how_many_days_an_effect_is_measured(los_altos: LosAltos) -> None:
    los_altos.credit.by_student[los_altos.district_id] = []
    for role, days in (("dashboard", 30), ("counselor", 45)):
        params: dict[str, Any] = {"program_year": 2013, "days": 45}
        schools = ["bell"] if role == "counselor" else None
        answer = await los_altos.ask(role, "GET", "/v1/schools/bell/interventions", schools=schools, params=params)
        assert answer.json()["days"] == days
