"""The one record between estimation and optimisation: what is expected of each instrument, and how they move together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Reason
from advisor.domain.market import Dates, Floats
from advisor.optimizer.frontier import volatilities_of

MeanMethod = Literal["historical", "shrunk", "capm", "black_litterman", "forward"]
CovarianceMethod = Literal["sample", "ewma", "ledoit_wolf"]

VERSION = "estimates-1"
"""Changes whenever a record of the same arrays would mean something else; part of `Estimates.version`."""


@dataclass(frozen=True)
class Estimates:
    """What an optimiser needs to know of n instruments, in the order of `symbols`.

    `mean` (n,) are arithmetic and nominal, `covariance` (n, n) is symmetric and positive definite, `risk_free` is the rate of the
    same currency: all per year. `returns` (T, n) are simple returns per period over the T periods that all instruments have,
    complete, and `ends` (T,) the last days of these periods; there are `periods_per_year` of them. `prior` (n,) are weights
    that sum to 1. `notes` record what was left out, assumed, floored or repaired on the way.
    """

    symbols: tuple[str, ...]
    mean: Floats
    covariance: Floats
    risk_free: float
    returns: Floats
    ends: Dates
    periods_per_year: int
    mean_method: MeanMethod
    covariance_method: CovarianceMethod
    prior: Floats
    notes: tuple[Reason, ...] = ()

    @cached_property
    def version(self) -> str:
        """SHA-256 over everything that decides figures: the key of whatever is kept for these estimates. Notes decide none."""
        header = [
            VERSION,
            self.symbols,
            self.mean_method,
            self.covariance_method,
            self.periods_per_year,
            self.risk_free,
        ]
        state = hashlib.sha256(json.dumps(header).encode())
        for array, kind in (
            (self.mean, "<f8"),
            (self.covariance, "<f8"),
            (self.prior, "<f8"),
            (self.returns, "<f8"),
            (self.ends, "<M8[D]"),
        ):
            state.update(str(array.shape).encode())
            state.update(np.ascontiguousarray(array.astype(kind)).tobytes())
        return state.hexdigest()

    @cached_property
    def volatilities(self) -> Floats:
        """Standard deviation (n,) of each instrument, fraction per year."""
        spread: Floats = np.sqrt(np.diag(self.covariance))
        return spread

    def vector(self, weights: Mapping[str, float]) -> Floats:
        """Weights by symbol as a vector (n,).

        Raises:
            InvalidInput: for a symbol outside these estimates.
        """
        return vector_of(self.symbols, weights)

    def expected(self, weights: Floats) -> float:
        """Expected arithmetic return of a mix (n,), fraction per year, nominal."""
        return float(self.mean @ weights)

    def volatility(self, weights: Floats) -> float:
        """Standard deviation of a mix (n,), fraction per year."""
        return float(volatilities_of(weights[None, :], self.covariance)[0])

    def sharpe(self, weights: Floats) -> float | None:
        """Expected return above `risk_free` over the volatility of a mix (n,), per year; None for a mix without risk."""
        spread = self.volatility(weights)
        return (self.expected(weights) - self.risk_free) / spread if spread > 0.0 else None


def vector_of(symbols: Sequence[str], weights: Mapping[str, float]) -> Floats:
    """Weights by symbol as a vector (n,) in the order of `symbols`, 0 for those without a weight.

    Raises:
        InvalidInput: for a symbol that is not among them.
    """
    unknown = sorted(set(weights) - set(symbols))
    if unknown:
        raise InvalidInput("A holding is not part of this universe.", details={"symbols": unknown})
    return np.array([weights.get(symbol, 0.0) for symbol in symbols], np.float64)
