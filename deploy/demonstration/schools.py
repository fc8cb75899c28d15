"""Which schools the demonstration district has, and how each keeps its roll. A plan: no people yet."""

from dataclasses import dataclass

from deploy.demonstration.los_angeles import LOS_ANGELES, AngelenoSchool
from shared.schema.roster import Grade, Jurisdiction, RollMode

SIZES = {"small": 1, "medium": 2, "large": 4}  # sections a grade, outside Los Angeles
SEATS = 28  # students a section, about


@dataclass(frozen=True)
class SchoolPlan:
    """`students` by grade; roll is taken in each of `roll_periods`, by one section all day (`homeroom`, which may meet
    in more periods than those) or by one section a period. `absence` is the mean share of days missed."""

    school_id: str
    name: str
    jurisdiction: Jurisdiction
    time_zone: str
    roll_mode: RollMode
    students: dict[Grade, int]
    roll_periods: tuple[str, ...]
    homeroom: bool
    absence: float
    official_period: str | None = None
    homeroom_meets: tuple[str, ...] = ()


def plan(size: str) -> tuple[SchoolPlan, ...]:
    """The district at that size: the same schools always, with more grades and more periods when larger."""
    sections = SIZES[size]
    return (*_texas(sections, size), *_north(sections), *(_angeleno(school, size) for school in LOS_ANGELES))


def _texas(sections: int, size: str) -> tuple[SchoolPlan, ...]:
    pupils = 22 * sections
    return (
        SchoolPlan(
            "tx-101", "Cedar Bayou Elementary", Jurisdiction.TEXAS, "America/Chicago", RollMode.DAILY,
            dict.fromkeys(_grades("KG", "05"), pupils), ("2",), True, 0.045, "2",
        ),
        SchoolPlan(
            "tx-001", "Llano Creek High School", Jurisdiction.TEXAS, "America/Chicago", RollMode.EVERY_PERIOD,
            dict.fromkeys(_grades("09", "12"), SEATS * sections),
            ("1", "2", "3", "4", "5", "6", "7") if size == "large" else ("2", "4", "6"), False, 0.060, "2",
        ),
    )  # fmt: skip


def _north(sections: int) -> tuple[SchoolPlan, ...]:
    return (
        SchoolPlan(
            "ny-060", "Hudson Ferry Middle School", Jurisdiction.NEW_YORK, "America/New_York", RollMode.EVERY_PERIOD,
            dict.fromkeys(_grades("06", "08"), 26 * sections), ("1", "3"), False, 0.055,
        ),
        SchoolPlan(
            "il-030", "Prairie Crossing School", Jurisdiction.ILLINOIS, "America/Chicago", RollMode.TWICE_DAILY,
            dict.fromkeys(_grades("KG", "03"), 20 * sections), ("1", "5"), True, 0.048,
            homeroom_meets=("1", "2", "3", "4", "5", "6", "7"),
        ),
    )  # fmt: skip


def _angeleno(school: AngelenoSchool, size: str) -> SchoolPlan:
    """The target grades always; the other grades of the school from `medium` on."""
    low = school.level == "elementary"
    students: dict[Grade, int] = {"TK": school.students // 3, "KG": school.students - school.students // 3}
    if not low:
        students = {"09": school.students}
    if size != "small":
        share = school.students * 2 // 3 if low else school.students * 9 // 10
        students |= dict.fromkeys(_grades("01", "05") if low else _grades("10", "12"), share)
    return SchoolPlan(
        school.cds, school.name, Jurisdiction.CALIFORNIA, "America/Los_Angeles",
        RollMode.DAILY if low or size != "large" else RollMode.EVERY_PERIOD, students,
        ("2", "3", "4", "5") if size == "large" and not low else ("2",), low, school.absence,
    )  # fmt: skip


GRADES: tuple[Grade, ...] = ("PK", "TK", "KG", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12")


def _grades(first: Grade, last: Grade) -> tuple[Grade, ...]:
    return GRADES[GRADES.index(first) : GRADES.index(last) + 1]
