"""Canaries: noise must not win, a planted trend must."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import Series
from advisor.forecast import compare
from advisor.forecast.compare import clark_west

MakeSeries = Callable[..., Series]


@pytest.mark.parametrize("horizon", [1, 20])
def test_random_walks_seldom_lose_to_the_moving_average(make_series: MakeSeries, horizon: int) -> None:
    wins = 0
    for seed in range(200):
        noise = np.random.default_rng(seed).standard_t(5, 800)
        wins += compare(make_series(0.01 * noise), horizon).best == "moving_average"
    assert wins <= 18


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_a_strong_trend_is_found(make_series: MakeSeries, horizon: int) -> None:
    found = 0
    for seed in range(20):
        noise = np.random.default_rng(seed).standard_normal(1500)
        result = compare(make_series(0.01 * noise + 0.004), horizon)
        found += result.best == "moving_average"
        if result.best == "moving_average":
            assert result.window in (20, 60, 120)
            assert result.statement_key == "forecast.moving_average_wins"
    assert found >= 19


def test_a_walk_is_served_with_the_sentence_that_nothing_beats_it(make_series: MakeSeries) -> None:
    result = compare(make_series(0.01 * np.random.default_rng(7).standard_normal(1200), symbol="ABC"), 20)
    assert (result.best, result.window) == ("naive", None)
    assert result.statement_key == "forecast.nothing_beats_naive"
    assert [row.model for row in result.table] == ["naive", "moving_average"]
    assert result.values["symbol"] == "ABC"
    assert result.values["days"] == 20


def test_both_models_are_judged_on_the_same_origins(make_series: MakeSeries) -> None:
    walk, average = compare(make_series(0.01 * np.random.default_rng(8).standard_normal(900)), 5).table
    assert (walk.first, walk.last, walk.origins) == (average.first, average.last, average.origins)


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_clark_west_rejects_noise_at_about_its_level(horizon: int) -> None:
    rejected = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        returns = rng.standard_normal(700)
        levels = np.concatenate(([0.0], np.cumsum(returns)))
        at = np.arange(60, 700 - horizon)
        predicted = horizon * (levels[at + 1] - levels[at - 59]) / 60
        rejected += clark_west(levels[at + 1 + horizon] - levels[at + 1], predicted, horizon) < 0.05
    assert rejected <= 32  # 8 %: 5 % and three standard errors of 400 draws


def test_clark_west_cannot_reject_for_a_model_that_says_nothing() -> None:
    assert clark_west(np.ones(50), np.zeros(50), 1) == 1.0


def test_what_cannot_be_judged_is_refused(make_series: MakeSeries) -> None:
    series = make_series(0.01 * np.random.default_rng(9).standard_normal(300))
    with pytest.raises(NotEnoughHistory):
        compare(series, 60)
    with pytest.raises(InvalidInput):
        compare(series, 0)
