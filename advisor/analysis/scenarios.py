"""Scenarios: great falls of the past played on what is held today, beside the shocks of `advisor.analysis.shocks`.

replay(episode("crisis_2008"), holdings)            what if 2008 happens again
apply_shocks([shock("rates", 0.02)], holdings)      what if rates go up two points
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from advisor.analysis.scenario_results import (
    Basis,
    Change,
    Holding,
    Path,
    ScenarioResult,
    assembled,
    checked,
    common_weeks,
)
from advisor.analysis.scenario_tables import ClassChange, Episode, episodes
from advisor.analysis.shocks import STANDARD_SHOCKS, Shock, apply_shocks
from advisor.domain.investor import Reason
from advisor.domain.market import AssetGroup
from advisor.domain.money import Money

_STALE_DAYS = 7
"""A level this many days old still stands for a day: it bridges long holidays."""

_DOLLAR = "USD"


def replay(
    episode: Episode,
    holdings: Sequence[Holding],
    *,
    amount: Money | None = None,
    base_currency: str = _DOLLAR,
    market: Path | None = None,
) -> ScenarioResult:
    """What the holdings would do if an episode came again: from its first close to its last, nothing traded in between.

    A holding's own prices count where they cover the episode; else what its class did (in dollars: bonds, cash and property of
    other currencies have no figure); else its beta to `market` (levels of the share market of its currency), if given, times what
    that did in the episode, an estimate; in dollars the S&P 500's fall stands in where `market` does not reach back so far. Else
    it is unknown. A change is in the holding's own currency: what currencies did is left
    out and noted.

    Raises:
        InvalidInput: if weights are negative or do not sum to 1.
    """
    changes = [_noted(_change(episode, item, market), item, base_currency) for item in checked(holdings)]
    days = (episode.start, episode.end)
    return assembled(episode.id, "scenario.historical", holdings, changes, amount=amount, days=days)


def standard_scenarios(
    holdings: Sequence[Holding],
    *,
    amount: Money | None = None,
    base_currency: str = _DOLLAR,
    market: Path | None = None,
) -> tuple[ScenarioResult, ...]:
    """All episodes and the standard shocks, in a fixed order.

    Raises:
        InvalidInput: as `replay` and `apply_shocks` do.
    """
    return played(episodes(), STANDARD_SHOCKS, holdings, amount=amount, base_currency=base_currency, market=market)


def played(
    past: Sequence[Episode],
    made_up: Sequence[Sequence[Shock]],
    holdings: Sequence[Holding],
    *,
    amount: Money | None = None,
    base_currency: str = _DOLLAR,
    market: Path | None = None,
) -> tuple[ScenarioResult, ...]:
    """Episodes of the past, then made-up scenarios, each a few shocks at once, on the same holdings.

    Raises:
        InvalidInput: as `replay` and `apply_shocks` do.
    """
    return (
        *(replay(item, holdings, amount=amount, base_currency=base_currency, market=market) for item in past),
        *(apply_shocks(item, holdings, amount=amount, base_currency=base_currency) for item in made_up),
    )


def _change(episode: Episode, holding: Holding, market: Path | None) -> Change:
    own = _own_change(episode, holding.path)
    if own is not None:
        return Change(own, Basis.OWN_PRICES)
    known = _class_change(episode, holding)
    if known is not None:
        values: dict[str, float | str] = {"symbol": holding.symbol, "source": known.source}
        key = "scenario.class_figure" if known.looked_up else "scenario.class_figure_from_memory"
        return Change(known.change, Basis.CLASS, (Reason(key, values),))
    estimate = _beta_change(episode, holding, market)
    return estimate or Change(None, Basis.UNKNOWN, (Reason("scenario.unknown", {"symbol": holding.symbol}),))


def _own_change(episode: Episode, path: Path | None) -> float | None:
    if path is None:
        return None
    before, after = _level(path, episode.start), _level(path, episode.end)
    return None if before is None or after is None else after / before - 1.0


def _level(path: Path, day: date) -> float | None:
    """The level of a day, or of the last day before it within a week."""
    days = path.dates.astype("datetime64[D]")
    row = int(np.searchsorted(days, np.datetime64(day), side="right")) - 1
    if row < 0 or int((np.datetime64(day) - days[row]).astype(np.int64)) > _STALE_DAYS:
        return None
    level = float(path.levels[row])
    return level if np.isfinite(level) and level > 0.0 else None


def _class_change(episode: Episode, holding: Holding) -> ClassChange | None:
    if holding.asset_class is None:
        return None
    worldwide = holding.asset_class.group in (AssetGroup.EQUITY, AssetGroup.COMMODITY)
    return episode.classes.get(holding.asset_class) if holding.currency == _DOLLAR or worldwide else None


def _beta_change(episode: Episode, holding: Holding, market: Path | None) -> Change | None:
    """Beta over the last five common years of weeks times the market's fall; a loss of everything at most."""
    if holding.path is None or market is None:
        return None
    fall = _own_change(episode, market)
    if fall is None and holding.currency == _DOLLAR:
        fall = episode.shares
    shared = common_weeks([holding.path, market])
    if shared is None or fall is None:
        return None
    levels, weeks = shared
    if not np.all(np.isfinite(levels)) or np.any(levels <= 0.0):
        return None
    returns = levels[1:] / levels[:-1] - 1.0
    spread = float(np.var(returns[:, 1]))
    if spread <= 0.0:
        return None
    slope = float(np.cov(returns.T, ddof=0)[0, 1]) / spread
    note = Reason("scenario.estimated_by_beta", {"symbol": holding.symbol, "beta": slope, "weeks": float(weeks)})
    return Change(max(slope * fall, -1.0), Basis.ESTIMATE, (note,))


def _noted(change: Change, holding: Holding, base_currency: str) -> Change:
    if holding.currency == base_currency or change.change is None:
        return change
    note = Reason("scenario.currency_left_out", {"symbol": holding.symbol, "currency": holding.currency})
    return Change(change.change, change.basis, (*change.notes, note))
