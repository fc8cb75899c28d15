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
from fpdf.enums import XPos, YPos

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
        self.shapes = False
        for style, name in (("", "figo"), ("B", "figbo")):
            (fonts / f"{name}.ttf").write_bytes(pymupdf_fonts.myfont(name))
            self.add_font(FAMILY, style, fonts / f"{name}.ttf")
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
        said = self._shaped(text)
        while width and len(said) > 1 and self.get_string_width(said) > width:
            said = said[:-2] + "…"
        self.set_xy(x, y)
        self.cell(width or self.get_string_width(said) + 2, size * 0.45, said, align=align)

    def _shaped(self, text: str) -> str:
        """What can be drawn. Only scripts whose letters change beside each other are shaped: it is ten times slower."""
        said = drawable(text)
        shapes = any(ord(letter) > 0x2FF and not 0x2000 <= ord(letter) <= 0x206F for letter in said)
        if shapes != self.shapes:
            self.set_text_shaping(shapes)
            self.shapes = shapes
        return said

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
        self.multi_cell(self.width, 4, self._shaped(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2.5)

    def listing(self, columns: Sequence[tuple[str, float, Align]], rows: Sequence[Sequence[str]]) -> None:
        """A table with its heading on every page. Columns: name, relative width, alignment."""
        scale = self.width / sum(width for _, width, _ in columns)
        widths = [width * scale for _, width, _ in columns]
        self._heading(columns, widths)
        for row in rows:
            cells = [self._lines(cell, width - 2.4) for cell, width in zip(row, widths, strict=True)]
            height = 4.2 * max(map(len, cells)) + 1.8
            if self.get_y() + height > self.h - 18:
                self.add_page()
                self._heading(columns, widths)
            x, y = MARGIN, self.get_y()
            for lines, width, (_, _, align) in zip(cells, widths, columns, strict=True):
                for number, line in enumerate(lines):
                    at = y + 0.9 + 4.2 * number
                    self.write_at(x + 1.2, at, line, 8, width=width - 2.4, align="R" if align == "RIGHT" else "L")
                x += width
            self._rule(y + height)
        self.set_xy(MARGIN, self.get_y() + 4)

    def _heading(self, columns: Sequence[tuple[str, float, Align]], widths: Sequence[float]) -> None:
        self.set_font(FAMILY, "B", 8)
        names = [self._lines(name, width - 2.4) for (name, _, _), width in zip(columns, widths, strict=True)]
        x, y, height = MARGIN, self.get_y(), 4.2 * max(map(len, names)) + 1.8
        self.set_fill_color(*PAPER)
        self.rect(MARGIN, y, self.width, height, style="F")
        for lines, width, (_, _, align) in zip(names, widths, columns, strict=True):
            for number, line in enumerate(lines):
                at = y + 0.9 + 4.2 * number
                self.write_at(
                    x + 1.2, at, line, 8, QUIET, "B", width=width - 2.4, align="R" if align == "RIGHT" else "L"
                )
            x += width
        self.set_font(FAMILY, "", 8)
        self._rule(y + height)

    def _rule(self, y: float) -> None:
        self.set_draw_color(*RULE)
        self.line(MARGIN, y, MARGIN + self.width, y)
        self.set_xy(MARGIN, y)

    def _lines(self, text: str, width: float) -> list[str]:
        """One line, or two where a space allows it; what is longer is shortened when it is written."""
        words = self._shaped(text).split(" ")
        if self._fits(words, width):
            return [" ".join(words)]
        first = next(
            (
                count
                for count in range(len(words) - 1, 0, -1)
                if self.get_string_width(" ".join(words[:count])) <= width
            ),
            len(words),
        )
        return [part for part in (" ".join(words[:first]), " ".join(words[first:])) if part]

    def _fits(self, words: Sequence[str], width: float) -> bool:
        return self.get_string_width(" ".join(words)) <= width


def printed(title: str, subtitle: str, lay_out: Callable[[Pages], None]) -> bytes:
    """The pages as PDF. Takes a second of a processor: call it beside the event loop."""
    with TemporaryDirectory() as fonts:  # fpdf2 reads fonts from files, the last time when the pages are put out
        pages = Pages(title, subtitle, Path(fonts))
        lay_out(pages)
        return bytes(pages.output())
