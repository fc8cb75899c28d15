"""Every case that a registrar wrote about more than one day, in New York, Illinois, California and the country."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from services.credit.averaging import Average, aggregate_ada, as_percent, round_half_up
from services.credit.course_credit import CourseLength, CoursePolicies, CourseRecord, Safeguards, rule_credit
from services.credit.day_count import DAY, DayCount, in_days
from services.credit.formulas import california, california_year, illinois, illinois_claim, lausd, national
from services.credit.formulas import new_york_year as ny
from services.credit.lawbook import read_lawbook
from shared.schema.ruling import Ruling

HERE = Path(__file__).parent
CASES = {path.stem: tomllib.loads(path.read_text())["case"] for path in sorted((HERE / "year_cases").glob("*.toml"))}
POLICIES = {
    name: CoursePolicies.model_validate(table)
    for name, table in tomllib.loads(
        (HERE / "law_cases/new_york_policies.toml").read_text(), parse_float=Decimal
    ).items()
}
LAW: dict[str, Any] = {name: file.law for name, file in read_lawbook().items()}
ON = date(2026, 1, 30)
ON_FILE = {"parents_notified_on": date(2026, 1, 5), "intervention_on": date(2026, 1, 12)}


def days(enrolled: int, absent: int, not_taken: int = 0) -> DayCount:
    attended = enrolled - absent - not_taken
    return DayCount(enrolled * DAY, absent * DAY, attended * DAY, not_taken=not_taken * DAY)


def average(figure: str) -> Average:
    rule = LAW["illinois_claim"].monthly_ada.in_force(ON)
    return Ruling("ADA", Fraction(figure), "as given", rule.citation)


def published(law: Any, exact: Fraction | None) -> str:
    assert exact is not None
    return str(law.published_ada.in_force(ON).publish(exact))


def said(ruling: Ruling[Any]) -> dict[str, str]:
    return {"says": "\n".join(ruling.explain()), "cites": "\n".join(ruling.explain())}


def course_credit(policy: str, length: str = "full year", opted_in: bool = False, **given: Any) -> dict[str, Any]:
    adopted = POLICIES[policy].policy.in_force(ON)
    if opted_in:
        adopted = adopted.model_copy(update={"excused_and_made_up_is_not_counted": True})
    lacking = given.pop("lacking", ())
    on_file = ON_FILE | {name: given.pop(name) for name in ON_FILE if name in given}
    on_file = {name: on for name, on in on_file.items() if name not in lacking}
    record = CourseRecord(CourseLength(length), meetings_so_far=given["meetings"], **{"unexcused": 0} | given)
    regulation = LAW["new_york_year"].course_credit.in_force(ON)
    ruling = rule_credit(record, adopted, Safeguards(**on_file), ON, regulation)
    standing = asdict(ruling.value)
    return standing | said(ruling) | {
        "outcome": ruling.value.outcome.value, "counted": ruling.value.counted_absences,
        "missing": ", ".join(ruling.value.missing),
    }  # fmt: skip


def state_aid(groups: list[tuple[int, int]], possible: int = 0) -> dict[str, Any]:
    law = LAW["new_york_year"]
    rule = law.state_aid_ada.in_force(ON)
    sessions = [ny.SessionDays(possible * DAY, aggregate * DAY, session) for aggregate, session in groups]
    adm, rate = ny.average_daily_membership(sessions[0], rule), ny.rate_of_attendance(sessions, rule)
    return {
        "by_group": " ".join(published(law, ny.state_aid_ada(group, rule).value) for group in sessions),
        "ada": published(law, ny.district_ada(sessions, rule).value),
        "adm": published(law, adm.value),
        "rate": None if rate.value is None else str(as_percent(rate.value)),
    }


def membership(groups: list[tuple[int, int, int]]) -> dict[str, Any]:
    """Possible and aggregate days and session days of each grade group: their memberships added before any rounding."""
    law = LAW["new_york_year"]
    rule = law.state_aid_ada.in_force(ON)
    sessions = [ny.SessionDays(possible * DAY, aggregate * DAY, session) for possible, aggregate, session in groups]
    rate = ny.rate_of_attendance(sessions, rule).value
    assert rate is not None
    return {"adm": published(law, ny.district_adm(sessions, rule).value), "rate": str(as_percent(rate))}


def chronic_report(**given: int) -> dict[str, Any]:
    ruling = ny.report_group(days(**given), LAW["new_york_year"].chronic_absence.in_force(ON))
    return {"group": ruling.value} | said(ruling)


def strict_appendix_b(served_as: str, minutes: int) -> dict[str, Any]:
    law = LAW["illinois"]
    day = illinois.IllinoisDay(ON, illinois.ServedAs(served_as), (minutes,))
    strict = illinois.credit_day(day, LAW["illinois_appendix_b"].applied_to(law))
    return {"credit": str(strict.value), "by_the_grid": str(illinois.credit_day(day, law).value)} | said(strict)


def monthly_ada(days: list[str], in_session: int) -> dict[str, Any]:
    law, sixths = LAW["illinois_claim"], sum(Fraction(one) for one in days) * DAY
    assert sixths.denominator == 1
    ruling = aggregate_ada(sixths.numerator, in_session, law.monthly_ada.in_force(ON))
    return {"exact": str(ruling.value), "published": published(law, ruling.value)} | said(ruling)


def best_months(months: list[str]) -> dict[str, Any]:
    law = LAW["illinois_claim"]
    ruling = illinois_claim.best_months_ada([average(month) for month in months], law.best_months.in_force(ON))
    return {"exact": str(ruling.value)} | said(ruling) | {"says": f"{ruling.what}: {ruling.because}"}


def claim(years: list[str]) -> dict[str, Any]:
    law = LAW["illinois_claim"]
    ruling = illinois_claim.claim_ada([average(year) for year in years], law.claim_ada.in_force(ON))
    return {"published": published(law, ruling.value)} | said(ruling)


def truancy_of_illinois(unexcused: int, days: int) -> dict[str, Any]:
    ruling = illinois_claim.truancy(unexcused * DAY, days, LAW["illinois_claim"].truancy.in_force(ON))
    return {"status": ruling.value} | said(ruling)


def band(**given: int) -> dict[str, Any]:
    ruling = lausd.band(days(**given), LAW["lausd"].bands.in_force(ON))
    return {"band": ruling.value} | said(ruling)


def line(**given: int) -> dict[str, Any]:
    return {"at_line": lausd.is_at_line(days(**given), LAW["lausd"].target_line.in_force(ON))}


def share(at_or_above: int, students: int) -> dict[str, Any]:
    rule = LAW["lausd"].target_line.in_force(ON)
    return {"share": str(lausd.ShareAtLine(at_or_above, students, 0).published(rule))}


def ada_of_california(days: int, taught: int) -> dict[str, Any]:
    law = LAW["california_year"]
    return {"published": published(law, aggregate_ada(days * DAY, taught, law.ada.in_force(ON)).value)}


def truancy_of_california(minutes_missed: list[int], **given: Any) -> dict[str, Any]:
    rule = LAW["california_year"].truancy.in_force(ON)
    record = california_year.TruancyRecord(minutes_missed=tuple(minutes_missed), **given)
    ruling = california_year.truancy(record, rule)
    due = california_year.steps_due(record, ruling.value, rule)
    return {"status": ruling.value, "due": "; ".join(due)} | said(ruling)


def chronic_absentee(expected: int, **days_of: int) -> dict[str, Any]:
    """Each day ruled by itself: so many of each kind, and the rest present."""
    marks, excused = california.RollMark, {"excused": True, "unexcused": False, "out_of_school_suspension": True}
    kinds = {
        kind: california.CaliforniaDay(ON, (marks.ABSENT,), excused[kind])
        if kind in excused
        else california.CaliforniaDay(ON, (marks(kind),))
        for kind in (*excused, "in_school_suspension", "present")
    }
    days_of["present"] = expected - sum(days_of.values())
    ruled = {kind: california.rule_day(kinds[kind], LAW["california"]).value * count for kind, count in days_of.items()}
    count = sum(ruled.values(), DayCount())
    ruling = california_year.chronic_absentee(count, LAW["california_year"].chronic_absentee.in_force(ON))
    return {"chronic": ruling.value, "absent": in_days(count.absent)} | said(ruling)


def tier(**given: int) -> dict[str, Any]:
    ruling = national.tier(days(**given), LAW["national"].tiers.in_force(ON))
    return {"tier": ruling.value} | said(ruling)


def half_up(exact: str, places: int) -> dict[str, Any]:
    return {"published": str(round_half_up(Decimal(exact), places))}


ASKED: dict[str, dict[str, Callable[..., dict[str, Any]]]] = {
    "new_york": {
        "course credit": course_credit, "state aid": state_aid, "membership": membership,
        "chronic report": chronic_report,
    },
    "illinois": {
        "strict Appendix B": strict_appendix_b, "monthly ADA": monthly_ada, "best months": best_months, "claim": claim,
        "truancy": truancy_of_illinois,
    },
    "california": {
        "band": band, "line": line, "share": share, "ADA": ada_of_california, "truancy": truancy_of_california,
        "chronic absentee": chronic_absentee, "tier": tier, "half up": half_up,
    },
}  # fmt: skip


def every_case() -> Iterator[Any]:
    for name, cases in CASES.items():
        for case in cases:
            yield pytest.param(name, case, id=f"{name}: {case['name']}")


@pytest.mark.parametrize(("name", "case"), [*every_case()])
def test_year_case(name: str, case: dict[str, Any]) -> None:
    lacking = {"lacking": case["lacking"]} if "lacking" in case else {}
    answer = ASKED[name][case["ask"]](**case["given"], **lacking)
    for what, expected in case["answer"].items():
        if what in ("says", "cites"):
            assert expected in answer[what]
        else:
            assert answer[what] == expected, answer.get("says")


@pytest.mark.parametrize("name", CASES)
def test_no_two_year_cases_share_a_name_and_every_question_is_asked(name: str) -> None:
    names = [case["name"] for case in CASES[name]]
    assert len(names) == len(set(names))
    assert {case["ask"] for case in CASES[name]} == set(ASKED[name])
