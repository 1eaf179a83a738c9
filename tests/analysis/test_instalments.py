from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.analysis.futures import Market
from advisor.analysis.instalments import instalments
from advisor.domain.errors import InvalidInput

PAST = np.random.default_rng(11).standard_t(5, 300) * 0.03
MARKET = Market(PAST, 0.06, 0.02)
STILL = Market(np.zeros(60), 0.05, 0.02, mean_uncertainty=0.0)
ASK = {"seed": 4, "paths": 2000}


def test_where_nothing_moves_the_parts_are_an_annuity_and_cost_half_the_premium() -> None:
    month = (1 + 0.05 / 12) / 1.02 ** (1 / 12)
    found = instalments(STILL, 1200.0, 12, seed=1, paths=4)
    assert found.at_once["p50"] == pytest.approx(1200 * month**12, rel=1e-4)
    assert found.in_parts["p50"] == pytest.approx(sum(100 * month**k for k in range(1, 13)), rel=1e-4)
    assert found.chance_higher == 0.0
    assert found.mean_cost == pytest.approx(found.at_once["p50"] - found.in_parts["p50"], rel=1e-3)


def test_cash_that_earns_as_much_as_the_mix_makes_no_difference() -> None:
    found = instalments(STILL, 1000.0, 24, waiting=(1 + 0.05 / 12) ** 12 / 1.02 - 1, seed=1, paths=4)
    assert found.in_parts["p50"] == pytest.approx(found.at_once["p50"], rel=1e-5)


def test_parts_end_lower_in_most_futures_and_higher_in_the_bad_ones() -> None:
    found = instalments(MARKET, 10_000.0, 12, **ASK)
    assert 0.2 < found.chance_higher < 0.5
    assert found.mean_cost > 0
    assert found.saved_when_bad > 0
    assert found.deepest_in_parts > found.deepest_at_once
    spread = {name: way["p95"] - way["p5"] for name, way in (("once", found.at_once), ("parts", found.in_parts))}
    assert spread["parts"] < spread["once"]
    longer = instalments(MARKET, 10_000.0, 24, **ASK)
    assert longer.mean_cost > found.mean_cost


def test_a_bear_market_in_store_makes_parts_the_better_way() -> None:
    assert instalments(replace(MARKET, means=-0.10), 1000.0, 12, **ASK).chance_higher > 0.6


@settings(deadline=None, max_examples=20)
@given(st.floats(0.01, 1e9), st.integers(2, 36))
def test_the_amount_scales_everything_and_the_chance_not_at_all(amount: float, months: int) -> None:
    one, many = (instalments(MARKET, size, months, seed=4, paths=200) for size in (1.0, amount))
    assert many.chance_higher == one.chance_higher
    assert many.mean_cost == pytest.approx(amount * one.mean_cost, rel=1e-6)
    assert many.in_parts["p10"] == pytest.approx(amount * one.in_parts["p10"], rel=1e-5)


@pytest.mark.parametrize(
    ("amount", "months", "waiting"), [(0.0, 12, 0.0), (float("nan"), 12, 0.0), (1.0, 1, 0.0), (1.0, 12, -1.0)]
)
def test_what_makes_no_sense_is_refused(amount: float, months: int, waiting: float) -> None:
    with pytest.raises(InvalidInput):
        instalments(MARKET, amount, months, waiting=waiting, seed=1)
