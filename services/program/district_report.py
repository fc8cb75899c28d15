"""The district's summary of a selection: which schools, how far they have come, and how the district attends."""

import csv
import io
from datetime import date
from fractions import Fraction

from services.program.concealment import SMALL
from services.program.report_charts import ShareBar, by_week, by_weekday, shares
from services.program.report_pages import MARGIN, Pages, printed
from services.program.report_rates import FEW, absence, counted_weeks, overall, safe, said
from services.program.selection_documents import Line, Selection
from services.program.track_objectives import SchoolObjectives
from shared.schema.base import Schema
from shared.schema.trends import Series


class DistrictReport(Schema):
    """`schools` are the selected ones, in rank order; `goal_points` is the increase that is asked for."""

    district_id: str
    through: date
    line: str
    goal_points: int
    api_below: int
    outcome: Selection
    whole: bool
    schools: tuple[SchoolObjectives, ...]
    weeks: tuple[date, ...]
    district: tuple[Series, Series] | None

    @property
    def title(self) -> str:
        year = self.outcome.program_year
        return f"Attendance Improvement Program {year - 1}-{year % 100:02d}"

    @property
    def subtitle(self) -> str:
        return f"District {self.district_id}, as of {self.through:%d %B %Y}"

    def progress(self) -> list[tuple[Line, SchoolObjectives]]:
        return list(zip(self.outcome.selected, self.schools, strict=True))


def as_pdf(report: DistrictReport) -> bytes:
    return printed(report.title, report.subtitle, lambda pages: _lay_out(pages, report))


def _lay_out(pages: Pages, report: DistrictReport) -> None:
    line, progress = Fraction(report.line), report.progress()
    shown = [one.enrollment for one, _ in progress if one.enrollment is not None]
    increases = [school.increase for _, school in progress if school.increase is not None]
    pages.tiles(
        [
            (str(len(progress)), "schools selected"),
            (
                f"{sum(shown):,}",
                "students in target grades" if len(shown) == len(progress) else "students in grades shown",
            ),
            (str(report.outcome.days_a_week), "counselor days a week"),
            (f"{sum(one.met is True for one in increases)} of {len(increases)}", "schools at their goal today"),
        ]
    )
    if report.district is None:
        pages.section("The district's attendance", f"Not shown: {FEW}, or no day was counted yet.")
    else:
        _district(pages, report, report.district, line)
    pages.section(
        f"Students at {line * 100} % or higher in the target grade",
        f"The goal is {report.goal_points} percentage points above the year before, by the end of the school year.",
    )
    shares(pages, [_bar(report, one, school) for one, school in progress])
    pages.need(40)
    pages.section("School by school")
    pages.listing(
        [("Rank", 10, "RIGHT"), ("School", 50, "LEFT"), ("Grade", 13, "LEFT"), ("API", 11, "RIGHT"),
         ("Students", 17, "RIGHT"), ("Days a week", 15, "RIGHT"), ("Year before", 18, "RIGHT"), ("Now", 18, "RIGHT"),
         ("Still to move", 16, "RIGHT")],
        [
            (str(one.rank or ""), one.name, one.target or "", str(one.api or ""), str(one.enrollment or ""),
             str(one.days_a_week or ""), _said(school.before), _said(school.now), _to_move(school))
            for one, school in progress
        ],
    )  # fmt: skip
    pages.paragraph(
        f"Selected from {len({one.school_id for one in report.outcome.lines})} schools: API below {report.api_below}, "
        f"lowest share first. {_basis(report)}"
    )


def _basis(report: DistrictReport) -> str:
    if report.outcome.input_digest is None:
        return f"Groups of fewer than {SMALL} students are not shown, and beside them no ranks."
    said = f"The selection rests on frozen data, SHA-256 {report.outcome.input_digest[:16]}."
    return f"{said} Groups of fewer than {SMALL} students are in it: not for publication." if report.whole else said


def _district(pages: Pages, report: DistrictReport, series: tuple[Series, Series], line: Fraction) -> None:
    top = pages.get_y()
    pages.section(f"The district attended {said(overall(series[0]))} of its days")
    by_week(pages, MARGIN, 112, 52, counted_weeks(report.weeks, series[0]), line)
    pages.write_at(MARGIN + 122, top, "Absent, by weekday", 11.5, style="B")
    pages.set_y(top + 6.5)
    by_weekday(pages, MARGIN + 122, pages.width - 122, 52, absence(series[1]))
    pages.set_xy(MARGIN, top + 68)


def _share(part: tuple[int, int] | None) -> Fraction | None:
    return Fraction(*part) if part is not None and part[1] else None


def _said(part: tuple[int, int] | None) -> str:
    return f"< {SMALL}" if part is None else said(_share(part))


def _to_move(school: SchoolObjectives) -> str:
    increase = school.increase
    return "–" if increase is None or increase.to_move is None else str(increase.to_move)


def _bar(report: DistrictReport, one: Line, school: SchoolObjectives) -> ShareBar:
    before, now = _share(school.before), _share(school.now)
    goal = None if before is None else before + Fraction(report.goal_points, 100)
    note = FEW if school.now is None else said(now)
    return ShareBar(f"{one.name}, {one.target}", before, now, goal, note)


def as_csv(report: DistrictReport) -> str:
    """A row for every school and target grade that was looked at (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ("school_id", "school_name", "target", "outcome", "rank", "api", "enrollment", "days_a_week",
         "share_before_percent", "share_now_percent", "change_points", "to_move", "because")
    )  # fmt: skip
    found = {(school.school_id, school.target): school for school in report.schools}
    for one in report.outcome.lines:
        school = found.get((one.school_id, one.target or ""))
        now = _share(school.now) if school is not None else None
        increase = school.increase if school is not None else None
        writer.writerow(
            (one.school_id, safe(one.name), one.target or "", str(one.outcome), one.rank, one.api, one.enrollment,
             one.days_a_week, one.share_percent, "" if now is None else said(now).removesuffix(" %"),
             "" if increase is None else increase.points,
             "" if increase is None or increase.to_move is None else increase.to_move, safe(one.because))
        )  # fmt: skip
    return text.getvalue()
