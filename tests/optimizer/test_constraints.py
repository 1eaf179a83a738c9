from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.domain.errors import InfeasibleConstraints, InvalidInput
from advisor.domain.market import AssetClass, AssetGroup
from advisor.optimizer.constraints import CAPS, Constraints, box, default_constraints, require_feasible

ALL = tuple(AssetClass)
# What the plans in dollars are made of; the other universes cut shares and bonds otherwise.
DOLLAR = (
    AssetClass.US_EQUITY,
    AssetClass.DEVELOPED_EQUITY,
    AssetClass.EMERGING_EQUITY,
    AssetClass.TREASURY_SHORT,
    AssetClass.TREASURY_MEDIUM,
    AssetClass.TREASURY_LONG,
    AssetClass.TIPS,
    AssetClass.CREDIT,
    AssetClass.GOLD,
    AssetClass.COMMODITIES,
    AssetClass.REAL_ESTATE,
    AssetClass.CASH,
)


def test_the_caps_and_rules_of_the_advice_are_there() -> None:
    found = default_constraints(DOLLAR)
    assert found.upper.tolist() == [CAPS[item] for item in DOLLAR]
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
    classes = default_constraints(DOLLAR, ("emerging_equity", "commodity"))
    assert classes.upper[2] == classes.upper[8] == classes.upper[9] == 0.0
    assert classes.upper_names[2] == "exclude.emerging_equity"
    assert classes.upper_names[8] == "exclude.commodity"
    assert default_constraints(DOLLAR, ("none",)).upper.tolist() == [CAPS[item] for item in DOLLAR]


def test_a_rule_whose_measure_is_excluded_does_not_apply_and_is_noted() -> None:
    found = default_constraints(DOLLAR, ("us_equity",))
    assert "ratio.developed_to_us" not in found.row_names
    assert {n.values["rule"] for n in found.notes} == {"ratio.developed_to_us", "ratio.emerging_to_us"}


def test_every_ratio_has_its_rule_where_a_universe_holds_both_sides() -> None:
    assert {name for name in default_constraints(ALL).row_names if name.startswith("ratio.")} == {
        "ratio.developed_to_us",
        "ratio.emerging_to_us",
        "ratio.emerging_to_world",
        "ratio.home_to_world",
        "ratio.mid_to_home",
        "ratio.foreign_to_home",
        "ratio.long_to_medium",
        "ratio.real_estate_to_equity",
    }


def test_a_universe_without_us_shares_has_rules_of_its_own_and_no_notes() -> None:
    euro = (
        AssetClass.WORLD_EQUITY,
        AssetClass.HOME_EQUITY,
        AssetClass.EMERGING_EQUITY,
        AssetClass.CREDIT,
        AssetClass.CASH,
    )
    found = default_constraints(euro)
    assert set(found.row_names) == {"ratio.emerging_to_world", "ratio.home_to_world"}
    assert found.notes == ()
    assert not found.allows(np.array([0.4, 0.2, 0.05, 0.1, 0.25]))  # half as much at home as in the world
    assert found.allows(np.array([0.5, 0.1, 0.1, 0.1, 0.2]))
    india = (
        AssetClass.HOME_EQUITY,
        AssetClass.HOME_MID_EQUITY,
        AssetClass.FOREIGN_EQUITY,
        AssetClass.CREDIT,
        AssetClass.CASH,
    )
    assert set(default_constraints(india).row_names) == {"ratio.mid_to_home", "ratio.foreign_to_home"}
    assert default_constraints(india).notes == ()


def test_bonds_of_all_kinds_are_the_measure_of_long_ones_where_medium_ones_are_missing() -> None:
    classes = (AssetClass.US_EQUITY, AssetClass.AGGREGATE_BOND, AssetClass.TREASURY_LONG, AssetClass.CASH)
    assert "ratio.long_to_medium" in default_constraints(classes).row_names


@pytest.mark.parametrize(
    ("wish", "out"),
    [
        ("us_equity", {"world_equity", "foreign_equity", "us_equity"}),
        ("developed_equity", {"world_equity", "foreign_equity", "developed_equity"}),
        ("home_equity", {"home_equity", "home_mid_equity"}),
        ("foreign_equity", {"foreign_equity", "world_equity", "developed_equity", "emerging_equity"}),
        ("gold", {"gold"}),
        ("commodity", {"gold", "silver", "commodities"}),
    ],
)
def test_a_wish_also_leaves_out_what_holds_the_thing_among_others(wish: str, out: set[str]) -> None:
    found = default_constraints(ALL, (wish,))
    zero = {item.value for item, upper in zip(ALL, found.upper, strict=True) if upper == 0}
    assert zero == out
    assert {found.upper_names[ALL.index(AssetClass(item))] for item in out} == {f"exclude.{wish}"}


def test_the_home_market_of_the_dollar_is_the_united_states() -> None:
    found = default_constraints(DOLLAR, ("home_equity",))
    assert [item for item, upper in zip(DOLLAR, found.upper, strict=True) if upper == 0] == [AssetClass.US_EQUITY]


def test_the_cash_cap_can_be_lifted_for_an_emergency_fund() -> None:
    assert default_constraints(DOLLAR, (), cash_cap=1.0).upper[-1] == 1.0


def test_two_funds_of_a_class_share_its_cap() -> None:
    classes = (*DOLLAR, AssetClass.TREASURY_LONG)
    found = default_constraints(classes)
    assert "cap.treasury_long" in found.row_names
    weights = np.zeros(13)
    weights[[5, 12, 4, 3]] = 0.15, 0.15, 0.4, 0.3
    assert not found.allows(weights)


def test_contradictory_exclusions_name_the_conflict_and_the_smallest_change() -> None:
    with pytest.raises(InfeasibleConstraints) as caught:
        default_constraints(DOLLAR, ("equity", "bond", "real_estate"))
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
