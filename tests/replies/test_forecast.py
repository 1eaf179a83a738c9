"""A forecast says figures in the unit of what it is about: money for what can be bought, plain numbers for an index or a rate."""

from __future__ import annotations

import pytest

from advisor.adapters.market.sample.market import SampleMarket
from advisor.domain.chart import ChartSpec, Lines
from advisor.domain.reply import Table, Text
from advisor.forecast import answer
from advisor.replies.forecast import present


@pytest.mark.parametrize(
    ("symbol", "in_money"), [("AAPL", True), ("EFA", True), ("SP500", False), ("US10Y", False), ("UST-8Y", False)]
)
async def test_a_forecast_is_in_the_unit_of_its_subject(symbol: str, in_money: bool) -> None:
    market = SampleMarket()
    series = await market.series(symbol, await market.market_date())
    blocks = present(answer(series, 21), "en-US")
    text = next(block.text for block in blocks if isinstance(block, Text))
    table = next(block for block in blocks if isinstance(block, Table))
    chart = next(block for block in blocks if isinstance(block, ChartSpec))
    assert ("$" in text) == in_money
    assert ("$" in chart.alt) == in_money
    assert [column.type for column in table.columns[1:4]] == ["money" if in_money else "number"] * 3
    assert all(isinstance(row["median"], dict) == in_money for row in table.rows)
    assert isinstance(chart.picture, Lines)
    assert chart.picture.unit == ("money" if in_money else "index")


async def test_the_range_in_words_is_that_of_the_table() -> None:
    market = SampleMarket()
    result = answer(await market.series("AAPL", await market.market_date()), 21)
    blocks = present(result, "en-US")
    text = next(block.text for block in blocks if isinstance(block, Text))
    row = next(block for block in blocks if isinstance(block, Table)).rows[0]
    assert f"**${row['low']['amount']}** and **${row['high']['amount']}**" in text
    assert float(row["low"]["amount"]) == pytest.approx(result.served.quantiles["0.1"][-1], rel=1e-3)
