"""Selections over HTTP: frozen, kept, repeated to the byte, and refused where attendance is not known."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.program import select_schools
from services.program.selection_documents import SelectionInput, digest_of
from shared.schema.credit import Behind
from shared.schema.not_taken import NotTakenUsed
from tests.postgres import Database
from tests.program.los_altos import LosAltos, a_selection, a_share, outcomes


async def test_the_example_of_four_schools_selects_two(los_altos: LosAltos) -> None:
    kept = (await los_altos.select()).json()
    assert outcomes(kept) == {
        "crenshaw": "selected",
        "banning": "selected",
        "belmont": "not_selected",
        "bell": "not_selected",
    }
    assert [line["because"] for line in kept["outcome"]["lines"] if line["school_id"] == "bell"] == [
        "API 805 is not below 800"
    ]


async def test_credit_is_asked_about_the_year_before(los_altos: LosAltos) -> None:
    await los_altos.select()
    await los_altos.select(through="2012-03-31")
    assert los_altos.credit.asked == [
        {"begins_on": "2011-07-01", "ends_before": "2012-07-01"},
        {"begins_on": "2011-07-01", "ends_before": "2012-04-01"},
    ]


async def test_a_selection_reads_back_as_it_was_made_whatever_happens_after(los_altos: LosAltos) -> None:
    made = (await los_altos.select()).json()
    los_altos.credit.rows[los_altos.district_id] = [a_share("bell", 1)]
    row = {"school_id": "bell", "name": "Bell High", "level": "high", "api": 500}
    await los_altos.coordinator("POST", "/v1/school-facts", json={"rows": [row]})
    assert (await los_altos.ask("dashboard", "GET", f"/v1/selections/{made['selection_id']}")).json() == made


async def test_the_input_digest_is_that_of_the_input_that_is_shown(los_altos: LosAltos) -> None:
    kept = (await los_altos.select()).json()
    shown = SelectionInput.model_validate_json(str(kept["input"]).replace("'", '"').replace("None", "null"))
    assert kept["input_digest"] == kept["outcome"]["input_digest"] == digest_of(shown)


async def test_the_same_question_asked_anew_has_the_same_digests(los_altos: LosAltos) -> None:
    one, other = (await los_altos.select()).json(), (await los_altos.select()).json()
    assert one["selection_id"] != other["selection_id"]
    assert (one["input_digest"], one["outcome_digest"]) == (other["input_digest"], other["outcome_digest"])


async def test_a_retry_gets_the_first_answer_and_asks_credit_nothing(los_altos: LosAltos) -> None:
    body = a_selection()
    first = await los_altos.coordinator("POST", "/v1/selections", json=body)
    los_altos.credit.status = 503
    again = await los_altos.coordinator("POST", "/v1/selections", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"


async def test_five_at_once_under_one_id_make_one_selection(los_altos: LosAltos) -> None:
    body = a_selection()
    answers = await asyncio.gather(*(los_altos.coordinator("POST", "/v1/selections", json=body) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.text for answer in answers}) == 1


async def test_an_id_cannot_be_used_for_another_request(los_altos: LosAltos) -> None:
    body = a_selection()
    await los_altos.coordinator("POST", "/v1/selections", json=body)
    answer = await los_altos.coordinator(
        "POST", "/v1/selections", json=body | a_selection(3) | {"selection_id": body["selection_id"]}
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/selection-id-reused")


async def test_without_credit_nothing_is_selected_and_nothing_is_kept(los_altos: LosAltos) -> None:
    los_altos.credit.status = 503
    body = a_selection()
    answer = await los_altos.coordinator("POST", "/v1/selections", json=body)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    los_altos.credit.status = 200
    assert (await los_altos.coordinator("POST", "/v1/selections", json=body)).status_code == 201


LAGGING = Behind(unread_entries=3, school_days_waiting=2, stopped={})


async def test_half_followed_days_are_waited_for(los_altos: LosAltos) -> None:
    los_altos.credit.behind[:] = [LAGGING]
    assert (await los_altos.select()).status_code == 201
    assert len(los_altos.credit.asked) == 2


async def test_half_followed_days_are_not_frozen(los_altos: LosAltos, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(select_schools, "WAITS", (0.01, 0.01))
    los_altos.credit.behind[:] = [LAGGING] * 3
    body = a_selection()
    answer = await los_altos.coordinator("POST", "/v1/selections", json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/credit-is-behind")
    assert "3 entries are to be read and 2 school-days to be built" in answer.json()["detail"]
    assert (await los_altos.coordinator("GET", f"/v1/selections/{body['selection_id']}")).status_code == 404
    assert (await los_altos.coordinator("POST", "/v1/selections", json=body)).status_code == 201


async def test_a_credit_that_has_stopped_is_not_waited_for(los_altos: LosAltos) -> None:
    los_altos.credit.behind[:] = [LAGGING.model_copy(update={"stopped": {"school.bell": "the chain is broken"}})]
    answer = await los_altos.select()
    assert (answer.status_code, "school.bell: the chain is broken" in answer.json()["detail"]) == (409, True)


async def test_schools_that_credit_cannot_count_are_named_and_may_be_left_out(los_altos: LosAltos) -> None:
    los_altos.credit.not_counted.update({"crenshaw": "2012-03-09: code X is not mapped", "stranger": "no matter"})
    refused = await los_altos.select()
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/not-counted")
    assert refused.json()["errors"] == [
        {"pointer": "/schools/crenshaw", "detail": "2012-03-09: code X is not mapped"}
    ]  # fmt: skip
    kept = (await los_altos.select(leave_out=["crenshaw"])).json()
    assert outcomes(kept)["crenshaw"] == "needs_data"
    assert kept["basis"]["left_out"] == ["crenshaw"]


async def test_a_selection_says_what_the_district_made_of_days_whose_roll_nobody_took(los_altos: LosAltos) -> None:
    los_altos.credit.not_taken = (
        NotTakenUsed(jurisdiction="california", counts_as="absent", days="12", said="set by the office"),
    )
    kept = (await los_altos.select()).json()
    again = (await los_altos.coordinator("GET", f"/v1/selections/{kept['selection_id']}")).json()
    assert kept["basis"]["untaken_days_count_as"] == {"california": "absent"}
    assert again["basis"] == kept["basis"]


async def test_shares_at_another_line_are_refused(los_altos: LosAltos) -> None:
    los_altos.credit.line = "0.95"
    assert (await los_altos.select()).status_code == 502


async def test_a_school_that_credit_does_not_know_needs_data(los_altos: LosAltos) -> None:
    los_altos.credit.rows[los_altos.district_id] = [a_share("belmont", 1), a_share("stranger", 1)]
    kept = (await los_altos.select()).json()
    assert outcomes(kept)["banning"] == "needs_data"
    assert kept["basis"]["unknown_schools"] == ["stranger"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"program_year": 2012}, "/program_year"),
        ({"targets": ["6"]}, "/targets"),
        ({"through": "2011-06-30"}, "/through"),
        ({"how_many": {"by": "count", "schools": 0}}, "/how_many/count/schools"),
        ({"how_many": {"by": "count", "schools": 10**30}}, "/how_many/count/schools"),
        ({"how_many": {"by": "counselor_days", "days_a_week": 10**30}}, "/how_many/counselor_days/days_a_week"),
        ({"how_many": {"by": "share", "below_percent": "NaN"}}, "/how_many/share/below_percent"),
        ({"how_many": {"by": "chance"}}, "/how_many"),
        ({"selection_id": "one"}, "/selection_id"),
        ({"colour": "red"}, "/colour"),
    ],
)
async def test_a_bad_request_says_where(changes: dict[str, Any], pointer: str, los_altos: LosAltos) -> None:
    answer = await los_altos.select(**changes)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("role", ["counselor", "principal", "dashboard", "district_office", "auditor"])
async def test_only_the_coordinator_selects_and_others_read(role: str, los_altos: LosAltos) -> None:
    made = await los_altos.selected()
    assert (await los_altos.ask(role, "POST", "/v1/selections", json=a_selection())).status_code == 403
    assert (await los_altos.ask(role, "GET", f"/v1/selections/{made}")).status_code == 200


async def test_a_teacher_reads_nothing_here(los_altos: LosAltos) -> None:
    made = await los_altos.selected()
    for path in ("/v1/school-facts", "/v1/selections", f"/v1/selections/{made}", f"/v1/selections/{made}/staffing"):
        assert (await los_altos.ask("teacher", "GET", path)).status_code == 403


async def test_another_districts_selection_is_not_there(los_altos: LosAltos, program_url: str) -> None:
    made = await los_altos.selected()
    stranger = LosAltos("elsewhere", los_altos.issuer, los_altos.http, los_altos.credit)
    assert (await stranger.coordinator("GET", f"/v1/selections/{made}")).status_code == 404


async def test_selections_are_listed_newest_first_a_page_at_a_time(los_altos: LosAltos) -> None:
    made = [await los_altos.selected() for _ in range(3)]
    first = (await los_altos.coordinator("GET", "/v1/selections", params={"limit": 2})).json()
    rest = (await los_altos.coordinator("GET", "/v1/selections", params={"limit": 2, "after": first["next"]})).json()
    assert [one["selection_id"] for one in first["selections"] + rest["selections"]] == made[::-1]
    assert rest["next"] is None
    assert (await los_altos.coordinator("GET", "/v1/selections", params={"after": "x"})).status_code == 400


async def test_staffing_gives_the_days_of_the_table(los_altos: LosAltos) -> None:
    made = await los_altos.selected(3)
    staffing = (await los_altos.ask("counselor", "GET", f"/v1/selections/{made}/staffing")).json()
    days = {school["school_id"]: school["days_a_week"] for school in staffing["schools"]}
    assert days == {"crenshaw": 5, "banning": 3, "belmont": 1}
    assert (staffing["days_a_week"], staffing["counselors_at_least"]) == (9, 2)


async def test_two_selections_are_compared(los_altos: LosAltos) -> None:
    before, after = await los_altos.selected(2), await los_altos.selected(3)
    answer = (await los_altos.coordinator("GET", f"/v1/selections/{before}/comparisons/{after}")).json()
    assert [(move["school_id"], move["after"]) for move in answer["moves"]] == [("belmont", "selected")]
    missing = await los_altos.coordinator("GET", f"/v1/selections/{before}/comparisons/{uuid4()}")
    assert missing.status_code == 404


async def test_an_api_that_cannot_be_read_is_kept_and_reported(los_altos: LosAltos) -> None:
    row = {"school_id": "banning", "name": "Banning High", "level": "high", "api": "7IO"}
    answer = await los_altos.coordinator("POST", "/v1/school-facts", json={"rows": [row]})
    assert answer.json() == {"received": 1, "changed": 1, "unchanged": 0}
    (line,) = [x for x in (await los_altos.select()).json()["outcome"]["lines"] if x["school_id"] == "banning"]
    assert (line["outcome"], line["because"]) == ("needs_data", "the API is not a whole number")


async def test_school_facts_that_say_nothing_new_leave_no_trace(los_altos: LosAltos) -> None:
    row = {"school_id": "bell", "name": "Bell High", "level": "high", "api": 805, "enrollments": {"9": 75}}
    answer = await los_altos.coordinator("POST", "/v1/school-facts", json={"rows": [row]})
    assert answer.json() == {"received": 1, "changed": 0, "unchanged": 1}
    known = (await los_altos.coordinator("GET", "/v1/school-facts")).json()["rows"]
    assert [(school["school_id"], school["version"]) for school in known][1] == ("bell", 1)


@pytest.mark.parametrize(
    "row",
    [
        {"school_id": "x", "name": "X", "level": "university"},
        {"school_id": "x", "name": "X", "level": "high", "api": -1},
        {"school_id": "x", "name": "X", "level": "high", "api": 710.5},
        {"school_id": "x", "name": "X", "level": "high", "enrollments": {"9": -1}},
        {"school_id": "x", "name": "X", "level": "high", "enrollments": {"9": 10**30}},
        {"school_id": "x", "name": "X", "level": "high", "place": {"east": 10**30, "north": 0}},
        {"school_id": "x", "name": "X", "level": "high", "enrollments": {"grade nine": 1}},
        {"school_id": "a/b", "name": "X", "level": "high"},
        {"school_id": "x", "name": "X\u0000", "level": "high"},
    ],
)
async def test_a_bad_school_is_refused_and_none_is_kept(row: dict[str, object], los_altos: LosAltos) -> None:
    good = {"school_id": "good", "name": "Good", "level": "high"}
    answer = await los_altos.coordinator("POST", "/v1/school-facts", json={"rows": [good, row]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/rows/1/")
    known = (await los_altos.coordinator("GET", "/v1/school-facts")).json()["rows"]
    assert "good" not in {school["school_id"] for school in known}


@pytest.mark.parametrize("change", ["UPDATE {} SET district_id = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["school_facts", "selection", "assignment", "evidence"])
async def test_nothing_kept_can_be_changed_not_even_by_the_owner(
    change: str, table: str, program_database: Database
) -> None:
    for url, refusal in (
        (program_database.app("program"), asyncpg.InsufficientPrivilegeError),
        (program_database.owner("program"), asyncpg.PostgresError),
    ):
        connection = await asyncpg.connect(url)
        try:
            with pytest.raises(refusal):
                await connection.execute(change.format(f"program.{table}"))
        finally:
            await connection.close()
