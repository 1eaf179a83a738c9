from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis.assumptions import (
    equal_weights,
    forward_mean,
    prior_weights,
    projection_means,
    sixty_forty,
)
from advisor.domain.errors import InvalidInput
from advisor.domain.market import AssetClass, AssetGroup
from tests.market_fixtures import RATES

NARROW = (
    AssetClass.US_EQUITY,
    AssetClass.DEVELOPED_EQUITY,
    AssetClass.EMERGING_EQUITY,
    AssetClass.TREASURY_SHORT,
    AssetClass.TREASURY_MEDIUM,
    AssetClass.TREASURY_LONG,
    AssetClass.CASH,
)


@given(st.lists(st.sampled_from(list(AssetClass)), min_size=1, max_size=20))
def test_priors_sum_to_one_and_one_class_counts_once(classes: list[AssetClass]) -> None:
    weights = prior_weights(classes)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights > 0).all()
    single = dict(zip(sorted(set(classes)), prior_weights(sorted(set(classes))), strict=True))
    for item in set(classes):
        assert weights[[other is item for other in classes]].sum() == pytest.approx(single[item])


def test_the_narrow_universe_has_its_own_table() -> None:
    assert prior_weights(NARROW)[0] == pytest.approx(32 / 98)
    assert prior_weights((*NARROW, AssetClass.GOLD))[0] == pytest.approx(31 / (31 + 14 + 5 + 6 + 9 + 4 + 5 + 4))


def test_points_of_the_instruments_come_before_the_tables_when_all_have_some() -> None:
    assert prior_weights(NARROW[:2], [3.0, 1.0]) == pytest.approx([0.75, 0.25])
    assert prior_weights(NARROW[:2], [3.0, None]) == pytest.approx(prior_weights(NARROW[:2]))
    assert sixty_forty((NARROW[0], NARROW[1], NARROW[3]), np.array([0.6, 0.2, 0.2])) == pytest.approx([0.45, 0.15, 0.4])


@pytest.mark.parametrize("points", [[1.0], [1.0, 0.0], [1.0, -2.0], [1.0, float("nan")], [1.0, float("inf")]])
def test_points_that_are_no_positive_numbers_for_each_are_refused(points: list[float]) -> None:
    with pytest.raises(InvalidInput):
        prior_weights(NARROW[:2], points)


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=12), st.floats(0.01, 50))
def test_the_scale_of_points_does_not_matter(points: list[float], scale: float) -> None:
    classes = [AssetClass.CREDIT] * len(points)
    assert prior_weights(classes, [scale * item for item in points]) == pytest.approx(prior_weights(classes, points))


def test_a_60_40_mix_holds_60_percent_equities_by_prior_shares() -> None:
    weights = sixty_forty(NARROW)
    equity = np.array([item.group is AssetGroup.EQUITY for item in NARROW])
    assert weights[equity].sum() == pytest.approx(0.6)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[0] / weights[1] == pytest.approx(32 / 18)
    assert weights[-1] == 0.0
    with pytest.raises(InvalidInput):
        sixty_forty((AssetClass.US_EQUITY, AssetClass.CASH))


def test_yardsticks_need_a_universe() -> None:
    assert equal_weights(4).tolist() == [0.25] * 4
    with pytest.raises(InvalidInput):
        equal_weights(0)
    with pytest.raises(InvalidInput):
        prior_weights(())


def test_forward_means_follow_todays_rates() -> None:
    assert forward_mean(AssetClass.CASH, RATES) == pytest.approx(0.01)
    assert forward_mean(AssetClass.TREASURY_SHORT, RATES) == pytest.approx(0.013)
    assert forward_mean(AssetClass.TREASURY_LONG, RATES) == pytest.approx(0.025)
    assert forward_mean(AssetClass.US_EQUITY, RATES) == pytest.approx(0.065)
    assert forward_mean(AssetClass.GOLD, RATES) == pytest.approx(0.01)
    assert forward_mean(AssetClass.REAL_ESTATE, RATES) == pytest.approx(0.055)
    assert forward_mean(AssetClass.WORLD_EQUITY, RATES) == forward_mean(AssetClass.HOME_MID_EQUITY, RATES)
    assert forward_mean(AssetClass.SILVER, RATES) == forward_mean(AssetClass.GOLD, RATES)
    middle = forward_mean(AssetClass.AGGREGATE_BOND, RATES)
    assert forward_mean(AssetClass.TREASURY_MEDIUM, RATES) < middle < forward_mean(AssetClass.CREDIT, RATES)
    assert forward_mean(AssetClass.CREDIT, RATES) == pytest.approx(0.01 + 0.85 * 0.015 + 0.005)


@given(st.floats(-0.01, 0.15), st.floats(-0.01, 0.15))
def test_a_rise_of_all_rates_lifts_every_mean_as_much(bill: float, rise: float) -> None:
    low = replace(RATES, bill=bill, ten_year=bill + 0.01)
    high = replace(RATES, bill=bill + rise, ten_year=bill + 0.01 + rise)
    classes = tuple(AssetClass)
    assert projection_means(classes, high) - projection_means(classes, low) == pytest.approx(rise)


def test_the_projection_mean_of_60_40_is_the_ten_year_yield_and_four_percent_of_the_equities() -> None:
    classes = (AssetClass.US_EQUITY, AssetClass.TREASURY_MEDIUM, AssetClass.CASH)
    assert np.array([0.6, 0.4, 0.0]) @ projection_means(classes, RATES) == pytest.approx(0.025 + 0.6 * 0.04)
    assert np.array([0.0, 0.0, 1.0]) @ projection_means(classes, RATES) == pytest.approx(RATES.bill)
