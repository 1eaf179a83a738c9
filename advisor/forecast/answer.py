"""One instrument's forecast as it is shown: the model to rely on, the others beside it, and why it was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.domain.market import Series
from advisor.forecast.compare import WINDOWS, Comparison, compare
from advisor.forecast.models import ForecastResult, moving_average, naive


@dataclass(frozen=True)
class ForecastAnswer:
    """`served` is the forecast to rely on, `others` stand beside it; `comparison` says why it was chosen."""

    series: Series
    served: ForecastResult
    others: tuple[ForecastResult, ...]
    comparison: Comparison


def answer(series: Series, days: int) -> ForecastAnswer:
    """Both baselines for `days` trading days, the one with measured skill first.

    Raises:
        NotEnoughHistory: the series is too short or unfit.
        InvalidInput: `days` outside 1-60.
    """
    comparison = compare(series, days)
    tuned = next((row.window for row in comparison.table if row.window), WINDOWS[0])
    walk, average = naive(series, days), moving_average(series, days, tuned)
    served, other = (average, walk) if comparison.best == "moving_average" else (walk, average)
    return ForecastAnswer(series, served, (other,), comparison)
