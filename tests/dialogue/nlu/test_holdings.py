"""What is owned and traded, as people say it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from advisor.dialogue.nlu.holdings import HoldingMention, find_holdings

WRITTEN = yaml.safe_load(Path(__file__).with_name("holdings.yaml").read_text(encoding="utf-8"))
CASES = [(language, said, expected) for language in ("en", "de") for said, expected in WRITTEN[language]]


def shown(item: HoldingMention) -> str:
    """A mention as the file writes it."""
    what = item.name or "cash"
    if item.whole:
        what = f"all {what}"
    elif item.quantity is not None:
        what = f"{_plain(item.quantity)} {what}"
    elif not item.name:
        what = f"cash {_plain(item.amount)}"
    paid = ""
    if item.price is not None:
        paid = f" at {_plain(item.price)}"
    elif item.amount is not None and item.name:
        paid = f" for {_plain(item.amount)}"
    currency = f" {item.currency}" if item.currency else ""
    return f"{item.action} {what}{paid}{currency}" + (f" ({item.when})" if item.when else "")


def _plain(number: Decimal | None) -> str:
    return f"{(number or Decimal(0)).normalize():f}"


@pytest.mark.parametrize(("language", "said", "expected"), CASES, ids=[f"{one}: {two}" for one, two, _ in CASES])
def test_holdings_are_read_as_written_down(language: str, said: str, expected: str) -> None:
    assert ("; ".join(map(shown, find_holdings(said, language))) or "-") == expected


def test_there_are_enough_of_them_to_mean_something() -> None:
    assert len(CASES) >= 60


def test_a_word_for_shares_behind_a_name_is_no_part_of_it() -> None:
    assert [item.name for item in find_holdings("12 Apple shares")] == ["Apple"]
    assert [item.name for item in find_holdings("4 Nike-Aktien zu 80 Dollar gekauft", "de")] == ["Nike"]


@given(st.decimals(min_value="0.01", max_value=99_999, places=2), st.sampled_from(["VTI", "BND", "AAPL", "BRK.B"]))
def test_any_number_of_shares_is_read_back(quantity: Decimal, symbol: str) -> None:
    (mention,) = find_holdings(f"I own {quantity} {symbol}")
    assert (mention.action, mention.quantity, mention.name) == ("own", quantity, symbol)


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    assert all(item.name or item.amount is not None for item in find_holdings(text))
