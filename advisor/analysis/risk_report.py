"""All risk measures of a return series or a mix, each with its horizon, its sample and its definition.

A measure that cannot be computed is None with a reason, never 0. Definitions are keys; `docs/risk-measures.md` has them in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from advisor.analysis import risk
from advisor.analysis.risk_measures import PERIODS, SPECS, Case, Measure, measured, tail_measures
from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Reason
from advisor.domain.market import Dates, Floats

LEVELS = (0.95, 0.99)
"""The levels of VaR and CVaR."""


@dataclass(frozen=True, slots=True)
class Fall:
    """The deepest fall with its days; `peak` is None where the sample began at its peak, `recovered` where it did not recover."""

    depth: float
    peak: date | None
    trough: date
    recovered: date | None


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one holding brings: its weight, its share of the variance, and its part of the historical CVaR at the first level.

    Shares of the variance sum to 1, parts of the CVaR to the CVaR per period.
    """

    symbol: str
    weight: float
    of_variance: float
    of_cvar: float


@dataclass(frozen=True)
class RiskReport:
    """Measures in a fixed order; `contributions` are empty for a single series. `notes` say what was left out of the sample."""

    measures: tuple[Measure, ...]
    fall: Fall | None
    contributions: tuple[Contribution, ...]
    notes: tuple[Reason, ...]

    def value(self, name: str) -> float | None:
        """The figure of one measure.

        Raises:
            InvalidInput: for a name that is not among them.
        """
        for measure in self.measures:
            if measure.name == name:
                return measure.value
        raise InvalidInput("There is no such measure.", field=name)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, dates as ISO 8601."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def risk_report(
    returns: Floats,
    ends: Dates,
    periods_per_year: int,
    *,
    weights: Floats | None = None,
    symbols: Sequence[str] = (),
    benchmark: Floats | None = None,
    risk_free: float = 0.0,
    levels: Sequence[float] = LEVELS,
    horizon: int = 1,
) -> RiskReport:
    """Every measure of a series (T,), or of the mix `weights` (n,) of `returns` (T, n), rebalanced every period.

    Returns are simple. `ends` (T,) are the last days of the periods, `risk_free` is per period, in the currency of the returns as
    `benchmark` (T,) is. VaR and CVaR speak of `horizon` periods: historical ones of all overlapping stretches of that length,
    parametric ones by mean x horizon and volatility x root of it. The sample begins when the last of the held has begun.

    Raises:
        InvalidInput: for shapes, weights, levels or a period length that cannot be, or gaps after the start.
        NotEnoughHistory: if the held share no period.
    """
    if periods_per_year not in PERIODS or horizon < 1:
        raise InvalidInput("Returns are per day, week, month, quarter or year.", field="periods_per_year")
    if not all(0.5 <= level < 1.0 for level in levels):
        raise InvalidInput("A confidence level lies between 0.5 and 1.", field="levels")
    days = ends.astype("datetime64[D]")
    if days.shape != returns.shape[:1] or (benchmark is not None and benchmark.shape != days.shape):
        raise InvalidInput("Returns need one row per date.")
    parts, held, names, notes = _held(returns, weights, symbols, days)
    own = risk.observed(returns if parts is None else parts @ held)
    first = len(days) - len(own)
    case = Case(
        own=own,
        parts=None if parts is None else parts[first:],
        weights=held,
        benchmark=None if benchmark is None else benchmark[first:],
        per_year=periods_per_year,
        risk_free=risk_free,
        days=days[first:],
    )
    tails = [measure for level in levels for measure in tail_measures(case, level, horizon)]
    return RiskReport(
        measures=(*(measured(case, spec) for spec in SPECS), *tails),
        fall=_fall(case),
        contributions=_contributions(case, names, levels[0] if levels else LEVELS[0]),
        notes=notes,
    )


def _held(
    returns: Floats, weights: Floats | None, symbols: Sequence[str], days: Dates
) -> tuple[Floats | None, Floats, tuple[str, ...], tuple[Reason, ...]]:
    """Columns, weights and names of what is held, and a note where one of them cut the sample short."""
    if weights is None:
        if returns.ndim != 1:
            raise InvalidInput("Several columns of returns need weights.", field="weights")
        return None, np.ones(1), (), ()
    if returns.ndim != 2 or weights.shape != (returns.shape[1],) or (symbols and len(symbols) != len(weights)):
        raise InvalidInput("Weights need one column of returns each.", field="weights")
    if not np.all(np.isfinite(weights)) or np.any(weights < 0.0) or abs(weights.sum() - 1.0) > 1e-6:
        raise InvalidInput("Weights must not be negative and must sum to 1.", field="weights")
    columns = np.flatnonzero(weights > 0.0)
    names = tuple(symbols[i] if symbols else str(i) for i in columns.tolist())
    begins = np.array([len(returns) - len(risk.observed(returns[:, i])) for i in columns])
    latest = int(begins.max())
    values: dict[str, float | str] = {"symbol": names[int(np.argmax(begins))], "from": str(days[latest])}
    notes = (Reason("risk.sample_cut", values, float(latest - begins.min())),) if latest > begins.min() else ()
    return returns[:, columns], weights[columns], names, notes


def _fall(case: Case) -> Fall | None:
    """The deepest fall of compounded wealth, the start included; None where wealth never fell or was lost altogether."""
    wealth = np.concatenate(([1.0], np.cumprod(1.0 + case.own)))
    if np.any(wealth <= 0.0):
        return None
    # Only the last day of the first period is known, not the day it starts from: a day before stands in and is taken out again.
    start = case.days[0] - 1
    deepest = risk.drawdown(np.concatenate(([start], case.days)), wealth)
    if deepest.depth >= 0.0:
        return None
    peak = None if deepest.peak == start.item() else deepest.peak
    return Fall(deepest.depth, peak, deepest.trough, deepest.recovered)


def _contributions(case: Case, names: tuple[str, ...], level: float) -> tuple[Contribution, ...]:
    if case.parts is None or len(case.own) < 2:
        return ()
    covariance = np.atleast_2d(np.cov(case.parts, rowvar=False, ddof=1))
    of_variance = risk.risk_contributions(case.weights, covariance)
    of_cvar = risk.cvar_contributions(case.parts, case.weights, level)
    rows = zip(names, case.weights.tolist(), of_variance.tolist(), of_cvar.tolist(), strict=True)
    return tuple(Contribution(*row) for row in rows)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
