"""Walk-forward backtest of a way to choose weights: nothing later than the purge is ever seen, and trading is paid for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from advisor.analysis.ratios import annual_return, sharpe, sortino
from advisor.analysis.risk import maximum_drawdown, volatility, worst_year
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import Dates, Floats

COSTS_BPS = (0.0, 10.0, 25.0)
"""Costs at which every track is told, in basis points of the value traded (reference: none, a cheap fund, a dear one)."""

Decide = Callable[[Floats, Floats], Floats | None]
"""`decide(history (t, n), held (n,))` -> weights (n,) or None to leave things alone.

`history` is a read-only copy of the returns that may be seen, NaN before an instrument began; `held` the drifted weights, all 0
before the first purchase. The weights are not negative and sum to 1.
"""


@dataclass(frozen=True)
class Track:
    """What a rule would have earned. Returns are simple, per period.

    `ends` (P,) are the periods' last days, `gross` (P,) their returns before costs. At the start of period `trades[i]` (R,) the
    weights were set to `weights[i]` (R, n), for which `traded[i]` (R,) of the value changed hands: the sum of |new - drifted|, so
    1 for the first purchase and 2 for exchanging everything. Of it `cost_bps` basis points were paid. `late` names columns that
    began after the track, with the end of their first period.
    """

    ends: Dates
    gross: Floats
    trades: tuple[int, ...]
    weights: Floats
    traded: Floats
    cost_bps: float
    late: tuple[tuple[int, date], ...] = ()

    @property
    def net(self) -> Floats:
        """Returns (P,) after costs at the track's own rate."""
        return self.net_of(self.cost_bps)

    @property
    def costs(self) -> Floats:
        """Costs (R,) of each trade as a fraction of the value then."""
        return self.traded * self.cost_bps / 10_000.0

    def net_of(self, cost_bps: float) -> Floats:
        """Returns (P,) after other costs. Weights stay: a cost is taken from all holdings alike."""
        net = 1.0 + self.gross
        net[list(self.trades)] *= 1.0 - self.traded * cost_bps / 10_000.0
        return net - 1.0

    def turnover(self, periods_per_year: int) -> float:
        """Share of the value exchanged per year, one way (half of what was traded), without what was bought at the very start."""
        later = self.traded[np.array(self.trades) > 0]
        return float(later.sum()) / 2.0 * periods_per_year / len(self.ends)


@dataclass(frozen=True, slots=True)
class TrackFigures:
    """A track in figures at one level of costs. Fractions per year where a rate; ratios None where there is no spread.

    `annual_return` compounds. `worst_year` is the lowest return over a year of periods in a row, None for a shorter track.
    `cost` is what trading took per year, `turnover` one way.
    """

    name: str
    cost_bps: float
    annual_return: float
    volatility: float
    sharpe: float | None
    sortino: float | None
    max_drawdown: float
    worst_year: float | None
    turnover: float
    cost: float
    periods: int


def walk_forward(
    returns: Floats,
    ends: Dates,
    decide: Decide,
    *,
    rebalance_every: int,
    warmup: int,
    purge: int,
    cost_bps: float,
    window: int | None = None,
) -> Track:
    """Walk forward over `returns` (T, n), deciding before period `warmup` and every `rebalance_every` periods after it.

    The decision before period t sees rows up to t - `purge`, of these the last `window`: with labels that look h periods ahead a
    purge of h or more keeps them from reaching into what is yet to come (Lopez de Prado 2018, chapter 7). Between decisions weights
    drift. Trades are sized on the value before costs, and costs are taken from it. The track begins with the first decision
    that is not None.

    Raises:
        InvalidInput: for shapes, gaps, settings or weights that cannot be, or a holding that has no price yet.
        NotEnoughHistory: if there is nothing left to walk, or no decision was ever made.
    """
    _check_panel(returns, ends, warmup)
    _check_rhythm(rebalance_every, warmup, purge, window)
    _check_costs(cost_bps)
    held = np.zeros(returns.shape[1])
    gross, trades, chosen, traded = [], [], [], []
    for now in range(warmup, len(returns), rebalance_every):
        first_seen = max(now - purge - window, 0) if window else 0
        wanted = decide(_sealed(returns[first_seen : now - purge]), _sealed(held))
        if wanted is not None:
            target = _weights(wanted, returns[now])
            trades.append(now)
            chosen.append(target)
            traded.append(float(np.abs(target - held).sum()))
            held = target
        if trades:
            earned, held = _drift(held, returns[now : now + rebalance_every])
            gross.append(earned)
    if not trades:
        raise NotEnoughHistory("The rule never chose any weights in this history.")
    first = trades[0]
    return Track(
        ends=ends[first:],
        gross=np.concatenate(gross),
        trades=tuple(now - first for now in trades),
        weights=np.stack(chosen),
        traded=np.array(traded),
        cost_bps=cost_bps,
        late=_late(returns, ends, first),
    )


def compare_tracks(
    tracks: Mapping[str, Track],
    periods_per_year: int,
    *,
    costs_bps: Sequence[float] = COSTS_BPS,
    risk_free: float = 0.0,
) -> tuple[TrackFigures, ...]:
    """Every track at every level of costs, over the same periods; `risk_free` per period, for the Sharpe ratio.

    Sortino's ratio takes the same rate as the return required.

    Raises:
        InvalidInput: if tracks are of different periods.
    """
    items = list(tracks.items())
    if any(not np.array_equal(track.ends, items[0][1].ends) for _, track in items):
        raise InvalidInput("Tracks can be compared over the same periods only.")
    return tuple(
        _figures(name, track, cost, periods_per_year, risk_free) for name, track in items for cost in costs_bps
    )


def fixed_mix(weights: Floats) -> Decide:
    """The rule that always wants `weights`. What has no return yet in the history seen is left out, the rest takes its share."""

    def decide(history: Floats, held: Floats) -> Floats | None:  # noqa: ARG001 a rule is always given what is held
        there = np.where(_observed_columns(history), weights, 0.0)
        return there / there.sum() if there.sum() > 0.0 else None

    return decide


def equal_mix(history: Floats, held: Floats) -> Floats | None:  # noqa: ARG001 a rule is always given what is held
    """The rule 1/N over what has a return in the history seen (DeMiguel, Garlappi and Uppal 2009)."""
    there = _observed_columns(history).astype(np.float64)
    return there / there.sum() if there.any() else None


def _observed_columns(history: Floats) -> NDArray[np.bool_]:
    there: NDArray[np.bool_] = ~np.isnan(history[-1])
    return there


def _figures(name: str, track: Track, cost_bps: float, periods_per_year: int, risk_free: float) -> TrackFigures:
    net = track.net_of(cost_bps)
    paid = float(track.traded.sum()) * cost_bps / 10_000.0
    return TrackFigures(
        name=name,
        cost_bps=cost_bps,
        annual_return=annual_return(net, periods_per_year),
        volatility=volatility(net, periods_per_year),
        sharpe=sharpe(net, periods_per_year, risk_free),
        sortino=sortino(net, periods_per_year, risk_free),
        max_drawdown=maximum_drawdown(net),
        worst_year=worst_year(net, periods_per_year),
        turnover=track.turnover(periods_per_year),
        cost=paid * periods_per_year / len(net),
        periods=len(net),
    )


def _check_panel(returns: Floats, ends: Dates, warmup: int) -> None:
    if returns.ndim != 2 or ends.shape != returns.shape[:1] or not returns.shape[1]:
        raise InvalidInput("Returns need one row per date and one column per instrument.")
    started = np.logical_or.accumulate(~np.isnan(returns), axis=0)
    with np.errstate(invalid="ignore"):
        wrong = started & ~(np.isfinite(returns) & (returns >= -1.0))
    if wrong.any():
        columns = np.flatnonzero(wrong.any(axis=0)).tolist()
        raise InvalidInput("Returns must be numbers of -100 % or more, without gaps.", details={"columns": columns})
    if len(returns) <= warmup:
        raise NotEnoughHistory("There is no period left after the warm-up.", details={"periods": len(returns)})


def _check_costs(cost_bps: float) -> None:
    if not 0.0 <= cost_bps < 5_000.0:
        raise InvalidInput("Costs lie between nothing and half of what is traded.", field="cost_bps")


def _check_rhythm(rebalance_every: int, warmup: int, purge: int, window: int | None) -> None:
    if rebalance_every < 1 or purge < 0 or warmup <= purge or (window is not None and window < 1):
        raise InvalidInput("A backtest needs whole periods between decisions, and a warm-up longer than its purge.")


def _sealed(values: Floats) -> Floats:
    """A copy that cannot be written to and does not lead back to the whole panel."""
    copy = values.copy()
    copy.setflags(write=False)
    return copy


def _weights(wanted: Floats, coming: Floats) -> Floats:
    weights = np.array(wanted, np.float64)
    sound = weights.shape == coming.shape and bool(np.all(np.isfinite(weights)))
    if not sound or np.any(weights < -1e-9) or abs(weights.sum() - 1.0) > 1e-6:
        raise InvalidInput("Weights must not be negative and must sum to 1.")
    weights = np.maximum(weights, 0.0)
    unpriced = np.flatnonzero((weights > 0.0) & np.isnan(coming)).tolist()
    if unpriced:
        raise InvalidInput("A rule chose what has no price yet.", details={"columns": unpriced})
    normalised: Floats = weights / weights.sum()
    return normalised


def _drift(held: Floats, coming: Floats) -> tuple[Floats, Floats]:
    """Returns (h,) of holding on through `coming` (h, n), and the weights at its end."""
    growth = np.cumprod(1.0 + np.where(held > 0.0, coming, 0.0), axis=0)
    value = np.concatenate(([1.0], growth @ held))
    if np.any(value <= 0.0):
        raise InvalidInput("The rule lost everything; there is nothing left to walk on with.")
    return value[1:] / value[:-1] - 1.0, held * growth[-1] / value[-1]


def _late(returns: Floats, ends: Dates, first: int) -> tuple[tuple[int, date], ...]:
    begins = np.argmax(~np.isnan(returns), axis=0)
    days: list[date] = ends.astype("datetime64[D]").tolist()
    return tuple((int(column), days[row]) for column, row in enumerate(begins.tolist()) if row > first)
