"""Which instruments a few words mean."""

from __future__ import annotations

import random
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.market.naming import Candidates, rank
from advisor.domain.bars import InstrumentRecord

KNOWN = [
    ("AAPL", "Apple Inc.", "US0378331005", ()),
    ("MSFT", "Microsoft Corporation", "", ()),
    ("GOLDBEES.NS", "Nippon India ETF Gold BeES", "", ()),
    ("RELIANCE.NS", "Reliance Industries Limited", "INE002A01018", ()),
    ("RPOWER.NS", "Reliance Power Limited", "", ()),
    ("^GSPC", "S&P 500", "", ("stock market",)),
    ("SPY", "SPDR S&P 500 ETF Trust", "", ()),
    ("BRK-B", "Berkshire Hathaway Inc.", "", ()),
    ("KO", "The Coca-Cola Company", "", ("Coke",)),
    ("JPM", "JPMorgan Chase & Co.", "", ("JP Morgan", "J.P. Morgan")),
    ("CL=F", "Crude Oil", "", ("oil",)),
    ("MC.PA", "LVMH Moët Hennessy Louis Vuitton", "", ()),
    ("GS", "The Goldman Sachs Group, Inc.", "", ()),
    ("GLD", "SPDR Gold Shares", "", ()),
    ("V", "Visa Inc.", "", ()),
]


def instruments() -> Candidates:
    return Candidates((InstrumentRecord("test", symbol, name, isin=isin), also) for symbol, name, isin, also in KNOWN)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("aapl", "AAPL"),
        ("aple", "AAPL"),
        ("microsft", "MSFT"),
        ("mircosoft", "MSFT"),
        ("goldbees", "GOLDBEES.NS"),
        ("goldbes", "GOLDBEES.NS"),
        ("reliance industries", "RELIANCE.NS"),
        ("relianse industris", "RELIANCE.NS"),
        ("industries reliance", "RELIANCE.NS"),
        ("INE002A01018", "RELIANCE.NS"),
        ("us0378331005", "AAPL"),
        ("S&P", "^GSPC"),
        ("s and p 500", "^GSPC"),
        ("gspc", "^GSPC"),
        ("stock market", "^GSPC"),
        ("hathaway", "BRK-B"),
        ("hathway", "BRK-B"),
        ("coca cola", "KO"),
        ("cocacola", "KO"),
        ("coke", "KO"),
        ("jp morgan", "JPM"),
        ("oil", "CL=F"),
        ("moet", "MC.PA"),
        ("gold shares", "GLD"),
        ("visa", "V"),
        ("v", "V"),
    ],
)
def test_the_best_meaning_comes_first(text: str, symbol: str) -> None:
    assert rank(text, instruments(), 5)[0].symbol == symbol


@pytest.mark.parametrize("text", ["", "   ", ".", "zzzzqqq", "a b c d e f g", "500 600"])
def test_what_is_like_nothing_means_nothing(text: str) -> None:
    assert rank(text, instruments(), 5) == ()


def test_an_exact_meaning_is_not_followed_by_misspelt_ones() -> None:
    found = Candidates((InstrumentRecord("test", symbol, ""), ()) for symbol in ("AAPL", "AAPM", "AAPLX"))
    assert [record.symbol for record in rank("aapl", found, 5)] == ["AAPL", "AAPLX"]


def test_the_order_is_symbol_isin_bare_symbol_name_beginning_words_and_near() -> None:
    rows = [("GOLD1", "Goldd"), ("B", "Pure Gold"), ("C", "Gold Miners"), ("D", "Gold"), ("GOLD.L", "x"), ("GOLD", "y")]
    found = Candidates((InstrumentRecord("test", symbol, name), ()) for symbol, name in rows)
    assert [record.symbol for record in rank("gold", found, 9)] == ["GOLD", "GOLD.L", "D", "C", "GOLD1", "B"]


@given(text=st.text(max_size=120), limit=st.integers(-1, 5))
def test_any_text_gives_at_most_so_many_different_instruments(text: str, limit: int) -> None:
    found = rank(text, instruments(), limit)
    assert len(found) <= max(0, limit)
    assert len(set(found)) == len(found)


@given(at=st.integers(0, len(KNOWN) - 1))
def test_every_symbol_and_every_name_means_its_own_instrument(at: int) -> None:
    symbol, name, _, _ = KNOWN[at]
    assert rank(symbol.lower(), instruments(), 1)[0].symbol == symbol
    assert rank(name, instruments(), 1)[0].symbol == symbol


def test_ten_thousand_instruments_take_no_noticeable_time() -> None:
    made = random.Random(1)
    words = ["".join(made.choices(string.ascii_lowercase, k=made.randint(3, 9))) for _ in range(6000)]
    many = Candidates(
        (
            InstrumentRecord(
                "test", "".join(made.choices(string.ascii_uppercase, k=4)), " ".join(made.choices(words, k=3))
            ),
            (),
        )
        for _ in range(10_000)
    )
    fastest = min(
        _seconds(many, text) for text in ("aple", "microsft corp", "reliance industries", "S&P") for _ in range(3)
    )
    assert fastest < 0.2, "20 ms on an idle machine; ten times that is another algorithm"


def _seconds(many: Candidates, text: str) -> float:
    begun = time.perf_counter()
    rank(text, many, 10)
    return time.perf_counter() - begun
