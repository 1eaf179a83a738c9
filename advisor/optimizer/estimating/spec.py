"""How returns and risk are to be estimated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import get_args

import numpy as np

from advisor.domain.errors import InvalidInput
from advisor.optimizer.estimating.record import CovarianceMethod, MeanMethod
from advisor.optimizer.views import DELTA, TAU, View

HALF_LIFE_WEEKS = 52.0
"""Age at which a week counts half in the exponentially weighted covariance; docs/moments.md says why a year."""

_LEAST_HALF_LIFE = 4.0  # below it the covariance rests on a handful of weeks


@dataclass(frozen=True)
class EstimateSpec:
    """How to estimate; docs/moments.md has the definitions.

    The window is every week that lies between `window_from` and `window_to`, both included; without `window_from` at most
    the last 20 years. `half_life_weeks` is for "ewma"; `delta`, `tau` and `views` are for "black_litterman".

    Raises:
        InvalidInput: for an unknown method, a window that ends before it begins, or figures out of range, naming the field.
    """

    mean: MeanMethod = "shrunk"
    covariance: CovarianceMethod = "ledoit_wolf"
    window_from: date | None = None
    window_to: date | None = None
    half_life_weeks: float = HALF_LIFE_WEEKS
    delta: float = DELTA
    tau: float = TAU
    views: tuple[View, ...] = ()

    def __post_init__(self) -> None:
        if self.mean not in get_args(MeanMethod):
            raise InvalidInput("There is no such way to estimate returns.", field="mean")
        if self.covariance not in get_args(CovarianceMethod):
            raise InvalidInput("There is no such way to estimate risk.", field="covariance")
        if self.window_from and self.window_to and self.window_from >= self.window_to:
            raise InvalidInput("The window ends before it begins.", field="window")
        if not (np.isfinite(self.half_life_weeks) and self.half_life_weeks >= _LEAST_HALF_LIFE):
            raise InvalidInput("The half-life is at least four weeks.", field="half_life_weeks")
        if not all(np.isfinite(item) and item > 0.0 for item in (self.delta, self.tau)):
            raise InvalidInput("Delta and tau are numbers above 0.", field="delta")
        if self.views and self.mean != "black_litterman":
            raise InvalidInput("Views need the method that can weigh them: black_litterman.", field="views")
