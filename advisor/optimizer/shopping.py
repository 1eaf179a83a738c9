"""What to buy for a sum of money: whole shares by PyPortfolioOpt's two allocations, compared, or fractions of shares.

`whole_shares` is imported by name from a helper process: the libraries behind it weigh too much for a process that answers people.
Arguments and result are plain values, so that they travel. Money is in one currency and exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from advisor.domain.errors import InvalidInput
from advisor.domain.money import minor_digits

GREEDY = "greedy"
INTEGER = "integer_programme"
ROUNDED_DOWN = "rounded_down"
FRACTIONS = "fractions"

FRACTION = Decimal("0.0001")
"""The smallest part of a share that brokers who sell parts commonly count."""

Amounts = Mapping[str, Decimal]


@dataclass(frozen=True)
class Purchase:
    """`shares` by symbol, none of them 0. `missed` is the money by which the lines differ from what was wanted, plus what is left.

    `dropped` are the symbols left out because their line would be below the minimum. `tried` holds (method, outcome) in the order
    tried: "ok", or the reason why not; `method` is the one that was taken.
    """

    shares: dict[str, Decimal]
    missed: Decimal
    method: str
    dropped: tuple[str, ...]
    tried: tuple[tuple[str, str], ...]


def whole_shares(wanted: Amounts, prices: Amounts, minimum: Decimal = Decimal(0)) -> Purchase:
    """Whole shares nearest to `wanted` (symbol -> money) at `prices` (money a share), never for more than the sum wanted.

    Greedy buying and an integer programme that minimises `missed` are both asked, each on a new `DiscreteAllocation`: the
    greedy one sorts its weights in place, after which the same object's integer programme takes one fund's price for another's
    and spends many times the money. An answer counts only if it keeps to whole shares that are not negative and to the money.
    What misses less is taken, of equals the greedy one. Where neither answers, each line is rounded down. A line that would be
    below `minimum` is left out, and its money with it.

    Raises:
        InvalidInput: if an amount or a price is not a positive number, or a price is missing.
    """
    _check(wanted, prices, minimum)
    kept = {symbol: money for symbol, money in wanted.items() if money >= minimum}
    while True:
        shares, method, tried = _nearest(kept, prices)
        small = [symbol for symbol, count in shares.items() if count * prices[symbol] < minimum]
        if not small:
            break
        del kept[min(small, key=lambda symbol: (shares[symbol] * prices[symbol], symbol))]
    dropped = tuple(symbol for symbol in wanted if symbol not in kept)
    return Purchase(shares, _missed(shares, wanted, prices), method, dropped, tried)


def fractional_shares(wanted: Amounts, prices: Amounts, minimum: Decimal = Decimal(0)) -> Purchase:
    """Shares in steps of 0.0001, each line rounded down; otherwise as `whole_shares`."""
    _check(wanted, prices, minimum)
    bought = {symbol: (money / prices[symbol]).quantize(FRACTION, ROUND_FLOOR) for symbol, money in wanted.items()}
    worth = {symbol: count * prices[symbol] for symbol, count in bought.items()}
    shares = {symbol: count for symbol, count in bought.items() if count > 0 and worth[symbol] >= minimum}
    dropped = tuple(symbol for symbol in wanted if worth[symbol] < minimum)
    return Purchase(shares, _missed(shares, wanted, prices), FRACTIONS, dropped, ((FRACTIONS, "ok"),))


def shopping_list(
    weights: Mapping[str, float],
    prices: Mapping[str, Decimal | None],
    money: Decimal,
    currency: str,
    *,
    fractions: bool = False,
    minimum: Decimal = Decimal(0),
) -> dict[str, Any]:
    """A list to buy for weights (symbol -> fraction) and an amount, as JSON values; what is spent and `cash_left` make up `money`.

    What has no price is named in `unpriced` and its money stays in cash. For a helper process, unless in fractions.

    Raises:
        InvalidInput: for an amount below zero, a price or a weight that is none.
    """
    if not (money.is_finite() and money >= 0):
        raise InvalidInput("The amount must not be below zero.", field="investment_amount")
    unit = Decimal(1).scaleb(-minor_digits(currency))
    shares = {symbol: (money * Decimal(repr(weight))).quantize(unit, ROUND_FLOOR) for symbol, weight in weights.items()}
    meant = {symbol: amount for symbol, amount in shares.items() if amount > 0}
    known = {symbol: price for symbol in meant if (price := prices.get(symbol)) is not None}
    wanted = {symbol: amount for symbol, amount in meant.items() if symbol in known}
    bought = (fractional_shares if fractions else whole_shares)(wanted, known, minimum)
    cost = {symbol: count * known[symbol] for symbol, count in bought.shares.items()}

    def said(amount: Decimal) -> dict[str, str]:
        return {"amount": f"{amount:f}", "currency": currency}

    return {
        "lines": [
            {"symbol": s, "shares": str(count), "price": said(known[s]), "amount": said(cost[s])}
            for s, count in bought.shares.items()
        ],
        "cash_left": said(money - sum(cost.values(), Decimal(0))),
        "unpriced": [symbol for symbol in meant if symbol not in known],
        "too_small": list(bought.dropped),
        "method": bought.method,
        "tried": [{"solver": method, "outcome": outcome} for method, outcome in bought.tried],
    }


def _nearest(wanted: Amounts, prices: Amounts) -> tuple[dict[str, Decimal], str, tuple[tuple[str, str], ...]]:
    """Shares by the method that misses least, that method, and what came of each."""
    tried: list[tuple[str, str]] = []
    answers: list[tuple[Decimal, str, dict[str, Decimal]]] = []
    for method in (GREEDY, INTEGER) if wanted else ():
        shares, outcome = _asked(method, wanted, prices)
        tried.append((method, outcome))
        if outcome == "ok":
            answers.append((_missed(shares, wanted, prices), method, shares))
    if not answers:
        floors = {symbol: Decimal(int(money / prices[symbol])) for symbol, money in wanted.items()}
        tried.append((ROUNDED_DOWN, "ok"))
        answers.append((_missed(floors, wanted, prices), ROUNDED_DOWN, floors))
    _, method, shares = min(answers, key=lambda answer: answer[0])
    return {symbol: shares[symbol] for symbol in wanted if shares.get(symbol, 0) > 0}, method, tuple(tried)


def _asked(method: str, wanted: Amounts, prices: Amounts) -> tuple[dict[str, Decimal], str]:
    """One method's answer, and "ok" or why it cannot be used."""
    # Here and not above: pandas and cvxpy take half a second and 120 MB.
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415
    from cvxpy.error import SolverError  # noqa: PLC0415
    from pypfopt.discrete_allocation import DiscreteAllocation  # noqa: PLC0415
    from pypfopt.exceptions import OptimizationError  # noqa: PLC0415

    total = sum(wanted.values(), Decimal(0))
    weights = {symbol: float(wanted[symbol] / total) for symbol in sorted(wanted)}
    fresh = DiscreteAllocation(weights, pd.Series({symbol: float(prices[symbol]) for symbol in weights}), float(total))
    try:
        with np.errstate(invalid="ignore"):  # before the first share is bought the weights held are 0 / 0
            bought, _ = fresh.greedy_portfolio() if method == GREEDY else fresh.lp_portfolio(solver="HIGHS")
    except (OptimizationError, SolverError, ValueError, ArithmeticError, AssertionError) as error:
        return {}, f"{type(error).__name__}: {error}"
    shares = {symbol: Decimal(int(count)) for symbol, count in bought.items()}
    if any(count < 0 for count in shares.values()):
        return {}, "negative shares"
    return shares, "ok" if _spent(shares, prices) <= total else "more than the money"


def _spent(shares: Amounts, prices: Amounts) -> Decimal:
    return sum((count * prices[symbol] for symbol, count in shares.items()), Decimal(0))


def _missed(shares: Amounts, wanted: Amounts, prices: Amounts) -> Decimal:
    apart = sum((abs(money - shares.get(symbol, 0) * prices[symbol]) for symbol, money in wanted.items()), Decimal(0))
    return apart + sum(wanted.values(), Decimal(0)) - _spent(shares, prices)


def _check(wanted: Amounts, prices: Amounts, minimum: Decimal) -> None:
    for symbol, money in wanted.items():
        price = prices.get(symbol, Decimal(0))
        if not (money.is_finite() and money > 0 and price.is_finite() and price > 0):
            raise InvalidInput("A price and an amount must be above zero.", details={"symbol": symbol})
    if not (minimum.is_finite() and minimum >= 0):
        raise InvalidInput("The least amount for one line must not be below zero.", field="minimum")
