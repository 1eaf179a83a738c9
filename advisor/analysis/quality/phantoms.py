"""Days on which the exchange was closed."""

from __future__ import annotations

import numpy as np

from advisor.analysis.quality.rule import Checked, Context, Mask, has_volume, over_days, refuse
from advisor.domain.bars import Bars, FindingKind, InstrumentKind, Treatment

# More strange days than this share say that the calendar is another exchange's, not that the days are false.
_WRONG_CALENDAR = 0.05
_LEAST_STRANGE = 10
# Without a calendar, a day of the week with fewer bars than this share of the usual is one on which the exchange is closed.
_RARE_WEEKDAY = 0.1
_ROUND_THE_CLOCK = (InstrumentKind.CRYPTO, InstrumentKind.CURRENCY)


def phantoms(bars: Bars, context: Context) -> Checked:
    """Refuses bars of days outside the calendar that show no trade; keeps, with a note, those that do.

    Sources fill holidays of one exchange with stale or foreign numbers: 37 Indian shares have a bar with volume 0 for the holiday
    of 30 April 2009, many of them on the scale of before a split. But a calendar can miss a special session, and NSE has to make do
    with Bombay's: a bar with volume, or (where the source gives no volumes) with a range of its own, was traded. Without a
    calendar only weekends are judged, and only where the instrument does not usually trade on them.
    """
    strange = _outside(bars, context)
    if not strange.any():
        return Checked(bars)
    share = strange.sum() / len(bars)
    if context.sessions is not None and strange.sum() >= _LEAST_STRANGE and share > _WRONG_CALENDAR:
        detail = f"{share:.0%} of the days lie outside the calendar: it is probably not that of this instrument"
        return Checked(bars, (over_days(bars.dates[strange], FindingKind.PHANTOM_SESSION, Treatment.KEPT, detail),))
    traded = bars.volume > 0 if has_volume(bars) else bars.high > bars.low
    special = strange & traded
    found = refuse(
        bars, strange & ~traded, FindingKind.PHANTOM_SESSION, "the exchange was closed and the bars show no trade"
    )
    if not special.any():
        return found
    detail = "traded although the calendar says closed: a special session, or a calendar that errs"
    kept = over_days(bars.dates[special], FindingKind.PHANTOM_SESSION, Treatment.KEPT, detail)
    return Checked(found.bars, (*found.findings, kept))


def _outside(bars: Bars, context: Context) -> Mask:
    days = bars.dates
    if context.sessions is not None and len(context.sessions):
        judged = (days >= context.sessions[0]) & (days <= context.sessions[-1])
        return np.asarray(judged & ~np.isin(days, context.sessions))
    if bars.record.kind in _ROUND_THE_CLOCK or not len(days):
        return np.zeros(len(days), bool)
    weekday = (days.astype("int64") + 3) % 7  # 1 January 1970 was a Thursday; Monday is 0
    counts = np.bincount(weekday, minlength=7)
    rare = counts < _RARE_WEEKDAY * np.median(counts[counts > 0])
    return np.asarray((weekday >= 5) & rare[weekday])
