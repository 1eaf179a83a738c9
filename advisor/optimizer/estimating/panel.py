"""From prices to the estimates that an optimiser works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from advisor.analysis.assumptions import prior_weights
from advisor.analysis.returns import WEEKS_PER_YEAR, PeriodReturns
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.investor import Reason
from advisor.domain.market import AssetClass, Dates, Floats, Rates
from advisor.optimizer.covariance import stock_bond_pairs, universe_covariance
from advisor.optimizer.estimating.means import Sample, capm, equilibrium_with_views, forward, historical, shrunk
from advisor.optimizer.estimating.record import Estimates
from advisor.optimizer.estimating.spec import EstimateSpec
from advisor.optimizer.estimating.weeks import complete, usable_columns, weekly_window

_BY_BETA = ("capm", "forward")
_INDEX = "benchmark"  # how the index is named where its prices are at fault
_CASH_LIKE = 0.005
"""Volatility per year below which an instrument of no known class is taken for cash: bill funds have up to 0.4 %, two-year
Treasuries 1.2 %."""


def estimate_panel(
    symbols: Sequence[str],
    dates: Dates,
    levels: Floats,
    *,
    spec: EstimateSpec,
    risk_free: float,
    benchmark: Floats | None = None,
    prior: Floats | None = None,
    classes: Sequence[AssetClass | None] | None = None,
    rates: Rates | None = None,
) -> Estimates:
    """Estimates of any instruments of one currency, from weekly returns, annualised by 52.

    `levels` (D, n) are total-return levels on `dates` (D,), NaN before an instrument's first day and nowhere else. `benchmark` (D,)
    are levels of the index of the SAME currency on the same dates, for betas. `risk_free`, `rates`: fractions per year of
    that currency. `prior` (n,) are weights of the market portfolio on any scale; without them those of the classes are taken,
    where all are known, else equal ones. Instruments with less than a year of prices in the window, or with prices that
    never move, are left out and noted. Cash (by class, or with a volatility below 0.5 % a year where the class is unknown) stays
    outside the matrix. With "ledoit_wolf" the correlation of shares with bonds is floored at 0 where the classes are known.

    Raises:
        NotEnoughHistory: if no instrument, or an index that is needed, has a year of prices; `details` name them.
        InvalidInput: for prices that are none, shapes that do not fit, or what a method needs and was not given.
    """
    kinds = tuple(classes) if classes is not None else (None,) * len(symbols)
    index = benchmark if spec.mean in _BY_BETA else None
    _check(symbols, levels, classes=kinds, benchmark=index, prior=prior, risk_free=risk_free)
    named, every = (tuple(symbols), levels) if index is None else ((*symbols, _INDEX), np.column_stack([levels, index]))
    weekly = weekly_window(named, dates, every, spec.window_from, spec.window_to)
    own = weekly.returns[:, : len(symbols)]
    declared = [column for column, kind in enumerate(kinds) if kind is AssetClass.CASH]
    half_life = spec.half_life_weeks if spec.covariance == "ewma" else None
    columns, notes = usable_columns(symbols, own, declared, half_life)
    if not columns:
        raise NotEnoughHistory(
            "None of these has a year of prices that move.", field="symbols", details={"symbols": list(symbols)}
        )
    kept = tuple(symbols[column] for column in columns)
    weights = None if prior is None else prior[columns]
    sample, more = _sample(kept, own[:, columns], tuple(kinds[column] for column in columns), spec, prior=weights)
    by_beta = weekly.returns[:, -1] if index is not None else None
    sample = replace(sample, risk_free=risk_free, rates=rates, benchmark=by_beta)
    return _estimated(sample, weekly.ends, spec, symbols, (*notes, *more))


def _sample(
    symbols: tuple[str, ...],
    returns: Floats,
    classes: tuple[AssetClass | None, ...],
    spec: EstimateSpec,
    *,
    prior: Floats | None,
) -> tuple[Sample, tuple[Reason, ...]]:
    spread = np.nanstd(returns, axis=0, ddof=1) * np.sqrt(WEEKS_PER_YEAR)
    cash = np.array([kind is AssetClass.CASH for kind in classes])
    cash_like = np.array([kind is None for kind in classes]) & (spread < _CASH_LIKE)
    covariance, notes = universe_covariance(
        returns,
        cash | cash_like,
        spec.covariance,
        half_life_weeks=spec.half_life_weeks,
        floored=stock_bond_pairs(classes) if spec.covariance == "ledoit_wolf" else None,
    )
    weights, equal = _prior(classes, prior)
    notes = (*(Reason("estimates.cash_like", {"symbol": symbol}) for symbol in compress(symbols, cash_like)), *notes)
    if equal and spec.mean == "black_litterman":
        notes = (*notes, Reason("estimates.equal_prior", {}))
    return Sample(symbols, returns, cash | cash_like, covariance, 0.0, classes, weights), notes


def _estimated(
    sample: Sample, ends: Dates, spec: EstimateSpec, asked: Sequence[str], notes: tuple[Reason, ...]
) -> Estimates:
    covariance = sample.covariance
    more: tuple[Reason, ...] = ()
    match spec.mean:
        case "historical":
            mean = historical(sample)
        case "shrunk":
            mean, more = shrunk(sample)
        case "capm":
            mean, more = capm(sample)
        case "forward":
            mean, more = forward(sample)
        case "black_litterman":
            mean, covariance, more = equilibrium_with_views(sample, spec, asked)
    common = complete(PeriodReturns(ends, sample.returns))
    if len(common.ends) < len(ends):
        youngest = sample.symbols[int(np.argmax(np.isnan(sample.returns).sum(axis=0)))]
        weeks: dict[str, float | str] = {"weeks": float(len(common.ends)), "of": float(len(ends)), "symbol": youngest}
        more = (*more, Reason("estimates.common_weeks", weeks))
    return Estimates(
        symbols=sample.symbols,
        mean=mean,
        covariance=covariance,
        risk_free=sample.risk_free,
        returns=common.returns,
        ends=common.ends,
        periods_per_year=WEEKS_PER_YEAR,
        mean_method=spec.mean,
        covariance_method=spec.covariance,
        prior=sample.prior,
        notes=(*notes, *more),
    )


def _prior(classes: Sequence[AssetClass | None], given: Floats | None) -> tuple[Floats, bool]:
    """Prior weights (n,) that sum to 1, and whether they are equal for want of better ones."""
    if given is not None and given.sum() > 0.0:
        weights: Floats = given / given.sum()
        return weights, False
    known = [item for item in classes if item is not None]
    if given is None and len(known) == len(classes):
        return prior_weights(known), False
    return np.full(len(classes), 1.0 / len(classes)), True


def _check(
    symbols: Sequence[str],
    levels: Floats,
    *,
    classes: Sequence[AssetClass | None],
    benchmark: Floats | None,
    prior: Floats | None,
    risk_free: float,
) -> None:
    if len(symbols) == 0:
        raise InvalidInput("At least one investment is needed.", field="symbols")
    if len(classes) != len(symbols):
        raise InvalidInput("Each investment has one class.", field="classes")
    if benchmark is not None and benchmark.shape != levels.shape[:1]:
        raise InvalidInput("The index to compare with needs one level per day.", field="benchmark")
    if prior is not None and not _are_weights(prior, len(symbols)):
        raise InvalidInput("Prior weights are numbers from 0, one per investment.", field="prior")
    if not np.isfinite(risk_free):
        raise InvalidInput("The risk-free rate is a number.", field="risk_free_rate")


def _are_weights(prior: Floats, count: int) -> bool:
    fits: NDArray[np.bool_] = np.isfinite(prior) & (prior >= 0.0)
    return prior.shape == (count,) and bool(fits.all())
