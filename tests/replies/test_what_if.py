"""A what-if beside the plan: the cells, the change in words, the way back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from advisor.domain.reply import Table
from advisor.replies import what_if
from tests.drawn_answers import plan

CHANGES: list[tuple[tuple[str, str, Any], str]] = [
    (("monthly_amount", "add", 200), "the monthly amount: $200 more"),
    (("monthly_amount", "add", -200), "the monthly amount: $200 less"),
    (("monthly_amount", "times", 2), "the monthly amount: twice as much"),
    (("horizon", "add", 3), "the time: 3 years more"),
    (("horizon", "set", 1), "the time: 1 year"),
    (("horizon", "add", -0.5), "the time: 6 months less"),
    (("target_amount", "set", 80000), "the target: $80,000"),
    (("risk", "times", 0.5), "the risk: half as much"),
    (("risk", "times", 1.5), "the risk: 1.5 times as much"),
    (("loss_limit", "set", 0.1), "the loss limit: 10%"),
    (("goal", "set", "home"), "the goal: A home"),
    (("exclusions", "add", ["emerging_equity", "bond"]), "leaving out Emerging markets, bonds"),
    (("exclusions", "remove", ["gold"]), "with Gold again"),
]


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_a_change_is_said_in_words(change: tuple[str, str, Any], said: str) -> None:
    table = what_if.compare(plan(), plan(), [change], "en")[0]
    assert isinstance(table, Table)
    assert table.caption.startswith(f"What if: {said}. Source:")


def _cells(now: dict[str, Any], then: dict[str, Any]) -> dict[str, tuple[str, str]]:
    table = what_if.compare(now, then, [("monthly_amount", "add", 200)], "en")[0]
    assert isinstance(table, Table)
    return {row["what"]: (row["now"], row["then"]) for row in table.rows}


def test_the_chance_fits_a_cell_and_a_missing_target_is_said() -> None:
    cells = _cells(plan(target_amount=None), plan(target_amount=Decimal(75000)))
    before, after = cells["Futures that reach the target"]
    assert before == "no target"
    assert after.endswith(")")
    assert "in 10" in after
    assert "*" not in after
    assert "Futures that reach the target" not in _cells(plan(target_amount=None), plan(target_amount=None))
