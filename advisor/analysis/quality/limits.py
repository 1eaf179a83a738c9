"""Moves that the exchange does not allow."""

from __future__ import annotations

import numpy as np

from advisor.analysis.quality.jumps import Tape
from advisor.analysis.quality.rule import Checked, Context, over_days
from advisor.domain.bars import Bars, FindingKind, Treatment
from advisor.domain.market import Floats

_ROUNDING = 0.01  # of the price: limits are rounded to a cent, which is half a percent of the cheapest shares
_FIRST_DAYS = 5  # China's exchanges set no limit in a share's first five sessions


def limits(bars: Bars, context: Context) -> Checked:
    """Notes closes further from the close before than the exchange's daily limit; nothing is changed.

    Such a move is a split or a payout that is not in the prices, a return after a suspension or a reform of the company (which
    the exchanges exempt), or a false price; which of them, the prices alone do not tell. Listed dividends are added back, because
    the limit counts from the price less the payout.
    """
    if not context.limits or len(bars) <= _FIRST_DAYS:
        return Checked(bars)
    allowed = _allowed(bars, context)
    with np.errstate(invalid="ignore"):
        beyond = np.abs(np.expm1(Tape(bars).moves)) > allowed + _ROUNDING
    beyond[:_FIRST_DAYS] = False
    if not beyond.any():
        return Checked(bars)
    widest = f"{float(np.nanmax(allowed[beyond])):.0%}"
    detail = f"moved further than the exchange's daily limit of {widest}: a payout or split that is not listed, or a suspension"
    return Checked(bars, (over_days(bars.dates[beyond], FindingKind.PRICE_LIMIT, Treatment.KEPT, detail),))


def _allowed(bars: Bars, context: Context) -> Floats:
    """The limit of each day (T,), a fraction; NaN where none held yet."""
    allowed = np.full(len(bars), np.nan)
    for limit in context.limits:
        since = np.datetime64(limit.since) if limit.since else bars.dates[0]
        allowed[bars.dates >= since] = limit.fraction
    return allowed
