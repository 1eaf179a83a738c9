"""Moments: the means and covariance every allocation rests on, from one market snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from advisor.analysis.assumptions import prior_weights, projection_means
from advisor.analysis.returns import WEEKS_PER_YEAR, PeriodReturns, weekly_returns
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.investor import Reason
from advisor.domain.market import AssetClass, AssetGroup, Floats, MarketSnapshot, Rates
from advisor.optimizer.covariance import (
    repaired_correlation,
    shrinkage_intensity,
    shrunk_correlation,
    unequal_history_covariance,
)
from advisor.optimizer.frontier import volatilities_of
from advisor.optimizer.views import equilibrium_mean

VERSION = "moments-1"
"""Changes whenever the same snapshot would give other figures; part of a frontier's cache key."""

WINDOW_YEARS = 20
LEAST_WEEKS = WEEKS_PER_YEAR
_LEAST_CASH_VARIANCE = 1e-6  # 0.1 % a year: bills are never wholly free of risk, and solvers need a positive matrix
_CONSTANT = 1e-9  # weekly standard deviation below which a price is taken never to move


@dataclass(frozen=True)
class Moments:
    """Annualised moments of a universe, in the order of `symbols`.

    `mean` (n,) are equilibrium means (bill + delta Sigma prior), nominal, by which the frontier is drawn. `forward` (n,) are
    the means on which projections and every promise are centred. `covariance` (n, n) is positive definite with cash
    uncorrelated. `weeks` is the length of the longest history used, from `first` to `last`. `notes` record what was floored,
    repaired or left out.
    """

    symbols: tuple[str, ...]
    classes: tuple[AssetClass, ...]
    mean: Floats
    forward: Floats
    covariance: Floats
    prior: Floats
    bill: float
    cash_column: int
    first: date
    last: date
    weeks: int
    notes: tuple[Reason, ...]
    version: str = VERSION

    @property
    def groups(self) -> tuple[AssetGroup, ...]:
        """The broad kind of each column."""
        return tuple(item.group for item in self.classes)

    @property
    def equity(self) -> Floats:
        """1.0 in the columns of shares, else 0.0: the dot product with weights is the equity share."""
        return np.array([float(group is AssetGroup.EQUITY) for group in self.groups])

    def vector(self, weights: Mapping[str, float]) -> Floats:
        """Weights by symbol as a vector (n,).

        Raises:
            InvalidInput: for a symbol outside this universe.
        """
        unknown = sorted(set(weights) - set(self.symbols))
        if unknown:
            raise InvalidInput("A holding is not part of this universe.", details={"symbols": unknown})
        return np.array([weights.get(symbol, 0.0) for symbol in self.symbols])

    def projection_mean(self, weights: Floats) -> float:
        """Expected arithmetic return of a mix (n,), fraction per year, nominal: what projections are centred on."""
        return float(self.forward @ weights)

    def volatility(self, weights: Floats) -> float:
        """Standard deviation of a mix (n,), fraction per year."""
        return float(volatilities_of(weights[None, :], self.covariance)[0])


def estimate(snapshot: MarketSnapshot) -> Moments:
    """Moments of a snapshot from weekly returns of at most the last 20 years, annualised by 52.

    Instruments with less than a year of prices or with prices that never move are left out and noted. Cash stays outside the
    matrix: own variance, no correlation. Correlations are shrunk to their mean by Ledoit and Wolf's intensity and rescaled by
    the unshrunk variances; the correlation of shares (and property) with bonds is floored at 0, because its sign changes with
    the times.

    Raises:
        NotEnoughHistory: if no instrument besides cash has a year of prices.
        InvalidInput: if prices or rates are not numbers.
    """
    weekly = weekly_returns(snapshot.dates, snapshot.levels)
    window = weekly.returns[-WINDOW_YEARS * WEEKS_PER_YEAR :]
    rates = _checked(snapshot.rates)
    columns, notes = _usable(snapshot, window)
    cash = columns.index(snapshot.cash_column)
    classes = tuple(snapshot.instruments[i].asset_class for i in columns)
    risky = np.array([i != cash for i in range(len(columns))])
    matrix, more_notes = _risky_covariance(
        window[:, columns][:, risky], [c for c, r in zip(classes, risky, strict=True) if r]
    )
    covariance = np.zeros((len(columns), len(columns)))
    covariance[np.ix_(risky, risky)] = matrix
    covariance[cash, cash] = _cash_variance(window[:, snapshot.cash_column])
    prior = prior_weights(classes, [snapshot.instruments[i].prior for i in columns])
    return Moments(
        symbols=tuple(snapshot.symbols[i] for i in columns),
        classes=classes,
        mean=rates.bill + equilibrium_mean(covariance, prior),
        forward=projection_means(classes, rates),
        covariance=covariance,
        prior=prior,
        bill=rates.bill,
        cash_column=cash,
        first=_first_day(weekly, len(window)),
        last=weekly.ends[-1].item(),
        weeks=len(window),
        notes=(*notes, *more_notes),
    )


def _checked(rates: Rates) -> Rates:
    if not np.all(np.isfinite([rates.bill, rates.ten_year, rates.inflation])):
        raise InvalidInput("Interest rates must be numbers.", field="rates")
    return rates


def _usable(snapshot: MarketSnapshot, window: Floats) -> tuple[list[int], list[Reason]]:
    columns: list[int] = []
    notes: list[Reason] = []
    for i, symbol in enumerate(snapshot.symbols):
        known = window[~np.isnan(window[:, i]), i]
        if i == snapshot.cash_column:
            columns.append(i)
        elif len(known) < LEAST_WEEKS:
            notes.append(Reason("moments.left_out_short", {"symbol": symbol, "weeks": float(len(known))}))
        elif float(known.std()) < _CONSTANT:
            notes.append(Reason("moments.left_out_constant", {"symbol": symbol}))
        else:
            columns.append(i)
    if len(columns) < 2:
        raise NotEnoughHistory(
            "No investment has a year of prices yet.", details={"left_out": [n.values for n in notes]}
        )
    return columns, notes


def _risky_covariance(returns: Floats, classes: list[AssetClass]) -> tuple[Floats, list[Reason]]:
    common = returns[~np.isnan(returns).any(axis=1)]
    intensity = shrinkage_intensity(common) if np.all(common.std(axis=0) > _CONSTANT) else 1.0
    sample = unequal_history_covariance(returns)
    spread = np.sqrt(np.diag(sample))
    correlation = shrunk_correlation(sample / np.outer(spread, spread), intensity)
    notes = [Reason("moments.shrunk", {"intensity": intensity})]
    below = _stock_bond(classes) & (correlation < 0.0)
    if below.any():
        notes.append(Reason("moments.stock_bond_floored", {"lowest": float(correlation[below].min())}))
        correlation = np.where(below, 0.0, correlation)
    correlation, changed = repaired_correlation(correlation)
    if changed:
        notes.append(Reason("moments.repaired", {}))
    return correlation * np.outer(spread, spread) * WEEKS_PER_YEAR, notes


def _stock_bond(classes: list[AssetClass]) -> NDArray[np.bool_]:
    stock = np.array([item.group in (AssetGroup.EQUITY, AssetGroup.REAL_ESTATE) for item in classes])
    bond = np.array([item.group is AssetGroup.BOND for item in classes])
    pairs: NDArray[np.bool_] = np.outer(stock, bond) | np.outer(bond, stock)
    return pairs


def _cash_variance(returns: Floats) -> float:
    known = returns[~np.isnan(returns)]
    variance = float(known.var(ddof=1)) * WEEKS_PER_YEAR if len(known) > 1 else 0.0
    return max(variance, _LEAST_CASH_VARIANCE)


def _first_day(weekly: PeriodReturns, weeks: int) -> date:
    first: date = weekly.ends[-weeks].item()
    return first
