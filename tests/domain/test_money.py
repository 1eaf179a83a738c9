"""Money is exact, keeps its currency, and never mixes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain.errors import InvalidInput
from advisor.domain.money import Money, minor_digits

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=4)


@given(amounts, amounts)
def test_sums_and_differences_are_exact(one: Decimal, other: Decimal) -> None:
    total = Money(one, "USD") + Money(other, "USD")
    assert total == Money(one + other, "USD")
    assert total - Money(other, "USD") == Money(one, "USD")


@given(amounts, st.sampled_from(["USD", "JPY", "KWD"]))
def test_json_keeps_the_amount_to_the_smallest_unit(amount: Decimal, currency: str) -> None:
    written = Money(amount, currency).to_json()
    assert written["currency"] == currency
    assert len(written["amount"].partition(".")[2]) == minor_digits(currency)
    assert Money.from_json(written) == Money(amount, currency).quantized()


def test_an_amount_is_rounded_half_even_as_banks_do() -> None:
    assert Money(Decimal("0.125"), "USD").to_json() == {"amount": "0.12", "currency": "USD"}
    assert Money(Decimal("0.135"), "USD").to_json() == {"amount": "0.14", "currency": "USD"}
    assert Money(Decimal("2.5"), "JPY").to_json() == {"amount": "2", "currency": "JPY"}


def test_a_multiple_keeps_the_currency() -> None:
    assert Money(Decimal("2.50"), "EUR") * 3 == Money(Decimal("7.50"), "EUR")


def test_currencies_do_not_mix() -> None:
    dollar, euro = Money(Decimal(1), "USD"), Money(Decimal(1), "EUR")
    for mix in (lambda: dollar + euro, lambda: dollar - euro):
        with pytest.raises(InvalidInput, match="cannot be mixed"):
            mix()


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_an_amount_is_a_finite_number(amount: str) -> None:
    with pytest.raises(InvalidInput):
        Money(Decimal(amount), "USD")
