"""The bytes of an entry are RFC 8785's, which a full canonicaliser would write as well."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from services.roll.ledger import canonical, digest
from shared.schema.entries import Entry, MarkAdjusted, PeopleChanged, RollTaken, RosterChanged
from shared.schema.roll import RollSubmission

WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)
IDS = st.from_regex(r"\A[0-9A-Za-z][0-9A-Za-z._@-]{0,20}\Z")
SAID = {"at": st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), "by": IDS, "role": IDS}  # noqa: DTZ001 - Hypothesis adds the zone
PLACE = {
    "section_id": IDS,
    "on": st.dates(date(2000, 1, 1), date(2099, 1, 1)),
    "period_id": IDS,
    "version": st.integers(1, 2**31),
}
ENTRIES: st.SearchStrategy[Entry] = st.one_of(
    st.builds(
        MarkAdjusted, **SAID, **PLACE, student_id=IDS, was=st.just("A"), code=st.just("P"),
        reason=WORDS, authority=WORDS, document=WORDS,
    ),
    st.builds(
        RollTaken, **SAID, **PLACE, roster=st.integers(1, 9), codes=st.just(("P", "A")), marks=st.text("01"),
        teacher_said=st.none() | st.dictionaries(IDS, st.just("A"), max_size=5),
    ),
    st.builds(PeopleChanged, **SAID, people=st.just("students"), ids=st.lists(IDS).map(tuple)),
    st.builds(
        RosterChanged, **SAID, collection=st.just("sections"),
        rows=st.lists(st.dictionaries(IDS, WORDS | st.booleans() | st.integers(0, 2**40))).map(tuple),
    ),
)  # fmt: skip


@given(ENTRIES)
def test_an_entry_has_the_bytes_that_rfc_8785_gives_it(entry: Entry) -> None:
    assert canonical(entry) == rfc8785.dumps(entry.model_dump(mode="json", exclude_none=True))


@given(ENTRIES)
def test_the_bytes_say_what_the_entry_says(entry: Entry) -> None:
    assert type(entry).model_validate_json(canonical(entry)) == entry
    assert json.loads(canonical(entry)) == entry.model_dump(mode="json", exclude_none=True)


def test_a_digest_tells_a_retry_from_another_roll_and_from_another_place() -> None:
    said = RollSubmission(submission_id=UUID(int=1), everyone_else="P")
    place = {"section_id": "a", "on": "2026-03-10", "period_id": "02"}

    first = digest("roll_taken", place, said)

    assert first == digest("roll_taken", dict(place), said.model_copy())
    assert first != digest("roll_taken", place | {"period_id": "03"}, said)
    assert first != digest("roll_taken", place, said.model_copy(update={"everyone_else": "A"}))
    assert first != digest("mark_adjusted", place, said)
