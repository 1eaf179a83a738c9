"""A plan's holdings as a list to buy: shares, prices, amounts and the money that is left. Pure but for who counts whole shares."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from advisor.domain.money import minor_digits
from advisor.optimizer.shopping import Amounts, Purchase
from advisor.services.plan.basis import Json


@dataclass(frozen=True)
class Order:
    """What is to be bought: money and price by symbol, largest first, and what cannot be bought as shares.

    `cash` is money that the plan keeps as cash; `unpriced` are holdings without a price, with the money meant for them.
    """

    wanted: Amounts
    prices: Amounts
    cash: Decimal
    unpriced: tuple[tuple[str, Decimal], ...]


def order_of(result: Json) -> Order:
    """The order for a plan's result. Cash without a price of its own is kept; anything else without a price is named."""
    wanted: dict[str, Decimal] = {}
    prices: dict[str, Decimal] = {}
    cash = Decimal(0)
    unpriced: list[tuple[str, Decimal]] = []
    for holding in result["holdings"]:
        amount = Decimal(holding["amount"])
        if holding["price"] is not None and Decimal(holding["price"]) > 0 and amount > 0:
            wanted[holding["symbol"]], prices[holding["symbol"]] = amount, Decimal(holding["price"])
        elif holding["group"] == "cash":
            cash += amount
        elif amount > 0:
            unpriced.append((holding["symbol"], amount))
    return Order(wanted, prices, cash, tuple(unpriced))


def shopping_list(result: Json, order: Order, bought: Purchase, minimum: Decimal) -> Json:
    """The list as JSON values; money as strings. What is spent and what is left make up the order's money exactly.

    `too_small` names the lines left out by the minimum, `no_share` those whose money does not buy one share.
    """
    names = {holding["symbol"]: holding["name"] for holding in result["holdings"]}
    lines = [
        {
            "symbol": symbol,
            "name": names[symbol],
            "shares": _plain(bought.shares[symbol]),
            "price": str(order.prices[symbol]),
            "amount": _plain(bought.shares[symbol] * order.prices[symbol]),
        }
        for symbol in order.wanted
        if symbol in bought.shares
    ]
    money = sum(order.wanted.values(), order.cash)
    spent = sum((bought.shares[symbol] * order.prices[symbol] for symbol in bought.shares), Decimal(0))
    return {
        "currency": result["currency"],
        "lines": lines,
        "money": _plain(money),
        "spent": _plain(spent),
        "left": _plain(money - spent),
        "cash_wanted": _plain(order.cash),
        "unpriced": [{"name": names[symbol], "amount": _plain(amount)} for symbol, amount in order.unpriced],
        "too_small": [names[symbol] for symbol in bought.dropped],
        "no_share": [names[s] for s in order.wanted if s not in bought.shares and s not in bought.dropped],
        "minimum": _plain(minimum),
        "method": bought.method,
        "tried": [{"solver": method, "outcome": outcome} for method, outcome in bought.tried],
        "last": result["source"]["last"],
        "digits": minor_digits(result["currency"]),
    }


def _plain(value: Decimal) -> str:
    """Without an exponent, and without zeros that say nothing."""
    return f"{value.normalize():f}"
