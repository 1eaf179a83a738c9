"""From a report to a PDF: flowing text, tables and pictures; title, language, bookmarks, page numbers and watermark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    Image,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Box

from advisor.domain.chart import ChartSpec
from advisor.domain.documents import Report, Section
from advisor.domain.reply import Notice, Table, Text
from advisor.report import styles
from advisor.report.fonts import BOLD, NORMAL, clean, register, width
from advisor.report.tables import drawn

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_PICTURE_WIDTH = 384.0
_PICTURE_SHAPE = 800 / 1280  # of every picture of advisor/charts
_WATERMARK_SIZE = 46.0
_ROOM_FOR_HEADING, _ROOM_FOR_CAPTION = 110.0, 80.0  # with less left on the page, they begin the next one


def write(report: Report, pictures: Mapping[str, bytes]) -> bytes:
    """The report as bytes. It is laid out twice, the first time without pictures, because every page says how many there are."""
    register()
    pages = _built(report, dict.fromkeys(pictures, b""), 0)[1]
    return _built(report, pictures, pages)[0]


def _built(report: Report, pictures: Mapping[str, bytes], pages: int) -> tuple[bytes, int]:
    """(bytes, pages) of one layout; empty pictures leave their place blank."""
    buffer = BytesIO()
    layout = _Layout(
        buffer,
        pagesize=(styles.PAGE_WIDTH, styles.PAGE_HEIGHT),
        title=clean(report.title),
        author=clean(report.author),
        subject=clean(report.subject),
        creator="SmartInvest",
        lang=report.locale,
        invariant=1,
        pageCompression=1,
        displayDocTitle=True,
        initialFontName=NORMAL,
    )
    frame = Frame(styles.MARGIN, styles.BOTTOM, styles.TEXT_WIDTH, styles.TEXT_HEIGHT, 0, 0, 0, 0)
    begin, end = partial(_begin_page, report), partial(_end_page, report, pages)
    layout.addPageTemplates(PageTemplate("page", [frame], onPage=begin, onPageEnd=end))
    story: list[Any] = [Paragraph(_markup(report.title), styles.TITLE)]
    story.append(Paragraph(_markup(report.subtitle), styles.SUBTITLE))
    for section in report.sections:
        story += _section(section, report, pictures)
    layout.build(story)
    return buffer.getvalue(), layout.page


class _Layout(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """Puts each section's heading among the bookmarks as it is placed."""

    def afterFlowable(self, flowable: Any) -> None:  # noqa: N802 - reportlab calls it by this name
        """Called by reportlab after each flowable."""
        if isinstance(flowable, Paragraph) and flowable.style is styles.HEADING:
            key = f"section{self.seq.next('section')}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, 0)


def _begin_page(report: Report, canvas: Canvas, _layout: BaseDocTemplate) -> None:
    """The file is dated with the report: a date of the clock's would make equal reports differ."""
    canvas.setDateFormatter(lambda *_: f"D:{report.issued:%Y%m%d%H%M%S}+00'00'")
    if canvas.getPageNumber() == 1:
        canvas.showOutline()


def _end_page(report: Report, pages: int, canvas: Canvas, _layout: BaseDocTemplate) -> None:
    """The foot of a page, and the watermark over what stands on it, so that no picture hides it."""
    canvas.saveState()
    canvas.setFont(NORMAL, styles.SMALL_SIZE)
    canvas.setFillColor(styles.MUTED)
    numbered = clean(report.page.format(page=canvas.getPageNumber(), pages=pages))
    canvas.drawRightString(styles.PAGE_WIDTH - styles.MARGIN, 34, numbered)
    room = styles.TEXT_WIDTH - width(numbered, styles.SMALL_SIZE) - 20
    canvas.drawString(styles.MARGIN, 34, _cut(clean(report.footer), room))
    canvas.restoreState()
    if report.watermark:
        _watermark(canvas, clean(report.watermark))


def _watermark(canvas: Canvas, words: str) -> None:
    size = min(_WATERMARK_SIZE, _WATERMARK_SIZE * 560 / width(words, _WATERMARK_SIZE, bold=True))
    canvas.saveState()
    canvas.translate(styles.PAGE_WIDTH / 2, styles.PAGE_HEIGHT / 2)
    canvas.rotate(52)
    canvas.setFont(BOLD, size)
    canvas.setFillColor(styles.INK)
    canvas.setFillAlpha(0.09)
    canvas.drawCentredString(0, 0, words)
    canvas.restoreState()


def _cut(words: str, room: float) -> str:
    """One line of the foot; what does not fit ends in an ellipsis."""
    if width(words, styles.SMALL_SIZE) <= room:
        return words
    while words and width(f"{words}…", styles.SMALL_SIZE) > room:
        words = words[:-1]
    return f"{words.rstrip()}…"


def _section(section: Section, report: Report, pictures: Mapping[str, bytes]) -> list[Any]:
    story: list[Any] = [CondPageBreak(_ROOM_FOR_HEADING), Paragraph(_markup(section.title), styles.HEADING)]
    for block in section.blocks:
        match block:
            case Text(text=text):
                story += _paragraphs(text)
            case Notice(level=level, text=text):
                story.append(_notice(text, warned=level != "info"))
            case Table():
                story += _captioned(block, report)
            case ChartSpec():
                story.append(_picture(block, pictures[block.digest()]))
    return story


def _captioned(table: Table, report: Report) -> list[Any]:
    """The table under its caption. Neither is kept whole: a long table would then leave half a page empty."""
    body = drawn(table, report.locale, report.unknown)
    if not table.caption:
        return [body]
    return [CondPageBreak(_ROOM_FOR_CAPTION), Paragraph(_markup(table.caption), styles.CAPTION), body]


def _paragraphs(text: str) -> list[Any]:
    """Paragraphs parted by blank lines; lines that begin with "- " are a list."""
    made: list[Any] = []
    for line in filter(None, text.split("\n")):
        if line.startswith("- "):
            made.append(Paragraph(_markup(line[2:]), styles.ITEM, bulletText="•"))
        else:
            made.append(Paragraph(_markup(line), styles.BODY))
            # A heading in bold stays with the list that it heads.
            made[-1].keepWithNext = int(bool(_BOLD.fullmatch(line)))
    return made


def _notice(text: str, *, warned: bool) -> Box:
    """A box with a coloured edge."""
    lines = [Paragraph(_markup(line), styles.CELL) for line in filter(None, text.split("\n"))]
    box = Box([[lines]], colWidths=[styles.TEXT_WIDTH], spaceBefore=4, spaceAfter=8, splitInRow=1)
    edge = styles.WARNED_EDGE if warned else styles.INFO_EDGE
    box.setStyle(
        [
            ("FONTNAME", (0, 0), (-1, -1), NORMAL),
            ("BACKGROUND", (0, 0), (-1, -1), styles.WARNED if warned else styles.BAND),
            ("LINEBEFORE", (0, 0), (0, -1), 3, edge),
            ("LEFTPADDING", (0, 0), (-1, -1), 10),
            ("TOPPADDING", (0, 0), (-1, -1), 5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
        ]
    )
    return box


def _picture(spec: ChartSpec, content: bytes) -> KeepTogether:
    """The picture with its text alternative printed below it. Its title is drawn in the picture."""
    size = (_PICTURE_WIDTH, _PICTURE_WIDTH * _PICTURE_SHAPE)
    image = Image(BytesIO(content), *size) if content else Spacer(*size)
    alt = spec.alt.removeprefix(f"{spec.title}. ")
    return KeepTogether([image, Paragraph(_markup(alt), styles.DESCRIPTION)])


def _markup(words: str) -> str:
    """Our **bold** as reportlab's; all else is text."""
    return _BOLD.sub(r"<b>\1</b>", escape(clean(words)))
