"""From symbols to a panel: what is put together, what is refused, and what is said about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from advisor.adapters.market.archive import panel_from_bytes, panel_to_bytes
from advisor.adapters.market.sample.market import SampleMarket
from advisor.domain.errors import InvalidInput, NotEnoughHistory, UnknownSymbol
from advisor.domain.market import AssetClass, Series
from advisor.services.analytics.basis import risk_free_of
from advisor.services.analytics.gathering import gather
from advisor.services.analytics.requests import Scope


class Altered(SampleMarket):
    """The sample, but for one series."""

    def __init__(self, changed: Series) -> None:
        super().__init__()
        self.changed = changed

    async def series(self, symbol: str, as_of: date) -> Series:
        return self.changed if symbol == self.changed.symbol else await super().series(symbol, as_of)


@pytest.fixture(scope="module")
def market() -> SampleMarket:
    return SampleMarket()


async def test_without_symbols_the_funds_of_a_plan_are_taken_with_their_classes_and_priors(
    market: SampleMarket,
) -> None:
    panel = await gather(market, Scope())
    assert (panel.currency, panel.as_of) == ("USD", date(2016, 7, 1))
    assert {item.asset_class for item in panel.members} >= {AssetClass.US_EQUITY, AssetClass.CASH}
    assert panel.rehearsal
    assert panel.levels.shape == (len(panel.dates), len(panel.members))


async def test_named_shares_come_with_their_prices_and_the_benchmark_of_their_currency(market: SampleMarket) -> None:
    panel = await gather(market, Scope(symbols=("aapl", "WMT", "AAPL")))
    assert panel.symbols == ("AAPL", "WMT")
    assert panel.members[0].asset_class is None
    assert panel.members[0].price == pytest.approx(float((await market.series("AAPL", date(2016, 7, 1))).levels[-1]))
    assert panel.benchmark == await market.benchmark("USD") != ""
    assert np.isfinite(panel.benchmark_levels[-1])


async def test_a_window_bounds_the_prices_on_both_sides(market: SampleMarket) -> None:
    panel = await gather(market, Scope(symbols=("AAPL",), window_from="2005-01-01", window_to="2010-12-31"))
    assert panel.dates[0] >= np.datetime64("2005-01-01")
    assert panel.as_of == date(2010, 12, 31)


async def test_a_fund_of_the_universe_is_known_by_its_class_when_it_is_named(market: SampleMarket) -> None:
    whole = await gather(market, Scope())
    fund = whole.members[0]
    panel = await gather(market, Scope(symbols=(fund.symbol, "WMT")))
    assert panel.members[0].asset_class is fund.asset_class
    assert panel.members[1].asset_class is None


async def test_every_unknown_symbol_is_named_in_one_answer(market: SampleMarket) -> None:
    with pytest.raises(UnknownSymbol) as caught:
        await gather(market, Scope(symbols=("AAPL", "NOPE1", "NOPE2")))
    assert set(caught.value.details["symbols"]) == {"NOPE1", "NOPE2"}
    assert caught.value.field == "symbols"


async def test_an_index_or_a_rate_cannot_be_held(market: SampleMarket) -> None:
    listed = [await market.series(item.symbol, date(2016, 7, 1)) for item in await market.listings()]
    points = next(item.symbol for item in listed if item.unit == "points")
    with pytest.raises(InvalidInput, match="cannot be held"):
        await gather(market, Scope(symbols=("AAPL", points)))


async def test_a_wished_currency_that_is_not_the_instruments_is_refused(market: SampleMarket) -> None:
    with pytest.raises(InvalidInput, match="priced in USD, not in EUR"):
        await gather(market, Scope(symbols=("AAPL",), currency="EUR"))


async def test_a_window_before_all_prices_is_refused(market: SampleMarket) -> None:
    with pytest.raises(NotEnoughHistory):
        await gather(market, Scope(symbols=("AAPL",), window_to="1950-01-01"))


async def test_an_unknown_benchmark_is_an_error_where_it_was_asked_for(market: SampleMarket) -> None:
    with pytest.raises(UnknownSymbol) as caught:
        await gather(market, Scope(symbols=("AAPL",), benchmark="NOPE"))
    assert caught.value.field == "benchmark"


async def test_an_index_without_a_currency_is_compared_with_only_where_it_is_the_currencys_own(
    market: SampleMarket,
) -> None:
    day = date(2016, 7, 1)
    usual = Altered(replace(await market.series("SP500", day), currency=""))
    assert np.isfinite((await gather(usual, Scope(symbols=("AAPL",)))).benchmark_levels[-1])
    assert np.isfinite((await gather(usual, Scope(symbols=("AAPL",), benchmark="SP500"))).benchmark_levels[-1])
    for currency, said in (("", "has no known currency"), ("EUR", "is priced in EUR")):
        stranger = Altered(replace(await market.series("NASDAQ", day), currency=currency))
        with pytest.raises(InvalidInput, match=said) as caught:
            await gather(stranger, Scope(symbols=("AAPL",), benchmark="NASDAQ"))
        assert caught.value.field == "benchmark"


async def test_an_index_that_has_ended_is_not_carried_on_as_if_it_stood_still(market: SampleMarket) -> None:
    whole = await market.series("SP500", date(2016, 7, 1))
    ended = Altered(replace(whole, dates=whole.dates[:-20], levels=whole.levels[:-20]))
    panel = await gather(ended, Scope(symbols=("AAPL",)))
    assert np.isnan(panel.benchmark_levels).all()
    assert any("no prices of SP500 up to the end" in note for note in panel.notes)
    with pytest.raises(NotEnoughHistory, match="end before"):
        await gather(ended, Scope(symbols=("AAPL",), benchmark="SP500"))


async def test_a_currency_of_which_nothing_is_known_needs_a_stated_rate_and_takes_it(market: SampleMarket) -> None:
    francs = Altered(replace(await market.series("AAPL", date(2016, 7, 1)), currency="CHF"))
    with pytest.raises(InvalidInput, match="Please give a risk_free_rate"):
        await gather(francs, Scope(symbols=("AAPL",)))
    panel = await gather(francs, Scope(symbols=("AAPL",), risk_free_rate=0.01))
    assert (panel.currency, panel.rates.bill, panel.rates.ten_year) == ("CHF", 0.01, 0.01)
    assert "assumed for CHF" in panel.rates.inflation_note


async def test_the_rate_without_risk_of_the_rupee_is_pinned_and_that_of_the_dollar_is_its_bill(
    market: SampleMarket,
) -> None:
    panel = await gather(market, Scope(symbols=("AAPL",)))
    assert risk_free_of(panel, Scope()) == panel.rates.bill != 0.06
    assert risk_free_of(replace(panel, currency="INR"), Scope()) == 0.06
    assert risk_free_of(replace(panel, currency="INR"), Scope(risk_free_rate=0.05)) == 0.05


async def test_more_instruments_than_can_be_looked_at_are_refused(market: SampleMarket) -> None:
    with pytest.raises(InvalidInput, match="At most 100"):
        await gather(market, Scope(symbols=tuple(f"S{number}" for number in range(101))))


async def test_a_panel_survives_its_archive_with_the_same_digest(market: SampleMarket) -> None:
    panel = await gather(market, Scope(symbols=("AAPL", "WMT")))
    again = panel_from_bytes(panel_to_bytes(panel))
    assert again.digest == panel.digest
    assert again.members == panel.members
    assert np.array_equal(again.levels, panel.levels, equal_nan=True)
    assert panel_to_bytes(again) == panel_to_bytes(panel)


async def test_a_damaged_archive_is_called_unreadable(market: SampleMarket) -> None:
    raw = panel_to_bytes(await gather(market, Scope(symbols=("AAPL",))))
    for damaged in (b"", raw[:100], b"X" + raw[1:], raw[:-5] + b"12345"):
        with pytest.raises(InvalidInput, match="cannot be read"):
            panel_from_bytes(damaged)
