"""Black-Litterman: equilibrium means from a prior portfolio, and their update by views."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats

DELTA = 2.5
"""Risk aversion of the market (He and Litterman 1999): pinned, since estimating it from past returns swings with them."""

TAU = 0.05
"""Uncertainty of the prior mean relative to the covariance (He and Litterman 1999); plays no part without views."""


@dataclass(frozen=True)
class Views:
    """K views on n assets: `picks` (K, n) @ mean = `returns` (K,) with error covariance `omega` (K, K), excess, per year.

    Without `omega` it is diag(picks tau Sigma picks'), the choice of He and Litterman.
    """

    picks: Floats
    returns: Floats
    omega: Floats | None = None


@dataclass(frozen=True)
class Posterior:
    """`mean` (n,) of excess returns per year, their predictive `covariance` (n, n), and the unconstrained optimal `weights`."""

    mean: Floats
    covariance: Floats
    weights: Floats


def equilibrium_mean(covariance: Floats, prior: Floats, delta: float = DELTA) -> Floats:
    """Excess means (n,) that make `prior` the optimal portfolio: delta Sigma w (reverse optimisation, Sharpe 1974)."""
    mean: Floats = delta * (covariance @ prior)
    return mean


def black_litterman(
    covariance: Floats, prior: Floats, views: Views | None = None, delta: float = DELTA, tau: float = TAU
) -> Posterior:
    """Posterior of Black and Litterman (1992) in the form of He and Litterman (1999).

    With M = ((tau Sigma)^-1 + P' Omega^-1 P)^-1 the mean is pi + tau Sigma P' (P tau Sigma P' + Omega)^-1 (Q - P pi), the
    covariance Sigma + M, and the weights (delta (Sigma + M))^-1 mean. Without views the prior comes back: mean pi, covariance
    Sigma, weights `prior`.

    Raises:
        InvalidInput: for shapes that do not fit, or figures that are not finite.
    """
    pi = equilibrium_mean(covariance, prior, delta)
    if views is None:
        return Posterior(pi, covariance, prior)
    picks, stated = np.atleast_2d(views.picks), np.atleast_1d(views.returns)
    if picks.shape != (len(stated), len(prior)) or not (np.isfinite(picks).all() and np.isfinite(stated).all()):
        raise InvalidInput("Each view needs one finite return and one finite figure per asset.")
    spread = tau * covariance
    through = picks @ spread
    uncertain = through @ picks.T
    omega = np.diag(np.diag(uncertain)) if views.omega is None else np.atleast_2d(views.omega)
    gain = np.linalg.solve(uncertain + omega, through).T
    mean = pi + gain @ (stated - picks @ pi)
    # M by the Woodbury identity: no inverse of Sigma is needed, so a nearly singular Sigma does no harm here.
    total = covariance + spread - gain @ through
    total = (total + total.T) / 2.0
    weights = np.asarray(np.linalg.lstsq(delta * total, mean, rcond=None)[0], np.float64)
    return Posterior(mean, total, weights)
