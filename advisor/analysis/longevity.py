"""How long people live: Gompertz's law, and the age to which living from savings is planned."""

from __future__ import annotations

import math

from scipy.special import exp1

from advisor.domain.errors import InvalidInput

# Hazard of death at age x: exp((x - MODAL_AGE) / DISPERSION) / DISPERSION, one law for all, since nobody is asked for a gender.
# Parameters of Milevsky and Salisbury (2015, "Optimal retirement income tontines", Insurance: Mathematics and Economics 64), under
# which 5 % of people aged 65 live to 100: nearer to people who buy annuities, who live long, than to a whole population. Careful.
MODAL_AGE = 88.721
DISPERSION = 10.0

OUTLIVED_BY = 0.10
"""Savings are planned to an age that one in ten of those alive reach: planning to the average would fail every second person."""

USUAL_START_AGE = 65.0
"""The age at the first payment where it is not known."""

_OLDEST = 120.0


def survival(age: float, years: float) -> float:
    """Chance (fraction) that somebody of this age lives `years` more: exp(e^((x - m)/b) (1 - e^(t/b))).

    Raises:
        InvalidInput: for an age outside 0..120 or a negative time.
    """
    _check(age)
    if not 0.0 <= years < math.inf:
        raise InvalidInput("A time must not be negative.", field="horizon")
    return math.exp(-_strain(age) * math.expm1(min(years, 2.0 * _OLDEST) / DISPERSION))


def years_reached_by(age: float, share: float = OUTLIVED_BY) -> float:
    """Years that this share of people of an age still live: the inverse of `survival`.

    Raises:
        InvalidInput: for an age outside 0..120, or a share outside (0, 1].
    """
    _check(age)
    if not 0.0 < share <= 1.0:
        raise InvalidInput("A share of people lies between 0 and 1.", field="share")
    return DISPERSION * math.log1p(-math.log(share) / _strain(age))


def life_expectancy(age: float) -> float:
    """Mean years left at an age: b e^h E1(h) with h = e^((x - m)/b) (Gompertz's law integrated in closed form).

    Raises:
        InvalidInput: for an age outside 0..120.
    """
    _check(age)
    strain = _strain(age)
    return float(DISPERSION * math.exp(strain) * exp1(strain))


def _strain(age: float) -> float:
    return math.exp((age - MODAL_AGE) / DISPERSION)


def _check(age: float) -> None:
    if not 0.0 <= age <= _OLDEST:
        raise InvalidInput("An age lies between 0 and 120 years.", field="horizon")
