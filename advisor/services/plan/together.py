"""Several goals of one person as one: joint mix, joint risk, a bad year of all the money."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from advisor.analysis.history import mix_history
from advisor.domain.money import Money
from advisor.profiling.goals import Position, combined
from advisor.services.plan.amounts import is_cash, worse_loss
from advisor.services.plan.basis import Basis, Json


def together(basis: Basis, wish: Json) -> Json:
    """All goals taken together, on the prices and moments of `basis`.

    `wish` holds "positions": id, priority, essential, value (money as text, in the basis's currency) and weights (symbol ->
    fraction) of each goal. A goal in another currency, or with a holding that has no price here, is named in "left_out" and does
    not count. The bad year is defined as that of a plan: the worse of the joint estimate and the joint mix's worst twelve months
    on record, as a fraction and in money.

    Raises:
        InvalidInput: if no goal is left to look at.
    """
    moments, currency = basis.moments, basis.snapshot.currency
    known = [
        item
        for item in wish["positions"]
        if item["currency"] == currency and set(item["weights"]) <= set(moments.symbols)
    ]
    means = np.array([moments.projection_mean(row) for row in np.eye(len(moments.symbols))])
    whole = combined([_position(item) for item in known], moments.symbols, means, moments.covariance)
    worst = mix_history(basis.snapshot, whole.weights, basis.months).worst_year if whole.weights else None
    loss = worse_loss(whole.cvar, worst, cash_alone=is_cash(whole.weights, basis)) if whole.weights else 0.0
    return {
        "currency": currency,
        "total": str(whole.total.amount),
        "goals": [{"id": goal, "share": share} for goal, _, share, _ in whole.goals],
        "left_out": [item["id"] for item in wish["positions"] if item not in known],
        "weights": whole.weights,
        "parts": _parts(whole.weights, basis),
        "expected_return": whole.expected_return,
        "volatility": whole.volatility,
        "cvar": whole.cvar,
        "bad_year": {"fraction": loss, "amount": loss * float(whole.total.amount)},
    }


def _position(item: Json) -> Position:
    money = Money(Decimal(item["value"]), item["currency"])
    return Position(item["id"], item["priority"], item["essential"], money, item["weights"])


def _parts(weights: dict[str, float], basis: Basis) -> list[Json]:
    """The joint mix by kind of investment, largest first."""
    shares: dict[tuple[str, str], float] = {}
    for item in basis.snapshot.instruments:
        if weights.get(item.symbol):
            kind = (item.asset_class.value, item.asset_class.group.value)
            shares[kind] = shares.get(kind, 0.0) + weights[item.symbol]
    ordered = sorted(shares.items(), key=lambda entry: (-entry[1], entry[0]))
    return [{"class": kind, "group": group, "share": share} for (kind, group), share in ordered]
