"""Merging rolls that were taken apart from each other: by hand, and for any that two or three devices might send."""

from dataclasses import replace
from datetime import date, time
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.roll.merging import Merged, Said, Submission, claims_of, merge
from shared.schema.entries import MarkTimes
from shared.schema.roster import AttendanceCode, Presence

CODES = {
    code: AttendanceCode(code=code, begins_on=date(2025, 8, 1), definition=presence.value, presence=presence)
    for code, presence in (
        ("P", Presence.PRESENT), ("A", Presence.ABSENT), ("T", Presence.TARDY), ("L", Presence.TARDY),
        ("E", Presence.EARLY_DEPARTURE),
    )
}  # fmt: skip


def said(number: int, marks: str, *, base: int = 0, by: str = "ruiz", **more: Any) -> Submission:
    """The `number`th submission that was kept: a code each for ana, ben and cho."""
    codes = dict(zip(("ana", "ben", "cho"), map(Said, marks), strict=False))
    if "follows" in more:
        more["follows"] = UUID(int=more["follows"])
    return Submission(UUID(int=number), number, base, by, more.pop("authority", "teacher"), codes, **more)


def marks(merged: Merged) -> str:
    return "".join(merged.stands[student].code for student in sorted(merged.stands))


def test_rolls_that_agree_are_merged_silently() -> None:
    merged = merge([said(1, "PAP"), said(2, "PAP", by="kent")], CODES)

    assert (marks(merged), merged.conflicts) == ("PAP", {})


def test_amendments_of_different_students_are_merged_silently() -> None:
    merged = merge([said(1, "PPP"), said(2, "APP", base=1), said(3, "PPT", base=1, by="kent")], CODES)

    assert (marks(merged), merged.conflicts) == ("APT", {})


def test_rolls_that_differ_are_a_conflict_and_both_are_kept() -> None:
    merged = merge([said(1, "PPP"), said(2, "PAP", by="kent")], CODES)

    assert marks(merged) == "PAP"
    assert {student: [(claim.code, claim.by) for claim in claims] for student, claims in merged.conflicts.items()} == {
        "ben": [("A", "kent"), ("P", "ruiz")]
    }


@pytest.mark.parametrize(
    ("ours", "theirs", "stands"),
    [
        (("A", "teacher"), ("P", "office"), "P"),
        (("P", "teacher"), ("A", "substitute"), "P"),
        (("P", "teacher"), ("A", "teacher"), "A"),
        (("P", "teacher"), ("T", "teacher"), "T"),
        (("P", "teacher"), ("E", "teacher"), "E"),
        (("A", "teacher"), ("T", "teacher"), "A"),
        (("T", "teacher"), ("E", "teacher"), "E"),
        (("T", "teacher"), ("L", "teacher"), "L"),
        (("P", "teacher"), ("X", "teacher"), "X"),
    ],
)
def test_the_weightier_authority_stands_then_the_least_presence_then_the_code(
    ours: tuple[str, Any], theirs: tuple[str, Any], stands: str
) -> None:
    for first, second in ((ours, theirs), (theirs, ours)):
        merged = merge(
            [said(1, first[0], authority=first[1]), said(2, second[0], by="kent", authority=second[1])], CODES
        )
        assert marks(merged) == stands
        assert "ana" in merged.conflicts


def test_an_amendment_that_had_seen_the_conflict_resolves_it_whatever_it_says() -> None:
    apart = [said(1, "PPP"), said(2, "PAP", by="kent")]

    for code in "PA":
        merged = merge([*apart, said(3, f"P{code}P", base=2)], CODES)
        assert (marks(merged), merged.conflicts) == (f"P{code}P", {})


def test_an_amendment_speaks_only_of_what_it_changes() -> None:
    merged = merge([said(1, "PPP"), said(2, "APP", base=1), said(3, "PPA", base=1, by="kent")], CODES)

    assert (marks(merged), merged.conflicts) == ("APA", {})


def test_a_correction_stands_in_the_place_of_what_it_follows_in_either_order() -> None:
    for order in (
        [said(1, "PAP"), said(2, "PPP", follows=1)],
        [said(2, "PPP", follows=1), replace(said(1, "PAP"), version=3)],
    ):
        merged = merge(order, CODES)
        assert (marks(merged), merged.conflicts) == ("PPP", {})


def test_what_a_correction_repeats_is_no_newer_than_what_it_corrects() -> None:
    merged = merge([said(1, "PPP"), said(2, "APP", base=1, by="kent"), said(3, "PPA", follows=1)], CODES)

    assert (marks(merged), merged.conflicts) == ("APA", {})


def test_a_mark_that_a_correction_takes_back_is_as_it_was_before() -> None:
    merged = merge([said(1, "PPP"), said(2, "APP", base=1), said(3, "PPP", base=1, follows=2)], CODES)

    assert (marks(merged), merged.conflicts) == ("PPP", {})


@pytest.mark.parametrize("other", [{"by": "kent"}, {"base": 1}])
def test_one_corrects_only_ones_own_submission_from_the_same_base(other: dict[str, Any]) -> None:
    merged = merge([said(1, "PPP"), said(2, "PAP", **other), said(3, "PTP", follows=2)], CODES)

    assert len(merged.conflicts["ben"]) == 2 + ("by" in other)


def test_two_that_follow_each_other_correct_nothing() -> None:
    merged = merge([said(1, "PAP", follows=2), said(2, "PPP", follows=1)], CODES)

    assert [claim.code for claim in merged.conflicts["ben"]] == ["A", "P"]


def test_what_comes_after_the_window_is_kept_and_takes_nothing_from_what_came_in_time() -> None:
    for late in (
        said(2, "PAP", base=1, late=True),
        said(2, "PAP", follows=1, late=True),
        said(2, "PAP", by="kent", late=True),
    ):
        merged = merge([said(1, "PPP"), late], CODES)
        assert marks(merged) == "PPP"
        assert [(claim.code, claim.late) for claim in merged.conflicts["ben"]] == [("P", False), ("A", True)]


def test_rolls_that_all_came_late_are_merged_as_if_in_time() -> None:
    merged = merge([said(1, "PPP", late=True), said(2, "PAP", by="kent", late=True)], CODES)

    assert marks(merged) == "PAP"


def test_a_student_of_whom_only_the_later_roll_speaks_is_marked_by_it() -> None:
    assert marks(merge([said(1, "PA"), said(2, "PAT", base=1, late=True)], CODES)) == "PAT"


def test_a_time_goes_with_the_mark_that_stands() -> None:
    at_nine, at_ten = (Said("T", MarkTimes(arrived_at=time(hour))) for hour in (9, 10))
    first = replace(said(1, "P"), said={"ana": at_nine})

    assert merge([first, said(2, "T", by="kent")], CODES).stands["ana"] == at_nine
    assert merge([first, replace(said(2, "P", base=1), said={"ana": at_ten})], CODES).stands["ana"] == at_ten


# Any submissions at all. A device that says which version it had seen has seen all that came before: between two such
# looks the submissions may come in any order.

STUDENTS = ("ana", "ben", "cho", "dia")
Looks = list[list[Submission]]


@st.composite
def submissions_between_looks(draw: st.DrawFn) -> Looks:
    looks: Looks = []
    kept = 0
    bases = [0]
    for _ in range(draw(st.integers(1, 3))):
        between: list[Submission] = []
        for _ in range(draw(st.integers(1, 4))):
            kept += 1
            before = [each for one in (*looks, between) for each in one]
            follows = draw(st.none() | st.sampled_from([each.submission_id for each in before])) if before else None
            base = next((each.base for each in before if each.submission_id == follows), None)
            author = draw(st.sampled_from((("ruiz", "teacher"), ("kent", "substitute"), ("ito", "office"))))
            codes = draw(st.lists(st.sampled_from("PAT"), min_size=3, max_size=4))
            between.append(
                Submission(
                    submission_id=UUID(int=draw(st.integers(0, 2**16)) * 100 + kept),
                    version=kept,
                    base=draw(st.sampled_from(bases)) if base is None or draw(st.booleans()) else base,
                    by=author[0],
                    authority=author[1],  # type: ignore[arg-type]  # Hypothesis draws a str
                    said=dict(zip(STUDENTS, map(Said, codes), strict=False)),
                    follows=follows,
                    late=draw(st.booleans()),
                )
            )
        looks.append(between)
        bases.append(kept)
    return looks


def in_another_order(looks: Looks, draw: st.DataObject) -> list[Submission]:
    """The same submissions, shuffled between each look and the next, with the versions that they get so."""
    order = [each for between in looks for each in draw.draw(st.permutations(between))]
    return [replace(each, version=number) for number, each in enumerate(order, 1)]


@given(submissions_between_looks(), st.data())
@settings(max_examples=200, deadline=None)
def test_what_stands_does_not_depend_on_the_order_of_delivery(looks: Looks, data: st.DataObject) -> None:
    one, another = in_another_order(looks, data), in_another_order(looks, data)

    assert merge(one, CODES) == merge(another, CODES)


@given(submissions_between_looks())
@settings(deadline=None)
def test_of_every_student_somebodys_word_is_left(looks: Looks) -> None:
    submissions = [each for between in looks for each in between]

    left = claims_of(submissions)

    assert left.keys() == {student for each in submissions for student in each.said}
    assert all(left.values())


@given(submissions_between_looks(), st.sampled_from(("PPPP", "ATPA")))
@settings(deadline=None)
def test_who_has_seen_everything_in_time_has_the_last_word(looks: Looks, marked: str) -> None:
    submissions = [replace(each, late=False) for between in looks for each in between]
    last = len(submissions)

    merged = merge(
        [
            *submissions,
            replace(said(last + 1, marked, base=last), said=dict(zip(STUDENTS, map(Said, marked), strict=True))),
        ],
        CODES,
    )

    assert "".join(merged.stands[student].code for student in STUDENTS) == marked
    assert merged.conflicts == {}


@given(submissions_between_looks(), st.data())
@settings(deadline=None)
def test_a_corrected_submission_that_comes_late_changes_nothing(looks: Looks, data: st.DataObject) -> None:
    submissions = [each for between in looks for each in between]
    correction = data.draw(st.sampled_from(submissions))
    corrected = Submission(
        submission_id=UUID(int=99),
        version=len(submissions) + 1,
        base=correction.base,
        by=correction.by,
        authority=correction.authority,
        said={**correction.said, "ben": Said("A")},
        late=True,
    )
    with_its_name = [replace(each, follows=UUID(int=99)) if each is correction else each for each in submissions]

    assert merge([*with_its_name, corrected], CODES) == merge(with_its_name, CODES)
