"""Single risk measures as records: a figure, or the reason why there is none, with unit, horizon, definition and sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from advisor.analysis import ratios, risk
from advisor.domain.investor import Reason
from advisor.domain.market import Dates, Floats

PERIODS = {252: "P1D", 52: "P1W", 12: "P1M", 4: "P3M", 1: "P1Y"}
"""How long a period is (ISO 8601), by the periods per year. A day is a trading day."""

_YEAR = "P1Y"
_WHOLE = "sample"
_SMALL = "risk.sample_too_small"
_FLAT = "risk.no_spread"


@dataclass(frozen=True, slots=True)
class Sample:
    """The periods a measure rests on: how many, how long each (ISO 8601), and the last days of the first and the last one."""

    count: int
    period: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. `unit` "fraction" is of the value, losses positive in VaR and CVaR and falls negative in drawdowns.

    `horizon` is what the figure speaks of: an ISO 8601 duration, or "sample" for all of it. `definition` is a key. `note` says
    why there is no value, or what to keep in mind.
    """

    name: str
    value: float | None
    unit: Literal["fraction", "ratio", "number"]
    horizon: str
    definition: str
    sample: Sample
    note: Reason | None = None


@dataclass(frozen=True)
class Case:
    """A sample to measure: its own returns (T,), the held columns (T, n) or None, their weights, and the benchmark's (T,) or None.

    `risk_free` is per period.
    """

    own: Floats
    parts: Floats | None
    weights: Floats
    benchmark: Floats | None
    per_year: int
    risk_free: float
    days: Dates

    def last(self, count: int) -> Sample:
        """The sample of the last `count` periods."""
        return Sample(count, PERIODS[self.per_year], self.days[-count].item(), self.days[-1].item())


@dataclass(frozen=True, slots=True)
class Spec:
    """How to compute one measure: `least` periods, and the key of the reason where the function has no value."""

    name: str
    unit: Literal["fraction", "ratio", "number"]
    horizon: str
    compute: Callable[[Case], float | None]
    least: int = 2
    without: str = _FLAT
    needs: Literal["", "benchmark", "weights"] = ""


def _market(case: Case) -> Floats:
    return case.own if case.benchmark is None else case.benchmark


def _covariance(case: Case) -> Floats:
    return np.atleast_2d(np.cov(case.own if case.parts is None else case.parts, rowvar=False, ddof=1))


SPECS = (
    Spec("volatility", "fraction", _YEAR, lambda c: risk.volatility(c.own, c.per_year)),
    Spec("downside_deviation", "fraction", _YEAR, lambda c: risk.downside_deviation(c.own, c.per_year, c.risk_free)),
    Spec("max_drawdown", "fraction", _WHOLE, lambda c: risk.maximum_drawdown(c.own), least=1),
    Spec("worst_year", "fraction", _YEAR, lambda c: risk.worst_year(c.own, c.per_year), least=1, without=_SMALL),
    Spec("skewness", "number", _WHOLE, lambda c: risk.skewness(c.own), least=3),
    Spec("kurtosis", "number", _WHOLE, lambda c: risk.kurtosis(c.own), least=4),
    Spec("sharpe", "ratio", _YEAR, lambda c: ratios.sharpe(c.own, c.per_year, c.risk_free)),
    Spec(
        "sortino", "ratio", _YEAR, lambda c: ratios.sortino(c.own, c.per_year, c.risk_free), without="risk.no_shortfall"
    ),
    Spec("calmar", "ratio", _YEAR, lambda c: ratios.calmar(c.own, c.per_year), without="risk.no_drawdown"),
    Spec("beta", "ratio", _WHOLE, lambda c: ratios.beta(c.own, _market(c)), needs="benchmark"),
    Spec(
        "alpha",
        "fraction",
        _YEAR,
        lambda c: ratios.alpha(c.own, _market(c), c.per_year, c.risk_free),
        needs="benchmark",
    ),
    Spec(
        "tracking_error",
        "fraction",
        _YEAR,
        lambda c: ratios.tracking_error(c.own, _market(c), c.per_year),
        needs="benchmark",
    ),
    Spec(
        "information_ratio",
        "ratio",
        _YEAR,
        lambda c: ratios.information_ratio(c.own, _market(c), c.per_year),
        needs="benchmark",
    ),
    Spec("correlation", "ratio", _WHOLE, lambda c: ratios.correlation(c.own, _market(c)), needs="benchmark"),
    Spec(
        "diversification_ratio",
        "ratio",
        _WHOLE,
        lambda c: risk.diversification_ratio(c.weights, _covariance(c)),
        needs="weights",
    ),
    Spec(
        "effective_holdings", "number", _WHOLE, lambda c: risk.effective_holdings(c.weights), least=1, needs="weights"
    ),
)


def measured(case: Case, spec: Spec) -> Measure:
    """The measure of a sample; without a value and with a reason where it needs what is not there."""
    count = len(case.own)
    if spec.needs == "weights" and case.parts is None:
        return _without(spec, case.last(count), "risk.no_weights")
    if spec.needs == "benchmark":
        if case.benchmark is None:
            return _without(spec, case.last(count), "risk.no_benchmark")
        count = min(count, int(np.sum(np.isfinite(case.benchmark))))
    if count < spec.least:
        return _without(spec, case.last(len(case.own)), _SMALL, needed=spec.least, there=count)
    value = spec.compute(case)
    if value is None:
        return _without(spec, case.last(count), spec.without, there=count)
    return Measure(spec.name, value, spec.unit, spec.horizon, f"risk.{spec.name}", case.last(count))


def tail_measures(case: Case, level: float, horizon: int) -> tuple[Measure, ...]:
    """VaR and CVaR at a level over `horizon` periods, historical and under a normal.

    A historical one needs as many stretches as it takes for one of them to be in the tail: 100 at 99 %. A normal one needs two.
    """
    stretches = compounded(case.own, horizon)
    spread = float(np.std(case.own, ddof=1)) * float(np.sqrt(horizon)) if len(case.own) > 1 else 0.0
    mean = float(np.mean(case.own)) * horizon
    least = int(np.ceil(1.0 / (1.0 - level) - 1e-9))
    figures: tuple[tuple[str, int, int, Callable[[], float]], ...] = (
        ("historical_var", len(stretches), least, lambda: risk.historical_var(stretches, level)),
        ("historical_cvar", len(stretches), least, lambda: risk.historical_cvar(stretches, level)),
        ("normal_var", len(case.own), 2, lambda: risk.normal_var(spread, mean, level)),
        ("normal_cvar", len(case.own), 2, lambda: risk.normal_cvar(spread, mean, level)),
    )
    found = []
    for name, there, needed, compute in figures:
        label = f"{name}_{100 * level:g}"
        note = Reason(_SMALL, {"needed": float(needed), "there": float(there)}) if there < needed else None
        if note is None and horizon > 1 and name.startswith("historical"):
            note = Reason("risk.overlapping", {"apart": float(len(case.own) // horizon)})
        value = compute() if there >= needed else None
        span = _span(PERIODS[case.per_year], horizon)
        found.append(Measure(label, value, "fraction", span, f"risk.{name}", case.last(len(case.own)), note))
    return tuple(found)


def compounded(returns: Floats, horizon: int) -> Floats:
    """Simple returns of all overlapping stretches of `horizon` periods, (T - horizon + 1,) or empty."""
    if horizon == 1:
        return returns
    if len(returns) < horizon:
        return returns[:0]
    windows = np.lib.stride_tricks.sliding_window_view(1.0 + returns, horizon)
    stretches: Floats = np.prod(windows, axis=1) - 1.0
    return stretches


def _without(spec: Spec, sample: Sample, key: str, **values: float) -> Measure:
    note = Reason(key, {name: float(value) for name, value in values.items()})
    return Measure(spec.name, None, spec.unit, spec.horizon, f"risk.{spec.name}", sample, note)


def _span(period: str, count: int) -> str:
    return f"P{int(period[1:-1]) * count}{period[-1]}"
