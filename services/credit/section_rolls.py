"""The rolls of sections, read for whoever counts a course meeting by meeting."""

from collections.abc import AsyncIterator, Iterable
from datetime import date
from typing import Any

from services.credit import tables
from services.credit.class_minutes import bell_days
from services.credit.course_meetings import SectionRolls, meeting_days
from services.credit.roll_times import find_times
from services.credit.school_facts import SchoolFacts
from services.credit.sheet_library import View
from shared.schema.roster import Section


async def rolls_of(
    view: View, facts: SchoolFacts, sections: Iterable[Section], through: date
) -> AsyncIterator[SectionRolls]:
    """Each section with its rolls through a day."""
    place = view.asking.district_id, facts.school.school_id
    bells: Any = bell_days(facts)
    for section in sections:
        days = [on for on in meeting_days(facts, section) if on <= through]
        slots = [(section.section_id, period) for period in section.period_ids]
        rolls = await tables.find_rolls(view.connection, *place, days, slots)
        rosters = await tables.find_rosters(view.connection, *place, {(roll.section_id, roll.roster) for roll in rolls})
        times = await find_times(view.connection, *place, days)
        by_slot = {(roll.on, roll.period_id, roll.section_id): roll for roll in rolls}
        yield SectionRolls(section, by_slot, rosters, times, bells)
