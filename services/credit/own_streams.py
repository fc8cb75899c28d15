"""Which of a district's streams a reader may know of: its own, and those of the schools that she may see."""

from shared.plumbing.tokens import Principal
from shared.schema.entries import DISTRICT_STREAM, school_stream


def may_see_stream(who: Principal, stream: str) -> bool:
    return stream == DISTRICT_STREAM or who.may_see_school(stream.removeprefix(school_stream("")))
