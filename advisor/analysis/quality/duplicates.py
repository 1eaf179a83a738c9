"""Days that came more than once."""

from __future__ import annotations

import numpy as np

from advisor.analysis.quality.rule import Checked, Context, over_days, select
from advisor.domain.bars import Bars, FindingKind, Treatment


def duplicates(bars: Bars, _context: Context) -> Checked:
    """Puts days in order; of a day that came several times the last bar is kept.

    Sources append corrections, so that the last word on a day is the newest. The earlier ones are refused.
    """
    order = np.argsort(bars.dates, kind="stable")
    bars = select(bars, order) if (np.diff(order) < 0).any() else bars  # type: ignore[arg-type]  # positions pick like a mask
    repeated = np.r_[bars.dates[:-1] == bars.dates[1:], False] if len(bars) else np.zeros(0, bool)
    if not repeated.any():
        return Checked(bars)
    detail = "days came more than once; the last bar of each was kept"
    finding = over_days(bars.dates[repeated], FindingKind.DUPLICATE_DATE, Treatment.REFUSED, detail)
    return Checked(select(bars, ~repeated), (finding,))
