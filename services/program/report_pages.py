"""The pages of a report: its type, its colours, its running head, its figures and tables. Names print as written."""

import io
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pymupdf_fonts
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

FAMILY = "FiraGO"
Colour = tuple[int, int, int]
INK: Colour = (33, 37, 41)
QUIET: Colour = (108, 117, 125)
RULE: Colour = (222, 226, 230)
PAPER: Colour = (246, 248, 250)
ACCENT: Colour = (11, 95, 128)
PALE: Colour = (168, 205, 219)
SIGNAL: Colour = (196, 77, 40)
MARGIN = 16.0
Align = Literal["LEFT", "RIGHT"]


@cache
def letters() -> frozenset[int]:
    """The characters that the font can draw."""
    return frozenset(TTFont(io.BytesIO(pymupdf_fonts.myfont("figo"))).getBestCmap())


def drawable(text: str) -> str:
    """The text; a character that the font does not have is printed by its number, never dropped."""
    return "".join(letter if ord(letter) in letters() else f"[U+{ord(letter):04X}]" for letter in text)


class Pages(FPDF):
    """Letter pages, millimetres."""

    def __init__(self, title: str, subtitle: str, fonts: Path) -> None:
        super().__init__(format="letter")
        self.title_said, self.subtitle = drawable(title), drawable(subtitle)
        self.set_title(title)
        self.set_lang("en")
        for style, name in (("", "figo"), ("B", "figbo")):
            (fonts / f"{name}.ttf").write_bytes(pymupdf_fonts.myfont(name))
            self.add_font(FAMILY, style, fonts / f"{name}.ttf")
        self.set_text_shaping(any(ord(letter) > 0x2FF for letter in title))
        self.set_margins(MARGIN, 14, MARGIN)
        self.set_auto_page_break(True, margin=18)
        self.alias_nb_pages()
        self.add_page()

    @property
    def width(self) -> float:
        return float(self.w) - 2 * MARGIN

    def write_at(
        self, x: float, y: float, text: str, size: float = 8, colour: Colour = INK, style: Literal["", "B"] = "",
        *, width: float = 0, align: Literal["L", "C", "R"] = "L",
    ) -> None:  # fmt: skip
        """One line of text whose box begins at (x, y); shortened to its width."""
        self.set_font(FAMILY, style, size)
        self.set_text_color(*colour)
        said = drawable(text)
        while width and len(said) > 1 and self.get_string_width(said) > width:
            said = said[:-2] + "…"
        self.set_xy(x, y)
        self.cell(width or self.get_string_width(said) + 2, size * 0.45, said, align=align)

    def header(self) -> None:
        if self.page_no() == 1:
            self.set_fill_color(*ACCENT)
            self.rect(0, 0, self.w, 3, style="F")
            self.write_at(MARGIN, 13, self.title_said, 19, INK, "B", width=self.width)
            self.write_at(MARGIN, 23, self.subtitle, 9.5, QUIET, width=self.width)
            self.set_y(33)
        else:
            self.write_at(MARGIN, 9, self.title_said, 8, QUIET, "B", width=self.width)
            self.set_y(17)

    def footer(self) -> None:
        self.write_at(MARGIN, self.h - 12, f"Page {self.page_no()} of {{nb}}", 7, QUIET)

    def need(self, height: float) -> None:
        """A new page unless so much room is left."""
        if self.get_y() + height > self.h - 18:
            self.add_page()

    def tiles(self, figures: Sequence[tuple[str, str]]) -> None:
        """Key figures, side by side: the number, then what it is."""
        gap, top = 4.0, self.get_y()
        each = (self.width - gap * (len(figures) - 1)) / len(figures)
        for place, (figure, label) in enumerate(figures):
            x = MARGIN + place * (each + gap)
            self.set_fill_color(*PAPER)
            self.rect(x, top, each, 19, style="F", round_corners=True, corner_radius=1.5)
            self.write_at(x + 3, top + 3.5, figure, 16, ACCENT, "B", width=each - 6)
            self.write_at(x + 3, top + 12.5, label, 7.5, QUIET, width=each - 6)
        self.set_xy(MARGIN, top + 25)

    def section(self, heading: str, note: str = "") -> None:
        self.write_at(MARGIN, self.get_y(), heading, 11.5, INK, "B", width=self.width)
        self.set_xy(MARGIN, self.get_y() + 6.5)
        if note:
            self.paragraph(note)

    def paragraph(self, text: str) -> None:
        self.set_font(FAMILY, "", 8)
        self.set_text_color(*QUIET)
        self.set_x(MARGIN)
        self.multi_cell(self.width, 4, drawable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2.5)

    def listing(self, columns: Sequence[tuple[str, float, Align]], rows: Sequence[Sequence[str]]) -> None:
        """A table with its heading on every page. Columns: name, relative width, alignment."""
        self.set_font(FAMILY, "", 8)
        self.set_text_color(*INK)
        self.set_draw_color(*RULE)
        self.set_fill_color(255, 255, 255)  # the table's cells take what was last set
        heading = FontFace(family=FAMILY, emphasis="BOLD", color=QUIET, fill_color=PAPER)
        self.set_text_shaping(any(ord(letter) > 0x2FF for row in rows for cell in row for letter in cell))
        with self.table(
            col_widths=tuple(width for _, width, _ in columns),
            headings_style=heading,
            line_height=4.6,
            padding=(0.8, 1.2),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            text_align=tuple(align for _, _, align in columns),
        ) as table:
            table.row([name for name, _, _ in columns])
            for row in rows:
                table.row([drawable(cell) for cell in row])
        self.ln(4)


def printed(title: str, subtitle: str, lay_out: Callable[[Pages], None]) -> bytes:
    """The pages as PDF. Takes a second of a processor: call it beside the event loop."""
    with TemporaryDirectory() as fonts:  # fpdf2 reads fonts from files, the last time when the pages are put out
        pages = Pages(title, subtitle, Path(fonts))
        lay_out(pages)
        return bytes(pages.output())
