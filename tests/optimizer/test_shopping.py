"""What is bought for a sum of money: never more than it, whole where it should be, and nearest to what was wanted."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.domain.errors import InvalidInput
from advisor.optimizer.shopping import (
    FRACTION,
    GREEDY,
    INTEGER,
    ROUNDED_DOWN,
    Purchase,
    fractional_shares,
    shopping_list,
    whole_shares,
)

SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

_MONEY = st.integers(1, 10**8).map(lambda cents: Decimal(cents) / 100)
_PRICE = st.integers(1, 10**7).map(lambda parts: Decimal(parts) / 10**4)


@st.composite
def orders(draw: st.DrawFn) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Money and a price for one to eight funds."""
    symbols = [f"F{i}" for i in range(draw(st.integers(1, 8)))]
    return {s: draw(_MONEY) for s in symbols}, {s: draw(_PRICE) for s in symbols}


def spent(bought: Purchase, prices: dict[str, Decimal]) -> Decimal:
    return sum((count * prices[symbol] for symbol, count in bought.shares.items()), Decimal(0))


@pytest.mark.slow
@SLOW
@given(orders())
def test_whole_shares_cost_no_more_than_the_money(order: tuple[dict[str, Decimal], dict[str, Decimal]]) -> None:
    wanted, prices = order
    bought = whole_shares(wanted, prices)
    assert spent(bought, prices) <= sum(wanted.values())
    assert all(count == count.to_integral_value() and count > 0 for count in bought.shares.values())
    apart = sum(abs(wanted[s] - bought.shares.get(s, Decimal(0)) * prices[s]) for s in wanted)
    assert bought.missed == apart + sum(wanted.values()) - spent(bought, prices)
    floors = {s: Decimal(int(wanted[s] / prices[s])) for s in wanted}
    rounded = sum(abs(wanted[s] - floors[s] * prices[s]) for s in wanted)
    left = sum(wanted.values()) - sum(floors[s] * prices[s] for s in wanted)
    assert bought.missed <= rounded + left + Decimal("0.01"), "simple rounding down is never nearer"


@given(orders())
def test_fractions_stay_below_each_line(order: tuple[dict[str, Decimal], dict[str, Decimal]]) -> None:
    wanted, prices = order
    bought = fractional_shares(wanted, prices)
    for symbol, count in bought.shares.items():
        assert count > 0
        assert count % FRACTION == 0
        assert wanted[symbol] - prices[symbol] * FRACTION < count * prices[symbol] <= wanted[symbol]


def test_both_methods_are_asked_and_the_nearer_one_is_taken() -> None:
    bought = whole_shares(
        {"A": Decimal(6000), "B": Decimal(3000), "C": Decimal(1000)},
        {"A": Decimal("91.2"), "B": Decimal("210.4"), "C": Decimal(55)},
    )
    assert bought.tried == ((GREEDY, "ok"), (INTEGER, "ok"))
    assert bought.method == INTEGER
    assert bought.shares == {"A": 66, "B": 14, "C": 18}


def test_one_fund_is_not_bought_at_the_price_of_another() -> None:
    """On one object the greedy method sorts its weights in place, and the programme then pairs them with other prices."""
    wanted = {"CHEAP": Decimal(1000), "DEAR": Decimal(9000)}
    prices = {"CHEAP": Decimal(10), "DEAR": Decimal(900)}
    assert whole_shares(wanted, prices).shares == {"CHEAP": 100, "DEAR": 10}


def test_a_sum_too_large_for_the_solvers_is_still_split() -> None:
    bought = whole_shares({"A": Decimal(10) ** 12, "B": Decimal(10) ** 12}, {"A": Decimal("0.0001"), "B": Decimal(7)})
    assert spent(bought, {"A": Decimal("0.0001"), "B": Decimal(7)}) <= 2 * Decimal(10) ** 12
    assert bought.method in (GREEDY, INTEGER, ROUNDED_DOWN)
    assert bought.shares["A"] > 10**15


def test_a_line_below_the_minimum_is_left_out_and_its_money_kept() -> None:
    wanted = {"A": Decimal(900), "B": Decimal(80)}
    prices = {"A": Decimal(100), "B": Decimal(40)}
    for buy in (whole_shares, fractional_shares):
        assert set(buy(wanted, prices).shares) == {"A", "B"}
        bought = buy(wanted, prices, Decimal(100))
        assert bought.shares == {"A": Decimal(9)}
        assert bought.dropped == ("B",)
    assert whole_shares(wanted, prices, Decimal(10**6)).shares == {}


def test_the_same_order_gives_the_same_list_however_it_is_written() -> None:
    wanted = {f"F{i}": Decimal(int(x)) for i, x in enumerate(np.random.default_rng(5).integers(50, 5000, 7))}
    prices = {f"F{i}": Decimal(int(x)) for i, x in enumerate(np.random.default_rng(6).integers(5, 300, 7))}
    turned = dict(reversed(wanted.items()))
    assert whole_shares(wanted, prices).shares == whole_shares(turned, prices).shares


@pytest.mark.parametrize(
    ("wanted", "price", "minimum"),
    [("-1", "5", "0"), ("0", "5", "0"), ("5", "0", "0"), ("5", "NaN", "0"), ("Infinity", "5", "0"), ("5", "5", "-1")],
)
def test_what_makes_no_sense_is_refused(wanted: str, price: str, minimum: str) -> None:
    for buy in (whole_shares, fractional_shares):
        with pytest.raises(InvalidInput):
            buy({"A": Decimal(wanted)}, {"A": Decimal(price)}, Decimal(minimum))


def test_a_fund_without_a_price_is_named_and_its_money_stays() -> None:
    made = shopping_list(
        {"A": 0.6, "B": 0.3, "C": 0.1}, {"A": Decimal(10), "B": None}, Decimal("1000"), "USD", fractions=True
    )
    assert made["unpriced"] == ["B", "C"]
    assert [line["symbol"] for line in made["lines"]] == ["A"]
    assert sum(Decimal(line["amount"]["amount"]) for line in made["lines"]) == 600
    assert Decimal(made["cash_left"]["amount"]) == 400
    with pytest.raises(InvalidInput):
        shopping_list({"A": 1.0}, {"A": Decimal(10)}, Decimal(-1), "USD")
