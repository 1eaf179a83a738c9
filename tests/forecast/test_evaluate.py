"""Rolling-origin evaluation: measured by hand, split by date, without a look ahead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import Provenance, Series
from advisor.forecast import evaluate, naive

MakeSeries = Callable[..., Series]

FUNDS = Path(__file__).parents[3] / "shared" / "data" / "etf" / "us_etf_ohlcv_daily.csv.gz"


@pytest.fixture(scope="module")
def walk(make_series: MakeSeries) -> Series:
    return make_series(0.01 * np.random.default_rng(5).standard_normal(1000))


def test_figures_equal_a_plain_loop_over_origins(walk: Series) -> None:
    returns, horizon, window = np.diff(np.log(walk.levels)), 5, 20
    errors, walks = [], []
    for origin in range(800, 1000 - horizon):
        outcome = returns[origin + 1 : origin + 1 + horizon].sum()
        drift = returns[origin - window + 1 : origin + 1].mean()
        errors.append(outcome - horizon * drift)
        walks.append(outcome)
    result = evaluate(walk, horizon, "moving_average", window)
    assert result.origins == len(errors)
    assert result.rmse == pytest.approx(np.sqrt(np.mean(np.square(errors))))
    assert result.mae == pytest.approx(np.mean(np.abs(errors)))
    assert result.skill == pytest.approx(1 - np.sqrt(np.mean(np.square(errors)) / np.mean(np.square(walks))))


def test_the_random_walk_has_no_skill_over_itself(walk: Series) -> None:
    assert evaluate(walk, 20).skill == 0


def test_validation_outcomes_end_before_the_test_begins(walk: Series) -> None:
    for horizon in (1, 5, 20):
        before, after = evaluate(walk, horizon, part="validation"), evaluate(walk, horizon, part="test")
        dates = [day.item() for day in walk.dates]
        assert dates.index(before.last) + horizon <= dates.index(after.first)


def test_figures_of_validation_do_not_change_when_later_prices_do(walk: Series) -> None:
    levels = walk.levels.copy()
    levels[805:] *= np.linspace(1, 2, levels[805:].size)
    changed = replace(walk, levels=levels)
    assert evaluate(changed, 5, part="validation") == evaluate(walk, 5, part="validation")
    assert evaluate(changed, 5) != evaluate(walk, 5)


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_intervals_hold_what_they_say_on_fat_tailed_walks(make_series: MakeSeries, horizon: int) -> None:
    results = [
        evaluate(make_series(0.01 * np.random.default_rng(seed).standard_t(5, 2000)), horizon) for seed in range(30)
    ]
    assert np.mean([item.coverage_80 for item in results]) == pytest.approx(0.80, abs=0.03)
    assert np.mean([item.coverage_95 for item in results]) == pytest.approx(0.95, abs=0.02)


def test_too_few_origins_are_refused(make_series: MakeSeries) -> None:
    series = make_series(0.01 * np.random.default_rng(6).standard_normal(260))
    assert naive(series, 60).median  # a forecast can be made
    with pytest.raises(NotEnoughHistory):  # but not judged
        evaluate(series, 60)


@pytest.mark.skipif(not FUNDS.exists(), reason="the shared market data is not beside the repository")
@pytest.mark.parametrize("horizon", [1, 5])
def test_intervals_hold_what_they_say_on_real_funds(horizon: int) -> None:
    import pandas as pd

    results = []
    for symbol, rows in pd.read_csv(FUNDS, parse_dates=["date"]).groupby("ticker"):
        if symbol == "BIL":  # a bill fund hardly moves: refused, as another test shows
            continue
        days = rows["date"].to_numpy().astype("datetime64[D]")
        source = Provenance("shared", "Shared", date(1993, 1, 29), date(2014, 12, 31), rehearsal=True)
        series = Series(str(symbol), str(symbol), "USD", days, rows["adj_close"].to_numpy().copy(), True, source)
        results.append(evaluate(series, horizon))
    assert np.average([r.coverage_80 for r in results], weights=[r.origins for r in results]) == pytest.approx(
        0.8, abs=0.03
    )
    assert np.average([r.coverage_95 for r in results], weights=[r.origins for r in results]) == pytest.approx(
        0.95, abs=0.03
    )
