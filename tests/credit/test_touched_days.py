"""Incremental is whole: after any history, the sheets are what building everything from scratch would make."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.credit.cases import CaseBook
from services.credit.official_roll import Roll
from services.credit.touched_days import merged, touched_days
from shared.schema.base import Schema
from shared.schema.roster import Jurisdiction, SectionEnrollment
from tests.credit.histories import BEGINNING, DAYS, History, a_roll, a_row


@pytest.mark.parametrize("jurisdiction", [Jurisdiction.TEXAS, Jurisdiction.CALIFORNIA])
@settings(max_examples=150, deadline=None)
@given(st.lists(a_row() | a_roll, max_size=25))
def test_building_only_what_was_touched_is_building_everything(
    jurisdiction: Jurisdiction, said: list[Schema | Roll]
) -> None:
    history, book = History(jurisdiction), CaseBook()
    for row in BEGINNING:
        history.say(row)
    sheets = history.build(set(DAYS), book)

    for each in said:
        touched = history.say(each)
        sheets = {place: sheet for place, sheet in sheets.items() if place[1] not in touched}
        sheets |= history.build(touched, book)

    assert sheets == history.build(set(DAYS), book)


def test_a_longer_enrollment_touches_only_the_days_it_gained() -> None:
    was = SectionEnrollment(
        school_id="cedar", section_id="algebra", student_id="ana", begins_on=DAYS[0], ends_before=DAYS[5]
    )
    now = was.model_copy(update={"ends_before": DAYS[8]})

    assert merged(touched_days(was, now)) == [(DAYS[5], DAYS[8])]
    assert merged(touched_days(now, was)) == [(DAYS[5], DAYS[8])]
    assert merged(touched_days(was, was)) == []
