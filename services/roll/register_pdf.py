"""A register as pages to print: the nine items, then the days. Every name is printed as it is written."""

import io
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pymupdf_fonts
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from shared.schema.reading import Register, RegisterDay, RegisterMark

FAMILY = "FiraGO"  # Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Georgian and Thai letters
ITEMS = {
    "name": "name",
    "birth_date": "date of birth",
    "parents": "full names of parents",
    "address": "address",
    "phone": "phone number",
    "enrollment_date": "date of enrollment",
    "attendance": "attendance on each day of scheduled instruction",
    "closures": "days on which the school was closed",
    "withdrawal_date": "date of withdrawal",
}
LINE = 5
LAST_UNSHAPED = 0x2FF  # Latin letters stand as they are


@cache
def letters() -> frozenset[int]:
    """The characters that the font can draw."""
    return frozenset(TTFont(io.BytesIO(pymupdf_fonts.myfont("figo"))).getBestCmap())


def drawable(text: str) -> str:
    """The text; a character that the font does not have is printed by its number, never dropped."""
    return "".join(
        letter if letter == "\n" or ord(letter) in letters() else f"[U+{ord(letter):04X}]" for letter in text
    )


class Pages(FPDF):
    def __init__(self, heading: str, fonts: Path) -> None:
        super().__init__(format="letter")
        self.heading = heading
        self.set_title(heading)
        self.set_lang("en")
        for style, name in (("", "figo"), ("B", "figbo")):
            (fonts / f"{name}.ttf").write_bytes(pymupdf_fonts.myfont(name))
            self.add_font(FAMILY, style, fonts / f"{name}.ttf")
        self.set_text_shaping(True)
        self.set_auto_page_break(True, margin=18)
        self.alias_nb_pages()
        self.add_page()

    def header(self) -> None:
        self.set_font(FAMILY, "B", 12)
        self.cell(0, 8, self.heading, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1)

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font(FAMILY, "", 7)
        self.cell(0, 5, f"Page {self.page_no()} of {{nb}}", align="R")

    def item(self, name: str, value: str) -> None:
        self.set_font(FAMILY, "B", 9)
        self.cell(42, LINE, name)
        self.set_font(FAMILY, "", 9)
        self.multi_cell(0, LINE, drawable(value) or "missing", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def rows(self, widths: tuple[int, ...], rows: list[tuple[str, ...]]) -> None:
        """A table. Only text that needs shaping is shaped: a year of days is long."""
        self.set_text_shaping(any(ord(letter) > LAST_UNSHAPED for row in rows for cell in row for letter in cell))
        self.ln(2)
        self.set_font(FAMILY, "", 8)
        heading = FontFace(family=FAMILY, emphasis="BOLD", fill_color=(235, 235, 235))
        with self.table(col_widths=widths, headings_style=heading, line_height=4.2, text_align="LEFT") as table:
            for row in rows:
                table.row([drawable(cell) for cell in row])


def register_pdf(register: Register) -> bytes:
    """The register's pages. Takes a second of a processor: call it beside the event loop."""
    with TemporaryDirectory() as fonts:  # fpdf2 reads fonts from files, the last time when the pages are put out
        return bytes(lay_out(register, Path(fonts)).output())


def lay_out(register: Register, fonts: Path) -> Pages:
    years = f"{register.school_year - 1}-{register.school_year}"
    pages = Pages(drawable(f"Register of attendance {years}: {register.student_id}"), fonts)
    pages.item("Name", ", ".join(filter(None, (register.family_name, register.given_name))))
    pages.item("Date of birth", written(register.birth_date))
    pages.item("Parents", "\n".join(guardian.name for guardian in register.guardians))
    pages.item("Address", register.address or "")
    pages.item("Phones", "; ".join(phone for guardian in register.guardians for phone in guardian.phones))
    pages.item("As of", register.as_of.isoformat(timespec="minutes"))
    pages.item("Missing", "; ".join(ITEMS[item] for item in register.missing) or "nothing")
    pages.rows(
        (60, 15, 30, 30),
        [
            ("School", "Grade", "Enrolled", "Withdrawn"),
            *(
                (
                    f"{one.school_name} ({one.school_id})",
                    one.grade,
                    written(one.entry_date),
                    written(one.withdrawal_date),
                )
                for one in register.enrollments
            ),
        ],
    )
    pages.rows(
        (24, 26, 60, 80),
        [("Day", "School", "Calendar", "Attendance"), *(day_row(day) for day in register.days)],
    )
    return pages


def written(on: date | None) -> str:
    return "" if on is None else on.isoformat()


def day_row(day: RegisterDay) -> tuple[str, str, str, str]:
    if day.instructional:
        calendar = f"closed part of the day: {day.cause}" if day.closed else "instruction"
    else:
        calendar = f"closed: {day.cause}" if day.cause else "no instruction"
    said: dict[str, list[str]] = defaultdict(list)
    for mark in day.marks:
        said[mark_words(mark)].append(mark.period_id)
    attendance = "; ".join(f"{words}: {' '.join(periods)}" for words, periods in said.items())
    return f"{day.on:%a} {day.on}", day.school_id, calendar, attendance or ("none due" if day.instructional else "")


def mark_words(mark: RegisterMark) -> str:
    """Such as `A, absent, unexcused`; the periods of which it is true follow it."""
    if mark.code is None:
        return "roll not taken"
    words = [mark.code, (mark.presence or "code not defined").replace("_", " ")]
    if mark.excused is not None:
        words.append("excused" if mark.excused else "unexcused")
    if mark.arrived_at:
        words.append(f"arrived {mark.arrived_at:%H:%M}")
    if mark.left_at:
        words.append(f"left {mark.left_at:%H:%M}")
    if mark.set_aside:
        words.append("set aside")
    return ", ".join(words)
