"""What a portfolio may hold: bounds per instrument and linear limits, each with its name, and why they may not all hold."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from advisor.domain.errors import InfeasibleConstraints, InvalidInput
from advisor.domain.investor import Reason
from advisor.domain.market import AssetClass, AssetGroup, Floats
from advisor.optimizer.feasibility import conflict, named_limits, smallest_relaxation

CAPS: dict[AssetClass, float] = {
    AssetClass.US_EQUITY: 0.60,
    AssetClass.DEVELOPED_EQUITY: 0.35,
    AssetClass.EMERGING_EQUITY: 0.15,
    AssetClass.WORLD_EQUITY: 0.80,
    AssetClass.HOME_EQUITY: 0.60,
    AssetClass.HOME_MID_EQUITY: 0.15,
    AssetClass.FOREIGN_EQUITY: 0.25,
    AssetClass.TREASURY_SHORT: 0.60,
    AssetClass.TREASURY_MEDIUM: 0.40,
    AssetClass.TREASURY_LONG: 0.20,
    AssetClass.TIPS: 0.20,
    AssetClass.CREDIT: 0.25,
    AssetClass.AGGREGATE_BOND: 0.60,
    AssetClass.GOLD: 0.10,
    AssetClass.SILVER: 0.05,
    AssetClass.COMMODITIES: 0.05,
    AssetClass.REAL_ESTATE: 0.10,
    AssetClass.CASH: 0.30,
}
"""Largest weight per class: about twice its prior share for the risky ones. Judgement; docs/advice.md says why."""

# name, left side, factor, right side: sum(left) <= factor x sum(right)
_RATIOS: tuple[tuple[str, tuple[AssetClass, ...], float, tuple[AssetClass, ...]], ...] = (
    ("ratio.developed_to_us", (AssetClass.DEVELOPED_EQUITY,), 0.75, (AssetClass.US_EQUITY,)),
    ("ratio.emerging_to_us", (AssetClass.EMERGING_EQUITY,), 0.30, (AssetClass.US_EQUITY,)),
    ("ratio.emerging_to_world", (AssetClass.EMERGING_EQUITY,), 0.25, (AssetClass.WORLD_EQUITY,)),
    ("ratio.home_to_world", (AssetClass.HOME_EQUITY,), 0.25, (AssetClass.WORLD_EQUITY,)),
    ("ratio.mid_to_home", (AssetClass.HOME_MID_EQUITY,), 0.30, (AssetClass.HOME_EQUITY,)),
    ("ratio.foreign_to_home", (AssetClass.FOREIGN_EQUITY,), 0.50, (AssetClass.HOME_EQUITY,)),
    (
        "ratio.long_to_medium",
        (AssetClass.TREASURY_LONG,),
        0.60,
        (AssetClass.TREASURY_MEDIUM, AssetClass.AGGREGATE_BOND),
    ),
    (
        "ratio.real_estate_to_equity",
        (AssetClass.REAL_ESTATE,),
        0.15,
        tuple(item for item in AssetClass if item.group is AssetGroup.EQUITY),
    ),
)
_REAL_ASSETS = (AssetClass.GOLD, AssetClass.SILVER, AssetClass.COMMODITIES)
_REAL_ASSETS_CAP = 0.12

# A wish is about what a fund holds, not about how a universe cuts the world. A fund of all rich countries is for the most part US
# shares, and so are the funds of shares abroad that India and China offer.
_COVERED: dict[AssetClass, tuple[AssetClass, ...]] = {
    AssetClass.US_EQUITY: (AssetClass.WORLD_EQUITY, AssetClass.FOREIGN_EQUITY),
    AssetClass.DEVELOPED_EQUITY: (AssetClass.WORLD_EQUITY, AssetClass.FOREIGN_EQUITY),
    AssetClass.HOME_EQUITY: (AssetClass.HOME_MID_EQUITY,),
    AssetClass.FOREIGN_EQUITY: (AssetClass.DEVELOPED_EQUITY, AssetClass.EMERGING_EQUITY, AssetClass.WORLD_EQUITY),
}


@dataclass(frozen=True)
class Constraints:
    """Long-only limits on weights (n,) that sum to 1: lower <= w <= upper and `rows` (m, n) @ w <= `limits` (m,).

    `upper_names` (n,) say what each upper bound stands for ("cap.cash", "exclude.gold"), `row_names` (m,) likewise. `notes` record
    rules that could not apply. `turnover` limits how far the portfolio may move from `held` (n,): the one-way turnover, half of
    sum |w - held|, which is the share of the money that changes its place where `held` sums to 1. Its name is "turnover".
    """

    lower: Floats
    upper: Floats
    rows: Floats
    limits: Floats
    upper_names: tuple[str, ...]
    row_names: tuple[str, ...]
    notes: tuple[Reason, ...] = ()
    held: Floats | None = None
    turnover: float | None = None

    @property
    def bought_at_most(self) -> float:
        """What may be bought, sum max(w - held, 0), under the limit on turnover, since |x| = 2 max(x, 0) - x."""
        if self.held is None or self.turnover is None:
            return float("inf")
        return self.turnover + (1.0 - float(self.held.sum())) / 2.0

    def moved(self, weights: Floats) -> float:
        """One-way turnover from `held` to a portfolio (n,); 0 where nothing is said to be held."""
        return 0.0 if self.held is None else float(np.abs(weights - self.held).sum()) / 2.0

    def binding(self, weights: Floats, tolerance: float = 1e-6) -> tuple[str, ...]:
        """Names of the limits that a portfolio (n,) touches; not exclusions, nor bounds that cash went beyond on purpose."""
        touched = [
            name
            for name, weight, bound in zip(self.upper_names, weights, self.upper, strict=True)
            if bound > 0 and abs(weight - bound) <= tolerance
        ]
        slack = self.limits - self.rows @ weights
        used = np.abs(self.rows) @ weights > tolerance
        touched += [n for n, s, u in zip(self.row_names, slack, used, strict=True) if s <= tolerance and u]
        if self.turnover is not None and self.moved(weights) >= self.turnover - tolerance:
            touched.append("turnover")
        return tuple(dict.fromkeys(touched))

    def allows(self, weights: Floats, tolerance: float = 1e-6) -> bool:
        """Whether a portfolio (n,) meets every limit and sums to 1."""
        return bool(
            abs(weights.sum() - 1.0) <= tolerance
            and np.all(weights >= self.lower - tolerance)
            and np.all(weights <= self.upper + tolerance)
            and np.all(self.rows @ weights <= self.limits + tolerance)
            and (self.turnover is None or self.moved(weights) <= self.turnover + tolerance)
        )


def box(lower: Floats, upper: Floats, names: Sequence[str] | None = None) -> Constraints:
    """Bounds alone, for a universe without rules of its own."""
    labels = tuple(names) if names is not None else tuple(f"cap.{i}" for i in range(len(upper)))
    return Constraints(lower, upper, np.zeros((0, len(upper))), np.zeros(0), labels, ())


def default_constraints(
    classes: Sequence[AssetClass], exclusions: Collection[str] = (), cash_cap: float | None = None
) -> Constraints:
    """The caps and ratio rules of the advice for the classes of a universe.

    `exclusions` hold class or group values ("gold", "emerging_equity", "equity"); "none" means nothing. A wish also leaves out the
    funds that hold what it names among others: without US shares there is no fund of all rich countries. `cash_cap` replaces
    the cap on cash (1.0 for an emergency fund). A ratio applies where the universe holds both its sides; one whose right side
    is excluded does not apply and is noted. A class held by several instruments shares one cap. Feasibility is checked.

    Raises:
        InvalidInput: for an exclusion that is neither a class nor a group, or a cap outside 0..1.
        InfeasibleConstraints: if no portfolio meets them, with the conflict and the smallest relaxation.
    """
    wishes = _checked(exclusions, cash_cap)
    if AssetClass.HOME_EQUITY.value in wishes and AssetClass.HOME_EQUITY not in classes:
        wishes.add(AssetClass.US_EQUITY.value)  # in dollars the home market is the United States
    wished = [_wish(item, wishes) for item in classes]
    excluded = np.array([bool(wish) for wish in wished])
    caps = {**CAPS, AssetClass.CASH: CAPS[AssetClass.CASH] if cash_cap is None else cash_cap}
    upper = np.where(excluded, 0.0, np.array([caps[item] for item in classes]))
    names = tuple(
        f"exclude.{wish}" if wish else f"cap.{item.value}" for item, wish in zip(classes, wished, strict=True)
    )
    present = {item for item, out in zip(classes, excluded, strict=True) if not out}
    rules, notes = _rules(classes, present, caps)
    rows = np.array([row for _, row, _ in rules]) if rules else np.zeros((0, len(classes)))
    limits = np.array([limit for _, _, limit in rules])
    row_names = tuple(name for name, _, _ in rules)
    found = Constraints(np.zeros(len(classes)), upper, rows, limits, names, row_names, notes)
    require_feasible(found)
    return found


def _rules(
    classes: Sequence[AssetClass], present: set[AssetClass], caps: dict[AssetClass, float]
) -> tuple[list[tuple[str, Floats, float]], tuple[Reason, ...]]:
    """(name, row, limit) of every rule on more than one instrument, and notes on ratios without their measure."""
    notes: list[Reason] = []
    shared = sorted(item for item in present if sum(other is item for other in classes) > 1)
    rules = [(f"cap.{item.value}", _members(classes, (item,)), caps[item]) for item in shared]
    for name, left, factor, right in _RATIOS:
        if not present & set(left):
            continue
        if present & set(right):
            rules.append((name, _members(classes, left) - factor * _members(classes, right), 0.0))
        elif set(classes) & set(right):
            notes.append(Reason("constraints.rule_not_applied", {"rule": name}))
    if len(present & set(_REAL_ASSETS)) > 1:
        rules.append(("cap.gold_and_commodities", _members(classes, _REAL_ASSETS), _REAL_ASSETS_CAP))
    return rules, tuple(notes)


def require_feasible(constraints: Constraints) -> None:
    """Return if some portfolio meets every limit.

    Raises:
        InvalidInput: if a bound or limit is not a number, or a lower bound is negative.
        InfeasibleConstraints: otherwise; `details["conflict"]` holds names no one of which can stay with all the others, and
            `details["relaxation"]` the smallest change (name -> fraction by which to widen it) that allows a portfolio.
    """
    _require_numbers(constraints)
    limits = named_limits(constraints)
    relaxation = smallest_relaxation(limits)
    if not relaxation:
        return
    names = conflict(limits)
    wide = ", ".join(f"{said(name)} by {100 * size:.1f} points" for name, size in relaxation.items())
    wished = any(name.startswith("exclude.") for name in names)
    raise InfeasibleConstraints(
        f"These limits cannot all hold: {', '.join(said(name) for name in names)}. "
        f"The smallest change that would work: widen {wide}." + (" Or leave out fewer kinds." if wished else ""),
        field="exclusions" if wished else "bounds",
        details={"conflict": list(names), "relaxation": relaxation},
    )


def _require_numbers(constraints: Constraints) -> None:
    figures = (constraints.lower, constraints.upper, constraints.rows, constraints.limits)
    if not all(np.all(np.isfinite(part)) for part in figures) or np.any(constraints.lower < 0):
        raise InvalidInput("Limits on weights must be numbers, and no weight may be below 0.", field="bounds")
    if (constraints.held is None) != (constraints.turnover is None):
        raise InvalidInput("A limit on turnover needs what is held, and the other way round.", field="turnover")
    if constraints.held is None or constraints.turnover is None:
        return
    if constraints.held.shape != constraints.upper.shape or not np.all(np.isfinite(constraints.held)):
        raise InvalidInput("What is held must be one weight per instrument.", field="held")
    if not (np.isfinite(constraints.turnover) and constraints.turnover >= 0):
        raise InvalidInput("A limit on turnover must be a number of at least 0.", field="turnover")


def _checked(exclusions: Collection[str], cash_cap: float | None) -> set[str]:
    known = {item.value for item in AssetClass} | {item.value for item in AssetGroup}
    wishes = {item for item in exclusions if item != "none"}
    if wishes - known:
        raise InvalidInput(f"Unknown kind of investment: {', '.join(sorted(wishes - known))}.", field="exclusions")
    if cash_cap is not None and not 0.0 <= cash_cap <= 1.0:
        raise InvalidInput("A cap is a fraction between 0 and 1.", field="cash_cap")
    return wishes


def _wish(item: AssetClass, wishes: set[str]) -> str:
    """The wish by which a class is left out, or an empty text."""
    reasons = (item.group.value, item.value, *(wider.value for wider, held in _COVERED.items() if item in held))
    return next((reason for reason in reasons if reason in wishes), "")


def _members(classes: Sequence[AssetClass], chosen: Collection[AssetClass]) -> Floats:
    return np.array([float(item in chosen) for item in classes])


def said(name: str) -> str:
    """A limit's name as words inside a sentence."""
    kind, _, what = name.partition(".")
    words = what.replace("_", " ")
    if name == "turnover":
        return "the limit on what may change hands"
    return {
        "cap": f"the cap on {words}",
        "exclude": f"the exclusion of {words}",
        "floor": f"the least share of {words}",
        "group": f"the cap on the group {words}",
        "group_floor": f"the least share of the group {words}",
        "target": f"the wanted {words}",
    }.get(kind, f"the rule {words}")
