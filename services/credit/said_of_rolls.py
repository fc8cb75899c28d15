"""What the rolls of a day say of a pupil, in the words of a school's office. Pure."""


def said_present(seen: int, absent: int, rolls: int) -> str:
    """Seen, however late, at so many of the day's rolls, absent at so many; the rest were not taken."""
    if seen == rolls:
        return "present at the day's roll" if rolls == 1 else f"present at all {rolls} rolls"
    untaken = rolls - seen - absent
    parts = (f"absent at {absent}" if absent else "", f"{untaken} not taken" if untaken else "")
    return ", ".join([f"present at {seen} of {rolls} rolls", *filter(None, parts)])


def said_absent(rolls: int, excused: bool | None) -> str:
    """Absent at every roll of the day."""
    said = {True: "excused", False: "unexcused", None: "and nobody said whether excused"}[excused]
    return f"absent from the day's roll, {said}" if rolls == 1 else f"absent from all {rolls} rolls, {said}"


def said_unknown(absent: int, rolls: int) -> str:
    """Seen at none of the day's rolls, of which not all were taken."""
    if rolls == 0:
        return "on no roll that day"
    if rolls == 1:
        return "the day's roll was not taken"
    if absent == 0:
        return f"none of the {rolls} rolls was taken"
    return f"absent at {absent} of {rolls} rolls, {rolls - absent} not taken"
