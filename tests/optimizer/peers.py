"""The same problem by other libraries: each returns weights (n,), or None where it has no such problem or no answer."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from cvxpy.atoms.norm1 import norm1
from pypfopt import EfficientCVaR, EfficientFrontier, HRPOpt
from pypfopt.exceptions import OptimizationError
from skfolio import RiskMeasure
from skfolio.cluster import HierarchicalClustering, LinkageMethod
from skfolio.distance import CovarianceDistance
from skfolio.exceptions import OptimizationError as SkfolioError
from skfolio.optimization import (
    HierarchicalRiskParity,
    MaximumDiversification,
    MeanRisk,
    ObjectiveFunction,
    RiskBudgeting,
)
from skfolio.prior import BasePrior, ReturnDistribution
from skfolio.seriation import HierarchicalSeriation

from advisor.optimizer.strategies import Task
from advisor.optimizer.views import DELTA

Peer = Callable[[str, Task], np.ndarray | None]


def pypfopt(strategy: str, task: Task) -> np.ndarray | None:
    """PyPortfolioOpt with CLARABEL."""
    known, asked = task.estimates, task.constraints
    bounds = list(zip(asked.lower, asked.upper, strict=True))
    if strategy == "hrp":
        if not _unlimited(task) or len(known.mean) < 2:
            return None
        table = pd.DataFrame(known.covariance, known.symbols, known.symbols)
        return np.array([HRPOpt(cov_matrix=table).optimize("single")[s] for s in known.symbols])
    if strategy == "min_cvar":
        frontier = EfficientCVaR(known.mean, pd.DataFrame(known.returns), task.level, bounds, solver="CLARABEL")
    else:
        mean = known.volatilities if strategy == "max_diversification" else known.mean
        frontier = EfficientFrontier(mean, known.covariance, bounds, solver="CLARABEL")
    for row, limit in zip(asked.rows, asked.limits, strict=True):
        frontier.add_constraint(lambda w, row=row, limit=limit: row @ w <= limit)
    methods: dict[str, Callable[[], object]] = {
        "max_sharpe": lambda: frontier.max_sharpe(risk_free_rate=known.risk_free),
        "max_diversification": lambda: frontier.max_sharpe(risk_free_rate=0.0),
        "min_volatility": frontier.min_volatility,
        "efficient_return": lambda: frontier.efficient_return(task.target_return),
        "efficient_risk": lambda: frontier.efficient_risk(task.target_volatility),
        "black_litterman": lambda: frontier.max_quadratic_utility(risk_aversion=DELTA),
    }
    if asked.held is not None and strategy in {"max_sharpe", "max_diversification"}:
        return None
    if asked.held is not None and asked.turnover is not None:
        most, held = 2.0 * asked.turnover, asked.held
        frontier.add_constraint(lambda w: norm1(w - held) <= most)
    if isinstance(frontier, EfficientCVaR):
        methods = {"min_cvar": frontier.min_cvar}
    if strategy not in methods:
        return None
    try:
        methods[strategy]()
    except (OptimizationError, ValueError):
        return None
    return np.asarray(frontier.weights, float)


def _unlimited(task: Task) -> bool:
    asked = task.constraints
    return not len(asked.rows) and asked.upper.min() >= 1 and asked.lower.max() <= 0 and asked.held is None


class _Given(BasePrior):
    """Means and covariance that were estimated before."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def fit(self, X: object, y: object = None, **_: object) -> _Given:
        known = self.task.estimates
        self.return_distribution_ = ReturnDistribution(
            mu=known.mean, covariance=known.covariance, returns=known.returns
        )
        return self


def skfolio(strategy: str, task: Task) -> np.ndarray | None:
    """skfolio with CLARABEL."""
    known, asked = task.estimates, task.constraints
    if asked.held is not None:
        return None
    limits: dict[str, object] = {
        "prior_estimator": _Given(task),
        "min_weights": asked.lower,
        "max_weights": asked.upper,
    }
    rows = {"left_inequality": asked.rows, "right_inequality": asked.limits} if len(asked.rows) else {}
    ratio, gain = ObjectiveFunction.MAXIMIZE_RATIO, ObjectiveFunction.MAXIMIZE_RETURN
    models: dict[str, Callable[[], object]] = {
        "max_sharpe": lambda: MeanRisk(ratio, risk_free_rate=known.risk_free, **limits, **rows),
        "min_volatility": lambda: MeanRisk(**limits, **rows),
        "efficient_return": lambda: MeanRisk(min_return=task.target_return, **limits, **rows),
        "efficient_risk": lambda: MeanRisk(gain, max_standard_deviation=task.target_volatility, **limits, **rows),
        "risk_parity": lambda: RiskBudgeting(**limits, **rows),
        "max_diversification": lambda: MaximumDiversification(**limits, **rows),
        "min_cvar": lambda: MeanRisk(risk_measure=RiskMeasure.CVAR, cvar_beta=task.level, **limits, **rows),
    }
    if strategy == "hrp" and not len(asked.rows) and len(known.mean) > 1:
        tree = HierarchicalClustering(linkage_method=LinkageMethod.SINGLE)
        order = HierarchicalSeriation(hierarchical_clustering_estimator=tree, optimal_ordering=False)
        models["hrp"] = lambda: HierarchicalRiskParity(
            distance_estimator=CovarianceDistance("precomputed"), seriation_estimator=order, **limits
        )
    if strategy not in models:
        return None
    try:
        return np.asarray(models[strategy]().fit(known.returns).weights_, float)  # type: ignore[attr-defined]
    except SkfolioError:
        return None


def riskfolio(strategy: str, task: Task) -> np.ndarray | None:
    """Riskfolio-Lib with CLARABEL, which prints and returns None where it finds nothing."""
    from riskfolio import Portfolio

    known, asked = task.estimates, task.constraints
    if asked.held is not None:
        return None
    portfolio = Portfolio(returns=pd.DataFrame(known.returns, columns=list(known.symbols)), alpha=1 - task.level)
    portfolio.mu = pd.DataFrame(known.mean[None, :], columns=list(known.symbols))
    portfolio.cov = pd.DataFrame(known.covariance, known.symbols, known.symbols)
    portfolio.solvers = ["CLARABEL"]
    unit = np.eye(len(known.mean))
    portfolio.ainequality = np.vstack([unit, -unit, asked.rows])
    portfolio.binequality = np.concatenate([asked.upper, -asked.lower, asked.limits])[:, None]
    if strategy == "risk_parity":
        if not _unlimited(task):
            return None
        portfolio.ainequality = portfolio.binequality = None
        found = portfolio.rp_optimization(model="Classic", rm="MV", rf=known.risk_free, hist=True)
        return None if found is None else found["weights"].to_numpy(float)
    objective = {
        "max_sharpe": "Sharpe",
        "min_volatility": "MinRisk",
        "efficient_return": "MinRisk",
        "efficient_risk": "MaxRet",
        "min_cvar": "MinRisk",
    }.get(strategy)
    if objective is None:
        return None
    if strategy == "efficient_return":
        portfolio.lowerret = task.target_return
    if strategy == "efficient_risk":
        portfolio.upperdev = task.target_volatility
    measure = "CVaR" if strategy == "min_cvar" else "MV"
    found = portfolio.optimization("Classic", measure, objective, rf=known.risk_free, l=0, hist=True)
    return None if found is None else found["weights"].to_numpy(float)


PEERS: dict[str, Peer] = {"pypfopt": pypfopt, "skfolio": skfolio, "riskfolio": riskfolio}


def asked(peer: str, strategy: str, task: Task) -> np.ndarray | None:
    """A peer's weights; what it prints, and that it calls its own answer inaccurate, is for the comparison to find out."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        return PEERS[peer](strategy, task)
