"""Made-up shocks: yields, spreads, oil, currencies, share prices; one at a time or together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

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
from advisor.analysis.scenario_tables import BondSensitivity, sensitivities
from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Reason
from advisor.domain.market import AssetClass, AssetGroup, Floats
from advisor.domain.money import Money


class ShockKind(StrEnum):
    """What is moved, and the unit of the size.

    `RATES`: all government yields, in fractions (0.02 = two points). `SPREADS`: what companies pay over them, likewise. `OIL`: its
    price, a simple change (-0.5 = it halves). `CURRENCY`: the value of foreign currencies in the investor's own, a simple change.
    `SHARES`: all share prices, a simple change.
    """

    RATES = "rates"
    SPREADS = "spreads"
    OIL = "oil"
    CURRENCY = "currency"
    SHARES = "shares"


# The largest sizes that make sense: yields by 20 points either way, prices from nothing to ten times as much.
_YIELDS = (ShockKind.RATES, ShockKind.SPREADS)
_MOST_YIELD = 0.2
_MOST_PRICE = 9.0


@dataclass(frozen=True, slots=True)
class Shock:
    """One thing moved by `size`; `currency` narrows a currency shock to one of them."""

    kind: ShockKind
    size: float
    currency: str | None = None


def shock(kind: ShockKind | str, size: float, currency: str | None = None) -> Shock:
    """A shock that can be: "rates up two points" is `shock("rates", 0.02)`, "oil halves" is `shock("oil", -0.5)`.

    Raises:
        InvalidInput: for an unknown kind, a size beyond reason, or a currency where none belongs.
    """
    try:
        known = ShockKind(kind)
    except ValueError:
        kinds = ", ".join(item.value for item in ShockKind)
        raise InvalidInput(f"A shock is one of {kinds}.", field="kind") from None
    low, high = (-_MOST_YIELD, _MOST_YIELD) if known in _YIELDS else (-1.0, _MOST_PRICE)
    if not low <= size <= high:
        raise InvalidInput(f"A shock to {known.value} lies between {low:g} and {high:g}.", field="size")
    if currency is not None and known is not ShockKind.CURRENCY:
        raise InvalidInput("Only a currency shock names a currency.", field="currency")
    return Shock(known, size, currency)


STANDARD_SHOCKS: tuple[tuple[Shock, ...], ...] = (
    (Shock(ShockKind.RATES, 0.02),),
    (Shock(ShockKind.SPREADS, 0.03),),
    (Shock(ShockKind.OIL, -0.4),),
    (Shock(ShockKind.OIL, 0.4),),
    (Shock(ShockKind.CURRENCY, -0.15),),
    (Shock(ShockKind.CURRENCY, 0.15),),
)
"""Yields +2 points, spreads +3 points, oil -40 % and +40 %, foreign currencies -15 % and +15 %."""


def apply_shocks(
    shocks: Sequence[Shock],
    holdings: Sequence[Holding],
    *,
    amount: Money | None = None,
    base_currency: str = "USD",
    drivers: Mapping[ShockKind, Path] | None = None,
) -> ScenarioResult:
    """What the holdings would lose or gain at once if all `shocks` came together.

    Direct effects only: bonds by -D dy + C dy^2 / 2 on the sum of the moves in yields and spreads, what is oil by the oil price,
    shares by the share price, all of it times the change of the currency for the part that is foreign. Shares do not answer to
    yields or oil, which is noted. With `drivers` (levels of what is shocked: prices, or yields as fractions) shares, property and
    what has no class are regressed on all of them together instead, over the last five years of weeks: an estimate. That needs a
    driver for each shock; without one the direct effects stand.

    Raises:
        InvalidInput: if there is no shock, or weights are negative or do not sum to 1.
    """
    if not shocks:
        raise InvalidInput("A scenario needs at least one shock.", field="shocks")
    changes = [_change(shocks, item, base_currency, drivers or {}) for item in checked(holdings)]
    name = "+".join(f"{item.kind.value}{item.size:+g}{item.currency or ''}" for item in shocks)
    return assembled(name, "scenario.hypothetical", holdings, changes, amount=amount)


def bond_change(bond: BondSensitivity, yield_change: float) -> float:
    """Change of a bond's price for a parallel move of its yield: -D dy + C dy^2 / 2 (second order; a fraction)."""
    return -bond.duration * yield_change + 0.5 * bond.convexity * yield_change**2


def _change(shocks: Sequence[Shock], holding: Holding, base_currency: str, drivers: Mapping[ShockKind, Path]) -> Change:
    estimate = _regressed(shocks, holding, drivers)
    if estimate is not None:
        return estimate
    local = _local_change(shocks, holding)
    abroad = _currency_change(shocks, holding, base_currency)
    if local is None or abroad is None:
        return Change(None, Basis.UNKNOWN, (Reason("scenario.unknown", {"symbol": holding.symbol}),))
    silent = _answers_to_none(shocks, holding)
    notes = (Reason("scenario.direct_effects_only", {"symbol": holding.symbol}),) if silent else ()
    return Change(max((1.0 + local) * (1.0 + abroad) - 1.0, -1.0), Basis.CLASS, notes)


def _local_change(shocks: Sequence[Shock], holding: Holding) -> float | None:
    """The change in the holding's own currency; None for what has neither a class nor figures of its own."""
    bond, oil = _bond(holding), _oil(holding)
    if (
        holding.asset_class is None
        and bond is None
        and oil is None
        and any(s.kind is not ShockKind.CURRENCY for s in shocks)
    ):
        return None
    size = {kind: sum(item.size for item in shocks if item.kind is kind) for kind in ShockKind}
    change = 0.0
    if bond is not None:
        change += (1.0 - bond.spread) * bond_change(bond, size[ShockKind.RATES])
        change += bond.spread * bond_change(bond, size[ShockKind.RATES] + size[ShockKind.SPREADS])
    change += (oil or 0.0) * size[ShockKind.OIL]
    if holding.asset_class is not None and holding.asset_class.group in (AssetGroup.EQUITY, AssetGroup.REAL_ESTATE):
        change += size[ShockKind.SHARES]
    return max(change, -1.0)


def _bond(holding: Holding) -> BondSensitivity | None:
    of_class = sensitivities().bonds.get(holding.asset_class) if holding.asset_class else None
    if holding.duration is None:
        return of_class
    spread = of_class.spread if of_class else 0.0
    return BondSensitivity(holding.duration, holding.convexity or 0.0, spread)


def _oil(holding: Holding) -> float | None:
    if holding.oil is not None or holding.asset_class is None:
        return holding.oil
    return sensitivities().oil.get(holding.asset_class)


def _currency_change(shocks: Sequence[Shock], holding: Holding, base_currency: str) -> float | None:
    """What the currency shocks do to a holding in the investor's currency; None where its share of that currency is unknown."""
    moved = [item for item in shocks if item.kind is ShockKind.CURRENCY]
    if holding.currency != base_currency:
        sizes = [item.size for item in moved if item.currency in (None, holding.currency)]
        return float(np.prod([1.0 + size for size in sizes]) - 1.0)
    if not moved:
        return 0.0
    foreign = _foreign(holding.asset_class, base_currency)
    if foreign == 0.0:
        return 0.0
    if foreign is None or any(item.currency is not None for item in moved):
        return None
    return foreign * float(np.prod([1.0 + item.size for item in moved]) - 1.0)


def _foreign(asset_class: AssetClass | None, base_currency: str) -> float | None:
    """The part of a class that lies in foreign currencies although its price is in the investor's; None where unknown."""
    if asset_class is None:
        return None
    if asset_class.group is not AssetGroup.EQUITY:
        return 0.0
    if base_currency == "USD":
        return sensitivities().foreign.get(asset_class)
    if asset_class in (AssetClass.HOME_EQUITY, AssetClass.HOME_MID_EQUITY):
        return 0.0
    abroad = (AssetClass.US_EQUITY, AssetClass.EMERGING_EQUITY, AssetClass.FOREIGN_EQUITY)
    return 1.0 if asset_class in abroad else None


def _answers_to_none(shocks: Sequence[Shock], holding: Holding) -> bool:
    """Whether a share or property is told as unmoved by a shock to yields, spreads or oil only because that is indirect."""
    if holding.asset_class is None or holding.asset_class.group not in (AssetGroup.EQUITY, AssetGroup.REAL_ESTATE):
        return False
    indirect = (*_YIELDS, ShockKind.OIL)
    return holding.oil is None and any(item.kind in indirect for item in shocks)


def _regressed(shocks: Sequence[Shock], holding: Holding, drivers: Mapping[ShockKind, Path]) -> Change | None:
    """Weekly changes of a holding on those of all shocked drivers together, times the shocks; None where it does not apply."""
    moved = [item for item in shocks if item.kind in drivers]
    group = holding.asset_class.group if holding.asset_class else None
    if (
        holding.path is None
        or len(moved) < len(shocks)
        or group not in (None, AssetGroup.EQUITY, AssetGroup.REAL_ESTATE)
    ):
        return None
    kinds = list(dict.fromkeys(item.kind for item in moved))
    shared = common_weeks([holding.path, *(drivers[kind] for kind in kinds)])
    if shared is None:
        return None
    levels, weeks = shared
    own = levels[1:, 0] / levels[:-1, 0] - 1.0
    causes = np.column_stack([_moves(kind, levels[:, i + 1]) for i, kind in enumerate(kinds)])
    design = np.column_stack((np.ones(weeks), causes))
    if (
        not np.all(np.isfinite(design))
        or not np.all(np.isfinite(own))
        or np.linalg.matrix_rank(design) < design.shape[1]
    ):
        return None
    slopes, *_ = np.linalg.lstsq(design, own, rcond=None)
    sizes = np.array([sum(item.size for item in moved if item.kind is kind) for kind in kinds])
    left = own - design @ slopes
    fit = 1.0 - float(left @ left) / max(float(np.sum((own - own.mean()) ** 2)), 1e-300)
    note = Reason("scenario.estimated_by_regression", {"symbol": holding.symbol, "weeks": float(weeks), "fit": fit})
    return Change(max(float(slopes[1:] @ sizes), -1.0), Basis.ESTIMATE, (note,))


def _moves(kind: ShockKind, levels: Floats) -> Floats:
    """Weekly changes: of a yield in fractions, of a price simple."""
    moves: Floats = np.diff(levels) if kind in _YIELDS else np.diff(levels) / np.abs(levels[:-1])
    return moves
