"""What comes before investing, month by month: the cushion, then the debt, and what that order saves. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal

from advisor.analysis.repayment import STARTER_BUFFER_MONTHS, Schedule, Situation, schedule
from advisor.domain.investor import Answers
from advisor.domain.money import minor_digits
from advisor.services.plan.basis import Json

_MONTHS = 12


def first_steps(answers: Answers, save_first: str | None, plan_return: float, today: date) -> Json | None:
    """The schedule until investing begins; None where nothing comes before it.

    Where an amount was not said, `missing` names the slots that would make a schedule of the rule, and the rule stands alone.
    `plan_return` is what the plan for the time after would be expected to earn.
    """
    if save_first not in ("debt", "buffer"):
        return None
    dear = answers.debt_rate > plan_return
    short = answers.emergency_fund_months < float(STARTER_BUFFER_MONTHS)
    missing = [
        slot
        for slot, needed in (
            ("debt_amount", dear and answers.debt_amount is None),
            ("monthly_spending", short and answers.monthly_spending is None),
        )
        if needed
    ]
    order = [name for name, needed in (("buffer", short), ("debt", dear)) if needed]
    body: Json = {"order": order, "missing": missing, "schedule": None}
    if missing:
        return body
    spending = answers.monthly_spending if short and answers.monthly_spending is not None else Decimal(0)
    unit = Decimal(1).scaleb(-minor_digits(answers.currency))
    found = schedule(
        Situation(
            now=answers.initial_amount,
            monthly=answers.monthly_amount,
            owed=(answers.debt_amount or Decimal(0)) if dear else Decimal(0),
            rate=Decimal(str(answers.debt_rate)),
            buffer=(spending * Decimal(str(answers.emergency_fund_months))).quantize(unit),
            wanted_buffer=spending * STARTER_BUFFER_MONTHS,
            unit=unit,
        ),
        Decimal(str(plan_return)),
    )
    return body | {"schedule": _json(found, today)}


def _json(found: Schedule, today: date) -> Json:
    months = [
        {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(item).items()}
        for item in found.months
    ]
    return {
        "months": months,
        "invests_from": found.invests_from,
        "invests_on": None if found.invests_from is None else month_after(today, found.invests_from),
        "debt_free": found.debt_free,
        "interest": str(found.interest),
        "interest_if_left": str(found.interest_if_left),
        "saved": str(found.saved),
        "forgone": str(found.forgone),
        "least_monthly": str(found.least_monthly),
    }


def month_after(day: date, months: int) -> str:
    """The calendar month so many months later, as \"2031-04\"."""
    total = day.year * _MONTHS + day.month - 1 + months
    return f"{total // _MONTHS:04d}-{total % _MONTHS + 1:02d}"
