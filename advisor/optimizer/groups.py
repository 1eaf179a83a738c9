"""The limits of somebody's own list of symbols: bounds, groups, exclusions and how much may change hands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats
from advisor.optimizer.constraints import Constraints, require_feasible


def group_limits(
    symbols: Sequence[str], groups: Mapping[str, Collection[str]], shares: Mapping[str, tuple[float, float]]
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Rows (m, n), limits (m,) and names of the least and the largest share of each group ("group.tech", "group_floor.tech").

    `groups` says which symbols belong to each name, `shares` gives (least, largest) as fractions. A least share of 0 and a largest
    of 1 need no row. Names are taken in the order of `shares`.

    Raises:
        InvalidInput: for a group or a symbol that is not there, or shares that are not 0 <= least <= largest <= 1.
    """
    rules: list[tuple[str, Floats, float]] = []
    for name, (least, largest) in shares.items():
        members = set(groups.get(name, ()))
        if not members or members - set(symbols):
            raise InvalidInput(f"Unknown group or members: {name}.", field="groups")
        if not 0.0 <= least <= largest <= 1.0:
            raise InvalidInput(f"The shares of the group {name} must be fractions, the least first.", field="groups")
        row = np.array([float(symbol in members) for symbol in symbols])
        if largest < 1.0:
            rules.append((f"group.{name}", row, largest))
        if least > 0.0:
            rules.append((f"group_floor.{name}", -row, -least))
    matrix = np.array([row for _, row, _ in rules]) if rules else np.zeros((0, len(symbols)))
    return matrix, np.array([limit for _, _, limit in rules], np.float64), tuple(name for name, _, _ in rules)


def own_constraints(
    symbols: Sequence[str],
    *,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    groups: Mapping[str, Collection[str]] | None = None,
    group_shares: Mapping[str, tuple[float, float]] | None = None,
    exclude: Collection[str] = (),
    held: Mapping[str, float] | None = None,
    turnover: float | None = None,
) -> Constraints:
    """The limits of somebody's own list of symbols: nothing below 0 or above 1 but what is given here; checked.

    `bounds` are (least, largest) weights by symbol, equal ones fix a weight; `exclude` leaves symbols out; `held` and `turnover`
    (one-way, see `Constraints`) belong together, a symbol not named is not held.

    Raises:
        InvalidInput: for symbols that are not in the list, or figures that are none.
        InfeasibleConstraints: as `require_feasible`.
    """
    wishes = bounds or {}
    named = {*wishes, *exclude, *(held or {})}
    if named - set(symbols):
        raise InvalidInput(f"Not in the list: {', '.join(sorted(named - set(symbols)))}.", field="symbols")
    lower = np.array([0.0 if symbol in exclude else wishes.get(symbol, (0.0, 1.0))[0] for symbol in symbols])
    upper = np.array([0.0 if symbol in exclude else wishes.get(symbol, (0.0, 1.0))[1] for symbol in symbols])
    rows, limits, row_names = group_limits(symbols, groups or {}, group_shares or {})
    names = tuple(f"{'exclude' if symbol in exclude else 'cap'}.{symbol}" for symbol in symbols)
    owned = None if held is None else np.array([held.get(symbol, 0.0) for symbol in symbols])
    found = Constraints(lower, upper, rows, limits, names, row_names, (), owned, turnover)
    require_feasible(found)
    return found
