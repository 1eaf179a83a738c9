"""Reports as PDF, read back by another library: the same bytes each time, every page marked, and whatever is in a plan fits."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from pypdf import PdfReader

from advisor.charts import render
from advisor.domain.documents import Issuer, Report, Section
from advisor.domain.investor import Answers
from advisor.domain.plan import Plan, PlanStatus
from advisor.domain.reply import Column, Notice, Table, Text
from advisor.replies.report import compose
from advisor.replies.wording import say
from advisor.report import write_pdf
from advisor.report.fonts import clean, register, width
from advisor.report.styles import TEXT_WIDTH
from advisor.report.tables import column_widths
from advisor.services.plan.compute import compute
from advisor.services.plan.service import answers_to_json
from tests.drawn_answers import answers, basis
from tests.reports import ISSUER

MADE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def planned(wanted: Answers, **changes: Any) -> Plan:
    result = compute(wanted, basis(tuple(sorted(wanted.exclusions)))) | changes
    return Plan("ab12cd34" * 4, "o", PlanStatus.PROPOSED, MADE, answers_to_json(wanted), "d" * 64, "code-1", result)


def written(report: Report) -> bytes:
    return write_pdf(report, {spec.digest(): render(spec, "png", "light") for spec in report.charts()})


@cache
def usual() -> tuple[Report, bytes]:
    """The report of the usual answers, and its file."""
    report = compose(planned(answers()), ISSUER, "en")
    return report, written(report)


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content), strict=True)


def words_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(content).pages).split())


def simple(*blocks: Any, **fields: Any) -> Report:
    """A report of one section."""
    usual = {
        "title": "A report",
        "subtitle": "Of a test",
        "author": "A",
        "subject": "S",
        "locale": "en",
        "issued": MADE,
    }
    rest = {"footer": "Foot", "page": "{page} of {pages}", "unknown": "unknown"}
    return Report(**(usual | rest | {"sections": (Section("A section", blocks),)} | fields))


@pytest.mark.slow  # starts Python
def test_the_same_plan_gives_the_same_bytes_also_in_another_process() -> None:
    report, content = usual()
    assert written(report) == content
    program = (
        "import hashlib, sys\nfrom tests.report.test_pdf import usual\n"
        "print(hashlib.sha256(usual()[1]).hexdigest(), 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [hashlib.sha256(content).hexdigest(), "False"]


def test_another_plan_or_operator_gives_other_bytes() -> None:
    other = compose(planned(answers()), replace(ISSUER, licence="another licence"), "en")
    assert written(other) != usual()[1]


def test_it_is_small_and_quick_enough() -> None:
    report, content = usual()
    pictures = {spec.digest(): render(spec, "png", "light") for spec in report.charts()}
    before = time.process_time()
    write_pdf(report, pictures)
    assert time.process_time() - before < 2.0
    assert len(content) < 1_000_000


def test_it_says_what_it_is_in_which_language_and_when_it_was_made() -> None:
    report, content = usual()
    file = read(content)
    about = file.metadata
    assert about is not None
    assert (about.title, about.author, about.subject) == (report.title, ISSUER.operator, report.subject)
    assert about.creation_date == MADE
    assert file.trailer["/Root"]["/Lang"] == "en"
    assert file.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]


def test_each_section_is_a_bookmark_on_its_page() -> None:
    report, content = usual()
    file = read(content)
    marks = file.outline
    assert [mark.title for mark in marks] == [part.title for part in report.sections]
    for mark in marks:
        page = file.pages[file.get_destination_page_number(mark)]
        assert mark.title in page.extract_text()


def test_every_page_says_which_of_how_many_who_answers_and_that_it_is_a_rehearsal() -> None:
    pages = read(usual()[1]).pages
    assert len(pages) > 4
    for number, page in enumerate(pages, 1):
        text = page.extract_text()
        assert f"{number} of {len(pages)}" in text
        assert ISSUER.licence in text
        assert say("en", "watermark") in " ".join(text.split())


def test_a_plan_on_live_prices_carries_no_watermark() -> None:
    plan = planned(answers())
    real = replace(plan, result=plan.result | {"source": plan.result["source"] | {"rehearsal": False}})
    assert say("en", "watermark") not in words_of(written(compose(real, ISSUER, "en")))


def test_pictures_are_in_it_with_their_description_as_text() -> None:
    report, content = usual()
    assert sum(len(page.images) for page in read(content).pages) == len(report.charts()) == 4
    text = words_of(content)
    for spec in report.charts():
        assert spec.alt.removeprefix(f"{spec.title}. ") in text


def test_fonts_are_embedded_in_part() -> None:
    fonts = {}
    for page in read(usual()[1]).pages:
        fonts |= {font["/BaseFont"]: font.get_object() for font in page["/Resources"]["/Font"].values()}
    assert fonts
    for name, font in fonts.items():
        assert re.fullmatch(r"/[A-Z]{6}\+DejaVuSans(-Bold)?", name), name
        assert "/FontFile2" in font["/FontDescriptor"]


def test_a_table_over_several_pages_repeats_its_head() -> None:
    rows = tuple({"a": f"Line {i}", "b": f"{i}"} for i in range(120))
    file = read(written(simple(Table("t", "Many", (Column("a", "The head"), Column("b", "Right", "number")), rows))))
    assert len(file.pages) >= 3
    assert all("The head" in page.extract_text() for page in file.pages)


def test_a_cell_longer_than_a_page_is_broken() -> None:
    table = Table("t", "Long", (Column("a", "A"), Column("b", "B")), ({"a": "word " * 3000, "b": "x"},))
    assert len(read(written(simple(table))).pages) >= 2


def test_twenty_five_holdings_with_long_names_stay_within_the_page() -> None:
    name = "Shares of middle-sized companies in emerging countries without China, accumulating, in euros (UCITS) "
    plan = planned(answers())
    first = plan.result["holdings"][0]
    holdings = [first | {"symbol": f"LONGNAME{i:02}.XETRA", "name": f"{name}{i}", "weight": 0.04} for i in range(25)]
    content = written(compose(replace(plan, result=plan.result | {"holdings": holdings}), ISSUER, "en"))
    text = words_of(content)
    assert all(f"LONGNAME{i:02}.XETRA" in text for i in range(25))
    assert _right_edge(content) <= 595.3 - 50


def _right_edge(content: bytes) -> float:
    """The largest x at which a run of text begins, in points. Turned text, the watermark, is left out."""
    edges: list[float] = []

    def visit(_text: str, _cm: Any, tm: list[float], _font: Any, _size: float) -> None:
        if _text.strip() and tm[1] == 0:
            edges.append(tm[4])

    for page in read(content).pages:
        page.extract_text(visitor_text=visit)
    return max(edges)


@pytest.mark.parametrize(("currency", "amount"), [("INR", "₹12,00,000"), ("JPY", "¥1,200,000"), ("EUR", "€1,200,000")])
def test_money_is_written_as_the_currency_and_the_locale_write_it(currency: str, amount: str) -> None:
    locale = "en-IN" if currency == "INR" else "en"
    wanted = answers(currency=currency, initial_amount=Decimal(1_200_000))
    text = words_of(written(compose(planned(wanted), ISSUER, locale)))
    assert amount in text
    assert "\ufffd" not in text


def test_signs_the_fonts_lack_and_markup_are_text() -> None:
    text = words_of(written(simple(Text("A <b>bold</b> & शेयर \x07 **word**"), Notice("warning", "<i>x</i>"))))
    assert "A <b>bold</b> & \ufffd" in text
    assert "word <i>x</i>" in text
    assert clean("a\x00b\u202ec") == "a b c"


def test_an_operator_with_a_long_name_leaves_the_page_number_readable() -> None:
    issuer = Issuer("The Very Long Named Cooperative Advisory Society " * 4, "a licence " * 18, "fees")
    for page in read(written(compose(planned(answers()), issuer, "en"))).pages:
        assert re.search(r"\d of \d+", page.extract_text())


def test_columns_sum_to_the_text_and_only_the_wide_ones_give_way() -> None:
    register()
    wide, narrow = ["word " * 200], ["1,234"]
    widths = column_widths(["Long", "Short"], [[wide[0], narrow[0]]])
    assert sum(widths) <= TEXT_WIDTH + 1e-6
    assert widths[1] >= width(narrow[0], 8.5)
    assert sum(column_widths(["A", "B"], [["x", "y"]])) == pytest.approx(TEXT_WIDTH)
    assert sum(column_widths(["A" * 30] * 12, [["x" * 80] * 12])) <= TEXT_WIDTH + 1e-6


def test_a_missing_value_reads_unknown() -> None:
    table = Table("t", "", (Column("a", "A"), Column("b", "B", "money")), ({"a": "x", "b": None},))
    assert "unknown" in words_of(written(simple(table)))


def test_a_picture_that_was_not_drawn_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(KeyError):
        write_pdf(usual()[0], {})
