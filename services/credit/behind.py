"""What an answer leaves out because credit is behind roll: entries, school-days, and schools not begun at all."""

from services.credit import stream_tables, tables
from services.credit.sheet_library import View
from shared.schema.credit import Behind
from shared.schema.entries import DISTRICT_STREAM, school_stream


async def behind(view: View, school_id: str | None = None) -> Behind:
    """As of the view, of the streams that an answer rests on: the district's and those of the schools it is about.

    A school that is followed from its first entry only now is in no view yet: who may see every school hears of it.
    """
    streams = await stream_tables.followed_streams(view.connection, view.asking.district_id)
    waiting = await tables.schools_waiting(view.connection, view.asking.district_id)
    if school_id is not None or view.asking.principal.schools is not None:
        about = {DISTRICT_STREAM, *map(school_stream, view.schools)}
        streams = {name: at for name, at in streams.items() if name in about}
        waiting = {name: days for name, days in waiting.items() if name in view.schools}
    return Behind(
        unread_entries=sum(max(0, at.head - at.sequence) for at in streams.values()),
        school_days_waiting=sum(waiting.values()),
        stopped={name: at.alarm for name, at in sorted(streams.items()) if at.alarm is not None},
        not_begun=tuple(sorted(name for name, at in streams.items() if at.sequence == 0 and at.head > 0)),
    )
