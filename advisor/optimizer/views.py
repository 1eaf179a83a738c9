"""Black-Litterman: equilibrium means from a prior portfolio, and their update by views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats
from advisor.optimizer.estimating.record import vector_of

DELTA = 2.5
"""Risk aversion of the market (He and Litterman 1999): pinned, since estimating it from past returns swings with them."""

TAU = 0.05
"""Uncertainty of the prior mean relative to the covariance (He and Litterman 1999); plays no part without views."""

_SINGULAR = 1e-12  # relative size of an eigenvalue below which two views that are held for certain say the same thing


@dataclass(frozen=True)
class View:
    """An opinion on returns: the mix `picks` (symbol -> weight) earns `return_` a year, nominal, with a confidence in (0, 1].

    Picks that sum to 1 speak of the return of a mix, picks that sum to 0 ({A: 1, B: -1}) of a difference. Confidence 1 holds
    the view for certain; towards 0 it changes nothing.

    Raises:
        InvalidInput: for figures that are not finite, picks that are all 0, or a confidence outside (0, 1].
    """

    picks: Mapping[str, float]
    return_: float
    confidence: float

    def __post_init__(self) -> None:
        if not np.all(np.isfinite([self.return_, self.confidence, *self.picks.values()])):
            raise InvalidInput("A view is made of numbers.", field="views")
        if not any(self.picks.values()):
            raise InvalidInput("A view needs at least one investment that it speaks of.", field="views")
        if not 0.0 < self.confidence <= 1.0:
            raise InvalidInput("The confidence in a view is above 0 and at most 1.", field="views")


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


def views_of(
    views: Sequence[View], symbols: Sequence[str], covariance: Floats, risk_free: float, tau: float = TAU
) -> Views:
    """Opinions as matrices over `symbols`, each with the error that its confidence stands for.

    Idzorek's (2005) confidence in the closed form of Walters (2014, "The Black-Litterman model in detail", formula 44): with
    omega = tau p' Sigma p (1 - c) / c a single view moves the mean by the share c of the way that certainty would. Returns are
    turned into excess returns over `risk_free` times the sum of the picks, nothing for a difference.

    Raises:
        InvalidInput: for a view on a symbol that is not there.
    """
    picks = np.array([vector_of(symbols, view.picks) for view in views])
    confidence = np.array([view.confidence for view in views])
    stated = np.array([view.return_ for view in views]) - risk_free * picks.sum(axis=1)
    spread = tau * np.einsum("ij,ij->i", picks @ covariance, picks)
    return Views(picks, stated, np.diag(spread * (1.0 - confidence) / confidence))


def black_litterman(
    covariance: Floats, prior: Floats, views: Views | None = None, delta: float = DELTA, tau: float = TAU
) -> Posterior:
    """Posterior of Black and Litterman (1992) in the form of He and Litterman (1999).

    With M = ((tau Sigma)^-1 + P' Omega^-1 P)^-1 the mean is pi + tau Sigma P' (P tau Sigma P' + Omega)^-1 (Q - P pi), the
    covariance Sigma + M, and the weights (delta (Sigma + M))^-1 mean. Without views the prior comes back: mean pi, covariance
    Sigma, weights `prior`.

    Raises:
        InvalidInput: for shapes that do not fit, figures that are not finite, or views held for certain of which one follows
            from the others or contradicts them.
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
    errors = np.linalg.eigvalsh(uncertain + omega)
    if errors[0] <= _SINGULAR * errors[-1]:
        raise InvalidInput("Two views that are held for certain speak of the same thing.", field="views")
    gain = np.linalg.solve(uncertain + omega, through).T
    mean = pi + gain @ (stated - picks @ pi)
    # M by the Woodbury identity: no inverse of Sigma is needed, so a nearly singular Sigma does no harm here.
    total = covariance + spread - gain @ through
    total = (total + total.T) / 2.0
    weights = np.asarray(np.linalg.lstsq(delta * total, mean, rcond=None)[0], np.float64)
    return Posterior(mean, total, weights)
