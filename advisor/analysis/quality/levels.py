"""Changes of scale that nobody lists: splits not applied, prices in another unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from advisor.analysis.quality.jumps import Tape
from advisor.analysis.quality.rescale import rescale
from advisor.analysis.quality.rule import Checked, Context, Mask, over_days
from advisor.domain.bars import Bars, Finding, FindingKind, Treatment

_UNITS = (10.0, 100.0, 1000.0, 10000.0)
_RARE = 2.5  # 5 for 2 hardly occurs, while spin-offs of this size do (Tyco, July 2007)
_SPLITS = (1.25, 4 / 3, 1.5, 2.0, _RARE, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0)
_LEAST = 0.18  # log; the smallest split looked for is 5 for 4, 0.22
_SURE = 1.49  # below it a fall on news is far likelier than a split, so that nothing is mended
_UNUSUAL = 8.0  # in usual moves
# Splits draw some trade; news that takes a fifth off a price draws many times the usual.
_BURST, _SMALL_BURST = float(np.log(3.0)), float(np.log(2.0))
_HALVED = float(np.log(1.9))
_LENIENT = 1.8  # markets hardly ever halve overnight in a quiet session, so that the other signs need not be as exact
_CALM = 2.0  # in usual ranges
_INVERSE = (0.55, 1.8)  # of the split's log: the change of volume that bears it out; half of it is as near to no change
_DISTRIBUTED = 0.03  # log: a dividend larger than any ordinary one
_EXCITED = 1.7  # moves after against moves before: crashes stay excited for weeks


@dataclass(frozen=True)
class Break:
    """A change of scale at position `at`; `size` is the log of the factor between the levels.

    `counted`: volume moved inversely. `plain`: nothing but a split or another scale explains it. `sure`: it may be mended alone.
    """

    at: int
    size: float
    unit: bool
    counted: bool
    plain: bool
    sure: bool


def levels(bars: Bars, _context: Context) -> Checked:
    """Finds changes of scale without a listed split, and mends those that are beyond doubt.

    A factor of 10 to 10,000 that stays is mended: nothing trades to a tenth overnight in a calm session. (Funds in India before
    June 2012 stand at 10 and 100 times their later scale.) For a factor of a usual split the session must have been calm and free
    of news (a burst of volume), the price stayed and moves afterwards no wilder. It is then mended if volume changed inversely; if
    not, or if the adjusted close knows of a distribution on that day (spin-offs are paid in shares), it is noted and kept, because
    a crash mended away is worse than a split missed. Below 3 for 2 nothing is mended. The newest prices are taken to be right. A
    break undone by a later one of the same size is a stretch on another scale, and only the stretch is mended.
    """
    tape = Tape(bars)
    breaks = [item for at in tape.large(_LEAST) if (item := _judge(tape, at)) is not None]
    findings: list[Finding] = []
    skipped = -1
    for number, item in enumerate(breaks):
        if number == skipped:
            continue
        following = breaks[number + 1] if number + 1 < len(breaks) else None
        days, factor = np.arange(len(bars)) < item.at, item.size
        stretch = following is not None and _undone(item, following)
        if stretch and following is not None:
            skipped = number + 1
            days, factor = (np.arange(len(bars)) >= item.at) & (np.arange(len(bars)) < following.at), -item.size
        bars, finding = _treat(bars, item, days, float(np.exp(factor)), stretch=stretch)
        findings.append(finding)
    return Checked(bars, tuple(findings))


def _undone(item: Break, following: Break) -> bool:
    """Whether the price came back by the same factor: two quiet jumps of one size are no chance, even where volumes are silent."""
    return item.plain and following.plain and abs(item.size + following.size) < 1e-9


def _treat(bars: Bars, item: Break, days: Mask, factor: float, *, stretch: bool) -> tuple[Bars, Finding]:
    kind = FindingKind.UNADJUSTED_SPLIT if item.counted or not item.unit else FindingKind.SCALE_BREAK
    kind = FindingKind.SCALE_BREAK if stretch else kind
    times = f"{np.exp(abs(item.size)):.4g}"
    if not item.sure and not stretch:
        day = bars.dates[item.at : item.at + 1]
        detail = f"the price changed by a factor of {times} overnight, which may be a split or a distribution in shares"
        return bars, over_days(day, kind, Treatment.KEPT, detail)
    detail = f"prices were {times} times too {'low' if factor > 1 else 'high'}"
    return rescale(bars, days, kind, factor), over_days(bars.dates[days], kind, Treatment.REPAIRED, detail, factor)


def _judge(tape: Tape, at: int) -> Break | None:
    """Whether the move at `at` is a change of scale; None if the market may as well have moved."""
    move, spread = float(tape.moves[at]), tape.spread(at)
    unit = _nearest(move, _UNITS)
    if unit is not None and abs(unit) >= _UNUSUAL * spread / 2 and _is_unit(tape, at, unit):
        return Break(at, unit, unit=True, counted=_counted(tape, at, unit), plain=True, sure=True)
    size = _nearest(move, _SPLITS)
    if size is None or abs(size) < _UNUSUAL * spread or not _is_split(tape, at, size, spread):
        return None
    counted = _counted(tape, at, size)
    usual = abs(size) >= np.log(_SURE) and not np.isclose(abs(size), np.log(_RARE))
    distributed = abs(tape.adjusted[at] - tape.moves[at]) > _DISTRIBUTED
    plain = bool(usual and not distributed)
    return Break(at, size, unit=False, counted=counted, plain=plain, sure=plain and counted)


def _nearest(move: float, factors: tuple[float, ...]) -> float | None:
    if not np.isfinite(move):
        return None
    logs = np.log(factors)
    size = float(logs[np.argmin(np.abs(logs - abs(move)))])
    return float(np.copysign(size, move)) if abs(size - abs(move)) < 0.35 else None


def _is_unit(tape: Tape, at: int, size: float) -> bool:
    gap = tape.gaps[at]
    overnight = not np.isfinite(gap) or abs(gap - size) < 0.3
    return overnight and abs(tape.level_shift(at) - size) < 0.5 and tape.wild(at) <= 2 * _CALM


def _is_split(tape: Tape, at: int, size: float, spread: float) -> bool:
    """Every sign of an ordinary day but for the scale."""
    loose = _LENIENT if abs(size) >= _HALVED else 1.0
    gap, within = tape.gaps[at], tape.within[at]
    rest = abs(tape.moves[at] - size)
    if np.isfinite(gap):
        ordinary = abs(gap - size) <= loose * (1.5 * spread + 0.005) and abs(within) <= loose * (2.5 * spread + 0.005)
        ordinary = ordinary and rest <= min(0.25 * abs(size), loose * (3 * spread + 0.005))
    else:
        ordinary = rest <= loose * 1.5 * spread
    burst = tape.volume_burst(at)
    limit = _BURST if abs(size) >= np.log(_SURE) else _SMALL_BURST
    usual = burst is None or min(burst, burst + size) <= limit  # whether or not volumes are of old shares
    stays = abs(tape.level_shift(at) - size) <= loose * (5 * spread + 0.02)
    calm = tape.wild(at) <= loose * _CALM and tape.spread_after(at) <= loose * _EXCITED * tape.spread_before(at)
    # The adjusted close runs on: a distribution, which the rule on adjustment judges.
    explained = abs(tape.adjusted[at]) < abs(size) / 2
    return bool(ordinary and usual and stays and calm and not explained)


def _counted(tape: Tape, at: int, size: float) -> bool:
    """Whether shares traded changed inversely to the price; False where there are too few volumes to tell."""
    shift = tape.volume_shift(at)
    return shift is not None and _INVERSE[0] <= -shift / size <= _INVERSE[1]
