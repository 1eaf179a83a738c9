"""Series made from simulated log returns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from advisor.domain.market import Floats, Provenance, Series

MakeSeries = Callable[..., Series]


@pytest.fixture(scope="session")
def make_series() -> MakeSeries:
    """Build a daily series on business days from log returns (T,)."""

    def build(returns: Floats, symbol: str = "SIM", start: str = "2005-01-03") -> Series:
        dates = np.busday_offset(start, np.arange(len(returns) + 1), roll="forward")
        levels = 100 * np.exp(np.concatenate(([0.0], np.cumsum(returns))))
        first, last = dates[0].item(), dates[-1].item()
        assert isinstance(first, date)
        return Series(
            symbol,
            symbol,
            "USD",
            dates,
            levels,
            True,
            Provenance("simulated", "Simulated", first, last, rehearsal=True),
        )

    return build
