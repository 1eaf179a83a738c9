"""What a universe's file must hold, and the sentence when it does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.market.universes.form import isin_is_valid, read_universe


def whole() -> dict[str, Any]:
    """The least file that is complete."""
    assumed = [{"assumed": 0.02, "note": "An assumption."}]
    return {
        "id": "small",
        "title": "A small one",
        "purpose": "plan",
        "currency": "EUR",
        "calendar": "XETR",
        "benchmark": "AAA",
        "prior_source": "Judgement, 2025",
        "risk_free": assumed,
        "ten_year": assumed,
        "inflation": assumed,
        "instruments": [
            {"symbol": "AAA", "name": "Shares", "asset_class": "world_equity", "prior": 60},
            {"symbol": "BBB", "name": "Cash", "asset_class": "cash", "prior": 40},
        ],
    }


def test_the_least_complete_file_is_read() -> None:
    assert read_universe(whole(), "small").instruments[1].symbol == "BBB"


FAULTS: list[tuple[str, str, Any]] = [
    ("ten_year", "where risk_free, ten_year and inflation come from", []),
    ("currency", "currency", "euro"),
    ("prior_source", "prior_source", ""),
    ("purpose", "holds stocks", "stocks"),
    ("colour", "colour: Extra inputs", "red"),
    ("id", "must be the same", "other"),
    ("risk_free", "exactly one of symbol, macro", [{"symbol": "^IRX", "macro": "us_bill_3m"}]),
    ("risk_free", "exactly one of symbol, macro", [{}]),
    ("inflation", "says in a note", [{"assumed": 0.02}]),
    ("inflation", "less than 0.25", [{"assumed": 2.0, "note": "percent by mistake"}]),
    ("stocks", "need a stock_class", [{"symbol": "CCC", "name": "Share", "sector": "Energy"}]),
]


@pytest.mark.parametrize(("place", "said", "value"), FAULTS, ids=[f"{i}-{row[0]}" for i, row in enumerate(FAULTS)])
def test_a_fault_is_refused_with_the_file_and_what_is_wrong(place: str, said: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"universes/small\.yaml") as caught:
        read_universe(whole() | {place: value}, "small")
    assert said in str(caught.value)


FUND_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"isin": "IE00B4L5Y984"}, "check digit"),
    ({"isin": "nothing"}, "no ISIN"),
    ({"expense_ratio": 0.002}, "where it comes from"),
    ({"expense_ratio": 0.2, "expense_source": "percent by mistake"}, "less than 0.1"),
    ({"spread": 0.001}, "where it comes from"),
    ({"asset_class": "tulips"}, "asset_class"),
    ({"distribution": "sometimes"}, "distribution"),
    ({"domicile": "Ireland"}, "domicile"),
    ({"income_in_prices": False}, "needs an income_note"),
    ({"prior": -1}, "greater than 0"),
    ({"prior": None}, "given to all or none"),
    ({"symbol": "A B"}, "symbol"),
    ({"alternatives": [{"symbol": "CCC", "name": "Other", "asset_class": "us_equity"}]}, "needs a note"),
    ({"alternatives": [{"symbol": "CCC"}]}, "alternatives"),
]


@pytest.mark.parametrize(
    ("fault", "said"), FUND_FAULTS, ids=[f"{i}-{'-'.join(row[0])}" for i, row in enumerate(FUND_FAULTS)]
)
def test_a_fault_in_an_instrument_is_named(fault: dict[str, Any], said: str) -> None:
    file = whole()
    file["instruments"][0] |= fault
    with pytest.raises(ValueError, match=r"universes/small\.yaml") as caught:
        read_universe(file, "small")
    assert said in str(caught.value)


@pytest.mark.parametrize("isin", ["US0378331005", "IE00B4L5Y983", "INE002A01018", "DE000A0S9GB0", "CNE0000018R8"])
def test_isins_of_five_countries_are_valid(isin: str) -> None:
    assert isin_is_valid(isin)


@given(
    st.sampled_from(["US0378331005", "IE00B4L5Y983", "INF204KB14I2"]), st.integers(2, 11), st.sampled_from("0123456789")
)
def test_a_wrong_digit_is_always_noticed(isin: str, place: int, digit: str) -> None:
    other = isin[:place] + digit + isin[place + 1 :]
    if isin[place].isdigit():  # Luhn's sum notices every single digit that is wrong
        assert isin_is_valid(other) == (other == isin)


@given(st.text(max_size=14))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    assert isin_is_valid(text) in (True, False)
