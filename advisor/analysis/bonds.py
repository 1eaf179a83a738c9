"""Bonds with fixed payments, on a coupon day: price, yield, duration, convexity. Rates are fractions per year, times in years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats

_LOWEST, _HIGHEST = -0.9, 10.0  # yields between which a root is looked for


@dataclass(frozen=True)
class CashFlows:
    """Payments `amounts` (m,) at `times` (m,) from now, `frequency` of them a year."""

    times: Floats
    amounts: Floats
    frequency: int


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """`price`, `macaulay` and `modified` duration in years, `convexity` in years squared.

    To second order the price changes by -modified dy + convexity dy^2 / 2, a fraction.
    """

    price: float
    macaulay: float
    modified: float
    convexity: float


def level_coupons(coupon: float, years: float, frequency: int = 2, face: float = 1.0) -> CashFlows:
    """The payments of a bond that pays `coupon` (a fraction of `face` per year) in equal parts, and `face` at the end.

    Raises:
        InvalidInput: if the term is no whole number of coupon periods, or a figure is out of range.
    """
    count = round(years * frequency) if frequency >= 1 and np.isfinite(years) else 0
    if count < 1 or abs(count - years * frequency) > 1e-9 or not (np.isfinite(coupon) and coupon >= 0.0 and face > 0.0):
        raise InvalidInput("A bond runs for whole coupon periods and pays no negative coupon.", field="years")
    amounts = np.full(count, coupon / frequency * face)
    amounts[-1] += face
    return CashFlows(np.arange(1, count + 1) / frequency, amounts, frequency)


def value_on_curve(flows: CashFlows, zero_rates: Floats) -> float:
    """Value of the payments at zero rates (m,), one per payment, continuously compounded.

    Raises:
        InvalidInput: if there is not one finite rate per payment.
    """
    return float(flows.amounts @ _discounts(flows, zero_rates))


def par_coupon(flows: CashFlows, zero_rates: Floats) -> float:
    """The coupon per year (fraction of the face) at which a bond of these payment times is worth its face on the curve.

    Raises:
        InvalidInput: as `value_on_curve`.
    """
    discounts = _discounts(flows, zero_rates)
    return float((1.0 - discounts[-1]) * flows.frequency / discounts.sum())


def price_at(flows: CashFlows, rate: float) -> float:
    """Price at a yield compounded as often as coupons are paid.

    Raises:
        InvalidInput: if the yield leaves no discount factor.
    """
    return sensitivity(flows, rate).price


def yield_of(flows: CashFlows, price: float) -> float:
    """The yield to maturity, compounded as often as coupons are paid, by root finding.

    Raises:
        InvalidInput: for a price at which no yield between -90 % and 1000 % is found: it is then unknown, never 0.
    """
    if not (np.isfinite(price) and price_at(flows, _HIGHEST) < price < price_at(flows, _LOWEST)):
        raise InvalidInput("There is no yield at this price.", field="price")
    return float(brentq(lambda rate: price_at(flows, rate) - price, _LOWEST, _HIGHEST, xtol=1e-14, rtol=1e-14))


def continuous(rate: float, frequency: int) -> float:
    """A rate compounded `frequency` times a year as one that is compounded continuously."""
    return frequency * float(np.log1p(rate / frequency))


def sensitivity(flows: CashFlows, rate: float) -> Sensitivity:
    """Price, durations and convexity at a yield compounded as often as coupons are paid (Macaulay 1938; Hull, chapter 4).

    Raises:
        InvalidInput: if the yield leaves no discount factor.
    """
    step = 1.0 + rate / flows.frequency
    if not (np.isfinite(step) and step > 0.0):
        raise InvalidInput("A yield must be above -100 % per coupon period.", field="rate")
    present = flows.amounts / step ** (flows.times * flows.frequency)
    price = float(present.sum())
    macaulay = float(present @ flows.times) / price
    convexity = float(present @ (flows.times * (flows.times + 1.0 / flows.frequency))) / price / step**2
    return Sensitivity(price, macaulay, macaulay / step, convexity)


def _discounts(flows: CashFlows, zero_rates: Floats) -> Floats:
    if zero_rates.shape != flows.times.shape or not np.all(np.isfinite(zero_rates)):
        raise InvalidInput("A curve needs one rate per payment.", field="zero_rates")
    discounts: Floats = np.exp(-zero_rates * flows.times)
    return discounts
