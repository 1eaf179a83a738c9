from __future__ import annotations

import numpy as np
import pytest

from advisor.analysis.futures import Market, Stretch, accumulate, brighter_half, whole_months
from advisor.domain.errors import InvalidInput

PAST = np.random.default_rng(11).standard_t(5, 300) * 0.03
MARKET = Market(PAST, 0.06, 0.02, fee=0.002)


def test_a_stretch_is_what_its_payments_become() -> None:
    """Payments one by one, each grown by the quotient of two growths, are the accumulated sums."""
    months = list(range(31))
    drawn = accumulate(MARKET, months, [Stretch(0, 12), Stretch(5, 20, at_beginning=True)], seed=3, paths=50)
    growth = drawn.growth.astype(np.float64)
    at_ends = sum(growth[-1] / growth[month] for month in range(1, 13))
    at_beginnings = sum(growth[-1] / growth[month] for month in range(5, 20))
    assert np.allclose(drawn.sums[0, -1], at_ends, rtol=1e-5)
    assert np.allclose(drawn.sums[1, -1], at_beginnings, rtol=1e-5)
    assert (drawn.sums[1, :6] == 0).all()


def test_fewer_futures_are_the_first_of_all_of_them() -> None:
    whole = accumulate(MARKET, [0, 24], [Stretch(0, 24)], seed=3, paths=400)
    some = accumulate(MARKET, [0, 24], [Stretch(0, 24)], seed=3, paths=400, first=100)
    assert np.array_equal(some.growth, whole.growth[:, :100])
    assert np.array_equal(some.sums, whole.sums[:, :, :100])


def test_the_brighter_half_has_the_higher_draws() -> None:
    shifts = np.array([0.3, -1.0, 0.0, 2.0, 0.0], np.float32)
    assert brighter_half(shifts).tolist() == [True, False, False, True, True]


@pytest.mark.parametrize("years", [0.0, -1.0, 101.0, float("nan")])
def test_a_horizon_must_be_a_time(years: float) -> None:
    with pytest.raises(InvalidInput):
        whole_months(years)
    assert whole_months(0.01) == 1
