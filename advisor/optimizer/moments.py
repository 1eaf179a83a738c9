"""Moments: the means and covariance every allocation rests on, from one market snapshot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from advisor.analysis.assumptions import prior_weights, projection_means
from advisor.analysis.returns import WEEKS_PER_YEAR, PeriodReturns
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.investor import Reason
from advisor.domain.market import AssetClass, AssetGroup, Dates, Floats, MarketSnapshot, Rates
from advisor.optimizer.covariance import stock_bond_pairs, universe_covariance
from advisor.optimizer.estimating.record import Estimates, vector_of
from advisor.optimizer.estimating.weeks import LEAST_WEEKS, complete, usable_columns, weekly_window
from advisor.optimizer.frontier import volatilities_of
from advisor.optimizer.views import equilibrium_mean

VERSION = "moments-2"
"""Changes whenever the same snapshot would give other figures; part of a frontier's cache key."""


@dataclass(frozen=True)
class Moments:
    """Annualised moments of a universe, in the order of `symbols`.

    `mean` (n,) are equilibrium means (bill + delta Sigma prior), nominal, by which the frontier is drawn. `forward` (n,) are
    the means on which projections and every promise are centred. `covariance` (n, n) is positive definite with cash
    uncorrelated. `weeks` is the length of the longest history used, from `first` to `last`. `returns` (weeks, n) are the simple
    returns of those weeks, NaN before an instrument's first one, and `ends` (weeks,) their last days. `notes` record what was
    floored, repaired or left out.
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
    returns: Floats
    ends: Dates
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
        return vector_of(self.symbols, weights)

    def projection_mean(self, weights: Floats) -> float:
        """Expected arithmetic return of a mix (n,), fraction per year, nominal: what projections are centred on."""
        return float(self.forward @ weights)

    def volatility(self, weights: Floats) -> float:
        """Standard deviation of a mix (n,), fraction per year."""
        return float(volatilities_of(weights[None, :], self.covariance)[0])

    def estimates(
        self,
        mean: Literal["forward", "black_litterman"] = "forward",
        *,
        classes: Collection[AssetClass] | None = None,
    ) -> Estimates:
        """What an optimiser needs of this universe, or of its `classes` alone.

        The means are those of every promise ("forward") or the equilibrium ("black_litterman" without views); the prior of the
        classes that are kept is rescaled to sum to 1. The returns are those of the weeks that all kept instruments have.

        Raises:
            InvalidInput: if no instrument is of these classes.
            NotEnoughHistory: if the kept instruments have less than a year in common (cash alone may be so young).
        """
        columns = [i for i, item in enumerate(self.classes) if classes is None or item in classes]
        if not columns:
            raise InvalidInput("No investment of this universe is of these kinds.", field="classes")
        common = complete(PeriodReturns(self.ends, self.returns[:, columns]))
        if len(common.ends) < LEAST_WEEKS:
            raise NotEnoughHistory("These investments have less than a year of prices in common.")
        means = self.forward if mean == "forward" else self.mean
        prior = self.prior[columns]
        return Estimates(
            symbols=tuple(self.symbols[i] for i in columns),
            mean=means[columns],
            covariance=self.covariance[np.ix_(columns, columns)],
            risk_free=self.bill,
            returns=common.returns,
            ends=common.ends,
            periods_per_year=WEEKS_PER_YEAR,
            mean_method=mean,
            covariance_method="ledoit_wolf",
            prior=prior / prior.sum(),
            notes=self.notes,
        )


def estimate(snapshot: MarketSnapshot) -> Moments:
    """Moments of a snapshot from weekly returns of at most the last 20 years, annualised by 52.

    Instruments with less than a year of prices or with prices that never move are left out and noted. Cash stays outside the
    matrix: own variance, no correlation. Correlations are shrunk to their mean by Ledoit and Wolf's intensity and rescaled by
    the unshrunk variances; the correlation of shares (and property) with bonds is floored at 0, because its sign changes with
    the times. docs/moments.md has the reasons.

    Raises:
        NotEnoughHistory: if no instrument besides cash has a year of prices.
        InvalidInput: if prices or rates are not numbers.
    """
    weekly = weekly_window(snapshot.symbols, snapshot.dates, snapshot.levels)
    rates = _checked(snapshot.rates)
    columns, notes = _usable(snapshot, weekly.returns)
    cash = columns.index(snapshot.cash_column)
    classes = tuple(snapshot.instruments[i].asset_class for i in columns)
    returns = weekly.returns[:, columns]
    covariance, more_notes = universe_covariance(
        returns,
        np.array([i == cash for i in range(len(columns))]),
        "ledoit_wolf",
        floored=stock_bond_pairs(classes),
    )
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
        first=weekly.ends[0].item(),
        last=weekly.ends[-1].item(),
        weeks=len(returns),
        notes=(*notes, *more_notes),
        returns=returns,
        ends=weekly.ends,
    )


def _checked(rates: Rates) -> Rates:
    if not np.all(np.isfinite([rates.bill, rates.ten_year, rates.inflation])):
        raise InvalidInput("Interest rates must be numbers.", field="rates")
    return rates


def _usable(snapshot: MarketSnapshot, returns: Floats) -> tuple[list[int], list[Reason]]:
    """Columns to use and notes on the others; cash stays whatever its prices are, since every plan needs a place for it."""
    columns, notes = usable_columns(snapshot.symbols, returns, (snapshot.cash_column,))
    if snapshot.cash_column not in columns:
        name = snapshot.symbols[snapshot.cash_column]
        columns = sorted([*columns, snapshot.cash_column])
        notes = [note for note in notes if note.values["symbol"] != name]
    if len(columns) < 2:
        raise NotEnoughHistory(
            "No investment has a year of prices yet.", details={"left_out": [n.values for n in notes]}
        )
    return columns, notes
