"""When a profile is due again, and which edits a market may have coloured."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain.errors import InvalidInput
from advisor.domain.records import ProfileRecord
from advisor.profiling.reassessment import coloured, due, market_of

RECORD = ProfileRecord("p", "u", datetime(2024, 2, 29, 12, tzinfo=UTC), {}, {}, {})


@pytest.mark.parametrize(
    ("today", "changes", "key"),
    [
        (date(2024, 3, 1), (), None),
        (date(2025, 2, 28), (), None),
        (date(2025, 3, 1), (), "profile.year"),
        (date(2024, 3, 1), ("income_stability",), "profile.circumstances"),
        (date(2026, 1, 1), ("debt",), "profile.circumstances"),
        (date(2024, 3, 1), ("risk_3", "exclusions"), None),
    ],
)
def test_a_profile_is_due_after_a_year_or_when_life_changed(
    today: date, changes: tuple[str, ...], key: str | None
) -> None:
    found = due(RECORD, today, changes)
    assert (found.key if found else None) == key


def test_a_fall_and_a_rise_are_read_from_the_levels() -> None:
    assert market_of([1.0, 2.0, 1.5]) == {"drawdown": 0.25, "rise": None}
    assert market_of([1.0] * 3 + [2.0] * 58)["rise"] == pytest.approx(1.0)
    for levels in ([], [1.0, 0.0], [1.0, float("nan")]):
        with pytest.raises(InvalidInput):
            market_of(levels)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=80), st.floats(0.1, 10))
def test_the_unit_of_the_levels_does_not_matter(levels: list[float], factor: float) -> None:
    one, other = market_of(levels), market_of([level * factor for level in levels])
    assert 0 <= one["drawdown"] < 1
    assert other["drawdown"] == pytest.approx(one["drawdown"], abs=1e-9)


@pytest.mark.parametrize(
    ("market", "changes", "key"),
    [
        ({"drawdown": 0.10, "rise": None}, ("risk_3",), "profile.edited_in_drawdown"),
        ({"drawdown": 0.30, "rise": 2.0}, ("loss_limit", "debt"), "profile.edited_in_drawdown"),
        ({"drawdown": 0.09, "rise": 0.5}, ("risk_3",), None),
        ({"drawdown": 0.0, "rise": 1.2}, ("scale_5",), "profile.edited_in_boom"),
        ({"drawdown": 0.07, "rise": 1.2}, ("scale_5",), None),
        ({"drawdown": 0.30, "rise": None}, ("debt", "horizon"), None),
        ({}, ("risk_3",), None),
    ],
)
def test_wishes_edited_in_a_fall_or_a_long_boom_are_flagged(
    market: dict[str, float | None], changes: tuple[str, ...], key: str | None
) -> None:
    found = coloured(market, changes)
    assert (found.key if found else None) == key
