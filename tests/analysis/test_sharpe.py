from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis.ratios import probabilistic_sharpe, sharpe
from advisor.analysis.sharpe import (
    Trials,
    default_block,
    long_run_variance,
    minimum_track_record,
    sharpe_difference,
    sharpe_record,
)
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from tests.published import published

PAPER = published("dsr")


def with_moments(count: int, ratio: float, skew: float) -> np.ndarray:
    """A two-valued series with exactly this Sharpe ratio (n - 1) and skewness; its kurtosis is then skewness^2 + 1."""
    high = round(count * 0.5 * (1.0 - skew / np.sqrt(4.0 + skew**2)))
    raw = np.concatenate((np.ones(high), np.zeros(count - high)))
    standard = (raw - raw.mean()) / np.std(raw, ddof=1)
    return standard + ratio


def test_the_record_of_a_series_uses_the_published_formulas() -> None:
    series = with_moments(400, 0.1, -1.5)
    record = sharpe_record(series, 12, trials=Trials(20, 0.002))
    assert record is not None
    assert record.sharpe == pytest.approx(0.1 * np.sqrt(12), rel=1e-12)
    assert record.kurtosis == pytest.approx(record.skewness**2 + 1.0, rel=1e-9)
    variance = 1.0 - record.skewness * 0.1 + (record.kurtosis - 1.0) * 0.1**2 / 4.0
    assert record.probability == pytest.approx(
        probabilistic_sharpe(0.1, 0.0, 400, record.skewness, record.kurtosis), rel=1e-12
    )
    assert record.least_periods == pytest.approx(1.0 + variance * (1.6448536269514722 / 0.1) ** 2, rel=1e-9)
    assert record.deflated < record.probability


def test_the_hurdle_of_a_hundred_trials_is_the_published_one() -> None:
    trials = Trials(PAPER["N"], PAPER["varSR_ann"] / 250)
    record = sharpe_record(np.random.default_rng(1).normal(0.001, 0.01, PAPER["T"]), 250, trials=trials)
    assert record is not None
    assert record.hurdle == pytest.approx(PAPER["SR0_daily"] * np.sqrt(250), rel=1e-9)


def test_a_record_of_the_least_length_is_just_confident() -> None:
    least = minimum_track_record(0.12, 0.02, -0.7, 5.0)
    assert least is not None
    variance = 1.0 + 0.7 * 0.12 + 4.0 * 0.12**2 / 4.0
    z = (0.12 - 0.02) * np.sqrt(least - 1.0) / np.sqrt(variance)
    assert z == pytest.approx(1.6448536269514722, rel=1e-12)
    assert minimum_track_record(0.1, 0.1, 0.0, 3.0) is None
    with pytest.raises(InvalidInput):
        minimum_track_record(2.0, 0.0, 3.0, 1.0)
    with pytest.raises(InvalidInput):
        minimum_track_record(0.1, 0.0, 0.0, 3.0, confidence=1.0)


@given(st.lists(st.floats(-0.5, 0.5), min_size=2, max_size=30))
def test_more_trials_never_lower_the_hurdle(ratios: list[float]) -> None:
    trials = Trials.of(ratios)
    assert trials.count == len(ratios)
    assert trials.variance == pytest.approx(float(np.var(ratios, ddof=1)))
    series = np.random.default_rng(1).normal(0.01, 0.04, 120)
    few, many = (sharpe_record(series, 12, trials=Trials(n, trials.variance)) for n in (5, 50))
    assert few is not None
    assert many is not None
    assert many.hurdle >= few.hurdle
    assert many.deflated <= few.deflated


def test_trials_that_are_no_numbers_and_a_flat_series_have_no_record() -> None:
    with pytest.raises(InvalidInput):
        Trials.of([])
    with pytest.raises(InvalidInput):
        Trials.of([0.1, float("nan")])
    assert Trials.of([0.1]) == Trials(1, 0.0)
    assert sharpe_record(np.full(50, 0.01), 12) is None


def test_the_difference_is_that_of_the_two_ratios_and_its_interval_turns_with_it() -> None:
    first, second = np.random.default_rng(2).normal(0.01, 0.04, (2, 240))
    there = sharpe_difference(first, second, 12, seed=1)
    back = sharpe_difference(second, first, 12, seed=1)
    assert there is not None
    assert back is not None
    ratios = [sharpe(series, 12) or 0.0 for series in (first, second)]
    assert there.difference == pytest.approx(ratios[0] - ratios[1], rel=1e-9)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low), rel=1e-9)
    assert there == sharpe_difference(first, second, 12, seed=1)
    assert there != sharpe_difference(first, second, 12, seed=2)


@given(st.floats(0.1, 10.0), st.floats(0.1, 10.0))
def test_scaling_either_track_changes_nothing(one: float, other: float) -> None:
    first, second = np.random.default_rng(3).normal(0.01, 0.04, (2, 60))
    plain = sharpe_difference(first, second, 12, seed=1, draws=99)
    scaled = sharpe_difference(first * one, second * other, 12, seed=1, draws=99)
    assert plain is not None
    assert scaled is not None
    assert (scaled.low, scaled.high) == pytest.approx((plain.low, plain.high), rel=1e-6)


def test_a_clear_difference_is_found_and_no_difference_is_not() -> None:
    noise = np.random.default_rng(4).normal(0.0, 0.04, (2, 240))
    better = sharpe_difference(noise[0] + 0.03, noise[0] * 0.5 + noise[1] * 0.5, 12, seed=1)
    assert better is not None
    assert better.clear
    assert better.low > 0.0
    assert better.p_value < 0.01
    assert sharpe_difference(noise[0], noise[0], 12, seed=1) is None
    assert sharpe_difference(noise[0], np.zeros(240), 12, seed=1) is None


def test_too_short_or_unequal_tracks_are_refused() -> None:
    with pytest.raises(NotEnoughHistory):
        sharpe_difference(np.arange(23.0), np.arange(23.0)[::-1].copy(), 12, seed=1)
    with pytest.raises(InvalidInput):
        sharpe_difference(np.zeros(30), np.zeros(31), 12, seed=1)
    with pytest.raises(InvalidInput):
        sharpe_difference(np.zeros(30), np.zeros(30), 12, seed=1, level=1.0)


def test_the_long_run_variance_is_the_variance_of_noise_and_that_of_an_ar_process() -> None:
    noise = np.random.default_rng(5).standard_normal(8_000)
    assert long_run_variance(noise) == pytest.approx(1.0, rel=0.1)
    series = np.empty_like(noise)
    series[0] = noise[0]
    for t in range(1, len(noise)):
        series[t] = 0.6 * series[t - 1] + noise[t]
    assert long_run_variance(series) == pytest.approx(1.0 / (1.0 - 0.6) ** 2, rel=0.15)


def test_blocks_grow_with_the_sample() -> None:
    assert default_block(24) >= 2.0
    assert default_block(1000) == pytest.approx(15.0)


@pytest.mark.slow
@pytest.mark.parametrize(("count", "memory", "tails"), [(120, 0.0, None), (240, 0.3, 5)])
def test_the_interval_of_equal_ratios_holds_zero_as_often_as_it_says(
    count: int, memory: float, tails: int | None
) -> None:
    held = 0
    for draw in range(300):
        generator = np.random.default_rng(draw)
        shape = (2, count)
        noise = generator.standard_normal(shape)
        if tails:
            noise = generator.standard_t(tails, shape) / np.sqrt(tails / (tails - 2))
        noise[1] = 0.5 * noise[0] + np.sqrt(0.75) * noise[1]
        series = noise.copy()
        for t in range(1, count):
            series[:, t] = memory * series[:, t - 1] + np.sqrt(1.0 - memory**2) * noise[:, t]
        first, second = 0.006 + 0.04 * series[0], 0.003 + 0.02 * series[1]  # both 0.15 a month
        found = sharpe_difference(first, second, 12, seed=draw, draws=499)
        assert found is not None
        held += found.low <= 0.0 <= found.high
    assert 0.90 <= held / 300 <= 0.99
