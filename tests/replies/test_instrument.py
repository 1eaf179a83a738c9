"""Prices in words: the unit, what dividends did, the span, the picture, and buttons that carry all they need."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.adapters.market.sample.market import SampleMarket
from advisor.analysis.changes import PriceView, view
from advisor.dialogue.looking_up import button
from advisor.domain.bars import COLUMNS
from advisor.domain.chart import ChartSpec, Lines
from advisor.domain.reply import Block, Notice, Text
from advisor.replies.instrument import QUICK_SPANS, choices, present, quick_replies
from bot.keyboard import MAX_LABEL
from tests.bazaar import FIRST, LAST, RECORDS, Bazaar

BY_SYMBOL = {record.symbol: record for record in RECORDS}


async def seen(symbol: str, span: str = "1y") -> PriceView:
    return view(await Bazaar().history(symbol, LAST), span)


def text_of(blocks: tuple[Block | ChartSpec, ...]) -> str:
    return " ".join(block.text for block in blocks if isinstance(block, Text))


def picture_of(blocks: tuple[Block | ChartSpec, ...]) -> Lines:
    (spec,) = [block for block in blocks if isinstance(block, ChartSpec)]
    assert isinstance(spec.picture, Lines)
    return spec.picture


@pytest.mark.parametrize(
    ("symbol", "says", "unit"),
    [
        ("BAC", "stood at **$3", "money"),
        ("RELIANCE.NS", "stood at **₹3", "money"),
        ("GC=F", "stood at **$3", "money"),
        ("^NSEI", "** points on", "index"),
        ("YIELD", "stood at **7.", "index"),
    ],
)
async def test_a_price_is_in_the_unit_of_its_subject(symbol: str, says: str, unit: str) -> None:
    blocks = present([await seen(symbol)], "en-US")
    assert says in text_of(blocks)
    assert "June 28, 2024" in text_of(blocks)
    assert picture_of(blocks).unit == unit


async def test_a_price_under_a_whole_unit_has_four_digits() -> None:
    assert "0.3746 USD" in text_of(present([await seen("PENNY")], "en-US"))


async def test_a_level_that_nobody_paid_is_said_to_be_adjusted() -> None:
    sample = SampleMarket()
    today = await sample.market_date()
    apple, oil = [view(await sample.history(symbol, today), "1y") for symbol in ("AAPL", "WTI")]
    words = "adjusted for later splits and dividends"
    assert list(picture_of(present([apple], "en-US")).series) == ["Adjusted price"]
    assert f"on July 1, 2016, {words}." in text_of(present([apple], "en-US"))
    assert "what was paid on the day was more" in text_of(present([apple], "en-US"))
    assert words not in text_of(present([oil], "en-US"))
    assert text_of(present([apple, oil], "en-US")).count(words) == 1


async def test_the_lowest_and_the_highest_day_are_in_the_picture_however_long_it_is() -> None:
    found = await seen("GC=F", "max")
    for row in (700, 1234, 2001):
        close = found.bars.close.copy()
        close[row], close[row + 3] = -37.63, 5000.0
        drawn = picture_of(present([replace(found, bars=replace(found.bars, close=close))], "en"))
        (values,) = drawn.series.values()
        assert (min(values), max(values)) == (-37.63, 5000.0)
        assert len(drawn.dates) <= 502
        assert list(drawn.dates) == sorted(set(drawn.dates))
        assert (drawn.dates[0], drawn.dates[-1]) == ("2014-01-02", "2024-06-28")


async def test_what_is_compared_in_two_currencies_is_said_to_be() -> None:
    words = "in its own currency (USD, INR)"
    assert words in text_of(present([await seen("BAC"), await seen("RELIANCE.NS")], "en"))
    assert "own currency" not in text_of(present([await seen("BAC"), await seen("INFY")], "en"))
    assert "own currency" not in text_of(present([await seen("BAC"), await seen("^NSEI")], "en"))


async def test_two_of_the_same_name_are_told_apart_by_their_symbols() -> None:
    drawn = picture_of(present([await seen("INFY.NS"), await seen("INFY")], "en"))
    assert list(drawn.series) == ["Infosys Limited", "Infosys Limited (INFY)"]


async def test_one_price_is_no_change_and_no_picture() -> None:
    blocks = present([view(await Bazaar().history("BAC", FIRST), "1y")], "en-US")
    assert "there is one price only" in text_of(blocks)
    assert not [block for block in blocks if isinstance(block, ChartSpec)]


async def test_months_without_prices_are_said() -> None:
    found = await Bazaar().history("BAC", LAST)
    kept = (found.bars.dates < np.datetime64("2022-06-01")) | (found.bars.dates > np.datetime64("2022-09-01"))
    columns = {name: getattr(found.bars, name)[kept] for name in COLUMNS}
    holed = replace(found, bars=replace(found.bars, dates=found.bars.dates[kept], **columns))
    said = "no prices of Bank of America Corporation (BAC) between May 31, 2022 and September 2, 2022"
    assert said in text_of(present([view(holed, "5y")], "en-US"))
    assert said not in text_of(present([view(holed, "1y")], "en-US"))


async def test_a_price_of_millions_has_no_cents() -> None:
    found = await seen("BAC")
    dear = replace(found, change=replace(found.change, close=374_563_465_522.8))
    assert "**$374,563,465,523**" in text_of(present([dear], "en-US"))


async def test_dividends_are_said_where_the_source_knows_them_and_only_there() -> None:
    assert "with dividends it rose by" in text_of(present([await seen("BAC", "5y")], "en"))
    assert "without dividends" in text_of(present([await seen("^NSEI")], "en"))
    for symbol in ("GC=F", "YIELD", "EURUSD=X"):
        assert "dividends" not in text_of(present([await seen(symbol)], "en"))


async def test_a_rate_moves_by_points_and_not_by_percent() -> None:
    said = text_of(present([await seen("YIELD")], "en"))
    assert "it rose by 0.5" in said
    assert "%" not in said


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ("1d", "Over the last day it"),
        ("5d", "Over the last 5 trading days it"),
        ("1y", "Over the last year the"),
        ("18mo", "Over the last 18 months the"),
        ("ytd", "So far in 2024 the"),
        ("2020-03-01", "Since March 1, 2020 the"),
        ("2020-01-01/2020-12-31", "In 2020 the"),
        ("2020-01-01/2021-06-30", "From January 1, 2020 to June 30, 2021 the"),
        ("max", "Since January 2, 2014, where the prices begin, the"),
        ("40y", "Since January 2, 2014, where the prices begin, the"),
    ],
)
async def test_the_span_is_said_in_words(span: str, words: str) -> None:
    assert words in text_of(present([await seen("BAC", span)], "en-US"))


async def test_a_young_instrument_has_no_52_weeks() -> None:
    said = text_of(present([await seen("YOUNG", "1mo")], "en-US"))
    assert "52 weeks" not in said
    assert "From March 1, 2024 on" in said


async def test_several_start_at_100_on_the_first_day_all_have() -> None:
    blocks = present([await seen(symbol, "5y") for symbol in ("BAC", "YOUNG", "^NSEI")], "en-US")
    drawn = picture_of(blocks)
    assert [values[0] for values in drawn.series.values()] == [100.0] * 3
    assert drawn.dates[0] == "2024-03-01"
    assert all(name in text_of(blocks) for name in ("(BAC)", "(YOUNG)", "(^NSEI)"))


async def test_what_cannot_be_drawn_side_by_side_is_said() -> None:
    one, other = await seen("BAC"), await seen("^NSEI")
    below = replace(other, bars=replace(other.bars, adj_close=other.bars.adj_close - 1000))
    blocks = present([one, below], "en")
    assert not [block for block in blocks if isinstance(block, ChartSpec)]
    assert [block for block in blocks if isinstance(block, Notice)]


async def test_old_data_are_watermarked_and_faults_told() -> None:
    found = await seen("SBIN.NS", "5y")
    old = replace(found, provenance=replace(found.provenance, rehearsal=True))
    assert not picture_of(present([found], "en")).watermark
    assert picture_of(present([old], "en")).watermark
    assert picture_of(present([old, await seen("BAC", "5y")], "en")).watermark
    assert [b.text for b in present([found], "en") if isinstance(b, Notice) and "March 2, 2020" in b.text]
    assert not [b for b in present([await seen("SBIN.NS", "1y")], "en") if isinstance(b, Notice)]


async def test_a_long_history_is_a_picture_of_bounded_size_with_both_ends() -> None:
    found = await seen("BAC", "max")
    drawn = picture_of(present([found], "en"))
    assert len(drawn.dates) <= 500
    assert (drawn.dates[0], drawn.dates[-1]) == ("2014-01-02", LAST.isoformat())
    json.dumps(drawn.series, allow_nan=False)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(list(BY_SYMBOL)), min_size=1, max_size=3), st.booleans())
def test_every_button_means_what_it_says(symbols: list[str], named: bool) -> None:
    for span, option in zip(QUICK_SPANS, quick_replies(",".join(symbols), "en", named=named).options, strict=True):
        shown = button(option.id)
        assert shown is not None
        assert (shown.argument, shown.period) == (",".join(symbols), span)
        assert named == option.label.startswith(symbols[0])
    (option,) = choices("price", [*symbols, "tata"], len(symbols), [RECORDS[0]], "5y", locale="en").options
    shown = button(option.id)
    assert shown is not None
    assert shown.argument == ",".join([*symbols, "TATAMOTORS.NS"])
    assert option.label.startswith("Tata Motors")
    assert option.label.endswith("(TATAMOTORS.NS)")
    assert len(option.label) <= MAX_LABEL
