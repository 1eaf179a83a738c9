"""Sizes, colours and margins of a page, in points."""

from __future__ import annotations

from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle

from advisor.report.fonts import BOLD, NORMAL

PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN, TOP, BOTTOM = 54.0, 56.0, 60.0
TEXT_WIDTH: float = PAGE_WIDTH - 2 * MARGIN
TEXT_HEIGHT = PAGE_HEIGHT - TOP - BOTTOM
BODY_SIZE, CELL_SIZE, SMALL_SIZE = 9.5, 8.5, 7.5

INK, MUTED, RULE = HexColor("#1f2430"), HexColor("#596271"), HexColor("#b9c0ca")
BAND, WARNED = HexColor("#f2f5f8"), HexColor("#fff4e0")
WARNED_EDGE, INFO_EDGE = HexColor("#d99600"), HexColor("#0072b2")


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    usual = {"fontName": NORMAL, "fontSize": size, "leading": 1.42 * size, "textColor": INK, "splitLongWords": 1}
    return ParagraphStyle(name, **(usual | more))


TITLE = _style("title", 22.0, fontName=BOLD, leading=27.0)
SUBTITLE = _style("subtitle", 10.5, textColor=MUTED, spaceBefore=4, spaceAfter=10)
HEADING = _style("heading", 13.5, fontName=BOLD, spaceBefore=16, spaceAfter=5)
BODY = _style("body", BODY_SIZE, spaceAfter=5)
ITEM = _style("item", BODY_SIZE, leftIndent=14, bulletIndent=2, bulletFontName=NORMAL, bulletFontSize=8, spaceAfter=2)
CAPTION = _style("caption", BODY_SIZE, fontName=BOLD, spaceBefore=7, spaceAfter=4)
DESCRIPTION = _style("description", SMALL_SIZE, textColor=MUTED, spaceAfter=8)
CELL = _style("cell", CELL_SIZE)
FIGURE = _style("figure", CELL_SIZE, alignment=2)
HEAD = _style("head", CELL_SIZE, fontName=BOLD)
HEAD_FIGURE = _style("head_figure", CELL_SIZE, fontName=BOLD, alignment=2)
