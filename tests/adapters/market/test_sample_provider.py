"""The sample as a provider: what the provider suite cannot know of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from advisor.adapters.market.replay import ReplayMarket
from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.market.sample.provider import SampleProvider
from advisor.domain.bars import Bars
from advisor.domain.errors import NotEnoughHistory, NotOffered

EVER = (date(1900, 1, 1), date(2100, 1, 1))


async def test_it_brings_everything_the_sample_lists_at_once() -> None:
    symbols = [item.symbol for item in await SampleMarket().listings()]
    found = await SampleProvider().history(symbols, *EVER)
    assert len(symbols) <= SampleProvider.batch
    for symbol, bars in found.items():
        assert isinstance(bars, Bars)
        series = await SampleMarket().series(symbol, date(2016, 7, 1))
        np.testing.assert_array_equal(bars.close, series.levels)
        assert bars.total_return == series.total_return


async def test_a_quote_is_the_last_close_of_new_york() -> None:
    quote = await SampleProvider().quote("EFA")
    assert quote.price == pytest.approx(55.82)
    assert quote.at == datetime(2016, 7, 1, 20, tzinfo=UTC)
    assert quote.previous_close is not None


async def test_a_replay_brings_nothing_after_its_day() -> None:
    replay = SampleProvider(ReplayMarket(SampleMarket(), lambda: date(2009, 3, 8)))
    bars = (await replay.history(["AAPL"], *EVER))["AAPL"]
    assert isinstance(bars, Bars)
    assert bars.dates[-1] == np.datetime64("2009-03-06")
    assert (await replay.quote("AAPL")).at.date() == date(2009, 3, 6)
    outcome = (await replay.history(["AAPL"], date(2009, 3, 9), date(2010, 1, 1)))["AAPL"]
    assert isinstance(outcome, NotEnoughHistory)


async def test_statements_are_not_offered() -> None:
    with pytest.raises(NotOffered):
        await SampleProvider().facts("AAPL")
