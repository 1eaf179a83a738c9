"""What a goal requires, beside what the ceiling earns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain.errors import InvalidInput
from advisor.profiling.need import need


def test_need_is_compared_after_inflation() -> None:
    met, missed = need(0.0194, 0.05, 0.03), need(0.0195, 0.05, 0.03)
    assert met is not None
    assert missed is not None
    assert (met.key, missed.key) == ("need.within", "need.beyond")
    assert met.values["plan_return"] == pytest.approx(1.05 / 1.03 - 1)


def test_without_a_target_or_where_the_payments_suffice_nothing_is_needed() -> None:
    assert need(None, 0.05, 0.02) is None
    assert need(-0.01, 0.05, 0.02) is None


@given(st.floats(0.0001, 1), st.floats(-0.2, 0.3), st.floats(-0.05, 0.2))
def test_the_effect_is_what_is_left_or_missing(required: float, earned: float, inflation: float) -> None:
    found = need(required, earned, inflation)
    assert found is not None
    assert (found.effect >= 0) == (found.key == "need.within")


def test_an_impossible_inflation_is_refused() -> None:
    with pytest.raises(InvalidInput):
        need(0.03, 0.05, -1.0)
