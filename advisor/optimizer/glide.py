"""The way down to a dated goal: year by year the horizon shortens, and with it the share of equities allowed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from advisor.domain.investor import RiskProfile
from advisor.optimizer.choose import Choice, choose
from advisor.optimizer.frontier import Frontier
from advisor.optimizer.moments import Moments


@dataclass(frozen=True)
class GlideStep:
    """The portfolio of one year: `year` counts from 0, `years_left` is the horizon at its start, `equity_cap` what that allows."""

    year: int
    years_left: float
    equity_cap: float
    choice: Choice


def glide_path(
    frontier: Frontier,
    moments: Moments,
    profile: RiskProfile,
    years: float,
    *,
    cap_at: Callable[[float], float],
    wanted_return: float | None = None,
    look_up: Callable[[RiskProfile, float | None], Choice] | None = None,
) -> tuple[GlideStep, ...]:
    """One portfolio per year up to a goal `years` away, each looked up on the frontier under that year's equity cap.

    `cap_at` maps years left to the largest equity share (the line of the risk profile: 2 years 0 ... 20 years 90 %). Caps, and so
    positions, never rise. The first step is the plan itself; at least one step is returned. `look_up` is `choose` on this frontier
    with a memory, for many paths that share their mixes.
    """
    pick = look_up or (lambda asked, wish: choose(frontier, moments, asked, wish))
    steps: list[GlideStep] = []
    cap = profile.equity_cap
    for year in range(max(1, math.ceil(years - 1e-9))):
        left = years - year
        cap = min(cap, cap_at(left)) if year else cap
        same = bool(steps) and steps[-1].equity_cap == cap
        choice = steps[-1].choice if same else pick(replace(profile, equity_cap=cap), wanted_return)
        if steps and choice.position > steps[-1].choice.position:
            choice = steps[-1].choice
        steps.append(GlideStep(year, left, cap, choice))
    return tuple(steps)
