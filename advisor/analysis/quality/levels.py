"""Changes of scale that nobody lists: splits not applied, prices in another unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from advisor.analysis.quality.jumps import Tape
from advisor.analysis.quality.rescale import rescale
from advisor.analysis.quality.rule import Checked, Context, over_days, refuse
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
_LONGEST_CLOSURE = np.timedelta64(12, "D")  # China's New Year
_YEAR = 250  # sessions within which the other end of a stretch is looked for
_BACK = 0.4  # of a jump: how near to its inverse the jump back must come, the market moving on these days as well
_SETTLED = 5  # sessions on the new scale before the old one is given up
_UNSETTLED = (
    "the newest prices are on another scale; it has to hold for five sessions before earlier prices are brought to it"
)
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

    A factor of 10 to 10,000 that stays is mended: nothing trades to a tenth overnight in a calm session; in a lively one it is
    noted. (Funds in India before June 2012 stand at 10 and 100 times their later scale.) For a factor of a usual split the
    session must have been calm and free of news (a burst of volume), the price stayed and moves afterwards no wilder. It is
    then mended if volume changed inversely; if not, if days are missing before it, or if the adjusted close knows of a
    distribution on that day (spin-offs are paid in shares), it is noted and kept, because a crash mended away is worse than a
    split missed. Below 3 for 2 nothing is mended. The newest prices are taken to be right once they have held for five
    sessions; until then they are refused, because a false tick of one day must not rescale a history. A break undone by a later
    one of the same size is a stretch on another scale, and only the stretch is mended. Where only one end of a stretch looks
    like a break, a factor of a split is noted, never mended: it would bring all that is before it to a false scale.
    """
    tape = Tape(bars)
    breaks = [item for at in tape.large(_LEAST) if (item := _judge(tape, at)) is not None]
    findings: list[Finding] = []
    ended: set[int] = set()
    for number, item in enumerate(breaks):
        if item.at in ended:
            continue
        other = _other_end(tape, item, breaks[number + 1 :])
        if other is None and item.sure and len(bars) - item.at < _SETTLED:
            newest = np.arange(len(bars)) >= item.at
            refused = refuse(bars, newest, FindingKind.SCALE_BREAK, _UNSETTLED)
            return Checked(refused.bars, (*findings, *refused.findings))
        if other is not None:
            ended.add(other.at)
        bars, finding = _treat(bars, item, other)
        findings.append(finding)
    return Checked(bars, tuple(findings))


@dataclass(frozen=True)
class End:
    """The other end of a stretch on another scale, at position `at`. `certain`: the stretch may be mended."""

    at: int
    certain: bool


def _other_end(tape: Tape, item: Break, later: Sequence[Break]) -> End | None:
    """Where the price came back, or had left before, by the same factor; None if the change of scale is there to stay.

    Two quiet jumps of one size are no chance, even where volumes are silent. A jump back that does not look like a break (another
    jump is near, the day was lively) is enough for factors of ten and more, which no market undoes.
    """
    if item.plain and later and later[0].plain and abs(item.size + later[0].size) < 1e-9:
        return End(later[0].at, certain=True)
    near = [
        at
        for at in tape.large(abs(item.size) / 2)
        if abs(at - item.at) <= _YEAR and abs(tape.moves[at] + item.size) <= _BACK * abs(item.size)
    ]
    if not near:
        return None
    nearest = min(near, key=lambda at: abs(at - item.at))
    sure = item.sure or any(other.sure for other in later if other.at == nearest)
    return End(nearest, certain=item.unit and sure)


def _treat(bars: Bars, item: Break, other: End | None) -> tuple[Bars, Finding]:
    split = other is None and (item.counted or not item.unit)
    kind = FindingKind.UNADJUSTED_SPLIT if split else FindingKind.SCALE_BREAK
    times = f"{np.exp(abs(item.size)):.4g}"
    if not (item.sure if other is None else other.certain):
        day = bars.dates[item.at : item.at + 1]
        detail = f"the price changed by a factor of {times} overnight, which may be a split or a distribution in shares"
        if other is not None:
            detail = f"the price changed by a factor of {times} overnight and by its inverse on {bars.dates[other.at]}"
        return bars, over_days(day, kind, Treatment.KEPT, detail)
    position = np.arange(len(bars))
    days, size = position < item.at, item.size
    if other is not None:
        days = (position >= min(item.at, other.at)) & (position < max(item.at, other.at))
        size = -item.size if other.at > item.at else item.size
    factor = float(np.exp(size))
    detail = f"prices were {times} times too {'low' if factor > 1 else 'high'}"
    return rescale(bars, days, kind, factor), over_days(bars.dates[days], kind, Treatment.REPAIRED, detail, factor)


def _judge(tape: Tape, at: int) -> Break | None:
    """Whether the move at `at` is a change of scale; None if the market may as well have moved."""
    move, spread = float(tape.moves[at]), tape.spread(at)
    unit = _nearest(move, _UNITS)
    if unit is not None and abs(unit) >= _UNUSUAL * spread / 2:
        clear = _is_unit(tape, at, unit)
        return Break(at, unit, unit=True, counted=_counted(tape, at, unit), plain=clear, sure=clear)
    size = _nearest(move, _SPLITS)
    if size is None or abs(size) < _UNUSUAL * spread or not _is_split(tape, at, size, spread):
        return None
    counted = _counted(tape, at, size)
    usual = abs(size) >= np.log(_SURE) and not np.isclose(abs(size), np.log(_RARE))
    distributed = abs(tape.adjusted[at] - tape.moves[at]) > _DISTRIBUTED
    # What happened in a hole of the data did not happen overnight, and need not have been quiet.
    hole = tape.bars.dates[at] - tape.bars.dates[at - 1] > _LONGEST_CLOSURE
    plain = bool(usual and not distributed and not hole)
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
