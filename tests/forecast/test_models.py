"""The two baselines: what their medians, spreads and dates are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import Series
from advisor.forecast import moving_average, naive

MakeSeries = Callable[..., Series]


@pytest.fixture(scope="module")
def walk(make_series: MakeSeries) -> Series:
    return make_series(0.01 * np.random.default_rng(1).standard_t(6, 1500))


def test_the_random_walk_says_as_today_for_every_day(walk: Series) -> None:
    result = naive(walk, 20)
    assert result.median == (float(walk.levels[-1]),) * 20
    assert (result.model, result.drift, result.window) == ("naive", 0.0, None)


@given(days=st.integers(1, 60))
def test_quantiles_are_ordered_and_the_spread_grows(walk: Series, days: int) -> None:
    for result in (naive(walk, days), moving_average(walk, days)):
        ordered = np.array([result.quantiles[key] for key in ("0.025", "0.1", "0.25", "0.5", "0.75", "0.9", "0.975")])
        assert np.all(np.diff(ordered, axis=0) > 0)
        assert np.all(np.diff(result.sigma) > 0)
        assert len(result.dates) == len(result.median) == len(result.sigma) == days
        assert np.all(np.isfinite(ordered))
        assert np.all(ordered > 0)


def test_the_moving_average_goes_on_with_the_mean_of_the_window(make_series: MakeSeries) -> None:
    returns = 0.01 * np.random.default_rng(2).standard_normal(600)
    returns[-60:] += 0.004 - returns[-60:].mean()
    series = make_series(returns)
    result = moving_average(series, 10, window=60)
    assert result.drift == pytest.approx(0.004)
    assert result.median[-1] == pytest.approx(series.levels[-1] * np.exp(0.04))
    assert result.sigma[-1] > naive(series, 10).sigma[-1]  # the error of the mean belongs to the spread


def test_dates_are_the_next_business_days(make_series: MakeSeries) -> None:
    series = make_series(0.01 * np.random.default_rng(3).standard_normal(300), start="2020-01-03")
    dates = naive(series, 60).dates
    assert dates[0] > series.dates[-1].item()
    assert all(day.weekday() < 5 for day in dates)
    assert all((later - earlier).days in (1, 3) for earlier, later in pairwise(dates))


def test_a_series_that_ends_on_a_weekend_goes_on_with_monday(make_series: MakeSeries) -> None:
    series = make_series(0.01 * np.random.default_rng(3).standard_normal(300))
    saturday = series.dates.copy()
    saturday[-1] = np.datetime64("2006-03-04")
    assert naive(replace(series, dates=saturday), 1).dates[0].isoformat() == "2006-03-06"


def test_a_calm_spell_narrows_and_a_storm_widens_the_near_future(make_series: MakeSeries) -> None:
    noise = np.random.default_rng(4).standard_normal(1000)
    calm, storm = np.full(1000, 0.01), np.full(1000, 0.01)
    calm[-60:], storm[-60:] = 0.003, 0.03
    assert naive(make_series(noise * calm), 5).sigma[-1] < 0.6 * naive(make_series(noise * storm), 5).sigma[-1]


def test_equal_series_give_equal_forecasts(walk: Series) -> None:
    assert naive(walk, 30) == naive(replace(walk), 30)


@pytest.mark.parametrize("days", [0, 61, -3])
def test_days_outside_the_reach_are_refused(walk: Series, days: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        naive(walk, days)
    assert caught.value.field == "days"


@pytest.mark.parametrize("window", [0, 1, 5000])
def test_a_window_without_returns_is_refused(walk: Series, window: int) -> None:
    with pytest.raises(InvalidInput):
        moving_average(walk, 5, window=window)


def _broken(series: Series, reason: str) -> Series:
    levels, dates = series.levels.copy(), series.dates.copy()
    if reason == "short":
        return replace(series, levels=levels[:250], dates=dates[:250])
    if reason == "invalid":
        levels[7] = np.nan
    elif reason == "jump":
        levels[700:] *= 10
    elif reason == "constant":
        levels[-200:] = levels[-200]
    elif reason == "gaps":
        dates[-50:] = dates[-50:] + np.timedelta64(30, "D")
    return replace(series, levels=levels, dates=dates)


@pytest.mark.parametrize("reason", ["short", "invalid", "jump", "constant", "gaps"])
def test_an_unfit_series_is_refused_with_its_reason(walk: Series, reason: str) -> None:
    with pytest.raises(NotEnoughHistory) as caught:
        naive(_broken(walk, reason), 5)
    assert caught.value.details["reason"] == reason
    assert "SIM" in caught.value.message
