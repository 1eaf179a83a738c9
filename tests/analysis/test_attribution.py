from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from advisor.analysis.attribution import Segments, brinson_fachler, linked
from advisor.domain.errors import InvalidInput
from tests.published import published

PAPER = published("brinson_bacon_q1")
BACON = Segments(*(np.array(PAPER[name]) for name in ("wp", "wb", "rp", "rb")))
RETURNS = hnp.arrays(np.float64, (3, 2, 3), elements=st.floats(-0.4, 0.6))
SPLITS = hnp.arrays(np.float64, (3, 2, 3), elements=st.floats(0.05, 1.0)).map(
    lambda raw: raw / raw.sum(axis=2, keepdims=True)
)


def test_bacons_quarter_has_its_published_effects() -> None:
    found = brinson_fachler(BACON)
    assert found.allocation == pytest.approx(PAPER["alloc_BF"], abs=1e-12)
    assert found.selection == pytest.approx(PAPER["select"], abs=1e-12)
    assert found.interaction == pytest.approx(PAPER["inter"], abs=1e-12)
    assert found.active == pytest.approx(PAPER["active"], abs=1e-12)


@given(SPLITS, RETURNS)
def test_linked_effects_sum_to_the_difference_of_the_compounded_returns(weights: np.ndarray, moves: np.ndarray) -> None:
    periods = [Segments(w[0], w[1], r[0], r[1]) for w, r in zip(weights, moves, strict=True)]
    own = np.prod([1.0 + item.total for item in periods])
    other = np.prod([1.0 + item.benchmark_total for item in periods])
    assert linked(periods).active == pytest.approx(own - other, abs=1e-9)


def test_one_period_linked_is_that_period_and_a_copy_of_the_benchmark_has_no_effects() -> None:
    assert linked([BACON]).allocation == pytest.approx(brinson_fachler(BACON).allocation, abs=1e-15)
    same = Segments(BACON.weights, BACON.weights, BACON.returns, BACON.returns)
    assert linked([same, same]).active == 0.0


def test_segments_that_do_not_fit_and_a_total_loss_are_refused() -> None:
    half = np.array([0.5, 0.5])
    for wrong in ((half, half, half, half[:1]), (half, half * 2, half, half), (half, half, half, half * np.nan)):
        with pytest.raises(InvalidInput):
            Segments(*wrong)
    with pytest.raises(InvalidInput):
        linked([])
    with pytest.raises(InvalidInput):
        linked([BACON, Segments(half, half, half, half)])
    with pytest.raises(InvalidInput, match="everything was lost"):
        linked([Segments(half, half, -np.ones(2), half)])
