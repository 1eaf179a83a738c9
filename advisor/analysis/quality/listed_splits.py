"""Splits that the source lists, and prices that do not follow."""

from __future__ import annotations

import numpy as np

from advisor.analysis.quality.jumps import Tape
from advisor.analysis.quality.rescale import rescale
from advisor.analysis.quality.rule import Checked, Context, over_days
from advisor.domain.bars import Bars, CorporateAction, Finding, FindingKind, Treatment

_AROUND = 3  # sessions: sources date splits by ex-day, payment or notice
_SMALL = 0.33  # log: moves of this size come by themselves, so that a smaller split is looked for on its own day only
_TELLING = 5.0  # usual moves: a stock dividend of 2 % cannot be told from a day of trading
_MISS = 0.35  # of the split's log: how far the move may lie from it
_LEAST_MISS = 0.02


def listed_splits(bars: Bars, _context: Context) -> Checked:
    """Mends prices before a listed split that was not applied to them, or applied twice.

    Bars are adjusted for splits, so that nothing must show on the day of one. A price that falls to 1/v on the day of a v-for-1
    split was never adjusted; one that rises v-fold was adjusted twice, or adjusted although it never moved. Earlier prices
    are multiplied so that the level holds. Where the adjusted close runs on smoothly it is right and stays.
    """
    findings: list[Finding] = []
    for action in bars.actions:
        if action.kind == "split" and action.value > 0 and action.value != 1:
            bars, found = _follow(bars, action)
            findings.extend(found)
    return Checked(bars, tuple(findings))


def _follow(bars: Bars, action: CorporateAction) -> tuple[Bars, tuple[Finding, ...]]:
    tape = Tape(bars)
    size = float(np.log(action.value))
    due = int(np.searchsorted(bars.dates, np.datetime64(action.day)))
    around = _AROUND if abs(size) >= _SMALL else 0
    candidates = [at for at in range(due - around, due + around + 1) if 0 < at < len(bars)]
    for at in sorted(candidates, key=lambda at: abs(at - due)):
        spread = tape.spread(at)
        tolerance = min(_MISS * abs(size), 4 * spread + _LEAST_MISS)
        if abs(size) < _TELLING * spread:
            continue
        for expected, what in ((-size, "was not applied"), (size, "was applied twice")):
            miss = max(abs(tape.moves[at] - expected), abs(tape.level_shift(at) - expected) / 2)
            if miss <= tolerance:
                return _mend(bars, tape, at, expected, f"the split of {action.day} ({action.value:g} for 1) {what}")
    return bars, ()


def _mend(bars: Bars, tape: Tape, at: int, expected: float, detail: str) -> tuple[Bars, tuple[Finding, ...]]:
    right = abs(tape.adjusted[at]) < abs(expected) / 2
    kind = FindingKind.MIXED_ADJUSTMENT if right else FindingKind.UNADJUSTED_SPLIT
    factor = float(np.exp(expected))
    before = np.arange(len(bars)) < at
    if right:
        detail += " to prices, while the adjusted close is right"
    mended = rescale(bars, before, kind, factor)
    return mended, (over_days(bars.dates[before], kind, Treatment.REPAIRED, detail, factor),)
