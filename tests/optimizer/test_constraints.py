from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.domain.errors import InfeasibleConstraints, InvalidInput
from advisor.domain.market import AssetClass, AssetGroup
from advisor.optimizer.constraints import CAPS, Constraints, box, default_constraints, require_feasible

ALL = tuple(AssetClass)


def test_the_caps_and_rules_of_the_advice_are_there() -> None:
    found = default_constraints(ALL)
    assert found.upper.tolist() == [CAPS[item] for item in ALL]
    assert set(found.row_names) == {
        "ratio.developed_to_us",
        "ratio.emerging_to_us",
        "ratio.long_to_medium",
        "ratio.real_estate_to_equity",
        "cap.gold_and_commodities",
    }
    weights = np.zeros(12)
    weights[[0, 1, 3]] = 0.3, 0.3, 0.4  # more developed markets than three quarters of the US share
    assert not found.allows(weights)
    weights[[0, 1]] = 0.4, 0.2
    assert found.allows(weights)


def test_an_exclusion_holds_for_a_class_or_a_whole_group() -> None:
    classes = default_constraints(ALL, ("emerging_equity", "commodity"))
    assert classes.upper[2] == classes.upper[8] == classes.upper[9] == 0.0
    assert classes.upper_names[2] == "exclude.emerging_equity"
    assert classes.upper_names[8] == "exclude.commodity"
    assert default_constraints(ALL, ("none",)).upper.tolist() == [CAPS[item] for item in ALL]


def test_a_rule_whose_measure_is_excluded_does_not_apply_and_is_noted() -> None:
    found = default_constraints(ALL, ("us_equity",))
    assert "ratio.developed_to_us" not in found.row_names
    assert {n.values["rule"] for n in found.notes} == {"ratio.developed_to_us", "ratio.emerging_to_us"}


def test_the_cash_cap_can_be_lifted_for_an_emergency_fund() -> None:
    assert default_constraints(ALL, (), cash_cap=1.0).upper[-1] == 1.0


def test_two_funds_of_a_class_share_its_cap() -> None:
    classes = (*ALL, AssetClass.TREASURY_LONG)
    found = default_constraints(classes)
    assert "cap.treasury_long" in found.row_names
    weights = np.zeros(13)
    weights[[5, 12, 4, 3]] = 0.15, 0.15, 0.4, 0.3
    assert not found.allows(weights)


def test_contradictory_exclusions_name_the_conflict_and_the_smallest_change() -> None:
    with pytest.raises(InfeasibleConstraints) as caught:
        default_constraints(ALL, ("equity", "bond", "real_estate"))
    details = caught.value.details
    assert set(details["conflict"]) == {
        "exclude.equity",
        "exclude.bond",
        "exclude.real_estate",
        "cap.gold_and_commodities",
        "cap.cash",
    }
    assert sum(details["relaxation"].values()) == pytest.approx(1 - 0.30 - 0.12)
    assert not any(name.startswith("exclude.") for name in details["relaxation"])
    assert "58.0 points" in caught.value.message


def test_widening_by_the_relaxation_makes_it_possible_and_by_less_does_not() -> None:
    tight = box(np.zeros(3), np.array([0.2, 0.3, 0.1]), ("cap.a", "cap.b", "cap.c"))
    with pytest.raises(InfeasibleConstraints) as caught:
        require_feasible(tight)
    wider = caught.value.details["relaxation"]
    upper = tight.upper + np.array([wider.get(name, 0.0) for name in tight.upper_names])
    require_feasible(box(tight.lower, upper))
    with pytest.raises(InfeasibleConstraints):
        require_feasible(box(tight.lower, upper - 0.001))


def test_floors_that_exceed_the_whole_are_named() -> None:
    with pytest.raises(InfeasibleConstraints) as caught:
        require_feasible(box(np.array([0.7, 0.6]), np.ones(2), ("cap.a", "cap.b")))
    assert set(caught.value.details["conflict"]) == {"floor.a", "floor.b"}


def test_wrong_words_and_figures_are_refused() -> None:
    with pytest.raises(InvalidInput):
        default_constraints(ALL, ("tulips",))
    with pytest.raises(InvalidInput):
        default_constraints(ALL, (), cash_cap=1.5)
    with pytest.raises(InvalidInput):
        require_feasible(box(np.zeros(2), np.array([np.nan, 1.0])))
    with pytest.raises(InvalidInput):
        require_feasible(box(np.array([-0.1, 0.0]), np.ones(2)))


def test_the_limits_a_portfolio_touches_have_names() -> None:
    found = default_constraints((AssetClass.US_EQUITY, AssetClass.DEVELOPED_EQUITY, AssetClass.CASH))
    assert found.binding(np.array([0.4, 0.3, 0.3])) == ("cap.cash", "ratio.developed_to_us")
    assert found.binding(np.array([0.6, 0.2, 0.2])) == ("cap.us_equity",)
    beyond = found.binding(np.array([0.0, 0.0, 1.0]))  # all in cash on purpose: its cap did not hold anything down
    assert "cap.cash" not in beyond


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.sampled_from([*(item.value for item in AssetClass), *(item.value for item in AssetGroup)])),
    st.lists(st.sampled_from(list(AssetClass)), min_size=1, max_size=14),
)
def test_any_wishes_are_possible_or_named(wishes: set[str], classes: list[AssetClass]) -> None:
    try:
        found = default_constraints(classes, wishes)
    except InfeasibleConstraints as error:
        assert error.details["conflict"]  # noqa: PT017  an error is one of two fair outcomes
        assert sum(error.details["relaxation"].values()) > 0  # noqa: PT017  an error is one of two fair outcomes
        assert error.message  # noqa: PT017  an error is one of two fair outcomes
    else:
        assert isinstance(found, Constraints)
        assert found.upper.sum() >= 1 - 1e-9
