"""A plan under scenarios: great falls of the past and shocks of a size, in money and part by part. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from advisor.analysis.scenario_results import Holding, Path
from advisor.analysis.scenario_tables import episode, episodes
from advisor.analysis.scenarios import played
from advisor.analysis.shocks import STANDARD_SHOCKS, Shock, ShockKind, shock
from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Answers
from advisor.domain.market import AssetClass
from advisor.domain.money import Money
from advisor.services.plan.amounts import stake_of
from advisor.services.plan.basis import Basis, Json

EPISODES = {
    "2008": "crisis_2008",
    "dotcom": "dotcom_2000",
    "covid": "pandemic_2020",
    "2022": "rates_2022",
    "inflation": "rates_2022",
}
"""What an investor calls an episode, with its id; the last fall with fast rising prices stands for these."""

ANY_CRASH = "crash"


def stress(answers: Answers, basis: Basis, result: Json, wanted: Sequence[str]) -> Json:
    """What the scenarios `wanted` do to the money that a bad year is said of; all that are usual if none are named.

    A name is an episode ("2008"), "crash" for all episodes, or a shock with its size ("oil:-0.5", "currency.EUR:-0.1": a change,
    points of interest as a fraction). Shocks are taken together as one scenario. `result` is the plan's.

    Raises:
        InvalidInput: for a name or a size that makes no sense.
    """
    stake, monthly = stake_of(answers)
    amount = Money(stake, answers.currency)
    holdings, market = _holdings(basis, result), _share_market(basis)
    named, shocks = _asked(wanted, answers.currency)
    past = [episode(name) for name in named]
    found = played(past, shocks, holdings, amount=amount, base_currency=answers.currency, market=market)
    moved = [*(() for _ in past), *shocks]
    return {
        "scenarios": [
            item.to_json() | {"shocks": [_shock_json(one) for one in together]}
            for item, together in zip(found, moved, strict=True)
        ],
        "stake": str(stake),
        "stake_is_monthly": monthly,
    }


def _asked(wanted: Sequence[str], currency: str) -> tuple[list[str], list[tuple[Shock, ...]]]:
    """Ids of episodes, and shocks of which each tuple comes at once."""
    past = [item.id for item in episodes()]
    if not wanted:
        return past, list(STANDARD_SHOCKS)
    together = tuple(_shock(name, currency) for name in wanted if ":" in name)
    named: list[str] = []
    for name in wanted:
        if ":" not in name and name != ANY_CRASH and name not in EPISODES:
            raise InvalidInput("There is no such scenario.", field="scenario")
        named += past if name == ANY_CRASH else [EPISODES[name]] if name in EPISODES else []
    return list(dict.fromkeys(named)), [together] if together else []


def _shock(name: str, currency: str) -> Shock:
    """A shock by its name. The investor's own currency falls where all others rise."""
    kind, _, size = name.partition(":")
    kind, _, which = kind.partition(".")
    try:
        change = float(size)
    except ValueError:
        raise InvalidInput("A shock needs a size.", field="scenario") from None
    if which == currency:
        if change <= -1.0:
            raise InvalidInput("A currency cannot lose all it is worth.", field="scenario")
        return shock(kind, 1.0 / (1.0 + change) - 1.0)
    return shock(kind, change, which or None)


def _holdings(basis: Basis, result: Json) -> list[Holding]:
    held: list[Holding] = []
    for column, item in enumerate(basis.snapshot.instruments):
        weight = result["weights"].get(item.symbol, 0.0)
        if weight > 0:
            held.append(Holding(item.symbol, weight, item.asset_class, item.currency, _path(basis, column)))
    return held


def _path(basis: Basis, column: int) -> Path | None:
    levels = basis.snapshot.levels[:, column]
    known = ~np.isnan(levels)
    return Path(basis.snapshot.dates[known], levels[known]) if known.any() else None


def _share_market(basis: Basis) -> Path | None:
    """US shares, if the universe holds them: what the fall of an episode is of."""
    columns = [i for i, item in enumerate(basis.snapshot.instruments) if item.asset_class is AssetClass.US_EQUITY]
    return _path(basis, columns[0]) if columns else None


def _shock_json(item: Shock) -> dict[str, Any]:
    in_points = item.kind in (ShockKind.RATES, ShockKind.SPREADS)
    return {"kind": item.kind.value, "size": item.size, "currency": item.currency, "in_points": in_points}
