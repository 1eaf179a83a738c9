"""The choice of one portfolio for one investor: the highest point of the frontier that the risk profile allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from advisor.analysis.risk import CVAR_FACTOR, normal_cvar, risk_contributions
from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Reason, RiskProfile
from advisor.domain.market import Floats
from advisor.optimizer.dust import without_dust
from advisor.optimizer.frontier import Frontier, volatilities_of
from advisor.optimizer.moments import Moments
from advisor.optimizer.path import SLACK, Path, path_of
from advisor.optimizer.rounding import rounded

CappedBy = Literal["loss_budget", "horizon", "wanted_return", "boldest", "save_first"]

_HELD = 0.5e-4
_EDGE = 1e-6


@dataclass(frozen=True)
class Choice:
    """One portfolio and why it is this one.

    `weights` (symbol -> fraction, four decimals, only what is held) sum to 1; `exact` (n,) are the same before rounding.
    `expected_return` is the projection mean, `volatility` and `cvar` (average loss of the worst 5 % of years, a fraction >=
    0) follow from the rounded weights; all per year. `position` is the place on the frontier (0 calmest, 1 boldest), 0 also
    below it. `ceiling_return` is the expected return at the highest point allowed. `risk_shares` are shares of variance by
    symbol. `binding` names the limits touched. `capped_by` says what held the choice down.
    """

    weights: dict[str, float]
    exact: Floats
    expected_return: float
    volatility: float
    cvar: float
    position: float
    ceiling_return: float
    risk_shares: dict[str, float]
    binding: tuple[str, ...]
    capped_by: CappedBy
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class _Point:
    weights: Floats
    position: float
    capped_by: CappedBy
    reasons: tuple[Reason, ...]


def choose(frontier: Frontier, moments: Moments, profile: RiskProfile, wanted_return: float | None = None) -> Choice:
    """The highest point whose 1-year 95 % CVaR (normal: 2.0627 sigma - mu) and equity share the profile allows.

    With a `wanted_return` (fraction per year, compared with the projection mean): the calmest allowed point that meets it;
    out of reach, the highest allowed one, and a reason with its return. Where even the calmest point holds too many shares,
    these are trimmed into cash; where it loses too much, the least losing point is mixed with cash, up to cash alone.
    `profile.save_first` means cash alone. Continuous in budget, cap and wanted return.

    Raises:
        InvalidInput: if frontier and moments are of different universes, or the wanted return is not a number.
    """
    if frontier.symbols != moments.symbols:
        raise InvalidInput("The frontier was drawn for another universe.")
    if wanted_return is not None and not np.isfinite(wanted_return):
        raise InvalidInput("The wanted return must be a number.", field="wanted_return")
    path = path_of(frontier, moments)
    if profile.save_first is not None:
        why = Reason("choice.save_first", {"why": profile.save_first})
        point = _Point(_cash(moments), 0.0, "save_first", (why,))
        return _described(point, point, profile, frontier, moments)
    ceiling = _ceiling(path, moments, profile)
    point = ceiling if wanted_return is None else _wanted(path, moments, profile, ceiling, wanted_return)
    return _described(point, ceiling, profile, frontier, moments)


def _losses(moments: Moments, weights: Floats) -> Floats:
    """1-year 95 % CVaR (m,) of portfolios (m, n), before the floor at 0."""
    losses: Floats = CVAR_FACTOR * volatilities_of(weights, moments.covariance) - weights @ moments.forward
    return losses


def _ceiling(path: Path, moments: Moments, profile: RiskProfile) -> _Point:
    found = path.highest(profile.cvar_budget, profile.equity_cap)
    if found is None:
        return _below_frontier(path, moments, profile)
    position, weights = found
    equity = float(weights @ moments.equity)
    values: dict[str, float | str] = {"equity": equity, "equity_cap": profile.equity_cap}
    if position >= 1.0 or len(path.line.weights) == 1:
        return _Point(weights, position, "boldest", (Reason("choice.boldest", values),))
    if equity >= profile.equity_cap - _EDGE:
        return _Point(weights, position, "horizon", (Reason("choice.horizon", values),))
    loss = float(_losses(moments, weights[None, :])[0])
    reason = Reason("choice.loss_budget", {"cvar": loss, "budget": profile.cvar_budget})
    return _Point(weights, position, "loss_budget", (reason,))


def _below_frontier(path: Path, moments: Moments, profile: RiskProfile) -> _Point:
    """Trimmed of shares, then mixed with cash, as far as needed."""
    frontier = path.line
    reasons: list[Reason] = []
    capped: CappedBy = "loss_budget"
    top = path.highest(float("inf"), profile.equity_cap)
    if top is None:
        position, capped = 0.0, "horizon"
        weights = _trimmed(frontier.calmest, moments, profile.equity_cap)
        values: dict[str, float | str] = {
            "equity_cap": profile.equity_cap,
            "equity": float(frontier.calmest @ moments.equity),
        }
        reasons.append(Reason("choice.equity_trimmed", values))
    else:
        position = _least_losing(frontier, moments, top[0])
        weights = frontier.at(position)
    kept = _share_kept(weights, moments, profile.cvar_budget)
    if kept < 1.0:
        capped = "loss_budget"
        weights = kept * weights + (1.0 - kept) * _cash(moments)
        reasons.append(Reason("choice.mixed_with_cash", {"cash_added": 1.0 - kept, "budget": profile.cvar_budget}))
    return _Point(weights, position, capped, tuple(reasons))


def _trimmed(weights: Floats, moments: Moments, equity_cap: float) -> Floats:
    """Shares scaled down to the cap and the rest put into cash: no other holding moves, so weights move no faster than the cap."""
    share = float(weights @ moments.equity)
    scale = max(0.0, equity_cap) / share if share > 0 else 1.0
    trimmed = np.where(moments.equity > 0, weights * min(1.0, scale), weights)
    trimmed[moments.cash_column] += weights.sum() - trimmed.sum()
    return trimmed


def _least_losing(frontier: Frontier, moments: Moments, top: float) -> float:
    """Position in [0, top] of the smallest CVaR, which falls at first and rises later."""
    low, high = 0.0, top
    best = low
    while high - low > 1e-9:
        tried = np.linspace(low, high, 33)
        at = int(np.argmin(_losses(moments, frontier.at_positions(tried))))
        best = float(tried[at])
        low, high = float(tried[max(at - 1, 0)]), float(tried[min(at + 1, 32)])
    return best


def _share_kept(weights: Floats, moments: Moments, budget: float) -> float:
    """Largest share of the portfolio, the rest being cash, whose CVaR is within the budget; 0 if cash alone is not."""
    cash = _cash(moments)

    def loss(share: float) -> float:
        return float(_losses(moments, (share * weights + (1.0 - share) * cash)[None, :])[0])

    if loss(1.0) <= budget + SLACK:
        return 1.0
    low, high = 0.0, 1.0
    if loss(low) > budget + SLACK:
        return 0.0
    for _ in range(50):
        middle = (low + high) / 2.0
        low, high = (middle, high) if loss(middle) <= budget else (low, middle)
    return low


def _wanted(path: Path, moments: Moments, profile: RiskProfile, ceiling: _Point, wanted: float) -> _Point:
    reached = moments.projection_mean(ceiling.weights)
    if reached < wanted - 1e-9:
        values: dict[str, float | str] = {"wanted": wanted, "ceiling_return": reached}
        missed = Reason("wanted_return.out_of_reach", values, reached - wanted)
        return _Point(ceiling.weights, ceiling.position, ceiling.capped_by, (*ceiling.reasons, missed))
    found = path.lowest(wanted, profile.cvar_budget, profile.equity_cap)
    if found is None or found[0] >= ceiling.position:
        return ceiling
    met = Reason("wanted_return.met", {"wanted": wanted, "ceiling_return": reached})
    return _Point(found[1], found[0], "wanted_return", (met,))


def _described(point: _Point, ceiling: _Point, profile: RiskProfile, frontier: Frontier, moments: Moments) -> Choice:
    whole, dust = without_dust(
        np.where(point.weights < _HELD, 0.0, point.weights), moments, frontier.constraints, profile
    )
    final = rounded(whole)
    shares = risk_contributions(final, moments.covariance)
    held = [i for i in range(len(final)) if final[i] > 0]
    expected, spread = moments.projection_mean(final), moments.volatility(final)
    return Choice(
        weights={moments.symbols[i]: float(final[i]) for i in held},
        exact=point.weights,
        expected_return=expected,
        volatility=spread,
        cvar=normal_cvar(spread, expected),
        position=point.position,
        ceiling_return=moments.projection_mean(ceiling.weights),
        risk_shares={moments.symbols[i]: float(shares[i]) for i in held},
        binding=frontier.constraints.binding(point.weights),
        capped_by=point.capped_by,
        reasons=(*point.reasons, *dust, *_purposes(moments, final, shares, held)),
    )


def _purposes(moments: Moments, weights: Floats, shares: Floats, held: list[int]) -> tuple[Reason, ...]:
    """What each holding is for: a key per class with its weight and its share of the risk, largest first."""
    order = sorted(held, key=lambda i: (-weights[i], i))
    return tuple(
        Reason(
            f"purpose.{moments.classes[i].value}",
            {"symbol": moments.symbols[i], "weight": float(weights[i]), "risk_share": float(shares[i])},
            float(weights[i]),
        )
        for i in order
    )


def _cash(moments: Moments) -> Floats:
    weights = np.zeros(len(moments.symbols))
    weights[moments.cash_column] = 1.0
    return weights
