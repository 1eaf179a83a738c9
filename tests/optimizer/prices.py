"""Made-up prices for estimation: weekdays of correlated random walks, whole weeks, of which some may begin late."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from advisor.domain.market import Dates, Floats

FIRST, LAST = np.datetime64("2014-01-06", "D"), np.datetime64("2021-12-31", "D")  # a Monday and a Friday


def weekdays() -> Dates:
    days = np.arange(FIRST, LAST + np.timedelta64(1, "D"))
    return days[np.is_busday(days)]


def walks(count: int, seed: int = 3, born: Mapping[int, str] | None = None, scale: float = 0.011) -> Floats:
    """Levels (D, n) with one common factor; `born` maps a column to its first day."""
    dates = weekdays()
    generator = np.random.default_rng(seed)
    common = generator.standard_normal((len(dates), 1))
    spread = scale * np.linspace(0.6, 1.6, count)
    moves = spread * (0.6 * common + 0.8 * generator.standard_normal((len(dates), count)))
    levels = 50.0 * np.exp(np.cumsum(moves + 0.0002, axis=0))
    for column, first in (born or {}).items():
        levels[dates < np.datetime64(first), column] = np.nan
    return levels
