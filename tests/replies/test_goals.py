"""Several goals in words and figures."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.domain.chart import ChartSpec, Donut
from advisor.domain.records import GoalStatus
from advisor.domain.reply import Choices, Notice, Table, Text
from advisor.replies import goals as words
from advisor.replies.goals import Seen
from advisor.services.plan.together import together
from tests.drawn_answers import basis, plan

Result = dict[str, Any]


@pytest.fixture(scope="module")
def home() -> Result:
    return plan(horizon_years=4.0)


@pytest.fixture(scope="module")
def growth() -> Result:
    return plan(horizon_years=30.0, loss_limit=None, target_amount=None)


def seen(name: str, result: dict[str, Any], status: GoalStatus = GoalStatus.OPEN) -> Seen:
    return Seen(name, status, {"initial_amount": "3000", "monthly_amount": "100"}, result, name)


def whole(*goals: Seen, **changes: Any) -> dict[str, Any]:
    positions = [
        {
            "id": goal.id,
            "priority": 1,
            "essential": False,
            "value": "3000",
            "currency": "USD",
            "weights": goal.result["weights"],
        }
        | changes.get(goal.id, {})
        for goal in goals
    ]
    return together(basis(), {"positions": positions})


def test_each_goal_has_a_row_and_all_together_a_sentence_and_a_picture(home: Result, growth: Result) -> None:
    both = (seen("A home", home), seen("Growth", growth, GoalStatus.PAUSED))
    blocks = words.together(both, whole(*both), home, "en-US")
    (lead,) = [block.text for block in blocks if isinstance(block, Text)]
    (table,) = [block for block in blocks if isinstance(block, Table)]
    (chart,) = [block for block in blocks if isinstance(block, ChartSpec)]
    assert lead.startswith("All together: $6,000 now and $200 a month.")
    assert [row["goal"] for row in table.rows] == ["A home", "Growth (paused)"]
    assert table.rows[1]["chance"] == "no target"
    assert table.rows[0]["chance"] != "no target"
    assert isinstance(chart.picture, Donut)
    assert sum(share for _, share, _ in chart.picture.slices) == pytest.approx(1.0)


def test_one_goal_is_shown_without_a_sum(home: Result) -> None:
    one = (seen("A home", home),)
    blocks = words.together(one, whole(*one), home, "en-US")
    assert not [block for block in blocks if isinstance(block, ChartSpec)]
    assert 'say "new goal"' in " ".join(block.text for block in blocks if isinstance(block, Text))


def test_a_goal_that_does_not_count_is_named(home: Result, growth: Result) -> None:
    both = (seen("A home", home), seen("Growth", growth))
    blocks = words.together(both, whole(*both, Growth={"currency": "EUR"}), home, "en-US")
    assert any("Growth" in block.text for block in blocks if isinstance(block, Notice))


def test_other_goals_are_a_button_away_and_unfinished_ones_are_named() -> None:
    notice, choices = words.next_steps(["A car"], [("1", "A home"), ("3", "A car")], "en-US")
    assert isinstance(notice, Notice)
    assert "A car" in notice.text
    assert isinstance(choices, Choices)
    assert [(option.id, option.label) for option in choices.options] == [
        ("goal_1", "Switch to A home"),
        ("goal_3", "Switch to A car"),
    ]
    assert words.next_steps([], [], "en-US") == ()


def test_a_plan_made_anew_is_told_beside_the_one_before(home: Result, growth: Result) -> None:
    (changed,) = words.what_changed(home, growth, "en-US", others=False)
    (same,) = words.what_changed(home, home, "en-US", others=True)
    assert isinstance(changed, Notice)
    assert isinstance(same, Notice)
    assert changed.text.startswith("Before the change, the plan was")
    assert same.text.startswith("The change leaves the plan as it was")
    assert "Your other goals" in same.text
    assert "Your other goals" not in changed.text
