"""What a portfolio may hold: bounds per instrument and linear limits, each with its name, and why they may not all hold."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from advisor.domain.errors import InfeasibleConstraints, InvalidInput
from advisor.domain.investor import Reason
from advisor.domain.market import AssetClass, AssetGroup, Floats

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
_TOLERANCE = 1e-9
_EXCLUSION_PRICE = 10.0  # a relaxation touches the investor's own wishes only where moving our limits cannot help


@dataclass(frozen=True)
class Constraints:
    """Long-only limits on weights (n,) that sum to 1: lower <= w <= upper and `rows` (m, n) @ w <= `limits` (m,).

    `upper_names` (n,) say what each upper bound stands for ("cap.cash", "exclude.gold"), `row_names` (m,) likewise. `notes` record
    rules that could not apply.
    """

    lower: Floats
    upper: Floats
    rows: Floats
    limits: Floats
    upper_names: tuple[str, ...]
    row_names: tuple[str, ...]
    notes: tuple[Reason, ...] = ()

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
        return tuple(dict.fromkeys(touched))

    def allows(self, weights: Floats, tolerance: float = 1e-6) -> bool:
        """Whether a portfolio (n,) meets every limit and sums to 1."""
        return bool(
            abs(weights.sum() - 1.0) <= tolerance
            and np.all(weights >= self.lower - tolerance)
            and np.all(weights <= self.upper + tolerance)
            and np.all(self.rows @ weights <= self.limits + tolerance)
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
    figures = (constraints.lower, constraints.upper, constraints.rows, constraints.limits)
    if not all(np.all(np.isfinite(part)) for part in figures) or np.any(constraints.lower < 0):
        raise InvalidInput("Limits on weights must be numbers, and no weight may be below 0.", field="bounds")
    relaxation = _smallest_relaxation(constraints)
    if not relaxation:
        return
    conflict = _conflict(constraints)
    wide = ", ".join(f"{_said(name)} by {100 * size:.1f} points" for name, size in relaxation.items())
    wished = any(name.startswith("exclude.") for name in conflict)
    raise InfeasibleConstraints(
        f"These limits cannot all hold: {', '.join(_said(name) for name in conflict)}. "
        f"The smallest change that would work: widen {wide}." + (" Or leave out fewer kinds." if wished else ""),
        field="exclusions" if wished else "bounds",
        details={"conflict": list(conflict), "relaxation": relaxation},
    )


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


def _limits_as_rows(constraints: Constraints) -> tuple[Floats, Floats, list[str]]:
    """Every limit but w >= 0 as a row a w <= b with its name."""
    count = len(constraints.upper)
    floors = np.flatnonzero(constraints.lower > 0)
    matrix = np.vstack([np.eye(count), -np.eye(count)[floors], constraints.rows])
    bounds = np.concatenate([constraints.upper, -constraints.lower[floors], constraints.limits])
    stems = [name.split(".", 1)[-1] for name in constraints.upper_names]
    names = [*constraints.upper_names, *(f"floor.{stems[i]}" for i in floors), *constraints.row_names]
    return matrix, bounds, names


def _smallest_relaxation(constraints: Constraints) -> dict[str, float]:
    """Least total widening of limits that admits a portfolio (a linear programme), by name; empty if none is needed."""
    matrix, bounds, names = _limits_as_rows(constraints)
    rows, count = matrix.shape
    price = np.array([_EXCLUSION_PRICE if name.startswith("exclude.") else 1.0 for name in names])
    answer = linprog(
        np.concatenate([np.zeros(count), price]),
        A_ub=np.hstack([matrix, -np.eye(rows)]),
        b_ub=bounds,
        A_eq=np.concatenate([np.ones(count), np.zeros(rows)])[None, :],
        b_eq=[1.0],
        bounds=(0, None),
        method="highs",
    )
    widened: dict[str, float] = {}
    for name, size in zip(names, np.asarray(answer.x, np.float64)[count:], strict=True):
        if size > _TOLERANCE:
            widened[name] = round(widened.get(name, 0.0) + float(size), 6)
    return widened


def _conflict(constraints: Constraints) -> tuple[str, ...]:
    """An irreducible set of names that contradict one another (deletion filter: drop a limit, keep it out if still infeasible)."""
    matrix, bounds, names = _limits_as_rows(constraints)
    kept = list(dict.fromkeys(names))
    for name in list(kept):
        trial = [item for item in kept if item != name]
        mask = np.array([item in trial for item in names], bool)
        if not _feasible(matrix[mask], bounds[mask]):
            kept = trial
    return tuple(kept)


def _feasible(matrix: Floats, bounds: Floats) -> bool:
    count = matrix.shape[1]
    answer = linprog(
        np.zeros(count),
        A_ub=matrix,
        b_ub=bounds,
        A_eq=np.ones((1, count)),
        b_eq=[1.0],
        bounds=(0, None),
        method="highs",
    )
    return bool(answer.status == 0)


def _said(name: str) -> str:
    kind, _, what = name.partition(".")
    words = what.replace("_", " ")
    return {
        "cap": f"the cap on {words}",
        "exclude": f"the exclusion of {words}",
        "floor": f"the least share of {words}",
    }.get(kind, f"the rule {words}")
