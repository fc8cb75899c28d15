"""A school's page: what is known of its attendance, laid out. Pure but for the drawing."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from services.program.intervention_effects import SideShown
from services.program.read_interventions import InterventionShown
from services.program.report_charts import ShareBar, by_week, by_weekday, shares
from services.program.report_pages import MARGIN, Pages, printed
from services.program.report_rates import (
    FEW,
    absence,
    attendance,
    counted_weeks,
    in_days,
    overall,
    safe,
    said,
)
from services.program.shown_trends import SchoolTrend
from shared.schema.base import Id, Schema
from shared.schema.credit import GradeShare
from shared.schema.trends import Series

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class SchoolReport(Schema):
    """Everything on the page. `shares` are of the grades that may be shown; `whole`: nothing is concealed."""

    school_id: Id
    name: str
    program_year: int
    through: date
    line: str
    trend: SchoolTrend | None
    weeks: tuple[date, ...]
    shares: tuple[GradeShare, ...]
    interventions: tuple[InterventionShown, ...]
    days: int
    whole: bool

    @property
    def title(self) -> str:
        return self.name

    @property
    def subtitle(self) -> str:
        years = f"{self.program_year - 1}-{self.program_year % 100:02d}"
        return f"Attendance Improvement Program {years}, as of {self.through:%d %B %Y}"


def as_pdf(report: SchoolReport) -> bytes:
    return printed(report.title, report.subtitle, lambda pages: _lay_out(pages, report))


def _lay_out(pages: Pages, report: SchoolReport) -> None:
    line = Fraction(report.line)
    weeks = report.trend.weeks if report.trend else None
    weekdays = report.trend.weekdays if report.trend else None
    rated = sum(row.students - row.students_without_a_rate for row in report.shares)
    at_line = sum(row.at_or_above for row in report.shares)
    pages.tiles(
        [
            (said(overall(weeks)) if weeks else "–", "of days attended so far"),
            (f"{at_line:,} of {rated:,}", f"students at {line * 100} % or higher"),
            (in_days(sum(weeks.not_taken)) if weeks else "–", "days whose roll was not taken"),
            (str(sum(not one.did_not_happen for one in report.interventions)), "interventions"),
        ]
    )
    if weeks is None or weekdays is None:
        pages.section("Attendance", f"Not shown: {FEW}, or no day was counted yet.")
    else:
        top = pages.get_y()
        pages.section("Attendance by week")
        by_week(pages, MARGIN, 112, 52, counted_weeks(report.weeks, weeks), line)
        pages.set_xy(MARGIN + 122, top)
        pages.write_at(MARGIN + 122, top, "Absent, by weekday", 11.5, style="B")
        pages.set_y(top + 6.5)
        by_weekday(pages, MARGIN + 122, pages.width - 122, 52, absence(weekdays))
        pages.set_xy(MARGIN, top + 66)
        pages.paragraph(
            f"Weeks are shares of the days whose roll was taken; the dashed line is {line * 100} %. "
            "The scale by week does not begin at 0 %; the one by weekday does."
        )
    pages.section(f"Students at {line * 100} % or higher, by grade")
    shares(pages, [_bar(row) for row in report.shares])
    _interventions(pages, report)


def _bar(row: GradeShare) -> ShareBar:
    rated = row.students - row.students_without_a_rate
    note = f"{row.at_or_above} of {rated}" if rated else "no rate yet"
    return ShareBar(f"Grade {row.grade}", None, Fraction(row.at_or_above, rated) if rated else None, note=note)


def _interventions(pages: Pages, report: SchoolReport) -> None:
    standing = [one for one in report.interventions if not one.did_not_happen]
    pages.need(40)
    pages.section(
        "Interventions",
        f"Percent in attendance in the {report.days} days before each began and from that day on, of its students and "
        "of the rest of their grade. What happened beside an intervention need not have happened because of it.",
    )
    if not standing:
        pages.paragraph("None has been kept.")
        return
    pages.listing(
        [("Began", 20, "LEFT"), ("Kind", 30, "LEFT"), ("Students", 18, "RIGHT"), ("Before", 19, "RIGHT"),
         ("After", 19, "RIGHT"), ("Change", 19, "RIGHT"), ("Change of the rest", 24, "RIGHT"),
         ("Beyond the rest", 23, "RIGHT")],
        [(str(one.begins_on), one.kind.replace("_", " "), *_effect(one)) for one in standing],
    )  # fmt: skip


def _effect(one: InterventionShown) -> tuple[str, ...]:
    effect = one.effect
    if effect is None or effect.students is None or effect.rest is None:
        return ("< 10", "–", "–", "–", "–", "–")
    return (
        str(effect.students.students),
        effect.students.before_percent or "–",
        effect.students.after_percent or "–",
        _signed(effect.students.change_points),
        _signed(effect.rest.change_points),
        _signed(effect.beyond_rest_points),
    )


def _signed(points: str | None) -> str:
    return "–" if points is None else points if points.startswith("-") else f"+{points}"


def as_csv(report: SchoolReport) -> str:
    """One table (RFC 4180): what is counted, of whom, when; sixths as days to two decimals."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ("table", "grade", "when", "students", "attended_days", "absent_days", "not_taken_days", "percent", "note")
    )
    if report.trend is not None:
        writer.writerows(_series("all", report.trend.weeks, report.trend.weekdays, report.weeks))
        for grade in report.trend.grades:
            writer.writerows(_series(grade.grade, grade.weeks, grade.weekdays, report.weeks))
    for row in report.shares:
        rated = row.students - row.students_without_a_rate
        share = Fraction(row.at_or_above, rated) if rated else None
        note = f"{row.at_or_above} of {rated} at {report.line} or higher"
        writer.writerow(("at the line", row.grade, report.through, row.students, "", "", "", _plain(share), note))
    for one in report.interventions:
        effect = one.effect
        writer.writerow(_intervention(one, "students", effect.students if effect else None))
        writer.writerow(_intervention(one, "rest", effect.rest if effect else None))
    return text.getvalue()


def _intervention(one: InterventionShown, when: str, side: SideShown | None) -> tuple[object, ...]:
    note = f"{one.kind}; {one.what or ''}; before {side.before_percent if side else None}"
    grades = " ".join(one.grades)
    percent = side.after_percent if side else ""
    return (f"intervention, {when}", grades, one.begins_on, side.students if side else "", "", "", "", percent,
            safe(note))  # fmt: skip


def _series(
    grade: str, weeks: Series | None, weekdays: Series | None, mondays: tuple[date, ...]
) -> Iterator[tuple[object, ...]]:
    spans = ("week", [str(monday) for monday in mondays], weeks), ("weekday", list(WEEKDAYS), weekdays)
    for table, names, series in spans:
        if series is None:
            yield table, grade, "", "", "", "", "", "", FEW
            continue
        for place, rate in enumerate(attendance(series)):
            if series.students[place]:
                days = (in_days(column[place]) for column in (series.attended, series.absent, series.not_taken))
                yield table, grade, names[place], series.students[place], *days, _plain(rate), ""


def _plain(rate: Fraction | None) -> str:
    return "" if rate is None else said(rate).removesuffix(" %")
