"""What can be measured around a jump of the price: is it a change of scale, or did the market move?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from advisor.domain.bars import Bars
from advisor.domain.market import Floats

_WINDOW = 40  # sessions either side: long enough for a steady median, short enough to know one market from another
_LEVEL = 5  # sessions either side whose median is the level
_MAD = 1.4826  # median absolute deviation to standard deviation, for a normal distribution
_LEAST_SPREAD = 0.003  # a bill fund hardly moves; without a floor each of its ticks would be a jump
_LEAST_VOLUMES = 8  # days with volume on each side before volumes can testify


@dataclass(frozen=True)
class Tape:
    """Logarithms of positive bars: `moves` (T,) close to close with 0 first, `gaps` (T,) close to open, `ranges` (T,) high to low.

    A listed dividend is added back to the move and the gap of its ex-day, so that a large distribution is no jump.
    """

    bars: Bars

    @cached_property
    def close(self) -> Floats:
        """Log closes (T,); NaN where a price is not positive."""
        return _log(self.bars.close)

    @cached_property
    def paid(self) -> Floats:
        """Listed dividends per share by the day (T,) on which they went ex."""
        paid = np.zeros(len(self.bars))
        for item in self.bars.actions:
            if item.kind == "dividend":
                at = int(np.searchsorted(self.bars.dates, np.datetime64(item.day)))
                if 0 < at < len(paid):
                    paid[at] += item.value
        return paid

    @cached_property
    def moves(self) -> Floats:
        """Close to close with dividends, (T,)."""
        return _after_zero(_log(self.bars.close + self.paid)[1:] - self.close[:-1])

    @cached_property
    def gaps(self) -> Floats:
        """Close to the next open with dividends, (T,); NaN where the open is unknown."""
        return _after_zero(_log(self.bars.open + self.paid)[1:] - self.close[:-1])

    @cached_property
    def ranges(self) -> Floats:
        """High over low, (T,)."""
        return _log(self.bars.high) - _log(self.bars.low)

    @cached_property
    def within(self) -> Floats:
        """Open to close, (T,)."""
        return self.close - _log(self.bars.open)

    @cached_property
    def adjusted(self) -> Floats:
        """Moves of the adjusted close, (T,)."""
        return _after_zero(np.diff(_log(self.bars.adj_close)))

    def large(self, least: float) -> list[int]:
        """Positions whose move is at least `least` in size, ascending."""
        with np.errstate(invalid="ignore"):
            return [int(i) for i in np.flatnonzero(np.abs(self.moves) >= least)]

    def spread_before(self, at: int) -> float:
        """A day's usual move before a jump: a robust standard deviation of moves."""
        return _spread(self.moves[max(1, at - _WINDOW) : at])

    def spread_after(self, at: int) -> float:
        """The same after it."""
        return _spread(self.moves[at + 1 : at + 1 + _WINDOW])

    def spread(self, at: int) -> float:
        """The larger of the two, so that an illiquid or excited market is not judged by its calmer half."""
        return max(self.spread_before(at), self.spread_after(at))

    def level_shift(self, at: int) -> float:
        """Log level of the five closes from the jump on, against that of the five before."""
        return float(np.median(self.close[at : at + _LEVEL]) - np.median(self.close[max(0, at - _LEVEL) : at]))

    def wild(self, at: int) -> float:
        """The day's range as a multiple of the usual one before; 0 where unknown."""
        usual = self.ranges[max(0, at - _WINDOW) : at]
        usual = usual[np.isfinite(usual)]
        today = self.ranges[at]
        if not len(usual) or not np.isfinite(today):
            return 0.0
        return float(today / max(float(np.median(usual)), 2 * _LEAST_SPREAD))

    def volume_shift(self, at: int) -> float | None:
        """Log of the median volume after the jump over that before; None if too few days have one."""
        before, after = self._volumes(at - _WINDOW, at), self._volumes(at + 1, at + 1 + _WINDOW // 2)
        if min(len(before), len(after)) < _LEAST_VOLUMES:
            return None
        return float(np.log(np.median(after)) - np.log(np.median(before)))

    def volume_burst(self, at: int) -> float | None:
        """Log of the day's volume over the median before it; None if unknown."""
        before = self._volumes(at - _WINDOW, at)
        today = self.bars.volume[at]
        if len(before) < _LEAST_VOLUMES or not today > 0:
            return None
        return float(np.log(today) - np.log(np.median(before)))

    def _volumes(self, start: int, end: int) -> Floats:
        volumes = self.bars.volume[max(0, start) : max(0, end)]
        return volumes[volumes > 0]


def _spread(moves: Floats) -> float:
    moves = moves[np.isfinite(moves)]
    if not len(moves):
        return _LEAST_SPREAD
    return max(_LEAST_SPREAD, _MAD * float(np.median(np.abs(moves))))


def _log(prices: Floats) -> Floats:
    return np.log(np.where(prices > 0, prices, np.nan))


def _after_zero(changes: Floats) -> Floats:
    """Changes (T - 1,) as a column (T,) that begins with 0."""
    return np.concatenate([np.zeros(1), changes])
