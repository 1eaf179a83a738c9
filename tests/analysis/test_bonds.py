from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis.bonds import (
    continuous,
    level_coupons,
    par_coupon,
    price_at,
    sensitivity,
    value_on_curve,
    yield_of,
)
from advisor.domain.errors import InvalidInput
from tests.published import published

PAPER = published("hull_bonds")
CURVE = np.array([0.050, 0.058, 0.064, 0.068])


def test_hulls_two_year_bond_on_the_zero_curve_has_its_published_price_yield_and_par_yield() -> None:
    price, yearly, par = PAPER["2y6_zero"]
    bond = level_coupons(0.06, 2, face=100.0)
    assert value_on_curve(bond, CURVE) == pytest.approx(price, rel=1e-12)
    assert continuous(yield_of(bond, value_on_curve(bond, CURVE)), 2) == pytest.approx(yearly, abs=1e-11)
    assert 100.0 * par_coupon(bond, CURVE) == pytest.approx(par, abs=1e-9)


def test_the_three_year_bond_has_its_published_price_durations_and_convexity() -> None:
    found = sensitivity(level_coupons(0.10, 3, face=100.0), 0.12)
    figures = (found.price, found.macaulay, found.modified, found.convexity)
    assert figures == pytest.approx(PAPER["3y10_sa12_quantlib_price_macD_modD_conv"], rel=1e-12)


@given(st.floats(0.0, 0.15), st.integers(1, 30), st.sampled_from([1, 2, 4]), st.floats(-0.05, 0.5))
def test_the_yield_of_a_price_is_the_yield_it_was_priced_at(coupon: float, years: int, often: int, rate: float) -> None:
    bond = level_coupons(coupon, years, often)
    assert yield_of(bond, price_at(bond, rate)) == pytest.approx(rate, abs=1e-10)


@given(st.floats(0.0, 0.15), st.integers(1, 30), st.floats(-0.02, 0.2))
def test_duration_and_convexity_are_the_derivatives_of_the_price(coupon: float, years: int, rate: float) -> None:
    bond, step = level_coupons(coupon, years), 1e-4
    up, at, down = (price_at(bond, rate + move) for move in (step, 0.0, -step))
    found = sensitivity(bond, rate)
    assert found.modified == pytest.approx(-(up - down) / (2 * step) / at, rel=1e-4)
    assert found.convexity == pytest.approx((up - 2 * at + down) / step**2 / at, rel=1e-3)


def test_a_par_bond_costs_its_face_and_a_zero_lasts_as_long_as_it_runs() -> None:
    assert price_at(level_coupons(0.04, 10), 0.04) == pytest.approx(1.0, abs=1e-14)
    assert sensitivity(level_coupons(0.0, 7), 0.05).macaulay == pytest.approx(7.0)


def test_figures_that_make_no_bond_and_prices_without_a_yield_are_refused() -> None:
    for coupon, years in ((-0.01, 2.0), (0.05, 0.0), (0.05, 2.3), (float("nan"), 2.0)):
        with pytest.raises(InvalidInput):
            level_coupons(coupon, years)
    bond = level_coupons(0.05, 2)
    for price in (0.0, -1.0, float("nan"), 1e9):
        with pytest.raises(InvalidInput):
            yield_of(bond, price)
    with pytest.raises(InvalidInput):
        price_at(bond, -2.0)
    with pytest.raises(InvalidInput):
        value_on_curve(bond, CURVE[:2])
