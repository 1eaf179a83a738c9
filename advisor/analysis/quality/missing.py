"""Days without a close."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from advisor.analysis.quality.rule import Checked, Context, refuse
from advisor.domain.bars import COLUMNS, Bars, FindingKind, InstrumentKind

# These may truly cost nothing or less (crude oil on 20 April 2020; bills in 2009 and 2020).
MAY_BE_ZERO = (InstrumentKind.COMMODITY, InstrumentKind.RATE)


def missing(bars: Bars, _context: Context) -> Checked:
    """Refuses days whose close is unknown, or zero where nothing costs zero: sources write 0 for "no price".

    A zero or infinite open, high or low beside a good close becomes unknown, which is all it ever said; an adjusted close that
    is unknown makes the day useless for total returns, so it is refused too.
    """
    zero_is_true = bars.record.kind in MAY_BE_ZERO
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        values = getattr(bars, name)
        says_something = np.isfinite(values) & (zero_is_true | (values != 0) | (name == "volume"))
        columns[name] = np.where(says_something, values, np.nan)
    cleaned = replace(bars, **columns)
    unknown = np.isnan(cleaned.close) | np.isnan(cleaned.adj_close)
    return refuse(cleaned, unknown, FindingKind.MISSING_PRICE, "days without a price, or with 0 for one")
