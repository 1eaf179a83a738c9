from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis.bootstrap import stationary_draws
from advisor.domain.errors import InvalidInput


@given(st.integers(1, 80), st.integers(1, 20), st.integers(0, 2**31), st.data())
def test_every_position_goes_on_from_the_one_before_unless_a_block_begins(
    count: int, draws: int, seed: int, data: st.DataObject
) -> None:
    block = data.draw(st.floats(1.0, float(count)))
    drawn, begins = stationary_draws(count, draws, seed, mean_block=block)
    assert drawn.shape == begins.shape == (draws, count)
    assert drawn.min() >= 0
    assert drawn.max() < count
    assert begins[:, 0].all()
    onward = ~begins[:, 1:]
    assert np.array_equal(drawn[:, 1:][onward], ((drawn[:, :-1] + 1) % count)[onward])


def test_blocks_have_the_length_asked_for_on_average_and_positions_are_even() -> None:
    drawn, begins = stationary_draws(200, 2000, 3, mean_block=8.0)
    assert drawn.size / begins.sum() == pytest.approx(8.0, rel=0.05)
    seen = np.bincount(drawn.ravel(), minlength=200)
    assert seen.min() > 0.85 * seen.mean()
    assert seen.max() < 1.15 * seen.mean()


def test_the_same_seed_gives_the_same_draws_and_another_does_not() -> None:
    first, second, other = (stationary_draws(50, 5, seed, mean_block=4.0)[0] for seed in (1, 1, 2))
    assert first.tobytes() == second.tobytes()
    assert first.tobytes() != other.tobytes()


@pytest.mark.parametrize(("count", "draws", "block"), [(0, 1, 1.0), (5, 0, 1.0), (5, 1, 0.5), (5, 1, 6.0)])
def test_what_cannot_be_resampled_is_refused(count: int, draws: int, block: float) -> None:
    with pytest.raises(InvalidInput):
        stationary_draws(count, draws, 1, mean_block=block)
