"""Which symbol a text names, and what is said of one that is not there."""

from __future__ import annotations

import pytest

from advisor.adapters.market.sample import SampleMarket
from advisor.adapters.market.universe import load_universe
from advisor.adapters.system.offload import LocalOffload
from advisor.domain.errors import UnknownSymbol
from advisor.ports.market import Listing
from advisor.services.forecast import MOST_AT_ONCE, ForecastService, find_symbol

SAMPLE = load_universe("sample_usd").named()
YAHOO = load_universe("yahoo_usd").named()


@pytest.mark.parametrize(
    ("said", "symbol"),
    [
        ("AAPL", "AAPL"),
        ("aapl", "AAPL"),
        ("Apple", "AAPL"),
        ("apple shares", "AAPL"),
        ("shares of Apple", "AAPL"),
        ("microsft", "MSFT"),
        ("oil", "WTI"),
        ("the price of oil", "WTI"),
        ("the S&P 500", "SP500"),
        ("the S&P 500 index", "SP500"),
        ("coke", "KO"),
        ("Johnson & Johnson", "JNJ"),
        ("the stock market", "SP500"),
        ("EEM", "EEM"),
    ],
)
def test_a_name_or_symbol_is_found(said: str, symbol: str) -> None:
    assert find_symbol(said, SAMPLE) == symbol


@pytest.mark.parametrize("said", ["", "amazon", "tesla", "gold", "XYZQ", "AMZ", "general", "the"])
def test_what_is_not_listed_is_not_guessed(said: str) -> None:
    assert find_symbol(said, SAMPLE) is None


@pytest.mark.parametrize("listings", [SAMPLE, YAHOO], ids=["sample", "yahoo"])
def test_no_name_stands_for_two_symbols(listings: tuple[Listing, ...]) -> None:
    for item in listings:
        for name in (item.symbol, item.name, *item.also):
            assert find_symbol(name, listings) == item.symbol, name


async def test_the_sample_has_everything_it_lists() -> None:
    market = SampleMarket()
    today = await market.market_date()
    for item in await market.listings():
        assert (await market.series(item.symbol, today)).symbol == item.symbol


async def test_several_are_told_apart_and_a_name_with_and_stays_one() -> None:
    service = ForecastService(SampleMarket(), LocalOffload())
    assert await service.resolve("apple, microsft and coca cola") == ("AAPL", "MSFT", "KO")
    assert await service.resolve("Procter and Gamble") == ("PG",)
    assert await service.resolve("Apple and apple") == ("AAPL",)
    assert await service.resolve("XYZQ") == ("XYZQ",)
    assert len(await service.resolve("AAPL, MSFT, KO, PEP, XOM")) == MOST_AT_ONCE


async def test_an_unknown_one_is_refused_with_some_that_are_known() -> None:
    service = ForecastService(SampleMarket(), LocalOffload())
    with pytest.raises(UnknownSymbol, match=r"XYZQ.*Apple \(AAPL\)"):
        await service.forecast("XYZQ")
