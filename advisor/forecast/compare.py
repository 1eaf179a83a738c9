"""Which baseline to serve: the random walk, unless the moving average shows skill twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtr

from advisor.domain.market import Floats, Series
from advisor.forecast.evaluate import Evaluation, Model, Part, evaluate_returns, roll
from advisor.forecast.models import check_horizon
from advisor.forecast.returns import log_returns

WINDOWS = (20, 60, 120)
_ALPHA = 0.05

Statement = Literal["forecast.nothing_beats_naive", "forecast.moving_average_wins"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`best` is the model to serve (with `window` for the moving average), `table` the test-part figures of both.

    `p_value` is that of the Clark-West test on the test part. `statement_key` names the sentence to say, `values` its figures.
    """

    best: Model
    window: int | None
    table: tuple[Evaluation, ...]
    p_value: float
    statement_key: Statement
    values: dict[str, float | str]


def compare(series: Series, horizon: int) -> Comparison:
    """Choose between the random walk and the moving average for forecasts of `horizon` trading days.

    The window is tuned on validation. The moving average is served only if it has a lower RMSE there and in test, and if
    the one-sided Clark-West test rejects the random walk at 5 % in test. Clark-West, because the random walk is the moving
    average with its drift set to 0: the models nest, and Diebold-Mariano is too shy then.

    Raises:
        NotEnoughHistory: the series is too short or unfit (`details["reason"]`).
        InvalidInput: `horizon` outside 1-60.
    """
    check_horizon(horizon)
    returns = log_returns(series)

    def judged(model: Model, window: int, part: Part) -> Evaluation:
        return evaluate_returns(returns, series, horizon, model=model, window=window, part=part)

    validated = {window: judged("moving_average", window, "validation") for window in WINDOWS}
    # By skill, not RMSE: a long window may begin its validation later, on easier days.
    window = max(WINDOWS, key=lambda candidate: validated[candidate].skill)
    winner = validated[window]
    walk, average = judged("naive", window, "test"), judged("moving_average", window, "test")
    rolled = roll(returns, series.symbol, horizon, model="moving_average", window=window, part="test")
    p_value = clark_west(rolled.actual, rolled.predicted, horizon)
    wins = winner.skill > 0 and average.skill > 0 and p_value < _ALPHA
    served = average if wins else walk
    values: dict[str, float | str] = {
        "symbol": series.symbol,
        "days": horizon,
        "skill": average.skill,
        "validation_skill": winner.skill,
        "p_value": p_value,
        "origins": walk.origins,
        "coverage_80": served.coverage_80,
    }
    statement: Statement = "forecast.moving_average_wins" if wins else "forecast.nothing_beats_naive"
    return Comparison(served.model, served.window, (walk, average), p_value, statement, values)


def clark_west(actual: Floats, predicted: Floats, horizon: int) -> float:
    """One-sided p-value that `predicted` beats a forecast of 0 for `horizon`-day outcomes with daily origins.

    The loss difference is adjusted for the noise of the larger model, f = a^2 - (a - p)^2 + p^2 = 2 a p (Clark & West 2007,
    J. Econometrics 138). Overlapping outcomes are handled by Newey-West with 1.5 x horizon lags and the small-sample factor
    of Harvey, Leybourne & Newbold (1997), against a Student-t whose degrees of freedom count non-overlapping outcomes.
    """
    gain = 2 * actual * predicted
    n = gain.size
    centred = gain - gain.mean()
    lags = min(n - 1, int(1.5 * horizon)) if horizon > 1 else 0
    variance = float(centred @ centred) / n
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * float(centred[lag:] @ centred[:-lag]) / n
    if variance <= 0:
        return 1.0
    harvey = np.sqrt(max(0.0, n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    statistic = float(gain.mean() / np.sqrt(variance / n) * harvey)
    return float(1 - stdtr(max(1.0, n / horizon - 1), statistic))
