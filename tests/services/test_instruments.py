"""Which instrument a text names, what is asked back, and what a symbol's history is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.market.universes.loader import load_universe, universes
from advisor.domain.bars import InstrumentRecord
from advisor.domain.errors import NotEnoughHistory, SourceUnavailable, UnknownSymbol
from advisor.services.instruments import InstrumentService
from advisor.services.instruments.naming import bare, decide, like_a_symbol, parts_of
from tests.bazaar import FIRST, HIDDEN, LAST, RECORDS, Bazaar

SAMPLE = InstrumentService(SampleMarket())
BAZAAR = InstrumentService(Bazaar())
WORDS = ["tata", "bank", "of", "gold", "^", "&", "(", ")", "BAC", ".NS", "infosys", "the"]


@pytest.mark.parametrize(
    ("said", "symbol"),
    [
        ("AAPL", "AAPL"),
        ("aapl", "AAPL"),
        ("Apple", "AAPL"),
        ("apple shares", "AAPL"),
        ("shares of Apple", "AAPL"),
        ("microsft", "MSFT"),
        ("aple", "AAPL"),
        ("oil", "WTI"),
        ("the price of oil", "WTI"),
        ("the S&P 500", "SP500"),
        ("the S&P 500 index", "SP500"),
        ("coke", "KO"),
        ("Johnson & Johnson", "JNJ"),
        ("the stock market", "SP500"),
        ("EEM", "EEM"),
        ("Apple (AAPL)", "AAPL"),
        ("compare apple", "AAPL"),
        ("compare apple with", "AAPL"),
    ],
)
async def test_a_name_or_symbol_of_the_sample_is_found(said: str, symbol: str) -> None:
    found = (await SAMPLE.resolve(said)).found
    assert found is not None
    assert found.symbol == symbol


@pytest.mark.parametrize(
    ("said", "symbol"),
    [
        ("reliance", "RELIANCE.NS"),
        ("Reliance Industries", "RELIANCE.NS"),
        ("INE002A01018", "RELIANCE.NS"),
        ("ine002a01018", "RELIANCE.NS"),
        ("TATAMOTORS", "TATAMOTORS.NS"),
        ("M&M.NS", "M&M.NS"),
        ("mahindra and mahindra", "M&M.NS"),
        ("^NSEI", "^NSEI"),
        ("EURUSD=X", "EURUSD=X"),
        ("gold", "GC=F"),
        ("GOLD", "GOLD"),
        ("INFY", "INFY"),
        ("State Bank of India shares", "SBIN.NS"),
        (HIDDEN, HIDDEN),
    ],
)
async def test_names_tickers_and_isins_of_a_larger_market_are_found(said: str, symbol: str) -> None:
    found = (await BAZAAR.resolve(said)).found
    assert found is not None
    assert found.symbol == symbol


@pytest.mark.parametrize(
    "said", ["", "the", "?", "amazon", "tesla", "gold", "XYZQ", "AMZ", "general", "bank", "happiness"]
)
async def test_what_is_not_listed_is_not_guessed(said: str) -> None:
    assert (await SAMPLE.resolve(said)).found is None


@pytest.mark.parametrize("said", ["Divorced", "divorced", "E-mail", "2000", "Yes!", "hidden"])
async def test_an_ordinary_word_is_not_looked_up_as_a_symbol(said: str) -> None:
    assert like_a_symbol(said) == ""


@pytest.mark.parametrize(
    ("said", "symbol"),
    [("IBM", "IBM"), ("brk.b", "BRK.B"), ("^gspc", "^GSPC"), ("eurusd=x", "EURUSD=X"), ("M&M", "M&M")],
)
async def test_what_is_written_like_a_symbol_is(said: str, symbol: str) -> None:
    assert like_a_symbol(said) == symbol


@pytest.mark.parametrize(
    ("said", "symbols"),
    [
        ("tata", {"TATAMOTORS.NS", "TATASTEEL.NS"}),
        ("bank", {"HDFCBANK.NS", "SBIN.NS", "BAC"}),
        ("Infosys", {"INFY.NS", "INFY"}),
    ],
)
async def test_what_several_may_be_is_asked_back(said: str, symbols: set[str]) -> None:
    resolution = await BAZAAR.resolve(said)
    assert resolution.kind == "several"
    assert {item.symbol for item in resolution.candidates} == symbols


@pytest.mark.parametrize("said", ["relianc xyz", "tata moters and more", "XYZQ"])
async def test_what_is_unknown_comes_with_three_like_it_at_most(said: str) -> None:
    resolution = await BAZAAR.resolve(said)
    assert (resolution.kind, resolution.found) == ("none", None)
    assert len(resolution.candidates) <= 3


@pytest.mark.parametrize("universe", universes())
async def test_no_listed_name_stands_for_two_symbols(universe: str) -> None:
    seen: dict[str, str] = {}
    for item in load_universe(universe).named():
        for name in (item.symbol, item.name, *item.also):
            assert seen.setdefault(bare(name).casefold(), item.symbol) == item.symbol, name


async def test_the_sample_has_everything_it_lists() -> None:
    market = SampleMarket()
    today = await market.market_date()
    for item in await market.listings():
        assert (await market.series(item.symbol, today)).symbol == item.symbol
        resolution = await SAMPLE.resolve(item.name)
        assert resolution.found is not None
        assert resolution.found.symbol == item.symbol


async def test_several_are_told_apart_and_a_name_with_and_stays_one() -> None:
    async def symbols(said: str) -> list[str | None]:
        return [item.found.symbol if item.found else None for item in await SAMPLE.resolve_all(said)]

    assert await symbols("apple, microsft and coca cola") == ["AAPL", "MSFT", "KO"]
    assert await symbols("apple to microsoft") == ["AAPL", "MSFT"]
    assert await symbols("Procter and Gamble") == ["PG"]
    assert await symbols("Procter and Gamble vs Johnson & Johnson") == ["PG", "JNJ"]
    assert await symbols("Apple and apple") == ["AAPL"]
    assert await symbols("XYZQ and apple") == [None, "AAPL"]
    assert await symbols(" ?") == []


async def test_a_market_that_is_down_is_not_an_unknown_name() -> None:
    market = Bazaar()
    market.down = True
    with pytest.raises(SourceUnavailable):
        await InstrumentService(market).resolve("gold")


async def test_words_that_may_be_an_answer_are_not_sent_to_the_source() -> None:
    """Only a text written as a symbol is looked up there."""
    asked: list[tuple[str, bool]] = []

    class Listening(Bazaar):
        async def search(self, text: str, limit: int = 10, *, outside: bool = True) -> tuple[InstrumentRecord, ...]:
            asked.append((text, outside))
            return await super().search(text, limit)

    instruments = InstrumentService(Listening())
    await instruments.resolve_all("divorced and two children", outside=False)
    assert asked
    assert not any(outside for _, outside in asked)
    asked.clear()
    await instruments.resolve_all("zzzzz and yyyyy")
    assert ("zzzzz", True) in asked
    assert len(asked) == len(set(asked)), "the same text was looked for twice"


async def test_an_unknown_symbol_comes_with_suggestions() -> None:
    with pytest.raises(UnknownSymbol) as caught:
        await BAZAAR.history("TATAMOTER.NS")
    assert caught.value.details["suggestions"][0]["symbol"] == "TATAMOTORS.NS"
    assert len(caught.value.details["suggestions"]) <= 3


async def test_a_history_ends_on_its_day_or_on_the_last_there_is() -> None:
    assert (await BAZAAR.history("BAC", date(2020, 5, 2))).bars.dates[-1].item() == date(2020, 5, 1)
    assert (await BAZAAR.history("bac", date(2099, 1, 1))).bars.dates[-1].item() == LAST
    with pytest.raises(NotEnoughHistory):
        await BAZAAR.history("BAC", date(FIRST.year - 1, 1, 1))


async def test_each_symbol_of_several_has_its_own_outcome() -> None:
    found = await BAZAAR.histories(["BAC", "NOPE", "bac", "GC=F"])
    assert list(found) == ["BAC", "NOPE", "GC=F"]
    assert isinstance(found["NOPE"], UnknownSymbol)


async def test_without_a_text_the_listings_are_found_with_all_that_is_known_of_them() -> None:
    assert await BAZAAR.find("", 4) == RECORDS[:4]
    assert [item.symbol for item in await BAZAAR.find("reliance", 1)] == ["RELIANCE.NS"]


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(st.sampled_from(WORDS)).map(" ".join),
    )
)
def test_no_text_raises_and_candidates_are_at_most_three(said: str) -> None:
    resolution = decide(said, RECORDS, ())
    assert len(resolution.candidates) <= 3
    assert (resolution.kind == "one") == (resolution.found is not None)
    assert all(said[slice(*part)].strip() for part in parts_of(said))
