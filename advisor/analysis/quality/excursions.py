"""Prices that leave for a few days and come back: another scale, a false tick."""

from __future__ import annotations

import numpy as np

from advisor.analysis.quality.jumps import Tape
from advisor.analysis.quality.rule import Checked, Context, refuse
from advisor.domain.bars import Bars, FindingKind

_LONGEST = 4  # sessions; what lasts longer has a scale that can be known, and is mended instead
_LEAST = 0.33  # log, 1.4 times: India's holidays of 2009 carry prices of before a 3-for-2 bonus
_UNUSUAL = 8.0  # in usual moves: illiquid pennies jump by halves and back every week
_BACK = 0.25  # of the jump: how near to the old level the return must come, markets moving meanwhile
_CALM = (
    2.5  # in usual ranges: a squeeze that doubles and halves again (Volkswagen, October 2008) swings within its days
)


def excursions(bars: Bars, _context: Context) -> Checked:
    """Refuses up to four days at another level, from which the price returns as suddenly as it left.

    A market that leaves and returns trades wildly on the way; a false scale leaves and returns overnight and is calm between. What
    is asked: a jump of 1.4 times and of eight usual moves at least, both ways overnight where opens are known, every day between
    near the new level, with no range out of the ordinary.
    """
    tape = Tape(bars)
    faulty = np.zeros(len(bars), bool)
    for at in tape.large(_LEAST):
        if not faulty[at - 1]:
            length = _length(tape, at)
            faulty[at : at + length] = True
    return refuse(bars, faulty, FindingKind.SCALE_BREAK, "prices on another scale for a few days, then back")


def _length(tape: Tape, at: int) -> int:
    """For how many days from `at` on the price is away; 0 if it did not leave, or did not come back in time."""
    jump = tape.moves[at]
    spread = max(tape.spread_before(at), tape.spread_after(at + _LONGEST))
    if abs(jump) < _UNUSUAL * spread or not _overnight(tape, at, jump):
        return 0
    near = _BACK * abs(jump)
    for length in range(1, _LONGEST + 1):
        end = at + length
        if end >= len(tape.bars):
            return 0
        if abs(tape.close[end] - tape.close[at - 1]) <= near:
            return length if _overnight(tape, end, -jump) else 0
        if abs(tape.close[end] - tape.close[at]) > near or tape.wild(end) > _CALM:
            return 0
    return 0


def _overnight(tape: Tape, at: int, jump: float) -> bool:
    """Whether most of the jump lies between the close and the next open, on a day of ordinary range."""
    gap = tape.gaps[at]
    if not np.isfinite(gap):
        return abs(jump) >= 3 * _LEAST  # without opens only what no market does in a day
    return abs(gap - jump) <= _BACK * abs(jump) and tape.wild(at) <= 2 * _CALM
