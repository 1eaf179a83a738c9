"""Which days of a series are known, and in which stretches they may be put in relation to each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from advisor.domain.bars import COLUMNS, Bars
from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats

Rows = NDArray[np.intp]


def check(bars: Bars) -> None:
    """Refuse bars that break the promises of `Bars`.

    Raises:
        InvalidInput: if a column has not one value per day, or days do not ascend strictly.
    """
    if any(getattr(bars, name).shape != bars.dates.shape for name in COLUMNS) or bars.dates.ndim != 1:
        raise InvalidInput("Prices need one value per day.", details={"symbol": bars.record.symbol})
    if np.any(np.diff(bars.dates.astype("datetime64[D]").astype(np.int64)) <= 0):
        raise InvalidInput("Dates must ascend.", details={"symbol": bars.record.symbol})


def stretches(*prices: Floats) -> Iterator[Rows]:
    """Rows on which all of the given prices (T,) are known, split where one of them is zero or less.

    Ratios across such a day mean nothing (a future at -37 dollars), so each stretch stands alone and warms up anew. Unknown days
    within a stretch are left out: its known days follow one another. Whether a row belongs to a stretch, and where that stretch
    began, depends on nothing later.
    """
    columns = np.stack(prices)
    known = np.flatnonzero(np.all(np.isfinite(columns), axis=0))
    positive = np.all(columns[:, known] > 0, axis=0)
    for part in np.split(np.arange(len(known)), np.flatnonzero(~positive)):
        rows = known[part[positive[part]]]
        if len(rows):
            yield rows
