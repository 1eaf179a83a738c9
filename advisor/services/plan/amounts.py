"""The plan in money: holdings, what a bad year is said of, and costs."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from advisor.analysis.costs import mix_costs
from advisor.analysis.history import MixHistory
from advisor.domain.investor import Answers
from advisor.domain.money import minor_digits
from advisor.optimizer.choose import Choice
from advisor.services.plan.basis import Basis, Json


def costs_json(choice: Choice, basis: Basis, answers: Answers, stake: Decimal) -> Json:
    """Costs in money. The term's sum takes the amounts paid in, not their growth, so it is a lower bound in today's money."""
    costs = mix_costs(choice.weights, basis.snapshot.instruments)
    names = {item.symbol: item.name for item in basis.snapshot.instruments}
    years = answers.horizon_years
    held = float(answers.initial_amount) * years + float(answers.monthly_amount) * 12 * years * years / 2
    return {
        "yearly": costs.yearly,
        "yearly_amount": None if costs.yearly is None else costs.yearly * float(stake),
        "yearly_unknown": [names[symbol] for symbol in costs.yearly_unknown],
        "purchase": costs.purchase,
        "purchase_amount": None if costs.purchase is None else costs.purchase * float(stake),
        "purchase_unknown": [names[symbol] for symbol in costs.purchase_unknown],
        "term_amount": None if costs.yearly is None else costs.yearly * held,
    }


def holdings_json(choice: Choice, basis: Basis, purchase: Decimal) -> list[Json]:
    """What to hold, largest first, with money that sums to the amount exactly."""
    by_symbol = {item.symbol: item for item in basis.snapshot.instruments}
    order = sorted(choice.weights, key=lambda symbol: (-choice.weights[symbol], symbol))
    amounts = _split(purchase, [choice.weights[symbol] for symbol in order], minor_digits(basis.snapshot.currency))
    last = {symbol: float(basis.snapshot.levels[-1, i]) for i, symbol in enumerate(basis.snapshot.symbols)}
    traded = not basis.snapshot.provenance.rehearsal
    return [
        {
            "symbol": symbol,
            "name": by_symbol[symbol].name,
            "class": by_symbol[symbol].asset_class.value,
            "group": by_symbol[symbol].asset_class.group.value,
            "weight": choice.weights[symbol],
            "amount": str(amount),
            "risk_share": choice.risk_shares[symbol],
            "expense_ratio": by_symbol[symbol].expense_ratio,
            "income_note": by_symbol[symbol].income_note,
            "price": str(round(Decimal(last[symbol]), 4))
            if traded or (symbol.isalpha() and symbol != "CASH")
            else None,
        }
        for symbol, amount in zip(order, amounts, strict=True)
    ]


def _split(total: Decimal, weights: list[float], digits: int) -> list[Decimal]:
    """`total` in parts by weight, to the smallest unit, summing to it: the largest remainders are rounded up."""
    unit = Decimal(1).scaleb(-digits)
    exact = [total * Decimal(str(weight)) for weight in weights]
    parts = [value.quantize(unit, ROUND_FLOOR) for value in exact]
    missing = int((total - sum(parts)) / unit)
    for i in sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])[:missing]:
        parts[i] += unit
    return parts


def first_purchase(answers: Answers) -> Decimal:
    """What is bought first: the amount now, else the first month's saving."""
    return answers.initial_amount or answers.monthly_amount


def stake_of(answers: Answers) -> tuple[Decimal, bool]:
    """The money that a bad year is said of: the amount now, else a year's savings; and whether it is the latter."""
    return (answers.initial_amount, False) if answers.initial_amount else (answers.monthly_amount * 12, True)


def bad_year(choice: Choice, past: MixHistory, stake: Decimal) -> Json:
    """The worse of the estimated average of the worst 1 in 20 years and the worst twelve months on record, in money."""
    worst = past.worst_year
    loss = max(choice.cvar, -worst.result if worst else 0.0)
    return {
        "fraction": loss,
        "amount": loss * float(stake),
        "stake": str(stake),
        "basis": "estimate" if loss == choice.cvar else "history",
        "from": worst.start.isoformat() if worst else None,
        "to": worst.end.isoformat() if worst else None,
    }
