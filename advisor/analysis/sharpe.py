"""What a Sharpe ratio is worth as evidence: its own record, and the difference of two with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from advisor.analysis.bootstrap import stationary_draws
from advisor.analysis.ratios import (
    deflated_sharpe,
    expected_best_sharpe,
    paired,
    probabilistic_sharpe,
    sharpe,
)
from advisor.analysis.risk import kurtosis, observed, skewness
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import Floats

LEAST_RETURNS = 24
"""Below two years of months an interval by bootstrap says nothing."""

_NO_SPREAD = 1e-15
_AT_ONCE = 250  # resamples held in memory together


@dataclass(frozen=True, slots=True)
class Trials:
    """How many variants were tried before one was shown, and the variance of their Sharpe ratios (per period)."""

    count: int
    variance: float

    @staticmethod
    def of(sharpe_ratios: Sequence[float]) -> Trials:
        """From the per-period Sharpe ratios of all trials, the chosen one among them; one trial has no variance.

        Raises:
            InvalidInput: for none, or one that is not a number.
        """
        ratios = np.asarray(sharpe_ratios, np.float64)
        if not len(ratios) or not np.all(np.isfinite(ratios)):
            raise InvalidInput("Every trial needs a Sharpe ratio.", field="trials")
        return Trials(len(ratios), float(np.var(ratios, ddof=1)) if len(ratios) > 1 else 0.0)


ONE_TRIAL = Trials(1, 0.0)


@dataclass(frozen=True, slots=True)
class SharpeRecord:
    """The Sharpe ratio of a series and how far it can be trusted.

    `sharpe` and `hurdle` are per year; the hurdle is what the best of the trials reaches by luck alone. `probability` is that of a
    true ratio above `benchmark` (probabilistic Sharpe ratio), `deflated` the same above the hurdle. `least_periods` is the
    shortest record on which the ratio would be above the benchmark with 95 % confidence, None if it is not above it.
    """

    sharpe: float
    count: int
    periods_per_year: int
    skewness: float
    kurtosis: float
    benchmark: float
    probability: float
    trials: int
    hurdle: float
    deflated: float
    least_periods: float | None


@dataclass(frozen=True, slots=True)
class SharpeDifference:
    """First ratio less the second, per year, with a symmetric interval at `level`.

    `p_value` is for "no difference". `block` is the mean block length in periods. `clear` says that 0 lies outside.
    """

    difference: float
    low: float
    high: float
    level: float
    p_value: float
    count: int
    block: float
    draws: int
    seed: int

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0.0 or self.high < 0.0


def sharpe_record(
    returns: Floats,
    periods_per_year: int,
    *,
    risk_free: float = 0.0,
    benchmark: float = 0.0,
    trials: Trials = ONE_TRIAL,
) -> SharpeRecord | None:
    """The record of a return series; `risk_free` per period, `benchmark` a Sharpe ratio per year. None for a constant series.

    Moments are those of the sample as it is (n), the ratio itself has n - 1 (Bailey and Lopez de Prado 2012, 2014).

    Raises:
        InvalidInput: for gaps, or trials that cannot be.
        NotEnoughHistory: for fewer than two returns.
    """
    excess = observed(returns, 2) - risk_free
    ratio, skew, peak = sharpe(excess, 1), skewness(excess), kurtosis(excess)
    if ratio is None or skew is None or peak is None:
        return None
    annual = float(np.sqrt(periods_per_year))
    count, level = len(excess), benchmark / annual
    return SharpeRecord(
        sharpe=ratio * annual,
        count=count,
        periods_per_year=periods_per_year,
        skewness=skew,
        kurtosis=peak,
        benchmark=benchmark,
        probability=probabilistic_sharpe(ratio, level, count, skew, peak),
        trials=trials.count,
        hurdle=expected_best_sharpe(trials.variance, trials.count) * annual,
        deflated=deflated_sharpe(ratio, count, skew, peak, variance_of_trials=trials.variance, trials=trials.count),
        least_periods=minimum_track_record(ratio, level, skew, peak),
    )


def minimum_track_record(
    sharpe_ratio: float, benchmark: float, skew: float, peak: float, confidence: float = 0.95
) -> float | None:
    """Periods after which a ratio this high is above `benchmark` with `confidence`; both ratios per period, `peak` 3 if normal.

    1 + [1 - g3 SR + (g4 - 1) SR^2 / 4] (z / (SR - SR*))^2 (Bailey and Lopez de Prado 2012); None if it is not above.

    Raises:
        InvalidInput: if the moments contradict one another, or for a confidence outside 0.5 to 1.
    """
    _check_level(confidence)
    variance = 1.0 - skew * sharpe_ratio + (peak - 1.0) * sharpe_ratio**2 / 4.0
    if variance <= 0.0:
        raise InvalidInput("Skewness and kurtosis contradict one another.")
    if sharpe_ratio <= benchmark:
        return None
    return 1.0 + variance * (float(ndtri(confidence)) / (sharpe_ratio - benchmark)) ** 2


def default_block(count: int) -> float:
    """Mean block in periods for a series of `count`: 1.5 times its cube root, at least 2 (the rate of Hall et al. 1995)."""
    return max(2.0, 1.5 * float(np.cbrt(count)))


def sharpe_difference(
    first: Floats,
    second: Floats,
    periods_per_year: int,
    *,
    seed: int,
    risk_free: float = 0.0,
    level: float = 0.95,
    draws: int = 1999,
    mean_block: float | None = None,
) -> SharpeDifference | None:
    """Difference of two Sharpe ratios over the same periods with a studentised bootstrap interval (Ledoit and Wolf 2008).

    The standard error is that of the delta method with a long-run variance (Andrews 1991, quadratic spectral kernel, prewhitened);
    within each resample it comes from the sums of its blocks (Goetze and Kuensch 1996). Blocks are those of the stationary
    bootstrap, where the paper has circular ones of one length. None if a series is constant or the two are the same.

    Raises:
        InvalidInput: for other lengths, gaps, or a level outside 0.5 to 1.
        NotEnoughHistory: for fewer than 24 common returns.
    """
    _check_level(level)
    own, other = paired(first, second)
    count = len(own)
    if count < LEAST_RETURNS:
        raise NotEnoughHistory(f"At least {LEAST_RETURNS} common returns are needed.", details={"returns": count})
    pair = np.stack((own - risk_free, other - risk_free))[:, None, :]
    block = default_block(count) if mean_block is None else mean_block
    if min(float(np.std(own)), float(np.std(other)), float(np.std(own - other))) <= _NO_SPREAD:
        return None
    difference, influence = _difference(pair)
    error = float(np.sqrt(long_run_variance(influence[0]) / count))
    if error <= _NO_SPREAD:
        return None
    centre = float(difference[0])
    statistic = np.sort(_studentised(pair[:, 0, :], centre, seed, draws, block))
    width = float(statistic[min(int(np.ceil(level * (draws + 1))) - 1, draws - 1)]) * error
    annual = float(np.sqrt(periods_per_year * (count - 1) / count))  # n - 1, as `sharpe` has it
    return SharpeDifference(
        difference=centre * annual,
        low=(centre - width) * annual,
        high=(centre + width) * annual,
        level=level,
        p_value=(int(np.sum(statistic >= abs(centre) / error)) + 1) / (draws + 1),
        count=count,
        block=block,
        draws=draws,
        seed=seed,
    )


def long_run_variance(series: Floats) -> float:
    """Variance of the mean of a dependent series (n,), times n.

    Quadratic spectral kernel with Andrews's (1991) bandwidth for an AR(1), prewhitened by one lag (Andrews and Monahan 1992).
    """
    centred = series - series.mean()
    root = _first_lag(centred)
    white = centred[1:] - root * centred[:-1]
    rho = _first_lag(white)
    bandwidth = 1.3221 * (4.0 * rho**2 / (1.0 - rho) ** 4 * len(white)) ** 0.2
    lags = np.arange(1.0, len(white))
    covariances = np.correlate(white, white, "full")[len(white) :] / len(white)
    total = float(white @ white) / len(white) + 2.0 * float(_quadratic_spectral(lags, bandwidth) @ covariances)
    return float(total / (1.0 - root) ** 2)


def _check_level(level: float) -> None:
    if not 0.5 <= level < 1.0:
        raise InvalidInput("A confidence level lies between 0.5 and 1.", field="level")


def _first_lag(series: Floats) -> float:
    """Autocorrelation at lag 1, kept from the unit root as Andrews and Monahan (1992) do."""
    power = float(series[:-1] @ series[:-1])
    return float(np.clip(series[1:] @ series[:-1] / power, -0.97, 0.97)) if power > 0.0 else 0.0


def _quadratic_spectral(lags: Floats, bandwidth: float) -> Floats:
    if bandwidth <= 0.0:
        return np.zeros(len(lags))
    z = 6.0 * np.pi * lags / (5.0 * bandwidth)
    weights: Floats = 3.0 / z**2 * (np.sin(z) / z - np.cos(z))
    return weights


def _difference(pair: Floats) -> tuple[Floats, Floats]:
    """Per draw of (2, draws, n): the difference of the ratios (population moments), and its influence values (draws, n)."""
    mean = pair.mean(axis=2, keepdims=True)
    second = (pair**2).mean(axis=2, keepdims=True)
    spread = np.sqrt(np.maximum(second - mean**2, 1e-300))
    values = second / spread**3 * (pair - mean) - 0.5 * mean / spread**3 * (pair**2 - second)
    ratios = (mean / spread)[:, :, 0]
    return ratios[0] - ratios[1], values[0] - values[1]


def _studentised(pair: Floats, difference: float, seed: int, draws: int, block: float) -> Floats:
    """|resampled difference - difference| over its block standard error, (draws,); infinite for a resample without spread."""
    index, begins = stationary_draws(pair.shape[1], draws, seed, mean_block=block)
    parts = [slice(start, start + _AT_ONCE) for start in range(0, draws, _AT_ONCE)]
    return np.concatenate([_statistics(pair[:, index[part]], begins[part], difference) for part in parts])


def _statistics(resampled: Floats, begins: NDArray[np.bool_], difference: float) -> Floats:
    draws, count = begins.shape
    found, influence = _difference(resampled)
    heads = np.flatnonzero(begins)
    sums = np.add.reduceat(influence.ravel(), heads)
    squares = np.bincount(heads // count, sums**2, minlength=draws)
    errors = np.sqrt(squares) / count
    statistic = np.full(draws, np.inf)
    np.divide(np.abs(found - difference), errors, out=statistic, where=errors > _NO_SPREAD)
    return statistic
