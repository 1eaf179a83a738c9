"""The plan in money: holdings, what a bad year is said of, and costs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal

from advisor.analysis.costs import mix_costs
from advisor.analysis.history import MixHistory, WorstYear
from advisor.domain.investor import Answers
from advisor.domain.money import minor_digits
from advisor.optimizer.choose import Choice
from advisor.services.plan.basis import Basis, Json


def costs_json(choice: Choice, basis: Basis, answers: Answers, stake: Decimal) -> Json:
    """Costs in money. Sums take the amounts paid in, not their growth, so that of the term is a lower bound in today's money."""
    costs = mix_costs(choice.weights, basis.snapshot.instruments)
    names = {item.symbol: item.name for item in basis.snapshot.instruments}
    years = answers.horizon_years
    start, saved = float(answers.initial_amount), float(answers.monthly_amount) * 12
    return {
        "yearly": costs.yearly,
        "yearly_amount": None if costs.yearly is None else costs.yearly * (start + saved / 2),
        "yearly_unknown": [names[symbol] for symbol in costs.yearly_unknown],
        "purchase": costs.purchase,
        "purchase_amount": None if costs.purchase is None else costs.purchase * float(stake),
        "purchase_unknown": [names[symbol] for symbol in costs.purchase_unknown],
        "term_amount": None if costs.yearly is None else costs.yearly * (start * years + saved * years * years / 2),
    }


def holdings_json(choice: Choice, basis: Basis, purchase: Decimal) -> list[Json]:
    """What to hold, largest first, with money that sums to the amount exactly."""
    by_symbol = {item.symbol: item for item in basis.snapshot.instruments}
    order = sorted(choice.weights, key=lambda symbol: (-choice.weights[symbol], symbol))
    amounts = _split(purchase, [choice.weights[symbol] for symbol in order], minor_digits(basis.snapshot.currency))
    last = {symbol: float(basis.snapshot.levels[-1, i]) for i, symbol in enumerate(basis.snapshot.symbols)}
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
            "price": str(round(Decimal(last[symbol]), 4)) if by_symbol[symbol].tradable else None,
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


def worse_loss(cvar: float, worst: WorstYear | None, *, cash_alone: bool) -> float:
    """What a bad year is told to cost (fraction): the worse of the estimate and the worst twelve months on record.

    Of cash alone the record counts: a bill pays back its amount, and what moved its yearly result was the level of interest.
    """
    recorded = max(0.0, -worst.result) if worst else 0.0
    return recorded if cash_alone and worst else max(cvar, recorded)


def bad_year(choice: Choice, past: MixHistory, stake: Decimal, basis: Basis) -> Json:
    """A bad year of the plan in money, what it rests on, and what rising prices would take from as much cash."""
    worst, inflation = past.worst_year, basis.snapshot.rates.inflation
    loss = worse_loss(choice.cvar, worst, cash_alone=is_cash(choice.weights, basis))
    return {
        "fraction": loss,
        "amount": loss * float(stake),
        "stake": str(stake),
        "basis": "history" if worst and loss in (0.0, -worst.result) else "estimate",
        "from": worst.start.isoformat() if worst else None,
        "to": worst.end.isoformat() if worst else None,
        "cash_alone": is_cash(choice.weights, basis),
        "eaten_by_prices": max(0.0, float(stake) * inflation / (1.0 + inflation)),
    }


def is_cash(weights: Mapping[str, float], basis: Basis) -> bool:
    """Whether a mix holds nothing but cash."""
    cash = basis.snapshot.symbols[basis.snapshot.cash_column]
    return all(symbol == cash or weight == 0.0 for symbol, weight in weights.items())
