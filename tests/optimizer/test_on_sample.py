"""The numbers of the advice on the embedded sample of real prices, near those the defaults were chosen by."""

from __future__ import annotations

import asyncio
from datetime import date

import numpy as np
import pytest

from advisor.analysis.assumptions import equal_weights, sixty_forty
from advisor.analysis.history import MixHistory, mix_history
from advisor.analysis.risk import drawdown, normal_cvar
from advisor.domain.market import Floats, MarketSnapshot
from advisor.optimizer.constraints import default_constraints
from advisor.optimizer.frontier import Frontier
from advisor.optimizer.moments import Moments, estimate
from advisor.optimizer.solve import solve

sample = pytest.importorskip("advisor.adapters.market.sample.market", reason="the embedded sample is not in this tree")


@pytest.fixture(scope="module")
def snapshot() -> MarketSnapshot:
    found: MarketSnapshot = asyncio.run(sample.SampleMarket().snapshot("USD", date(2016, 7, 1)))
    return found


@pytest.fixture(scope="module")
def moments(snapshot: MarketSnapshot) -> Moments:
    return estimate(snapshot)


@pytest.fixture(scope="module")
def frontier(moments: Moments) -> Frontier:
    solution = solve(moments, default_constraints(moments.classes))
    assert solution.frontier.exact
    return solution.frontier


def _crisis(history: MixHistory) -> float:
    months = history.ends.astype("datetime64[M]")
    before, after = (int(np.flatnonzero(months == np.datetime64(m))[0]) for m in ("2007-10", "2009-02"))
    return float(history.growth[after + 1] / history.growth[before + 1] - 1)


def _loss(moments: Moments, weights: Floats) -> float:
    return normal_cvar(moments.volatility(weights), moments.projection_mean(weights))


@pytest.mark.parametrize(
    ("position", "expected"),
    [(0.1, (0.15, 0.029, 0.034, -0.08)), (0.5, (0.51, 0.101, 0.166, -0.31)), (0.9, (0.88, 0.185, 0.316, -0.51))],
)
def test_the_three_portraits_are_near_those_of_the_defaults(
    snapshot: MarketSnapshot,
    moments: Moments,
    frontier: Frontier,
    position: float,
    expected: tuple[float, float, float, float],
) -> None:
    equity, volatility, loss, crisis = expected
    weights = frontier.at(position)
    assert weights @ moments.equity == pytest.approx(equity, abs=0.04)
    assert moments.volatility(weights) == pytest.approx(volatility, abs=0.012)
    assert _loss(moments, weights) == pytest.approx(loss, abs=0.025)
    history = mix_history(snapshot, dict(zip(moments.symbols, weights.tolist(), strict=True)))
    assert _crisis(history) == pytest.approx(crisis, abs=0.04)


def test_the_yardsticks_are_near_those_of_the_defaults(snapshot: MarketSnapshot, moments: Moments) -> None:
    classic, even = sixty_forty(moments.classes), equal_weights(len(moments.symbols))
    assert moments.volatility(classic) == pytest.approx(0.109, abs=0.012)
    assert moments.volatility(even) == pytest.approx(0.103, abs=0.012)
    history = mix_history(snapshot, dict(zip(moments.symbols, classic.tolist(), strict=True)))
    assert _crisis(history) == pytest.approx(-0.31, abs=0.03)


def test_the_crisis_of_2008_has_its_dates(snapshot: MarketSnapshot) -> None:
    fall = drawdown(snapshot.dates, snapshot.levels[:, 0])
    assert (fall.peak, fall.trough) == (date(2007, 10, 9), date(2009, 3, 9))
    assert fall.depth == pytest.approx(-0.55, abs=0.02)  # with dividends; -56.8 % without
