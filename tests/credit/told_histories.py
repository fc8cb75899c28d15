"""Histories of a small school in Illinois or New York, as Hypothesis draws them: entries and what is no entry."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from hypothesis import strategies as st

from shared.schema.entries import (
    DISTRICT_STREAM,
    MARK_DIGITS,
    Entry,
    MarkAdjusted,
    MarkTimes,
    RollTaken,
    RosterChanged,
    RosterFixed,
    school_stream,
)

SCHOOL = "oak"
DAYS = [date(2026, 3, 2) + timedelta(days=number) for number in range(12)]
STUDENTS, TRACKS = ("ann", "bob", "cal"), ("blue", "red")
SECTIONS = {"algebra": "01", "biology": "02", "chess": "02", "drama": "03"}
HOURS = {"01": 8, "02": 10, "03": 12}
CODES: dict[str, dict[str, Any]] = {
    "P": {"presence": "present"}, "A": {"presence": "absent", "excused": False}, "T": {"presence": "tardy"},
    "D": {"presence": "early_departure", "excused": True}, "S": {"presence": "absent", "suspension": "out_of_school"},
}  # fmt: skip
SAID: dict[str, Any] = {"at": datetime(2026, 4, 1, tzinfo=UTC), "by": "someone", "role": "district_office"}
OPEN = {"begins_on": str(DAYS[0])}
Said = tuple[str, Entry]


def told(collection: str, *rows: dict[str, Any]) -> Said:
    stream = DISTRICT_STREAM if collection == "attendance_codes" else school_stream(SCHOOL)
    named = rows if stream == DISTRICT_STREAM else tuple({"school_id": SCHOOL} | row for row in rows)
    return stream, RosterChanged(**SAID, collection=collection, rows=named)


def a_code(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "begins_on": "2025-08-01", "definition": "as the district says"} | CODES[code] | more


def a_day(track: str, on: date, **more: Any) -> dict[str, Any]:
    return {"track_id": track, "on": str(on), "instructional": on.weekday() < 5, "bell_schedule_id": "regular"} | more


def an_enrollment(student: str, **more: Any) -> dict[str, Any]:
    return {"student_id": student, "entry_date": str(DAYS[0]), "grade": "09", "track_id": "blue"} | more


def a_bell(period: str, minutes: int) -> dict[str, Any]:
    ends = f"{HOURS[period] + minutes // 60:02}:{minutes % 60:02}:00"
    return {
        "bell_schedule_id": "regular",
        "period_id": period,
        "begins_at": f"{HOURS[period]:02}:00:00",
        "ends_at": ends,
    }


def beginning(jurisdiction: str) -> list[Said]:
    """The first four days are conference days, as many as Illinois counts: every other change of one shifts them."""
    conference = {"closed": "part", "cause": "parent-teacher conferences"}
    return [
        told("attendance_codes", *(a_code(code) for code in CODES)),
        told("schools", {"name": "Oak", "jurisdiction": jurisdiction, "time_zone": "America/Chicago",
                         "roll_mode": "every_period"}),
        told("tracks", *({"track_id": track, "school_year": 2026} | OPEN for track in TRACKS)),
        told("bell_periods", *(a_bell(period, 90) for period in HOURS)),
        told("reporting_periods", *({"track_id": track, "school_year": 2026, "number": number, "name": "p",
                                     "begins_on": str(first), "ends_before": str(last)} for track in TRACKS
                                    for number, first, last in ((1, DAYS[0], DAYS[6]), (2, DAYS[6], DAYS[-1])))),
        told("calendar_days", *(a_day(track, on, **(conference if place < 4 else {}))
                                for track in TRACKS for place, on in enumerate(DAYS))),
        told("school_enrollments", *(an_enrollment(student) for student in STUDENTS)),
        told("sections", *({"section_id": section, "title": section, "track_id": "blue", "period_ids": [period]} | OPEN
                           for section, period in SECTIONS.items())),
        told("section_enrollments", *({"section_id": section, "student_id": student} | OPEN
                                      for section in SECTIONS for student in STUDENTS)),
        *((school_stream(SCHOOL), RosterFixed(**SAID, section_id=section, roster=1, students=STUDENTS))
          for section in SECTIONS),
    ]  # fmt: skip


on_a_day, in_a_section = st.sampled_from(DAYS), st.sampled_from(sorted(SECTIONS))
on_a_track, of_a_student = st.sampled_from(TRACKS), st.sampled_from(STUDENTS)
CHANGES: list[st.SearchStrategy[Said]] = [
    st.builds(
        lambda track, on, taught, closed: told("calendar_days", a_day(track, on, **{"instructional": taught} | closed)),
        on_a_track, on_a_day, st.booleans(),
        st.sampled_from([{}, {"cause": "e-learning"}, *({"closed": "part", "cause": cause, "instructional": True}
                         for cause in ("in-service", "parent-teacher conferences", "religious holiday"))]),
    ),
    st.builds(
        lambda student, grade, category, track, leaves: told(
            "school_enrollments",
            an_enrollment(student, grade=grade, category=category, track_id=track, withdrawal_date=leaves),
        ),
        of_a_student, st.sampled_from(["KG", "01", "09"]),
        st.sampled_from([None, "part-time", "homebound", "half-day kindergarten", "part-time; homebound"]), on_a_track,
        st.none() | on_a_day.map(str),
    ),
    st.builds(
        lambda section, student, ends: told(
            "section_enrollments", {"section_id": section, "student_id": student, "ends_before": ends} | OPEN
        ),
        in_a_section, of_a_student, st.none() | on_a_day.map(str),
    ),
    st.builds(
        lambda section, weekdays: told(
            "sections", {"section_id": section, "title": "x", "track_id": "blue", "period_ids": [SECTIONS[section]],
                         "weekdays": weekdays} | OPEN
        ),
        in_a_section, st.sampled_from([[1, 2, 3, 4, 5], [1, 3, 5]]),
    ),
    st.builds(
        lambda track, minutes, ends: told(
            "tracks", {"track_id": track, "school_year": 2026, "whole_day_absence_minutes": minutes,
                       "ends_before": ends} | OPEN
        ),
        on_a_track, st.none() | st.sampled_from([90, 180, 240]), st.none() | on_a_day.map(str),
    ),
    st.builds(lambda period, minutes: told("bell_periods", a_bell(period, minutes)), st.sampled_from(sorted(HOURS)),
              st.sampled_from([40, 50, 80, 90])),
    st.builds(
        lambda code, excused, ends: told("attendance_codes", a_code(code, excused=excused, ends_before=ends)),
        st.sampled_from("ATDS"), st.none() | st.booleans(), st.none() | on_a_day.map(str),
    ),
]  # fmt: skip
A_ROLL = st.tuples(
    st.just("roll"), on_a_day, in_a_section, st.text("01234", min_size=3, max_size=3), st.integers(0, 90)
)
AN_ADJUSTMENT = st.tuples(st.just("adjust"), on_a_day, in_a_section, of_a_student, st.sampled_from("PAS"))
BESIDES = st.one_of(
    st.just(("anew",)), st.just(("law",)),
    st.tuples(st.just("set"), st.sampled_from(["not_taken", "absent", "present"]), on_a_day),
)  # fmt: skip
"""What is no entry: following anew, another law, and what the district makes of days not taken."""
History = list[Any]
histories = st.lists(st.one_of(*CHANGES, A_ROLL, A_ROLL, AN_ADJUSTMENT, BESIDES), max_size=14)


@dataclass
class Told:
    """What a history has come to: an amendment is the next version, an adjustment knows what stood."""

    standing: dict[tuple[date, str], list[str]] = field(default_factory=dict)
    versions: dict[tuple[date, str], int] = field(default_factory=dict)

    def entry(self, said: Any) -> Said | None:
        kind, *rest = said
        if kind == "roll":
            return school_stream(SCHOOL), self._roll(*rest)
        if kind in ("anew", "law", "set"):
            return None
        if kind != "adjust":
            return cast("Said", said)  # a change of the roster is an entry already
        on, section, student, code = rest
        if (on, section) not in self.standing:
            return None
        marks, place = self.standing[on, section], STUDENTS.index(student)
        was, marks[place] = marks[place], code
        self.versions[on, section] += 1
        return school_stream(SCHOOL), MarkAdjusted(
            **SAID, section_id=section, on=on, period_id=SECTIONS[section], version=self.versions[on, section],
            student_id=student, was=was, code=code, reason="r", authority="a", document="d",
        )  # fmt: skip

    def _roll(self, on: date, section: str, digits: str, minute: int) -> RollTaken:
        codes = [tuple(CODES)[int(digit)] for digit in digits]
        hour = HOURS[SECTIONS[section]]
        at = time(hour + minute // 60, minute % 60)
        times = {
            student: MarkTimes(arrived_at=at) if code == "T" else MarkTimes(left_at=at)
            for student, code in zip(STUDENTS, codes, strict=True)
            if code in "TD" and minute % 7
        }
        self.standing[on, section] = codes
        version = self.versions[on, section] = self.versions.get((on, section), 0) + 1
        marks = "".join(MARK_DIGITS[list(CODES).index(code)] for code in codes)
        return RollTaken(
            **SAID, section_id=section, on=on, period_id=SECTIONS[section], version=version, roster=1,
            codes=tuple(CODES), marks=marks, times=times or None,
        )  # fmt: skip
