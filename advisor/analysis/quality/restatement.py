"""Whether a source has restated the past since it was stored."""

from __future__ import annotations

import numpy as np

from advisor.domain.bars import Bars, Closes
from advisor.domain.market import Floats

_RESTATED = 1e-6  # relative; the smallest dividend that matters changes the factor by more
_HALF_CENT = 0.005
_DIGITS = 5  # after the first
_FEW = 0.2  # of the overlap: single corrected days do not restate the past


def restated(stored: Closes, fresh: Bars) -> bool:
    """Whether the overlap of an incremental fetch shows the stored past on another scale, so that all of it must be fetched again.

    A split since divides all earlier prices, a dividend shrinks all earlier adjusted closes: the factor is the same on all days of
    the overlap. It is estimated as the median of fresh over stored, for closes and adjusted closes apart, and compared with 1,
    beyond 1e-6 and what rounding explains. Sources round to cents or to six digits, which moves a price by up to half of the last
    place; prices that are not all whole cents were not rounded to cents, and six digits are allowed for. The median of n rounding
    errors is nearer to zero than one of them, so that the allowance shrinks with the root of n. Where more than a fifth of the
    days differ beyond rounding, a part of the past was restated. A single corrected day is no restatement; it arrives as any
    new bar does. No overlap says nothing: False, and whoever asks must fetch with some.
    """
    shared, at_stored, at_fresh = np.intersect1d(stored.days, fresh.dates, return_indices=True)
    if not len(shared):
        return False
    return _rescaled(stored.close[at_stored], fresh.close[at_fresh]) or _rescaled(
        stored.adj_close[at_stored], fresh.adj_close[at_fresh]
    )


def continues(stored: Bars, fresh: Bars) -> bool:
    """Whether an increment goes on where the stored bars end: they share days, and these do not show another scale."""
    overlap = stored.between(fresh.dates[0].item(), None)
    shared = bool(np.isin(overlap.dates, fresh.dates).any())
    return shared and not restated(Closes(overlap.dates, overlap.close, overlap.adj_close), fresh)


def _rescaled(old: Floats, new: Floats) -> bool:
    known = np.isfinite(old) & np.isfinite(new) & (old > 0) & (new > 0)
    old, new = old[known], new[known]
    if not len(old):
        return False
    rounding = (_place(old) + _place(new)) / old
    change = np.log(new / old)
    shift = abs(float(np.median(change)))
    allowed = _RESTATED + float(np.median(rounding)) * min(1.0, 4 / np.sqrt(len(old)))
    return bool(shift > allowed or np.mean(np.abs(change) > _RESTATED + rounding) > _FEW)


def _place(prices: Floats) -> Floats:
    """By how much rounding can have moved each price: half a cent where all are whole cents, else six digits."""
    in_cents = np.abs(prices * 100 - np.round(prices * 100)) < 1e-6 * np.maximum(1, prices)
    return np.full(len(prices), _HALF_CENT) if in_cents.all() else 10 ** (np.floor(np.log10(prices)) - _DIGITS) / 2
