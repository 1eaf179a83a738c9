"""Problems drawn at random, and made-up estimates, for the tests of the strategies."""

from __future__ import annotations

import numpy as np

from advisor.optimizer.constraints import Constraints
from advisor.optimizer.estimates import Estimates
from advisor.optimizer.strategies import STRATEGIES

NAMES = tuple(STRATEGIES)


def names_of(count: int, kind: str = "cap") -> tuple[str, ...]:
    return tuple(f"{kind}.S{i}" for i in range(count))


def estimates_of(mean: np.ndarray, covariance: np.ndarray, returns: np.ndarray, risk_free: float) -> Estimates:
    """A record of given figures; the prior is even."""
    count = len(mean)
    return Estimates(
        symbols=tuple(f"S{i}" for i in range(count)),
        mean=mean,
        covariance=covariance,
        risk_free=risk_free,
        returns=returns,
        ends=np.datetime64("2000-01-07", "D") + 7 * np.arange(len(returns)),
        periods_per_year=52,
        mean_method="historical",
        covariance_method="sample",
        prior=np.full(count, 1.0 / count),
    )


def drawn_estimates(generator: np.random.Generator, count: int, periods: int = 260) -> Estimates:
    """Half as many factors as instruments and own risk: volatilities of 5 to 50 %, means around 6 %."""
    factors = generator.standard_normal((count, max(2, count // 2))) * (0.2 / np.sqrt(max(2, count // 2)))
    covariance = factors @ factors.T + np.diag(generator.uniform(0.02, 0.3, count) ** 2)
    mean = generator.normal(0.06, 0.05, count)
    mean[0] = 0.1  # something earns more than the riskless rate
    root = np.linalg.cholesky(covariance / 52)
    returns = mean / 52 + generator.standard_normal((periods, count)) @ root.T
    return estimates_of(mean, covariance, returns, 0.02)


def drawn_limits(generator: np.random.Generator, count: int, *, turnovers: bool = False) -> Constraints:
    """Caps, floors and groups, each in half of the draws, and if wanted turnover in a fifth; 1/N is always allowed."""
    upper = np.minimum(1.0, generator.uniform(1.2, 5.0, count) / count) if generator.random() < 0.5 else np.ones(count)
    lower = np.zeros(count)
    if generator.random() < 0.5:
        lower = generator.uniform(0.0, 0.6 / count, count) * (generator.random(count) < 0.3)
    rows = np.zeros((0, count))
    if generator.random() < 0.5:
        rows = (generator.random((2, count)) < 0.4).astype(float)
    limits = np.array([float(row.sum()) / count + float(generator.uniform(0.0, 0.2)) for row in rows])
    held, turnover = None, None
    if turnovers and generator.random() < 0.2:
        held, turnover = generator.dirichlet(np.ones(count)), 0.0
        turnover = float(np.abs(held - 1.0 / count).sum() / 2 + generator.uniform(0.01, 0.2))
    return Constraints(lower, upper, rows, limits, names_of(count), names_of(len(rows), "rule"), (), held, turnover)
