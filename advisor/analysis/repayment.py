"""A cushion, then the debt, then investing: month by month, in exact money, and what that order saves."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from advisor.domain.errors import InvalidInput

STARTER_BUFFER_MONTHS = Decimal(1)
"""Months of spending set aside before anything else, so that the first surprise is not paid for with new debt."""

_MOST_MONTHS = 600
_MONTHS_PER_YEAR = 12


@dataclass(frozen=True, slots=True)
class Situation:
    """Money in one currency: what there is `now`, what is free each month, what is `owed`.

    `rate` is the debt's per year, nominal, charged monthly. `buffer` is what is set aside already, `wanted_buffer` what should be.
    `unit` is the currency's smallest unit.
    """

    now: Decimal
    monthly: Decimal
    owed: Decimal
    rate: Decimal
    buffer: Decimal = Decimal(0)
    wanted_buffer: Decimal = Decimal(0)
    unit: Decimal = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Month:
    """One month: what went into the buffer, to the debt and into investing, the interest charged, and what stands at its end."""

    month: int
    to_buffer: Decimal
    to_debt: Decimal
    invested: Decimal
    interest: Decimal
    buffer: Decimal
    owed: Decimal


@dataclass(frozen=True, slots=True)
class Schedule:
    """The order of things. Month 0 is what is there now; each later one ends with that month's money.

    `invests_from` is the month in which something is first invested, `debt_free` the one in which nothing is owed any more, both
    None if that takes more than 50 years; then `least_monthly` is what a month must exceed for the debt to fall at all.
    `interest` is what the debt costs until then. `interest_if_left` is what it costs over the same months (a year at least) if the
    money goes into investing instead and the debt is left to grow; `saved` is the difference. `forgone` is what investing first
    would be expected to have earned on that money by then: likely, not certain.
    """

    months: tuple[Month, ...]
    invests_from: int | None
    debt_free: int | None
    interest: Decimal
    interest_if_left: Decimal
    saved: Decimal
    forgone: Decimal
    least_monthly: Decimal


def schedule(situation: Situation, plan_return: Decimal = Decimal(0)) -> Schedule:
    """First the buffer, then the debt, then investing, with all the money that is free; interest is rounded to the unit each month.

    `plan_return` (a fraction per year, effective) is what investing would be expected to earn.

    Raises:
        InvalidInput: for amounts or a rate below zero or not finite; `field` names the slot.
    """
    _check(situation)
    months = [_paid(0, situation.now, situation, buffer=situation.buffer, owed=situation.owed)]
    while months[-1].invested == 0 and months[-1].month < _MOST_MONTHS:
        last = months[-1]
        interest = _rounded(last.owed * situation.rate / _MONTHS_PER_YEAR, situation.unit)
        if _hopeless(last, interest, situation):
            break
        owed = last.owed + interest
        months.append(
            _paid(last.month + 1, situation.monthly, situation, buffer=last.buffer, owed=owed, interest=interest)
        )
    invests = months[-1].month if months[-1].invested > 0 else None
    free = next((item.month for item in months if item.owed == 0), None)
    until = months[: (free if free is not None else months[-1].month) + 1]
    interest = sum((item.interest for item in until), Decimal(0))
    compared = max(until[-1].month, _MONTHS_PER_YEAR)
    left = _interest_if_left(situation, compared)
    return Schedule(
        months=tuple(months),
        invests_from=invests,
        debt_free=free,
        interest=interest,
        interest_if_left=left,
        saved=left - interest,
        forgone=_forgone(until, compared, plan_return, situation.unit),
        least_monthly=_rounded(situation.owed * situation.rate / _MONTHS_PER_YEAR, situation.unit),
    )


def _paid(
    month: int, free: Decimal, situation: Situation, *, buffer: Decimal, owed: Decimal, interest: Decimal = Decimal(0)
) -> Month:
    """A month's free money in its order."""
    to_buffer = min(free, max(Decimal(0), situation.wanted_buffer - buffer))
    to_debt = min(free - to_buffer, owed)
    invested = free - to_buffer - to_debt
    return Month(month, to_buffer, to_debt, invested, interest, buffer + to_buffer, owed - to_debt)


def _hopeless(last: Month, interest: Decimal, situation: Situation) -> bool:
    """Nothing comes in, or with the buffer full the month's money does not even pay the interest."""
    full = last.buffer >= situation.wanted_buffer
    return situation.monthly == 0 or (full and last.owed > 0 and situation.monthly <= interest)


def _interest_if_left(situation: Situation, months: int) -> Decimal:
    """Interest charged over `months` on a debt that nothing is paid on."""
    owed = situation.owed
    for _ in range(months):
        owed += _rounded(owed * situation.rate / _MONTHS_PER_YEAR, situation.unit)
    return owed - situation.owed


def _forgone(months: list[Month], last: int, plan_return: Decimal, unit: Decimal) -> Decimal:
    """What the money that went to the debt would be expected to have earned by month `last`."""
    with localcontext() as context:
        context.prec = 28
        monthly = (1 + plan_return) ** (Decimal(1) / _MONTHS_PER_YEAR)
        earned = sum((item.to_debt * (monthly ** (last - item.month) - 1) for item in months), Decimal(0))
    return _rounded(earned, unit)


def _rounded(amount: Decimal, unit: Decimal) -> Decimal:
    return amount.quantize(unit, ROUND_HALF_EVEN)


def _check(situation: Situation) -> None:
    amounts = (
        ("initial_amount", situation.now),
        ("monthly_amount", situation.monthly),
        ("debt", situation.owed),
        ("debt", situation.rate),
        ("emergency_fund", situation.buffer),
        ("emergency_fund", situation.wanted_buffer),
    )
    for slot, amount in amounts:
        if not amount.is_finite() or amount < 0:
            raise InvalidInput("This must be an amount that is not below zero.", field=slot)
