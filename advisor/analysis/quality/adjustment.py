"""Adjusted closes that do not fit the closes and the dividends."""

from __future__ import annotations

import numpy as np

from advisor.analysis.quality.rule import Checked, Context, Mask, over_days
from advisor.domain.bars import Bars, Finding, FindingKind, Treatment
from advisor.domain.market import Floats

_DIGITS = 2e-4  # relative: adjusted closes of six digits and fewer
_CENT = 0.005  # prices rounded to cents are off by up to half of one
_LARGE = 0.25  # of the price: ordinary dividends are smaller
_LEAST_STEP = 0.002  # of the price: smaller dividends drown in rounding
_OFF = 0.2  # of a dividend: sources differ on which close they divide by
_SPLIT = 1.4
_YEAR = np.timedelta64(400, "D")


def adjustment(bars: Bars, _context: Context) -> Checked:
    """Notes what cannot be in the ratio of adjusted close to close; nothing is changed, because the dividends are not known better.

    With every dividend the ratio before the ex-day shrinks by 1 - d / close, so that it is at most 1, never falls with
    time, and steps up on ex-days only (CRSP's and Yahoo's method). Noted are ratios above 1; falls; steps of a quarter and more;
    listed dividends without their step and steps without a listed dividend; dividends taken in shares of before a later split (old
    Yahoo files: the dividends before look as many times larger as the split is); and a close that is itself the adjusted one.
    """
    if not bars.total_return or len(bars) < 2:
        return Checked(bars)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((bars.close > 0) & (bars.adj_close > 0), bars.adj_close / bars.close, np.nan)
        tolerance = _DIGITS + _CENT / np.abs(bars.close) + _CENT / np.abs(bars.adj_close)
    steps = np.r_[0.0, np.log(ratio[1:]) - np.log(ratio[:-1])]
    noise = tolerance + np.r_[0.0, tolerance[:-1]]
    above = ratio > 1 + tolerance
    falls = steps < -noise
    found = [
        *_note(bars, above, "the adjusted close lies above the close"),
        *_note(bars, falls, "the adjusted close falls against the close, which no dividend does"),
        *_note(
            bars,
            steps > -np.log(1 - _LARGE),
            "the adjustment steps by a quarter of the price or more: a special distribution",
        ),
        *_against_dividends(bars, steps, noise),
        *_before_splits(bars, steps, noise),
    ]
    return Checked(bars, tuple(found))


def _against_dividends(bars: Bars, steps: Floats, noise: Floats) -> list[Finding]:
    """Listed dividends beside the steps of the ratio."""
    listed = _dividends(bars)
    telling = listed > np.maximum(_LEAST_STEP, 3 * noise)
    if not telling.any():
        return []
    if not (np.abs(steps) > noise).any():
        return _note(bars, telling, "no dividend shows between close and adjusted close: only one of the two was given")
    absent = telling & (np.abs(steps - listed) > noise + _OFF * listed)
    ex_days = np.flatnonzero(listed > 0)
    within = np.zeros(len(bars), bool)
    within[ex_days[0] : ex_days[-1] + 1] = True
    unlisted = within & (listed == 0) & (steps > np.maximum(_LEAST_STEP, 3 * noise))
    return [
        *_note(bars, absent, "a listed dividend has another size, or none, in the adjusted close"),
        *_note(bars, unlisted, "the adjusted close knows of a dividend that is not listed"),
    ]


def _dividends(bars: Bars) -> Floats:
    """By day (T,), the step that listed dividends should make: -log(1 - d / close before)."""
    expected = np.zeros(len(bars))
    for item in bars.actions:
        if item.kind == "dividend":
            at = int(np.searchsorted(bars.dates, np.datetime64(item.day)))
            if 0 < at < len(bars) and 0 < item.value < bars.close[at - 1]:
                expected[at] -= np.log(1 - item.value / bars.close[at - 1])
    return expected


def _before_splits(bars: Bars, steps: Floats, noise: Floats) -> list[Finding]:
    """Splits across which the dividends in the adjusted close shrink by the split, as if never counted in today's shares."""
    paid = np.flatnonzero(steps > noise)
    amounts = bars.close[paid - 1] * (1 - np.exp(-steps[paid]))
    found: list[Finding] = []
    for item in bars.actions:
        if item.kind != "split" or item.value < _SPLIT:
            continue
        day = np.datetime64(item.day)
        before = (bars.dates[paid] < day) & (bars.dates[paid] > day - _YEAR)
        after = (bars.dates[paid] >= day) & (bars.dates[paid] < day + _YEAR)
        if min(before.sum(), after.sum()) < 2:
            continue
        shrink = np.median(amounts[before]) / np.median(amounts[after])
        if abs(np.log(shrink / item.value)) < 0.4 * np.log(item.value):
            detail = (
                f"dividends before the split of {item.day} seem to be counted in old shares: total returns are too high"
            )
            found.append(over_days(bars.dates[bars.dates < day], FindingKind.MIXED_ADJUSTMENT, Treatment.KEPT, detail))
    return found


def _note(bars: Bars, days: Mask, detail: str) -> list[Finding]:
    if not days.any():
        return []
    return [over_days(bars.dates[days], FindingKind.MIXED_ADJUSTMENT, Treatment.KEPT, detail)]
