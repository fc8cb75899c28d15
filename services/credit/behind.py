"""What an answer leaves out because credit is behind roll: entries, school-days, and schools not begun at all."""

from services.credit import stream_tables, tables
from services.credit.own_streams import may_see_stream
from services.credit.sheet_library import View
from shared.schema.credit import Behind
from shared.schema.entries import DISTRICT_STREAM, school_stream


async def behind(view: View, school_id: str | None = None) -> Behind:
    """As of the view: of one school, or of all that the asker may see, those included that are in no view yet."""
    who = view.asking.principal
    schools = await tables.schools_waiting(view.connection, view.asking.district_id)
    streams = {
        name: at
        for name, at in (await stream_tables.followed_streams(view.connection, view.asking.district_id)).items()
        if may_see_stream(who, name) and (school_id is None or name in (DISTRICT_STREAM, school_stream(school_id)))
    }
    return Behind(
        unread_entries=sum(max(0, at.head - at.sequence) for at in streams.values()),
        school_days_waiting=sum(days for name, days in schools.items() if school_stream(name) in streams),
        stopped={name: at.alarm for name, at in sorted(streams.items()) if at.alarm is not None},
        not_begun=tuple(sorted(name for name, at in streams.items() if at.sequence == 0 and at.head > 0)),
    )
