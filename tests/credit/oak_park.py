"""Oak Park, Illinois, of a district of its own: six classes of fifty minutes with a lunch, and a pupil for each row.

Every pupil is in every class. `minutes` says how long each is there, and the marks and times follow from it.
"""

from typing import Any

from tests.credit.cedar_high import FRIDAY, MONDAY, SPAN, WEEK, CedarHigh

HOURS = {"01": 8, "02": 9, "03": 10, "04": 12, "05": 13, "06": 14}
PUPILS: dict[str, dict[str, Any]] = {
    "ida": {"grade": "10"},
    "jon": {"grade": "10"},
    "kim": {"grade": "KG"},
    "leo": {"grade": "KG", "category": "half-day kindergarten"},
    "mia": {"grade": "11", "category": "part-time"},
    "ned": {"grade": "09", "category": "homebound"},
    "ola": {"grade": "KG", "category": "special education, age 3 to 5"},
    "pia": {"grade": "10", "non_claimable_reason": "GED program"},
    "quo": {"grade": "10", "category": "of a kind nobody knows"},
}


def rows_of(roll_mode: str, pupils: dict[str, dict[str, Any]], sections: dict[str, str]) -> dict[str, Any]:
    school = {"school_id": "oak"}
    return {
        "attendance-codes": [
            {"code": code, "begins_on": "2025-08-01", "definition": words, "presence": presence} | more
            for code, words, presence, more in (
                ("P", "In the room", "present", {}),
                ("A", "Not in the room, no excuse known", "absent", {"excused": False}),
                ("E", "Not in the room, excused", "absent", {"excused": True}),
                ("T", "Late", "tardy", {"excused": False}),
                ("D", "Left early", "early_departure", {"excused": True}),
            )
        ],
        "schools": [
            school | {"name": "Oak Park", "jurisdiction": "illinois", "time_zone": "America/Chicago",
                      "roll_mode": roll_mode, "teacher_edit_minutes": 5_256_000}
        ],
        "tracks": [school | {"track_id": "main", "school_year": 2026} | SPAN],
        "reporting-periods": [
            school | {"track_id": "main", "school_year": 2026, "number": 7, "name": "March", "begins_on": MONDAY,
                      "ends_before": FRIDAY},
            school | {"track_id": "main", "school_year": 2026, "number": 8, "name": "April", "begins_on": FRIDAY,
                      "ends_before": "2026-03-14"},
        ],
        "bell-periods": [
            school | {"bell_schedule_id": "regular", "period_id": period, "begins_at": f"{hour:02}:00:00",
                      "ends_at": f"{hour:02}:50:00"}
            for period, hour in HOURS.items()
        ]
        + [
            school | {"bell_schedule_id": "regular", "period_id": "lunch", "begins_at": "11:00:00",
                      "ends_at": "11:50:00", "instructional": False},
        ],
        "calendar-days": [
            school | {"track_id": "main", "on": on, "instructional": True, "bell_schedule_id": "regular"} for on in WEEK
        ],
        "students": [{"student_id": pupil} for pupil in pupils],
        "school-enrollments": [
            school | {"student_id": pupil, "entry_date": "2025-08-18", "track_id": "main"} | said
            for pupil, said in pupils.items()
        ],
        "sections": [
            school | {"section_id": section, "title": section, "track_id": "main", "period_ids": [period]} | SPAN
            for section, period in sections.items()
        ],
        "section-enrollments": [
            school | {"section_id": section, "student_id": pupil, "begins_on": "2025-08-18"}
            for pupil in pupils
            for section in sections
        ],
    }  # fmt: skip


class OakPark(CedarHigh):
    period_of = {f"class-{period}": period for period in HOURS} | {"lunch-room": "lunch"}
    rows = rows_of("every_period", PUPILS, period_of)

    async def take_classes(self, on: str, *without: str, **minutes: int) -> None:
        """Take the roll of every class: each pupil named is there for so many minutes from the first on."""
        for place, (period, hour) in enumerate(HOURS.items()):
            if period in without:
                continue
            marks: dict[str, Any] = {}
            for pupil, there in minutes.items():
                left = min(50, max(0, there - 50 * place))
                if left == 0:
                    marks[pupil] = "A"
                elif left < 50:
                    marks[pupil] = {"code": "D", "left_at": f"{hour:02}:{left:02}:00"}
            await self.take_roll(f"class-{period}", on, **marks)

    async def days_of(self, pupil: str, on: str = MONDAY) -> tuple[str, ...]:
        """Membership, absent, eligible, ineligible, not taken."""
        return tuple((await self.why(pupil, on))["totals"].values())
