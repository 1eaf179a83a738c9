"""Hierarchical risk parity: money split down a tree of what moves together, without inverting a matrix."""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from advisor.domain.investor import Reason
from advisor.domain.market import Floats
from advisor.optimizer.constraints import Constraints
from advisor.optimizer.solve import Attempted
from advisor.optimizer.strategies.projection import nearest
from advisor.optimizer.strategies.region import Region
from advisor.optimizer.strategies.task import Answer, General, Task

NAME = "bisection"


def hrp(task: Task, general: General | None = None) -> Answer:  # noqa: ARG001  every strategy is called alike
    """Lopez de Prado (2016): single linkage on sqrt((1 - correlation) / 2), then recursive bisection by inverse variance.

    Bounds are kept at each split, as skfolio does: the share of a half is moved into what its bounds permit. Limits on several
    instruments, and on turnover, have no place in the method: where they are broken the nearest permitted portfolio is
    taken (`strategy.moved`). Instruments are put in an order of their own risk first, because the published method
    depends on the order of the columns. Excluded ones take no part; those without risk count as the calmest that has some. The
    objective is the volatility per year, which is not minimised: there is no residual.

    Raises:
        SolverFailed: if the nearest portfolio was not found.
    """
    asked, covariance = task.constraints, task.estimates.covariance
    weights = np.zeros(len(asked.upper))
    usable = np.flatnonzero(asked.upper > 0.0)
    order = usable[_tree_order(covariance[np.ix_(usable, usable)])]
    weights[order] = _bisected(covariance[np.ix_(order, order)], asked.lower[order], asked.upper[order])
    tried: tuple[Attempted, ...] = (Attempted(NAME, "ok"),)
    reasons: tuple[Reason, ...] = ()
    if not asked.allows(weights, 1e-9):
        weights, moved, tried = _moved(asked, weights, tried)
        reasons = (Reason("strategy.moved", {"by": moved}),)
    return Answer(weights, task.estimates.volatility(weights), tried, None, reasons)


def _moved(
    asked: Constraints, weights: Floats, tried: tuple[Attempted, ...]
) -> tuple[Floats, float, tuple[Attempted, ...]]:
    found = nearest(Region(asked), weights)
    return found.weights, float(np.linalg.norm(found.weights - weights)), (*tried, *found.tried)


def _tree_order(covariance: Floats) -> np.ndarray:
    """Columns in the order of the leaves of the tree, the columns being sorted by variance and covariance with all others first."""
    count = len(covariance)
    risk = np.diag(covariance)
    first = np.lexsort((covariance.sum(axis=1), risk))
    if count < 3:
        return first
    spread = np.sqrt(np.where(risk > 0.0, risk, 1.0))
    correlation = np.clip(covariance / np.outer(spread, spread), -1.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    distance = np.sqrt((1.0 - correlation[np.ix_(first, first)]) / 2.0)
    np.fill_diagonal(distance, 0.0)
    return first[leaves_list(linkage(squareform(distance, checks=False), "single"))]


def _bisected(covariance: Floats, lower: Floats, upper: Floats) -> Floats:
    """Weights (n,) of columns that are in the order of the tree."""
    risk = np.diag(covariance)
    known = risk[risk > 0.0]
    inverse = 1.0 / np.where(risk > 0.0, risk, known.min() if len(known) else 1.0)
    weights = np.ones(len(risk))
    groups = [np.arange(len(risk))]
    while groups:
        split: list[np.ndarray] = []
        for group in groups:
            if len(group) < 2:
                continue
            left, right = group[: len(group) // 2], group[len(group) // 2 :]
            share = _share(covariance, inverse, left, right)
            total = weights[group[0]]
            share = _within(share * total, total, (lower, upper), left, right)
            weights[left], weights[right] = share, total - share
            split += [left, right]
        groups = split
    return weights


def _share(covariance: Floats, inverse: Floats, left: np.ndarray, right: np.ndarray) -> float:
    """Share of the left half: 1 - its variance over the sum of both, each half held by inverse variance."""
    risks = []
    for half in (left, right):
        inside = inverse[half] / inverse[half].sum()
        risks.append(max(0.0, float(inside @ covariance[np.ix_(half, half)] @ inside)))
    return 1.0 - risks[0] / sum(risks) if sum(risks) > 0.0 else len(left) / (len(left) + len(right))


def _within(share: float, total: float, bounds: tuple[Floats, Floats], left: np.ndarray, right: np.ndarray) -> float:
    """The money of the left half, moved so that both halves can keep their bounds."""
    lower, upper = bounds
    share = min(float(upper[left].sum()), max(float(lower[left].sum()), share))
    return total - min(float(upper[right].sum()), max(float(lower[right].sum()), total - share))
