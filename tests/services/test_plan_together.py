"""Several plans taken together: joint mix and joint bad year, on one market."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from advisor.domain.errors import InvalidInput
from advisor.services.plan.together import together
from tests.drawn_answers import basis, plan


@pytest.fixture(scope="module")
def careful() -> dict[str, Any]:
    return plan(horizon_years=4.0)


@pytest.fixture(scope="module")
def bold() -> dict[str, Any]:
    return plan(horizon_years=30.0, loss_limit=None)


def position(name: str, value: str, result: dict[str, Any], **changes: Any) -> dict[str, Any]:
    made = {
        "id": name,
        "priority": 1,
        "essential": False,
        "value": value,
        "currency": "USD",
        "weights": result["weights"],
    }
    return made | changes


def test_one_goal_alone_is_its_own_plan(bold: dict[str, Any]) -> None:
    found = together(basis(), {"positions": [position("a", bold["stake"], bold)]})
    assert found["weights"] == pytest.approx(bold["weights"])
    assert found["bad_year"]["fraction"] == pytest.approx(bold["bad_year"]["fraction"], abs=1e-9)
    assert found["bad_year"]["amount"] == pytest.approx(bold["bad_year"]["amount"], rel=1e-9)
    assert found["volatility"] == pytest.approx(bold["volatility"], abs=1e-9)


def test_two_goals_count_by_their_money_and_lie_between_the_two(careful: dict[str, Any], bold: dict[str, Any]) -> None:
    both = [position("a", "3000", careful), position("b", "1000", bold)]
    found = together(basis(), {"positions": both})
    assert Decimal(found["total"]) == 4000
    assert sum(found["weights"].values()) == pytest.approx(1.0)
    assert sum(part["share"] for part in found["parts"]) == pytest.approx(1.0)
    assert careful["cvar"] < found["cvar"] < bold["cvar"]
    parted = 3000 * careful["cvar"] + 1000 * bold["cvar"]
    assert found["cvar"] * 4000 <= parted + 1e-9


def test_a_goal_in_other_money_or_of_unknown_funds_does_not_count_and_is_named(bold: dict[str, Any]) -> None:
    odd = [
        position("a", "1000", bold),
        position("b", "1000", bold, currency="EUR"),
        position("c", "1000", bold, weights={"GONE": 1.0}),
    ]
    found = together(basis(), {"positions": odd})
    assert found["left_out"] == ["b", "c"]
    assert Decimal(found["total"]) == 1000


def test_without_a_goal_that_counts_there_is_nothing_to_look_at(bold: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        together(basis(), {"positions": [position("b", "1000", bold, currency="EUR")]})
