"""Prices that stood still."""

from __future__ import annotations

import numpy as np

from advisor.analysis.quality.rule import Checked, Context, Mask, has_volume, over_days, refuse, without_trade
from advisor.domain.bars import Bars, Finding, FindingKind, InstrumentKind, Treatment

LEAST_RUN = 5  # sessions with the same close
_LONG_RUN = 20  # a month without trade is no price any more
_MAY_STAND = (InstrumentKind.RATE, InstrumentKind.CURRENCY, InstrumentKind.FUND)  # set by an authority, or once a day


def stale(bars: Bars, _context: Context) -> Checked:
    """Notes runs of five or more equal closes without a sign of trade; refuses the idle days of runs of twenty and more.

    A sign of trade is volume, or a range within the day: a fund of Treasury bills closes at the same cent for two weeks while
    millions are traded, and that is true. Short runs are true as well (halts, idle shares) and kept with a note, since volatility
    and correlation computed across them are too low. Long ones (HDFC stands still for 258 sessions to the end of 2014) would pass
    for a riskless asset: they are not stored, and a gap is what remains. Pegged currencies, rates, funds and whatever has no
    volumes at all are kept.
    """
    idle = without_trade(bars)
    starts, lengths = _runs(bars, idle)
    found: list[Finding] = []
    refused = np.zeros(len(bars), bool)
    for start, length in zip(starts, lengths, strict=True):
        days = np.zeros(len(bars), bool)
        days[start : start + length] = True
        if length >= _LONG_RUN and has_volume(bars) and bars.record.kind not in _MAY_STAND:
            refused |= days & idle
        else:
            detail = "the same close without a sign of trade"
            found.append(over_days(bars.dates[days], FindingKind.STALE_RUN, Treatment.KEPT, detail))
    checked = refuse(bars, refused, FindingKind.STALE_RUN, "the same close for a month or more without a sign of trade")
    return Checked(checked.bars, (*found, *checked.findings))


def _runs(bars: Bars, idle: Mask) -> tuple[list[int], list[int]]:
    """Starts and lengths of runs of equal closes in which all days after the first were idle."""
    if not len(bars):
        return [], []
    same = np.r_[False, (bars.close[1:] == bars.close[:-1]) & idle[1:]]
    starts = np.flatnonzero(~same)
    lengths = np.diff(np.r_[starts, len(same)])
    long = lengths >= LEAST_RUN
    return starts[long].tolist(), lengths[long].tolist()
