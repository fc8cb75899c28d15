"""The law report over HTTP: versions, citations, what was checked, and no guess before the first version."""

from services.credit.lawbook import read_law_file, report
from services.credit.rulebook import rules
from tests.credit.cedar_high import CedarHigh


async def test_the_report_lists_every_version_with_its_citation_and_whether_it_was_checked(cedar: CedarHigh) -> None:
    every = (await cedar.ask("/v1/law")).json()
    unchecked = (await cedar.ask("/v1/law", unchecked_only="true")).json()

    assert len(every) == len(list(report()))
    assert all(line["cite"] and len(line["law_digest"]) == 64 for line in every)
    assert [line for line in every if line["checked_on"] is None] == unchecked != every
    texas = {line["rule"] for line in every if line["law"] == "texas_year"}
    assert texas == {name for name, _ in rules(read_law_file("texas_year").law)}


async def test_a_rule_is_read_as_it_stands_on_a_day_and_refused_the_day_before_its_first_version(
    cedar: CedarHigh,
) -> None:
    path = "/v1/law/texas/eligibility_codes"
    handbook = (await cedar.ask(path, on="2007-06-30")).json()
    flexible = (await cedar.ask(path, on="2007-07-01")).json()
    before = await cedar.ask(path, on="2002-06-30")

    assert [row["code"] for row in handbook["says"]["codes"]] == list("0123456")
    assert [row["code"] for row in flexible["says"]["codes"]] == list("012345678")
    assert (handbook["in_force_from"], flexible["in_force_from"]) == ("2002-07-01", "2007-07-01")
    assert (before.status_code, before.json()["type"]) == (422, "/problems/not-in-force-yet")
    assert "no version reaches back to 2002-06-30" in before.json()["detail"]
    for unknown in ("/v1/law/texas/homework", "/v1/law/atlantis/ada", "/v1/law/texas/in_force"):
        assert (await cedar.ask(unknown, on="2026-03-09")).status_code == 404
    assert (await cedar.ask(path)).status_code == 422
