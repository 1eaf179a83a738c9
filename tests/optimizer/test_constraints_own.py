"""Limits of one's own: groups by name, exclusions of single symbols, fixed weights, and how much may change hands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain.errors import InfeasibleConstraints, InvalidInput
from advisor.optimizer.constraints import box, require_feasible
from advisor.optimizer.groups import group_limits, own_constraints
from advisor.optimizer.strategies import Task, allocate
from tests.optimizer.problems import NAMES, drawn_estimates

SYMBOLS = ("A", "B", "C", "D")


def test_groups_become_rows_with_names() -> None:
    shares = {"tech": (0.2, 0.5), "rest": (0.0, 0.7), "free": (0.0, 1.0)}
    rows, limits, names = group_limits(SYMBOLS, {"tech": ("A", "C"), "rest": ("B",), "free": ("D",)}, shares)
    assert names == ("group.tech", "group_floor.tech", "group.rest")
    assert rows.tolist() == [[1, 0, 1, 0], [-1, 0, -1, 0], [0, 1, 0, 0]]
    assert limits.tolist() == [0.5, -0.2, 0.7]


@pytest.mark.parametrize(
    ("groups", "shares"),
    [
        ({}, {"tech": (0.0, 0.5)}),
        ({"tech": ("A", "Z")}, {"tech": (0.0, 0.5)}),
        ({"tech": ("A",)}, {"tech": (0.6, 0.5)}),
        ({"tech": ("A",)}, {"tech": (0.0, 1.5)}),
    ],
)
def test_groups_that_are_none_are_refused(
    groups: dict[str, tuple[str, ...]], shares: dict[str, tuple[float, float]]
) -> None:
    with pytest.raises(InvalidInput):
        group_limits(SYMBOLS, groups, shares)


def test_an_excluded_symbol_and_a_fixed_weight_are_bounds() -> None:
    found = own_constraints(SYMBOLS, bounds={"B": (0.3, 0.3)}, exclude=("A",))
    assert found.upper.tolist() == [0.0, 0.3, 1.0, 1.0]
    assert found.lower.tolist() == [0.0, 0.3, 0.0, 0.0]
    assert found.upper_names[:2] == ("exclude.A", "cap.B")
    with pytest.raises(InvalidInput):
        own_constraints(SYMBOLS, exclude=("Z",))


def test_too_little_turnover_is_a_named_conflict_with_the_smallest_widening() -> None:
    with pytest.raises(InfeasibleConstraints) as caught:
        own_constraints(SYMBOLS, bounds={"A": (0.0, 0.4)}, held={"A": 0.9, "B": 0.1}, turnover=0.2)
    details = caught.value.details
    assert set(details["conflict"]) == {"cap.A", "turnover"}
    assert sum(details["relaxation"].values()) == pytest.approx(0.3)
    assert "what may change hands" in caught.value.message
    require_feasible(
        own_constraints(SYMBOLS, bounds={"A": (0.0, 0.4)}, held={"A": 0.9, "B": 0.1}, turnover=0.5),
    )


def test_group_floors_that_exceed_the_whole_are_named() -> None:
    shares = {"one": (0.6, 1.0), "two": (0.6, 1.0)}
    with pytest.raises(InfeasibleConstraints) as caught:
        own_constraints(SYMBOLS, groups={"one": ("A", "B"), "two": ("C", "D")}, group_shares=shares)
    assert set(caught.value.details["conflict"]) == {"group_floor.one", "group_floor.two"}
    assert sum(caught.value.details["relaxation"].values()) == pytest.approx(0.2)


def test_turnover_is_half_of_what_moves_and_touches_its_limit() -> None:
    limits = own_constraints(SYMBOLS, held={"A": 0.5, "B": 0.5}, turnover=0.25)
    there = np.array([0.25, 0.5, 0.25, 0.0])
    assert limits.moved(there) == pytest.approx(0.25)
    assert limits.allows(there)
    assert "turnover" in limits.binding(there)
    assert not limits.allows(np.array([0.2, 0.5, 0.3, 0.0]))
    assert "turnover" not in limits.binding(np.array([0.4, 0.6, 0.0, 0.0]))


@pytest.mark.parametrize(
    "change",
    [
        {"held": np.array([0.5, 0.5])},
        {"turnover": 0.5},
        {"held": np.array([np.nan, 1.0]), "turnover": 0.5},
        {"held": np.array([1.0]), "turnover": 0.5},
        {"held": np.array([0.5, 0.5]), "turnover": -0.1},
    ],
)
def test_half_a_limit_on_turnover_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        require_feasible(replace(box(np.zeros(2), np.ones(2)), **change))  # type: ignore[arg-type]


@given(st.integers(0, 10_000), st.integers(2, 8), st.floats(0.0, 0.6))
def test_what_is_possible_under_a_limit_on_turnover_is_what_the_relaxation_says(
    seed: int, count: int, turnover: float
) -> None:
    generator = np.random.default_rng(seed)
    held, upper = generator.dirichlet(np.ones(count)), generator.uniform(1.0, 2.0, count) / count
    asked = replace(box(np.zeros(count), upper), held=held, turnover=turnover)
    needed = float(
        np.maximum(held - upper, 0.0).sum()
    )  # what is above its cap has to be sold, and there is room for it
    if needed <= turnover:
        require_feasible(asked)
        return
    if needed > turnover + 1e-6:
        with pytest.raises(InfeasibleConstraints) as caught:
            require_feasible(asked)
        assert "turnover" in caught.value.details["conflict"]
        assert sum(caught.value.details["relaxation"].values()) == pytest.approx(needed - turnover, abs=1e-5)


@pytest.mark.parametrize("strategy", NAMES)
def test_where_more_than_a_whole_is_held_a_limit_on_turnover_may_leave_room_to_sell_only(strategy: str) -> None:
    held = np.array([0.5, 0.3, 0.3, 0.1])
    limits = own_constraints(SYMBOLS, held=dict(zip(SYMBOLS, held, strict=True)), turnover=0.1)
    known = drawn_estimates(np.random.default_rng(3), 4)
    found = allocate(strategy, Task(known, limits, target_return=0.0, target_volatility=9.0))
    assert np.all(found.weights <= held + 1e-8)
    assert limits.moved(found.weights) <= 0.1 + 1e-8
