from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from advisor.analysis.backtest import Track, compare_tracks, equal_mix, fixed_mix, walk_forward
from advisor.analysis.ratios import sharpe, sortino
from advisor.analysis.risk import maximum_drawdown, volatility
from advisor.domain.errors import InvalidInput, NotEnoughHistory

PANEL = np.random.default_rng(1).normal(0.006, 0.04, (120, 3))
ENDS = np.arange("2000-02", "2010-02", dtype="datetime64[M]").astype("datetime64[D]") - 1
SPLIT = np.array([0.5, 0.3, 0.2])
PANELS = hnp.arrays(np.float64, (24, 3), elements=st.floats(-0.3, 0.3))
SPLITS = hnp.arrays(np.float64, 3, elements=st.floats(0.05, 1.0)).map(lambda raw: raw / raw.sum())


def walked(returns: np.ndarray, decide: object = None, **settings: float) -> Track:
    options = {"rebalance_every": 3, "warmup": 6, "purge": 0, "cost_bps": 0.0, **settings}
    return walk_forward(returns, ENDS[: len(returns)], decide or fixed_mix(SPLIT), **options)  # type: ignore[arg-type]


@given(PANELS, SPLITS)
def test_without_costs_or_rebalancing_a_track_is_buy_and_hold(returns: np.ndarray, weights: np.ndarray) -> None:
    track = walked(returns, fixed_mix(weights), rebalance_every=1000)
    wealth = np.prod(1.0 + returns[6:], axis=0) @ weights
    assert np.prod(1.0 + track.net) == pytest.approx(wealth, rel=1e-9)
    assert track.trades == (0,)
    assert track.turnover(12) == 0.0


@given(PANELS, SPLITS)
def test_rebalancing_every_period_earns_the_weighted_return(returns: np.ndarray, weights: np.ndarray) -> None:
    track = walked(returns, fixed_mix(weights), rebalance_every=1)
    assert track.gross == pytest.approx(returns[6:] @ weights, abs=1e-12)


@given(PANELS, SPLITS, st.permutations([0, 1, 2]))
def test_permuting_the_instruments_changes_nothing(returns: np.ndarray, weights: np.ndarray, order: list[int]) -> None:
    plain = walked(returns, fixed_mix(weights), cost_bps=10.0)
    permuted = walked(returns[:, order], fixed_mix(weights[order]), cost_bps=10.0)
    assert permuted.net == pytest.approx(plain.net, abs=1e-12)
    assert permuted.weights == pytest.approx(plain.weights[:, order], abs=1e-12)


def test_turnover_is_measured_from_drifted_weights_and_costs_are_taken_from_what_is_traded() -> None:
    returns = np.array([[0.0, 0.0], [0.0, 0.0], [0.5, 0.0], [0.0, 0.0]])
    track = walk_forward(
        returns, ENDS[:4], fixed_mix(np.array([0.5, 0.5])), rebalance_every=1, warmup=1, purge=0, cost_bps=100.0
    )
    drifted = np.array([0.75, 0.5]) / 1.25
    assert track.traded == pytest.approx([1.0, 0.0, 2 * (drifted[0] - 0.5)])
    assert track.gross == pytest.approx([0.0, 0.25, 0.0])
    assert track.net == pytest.approx([-0.01, 0.25, -0.01 * 2 * (drifted[0] - 0.5)])
    assert track.costs == pytest.approx(track.traded * 0.01)
    assert track.turnover(1) == pytest.approx((drifted[0] - 0.5) / 3)


@given(st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_higher_costs_never_earn_more(one: float, other: float) -> None:
    track = walked(PANEL)
    low, high = (np.prod(1.0 + track.net_of(cost)) for cost in sorted((one, other)))
    assert high <= low + 1e-12


def leaking(returns: np.ndarray) -> np.ndarray:
    """Shares, cash, and a column that says a period early what shares will do: a label of horizon 1 left in the features."""
    told = np.append(returns[1:], 0.0)
    return np.column_stack((returns, np.zeros(len(returns)), told))


def peeks(history: np.ndarray, held: np.ndarray) -> np.ndarray:
    return np.array([1.0, 0.0, 0.0]) if history[-1, 2] > 0.0 else np.array([0.0, 1.0, 0.0])


def test_a_planted_look_ahead_wins_without_a_purge_and_is_worth_nothing_with_it() -> None:
    noise = np.random.default_rng(7).normal(0.0, 0.04, 120)
    panel = leaking(noise)
    with_leak = walked(panel, peeks, rebalance_every=1)
    assert with_leak.gross == pytest.approx(np.maximum(noise[6:], 0.0))
    assert (sharpe(with_leak.gross, 12) or 0.0) > 1.5
    purged = walked(panel, peeks, rebalance_every=1, purge=1)
    assert (sharpe(purged.gross, 12) or 0.0) < 0.5
    # What it is left with is what anybody knew: whether the period before had gained.
    assert purged.gross == pytest.approx(np.where(noise[5:-1] > 0.0, noise[6:], 0.0))


@given(st.integers(0, 5), st.integers(7, 100), st.integers(1, 6))
def test_a_decision_never_depends_on_what_was_purged_or_is_yet_to_come(purge: int, cut: int, every: int) -> None:
    seen: list[tuple[bytes, int]] = []

    def follows(history: np.ndarray, held: np.ndarray) -> np.ndarray:
        seen.append((history.tobytes(), len(history)))
        raw = np.exp(20.0 * history[-6:].mean(axis=0))
        return raw / raw.sum()

    changed = PANEL.copy()
    changed[cut:] = np.random.default_rng(9).normal(0.0, 0.1, changed[cut:].shape)
    one = walked(PANEL, follows, purge=purge, rebalance_every=every, warmup=7)
    first = list(seen)
    seen.clear()
    other = walked(changed, follows, purge=purge, rebalance_every=every, warmup=7)
    untouched = [i for i, (_, length) in enumerate(first) if length <= cut]
    assert [seen[i] for i in untouched] == [first[i] for i in untouched]
    assert np.array_equal(one.weights[untouched], other.weights[untouched])
    assert [length for _, length in first] == [7 + trade - purge for trade in one.trades]


def test_a_rule_gets_a_copy_that_leads_nowhere_and_cannot_be_written() -> None:
    def tries(history: np.ndarray, held: np.ndarray) -> np.ndarray:
        assert history.base is None
        assert not history.flags.writeable
        assert not held.flags.writeable
        return SPLIT

    assert len(walked(PANEL, tries).gross) == 114


def test_a_window_limits_how_far_back_is_seen() -> None:
    lengths = []

    def notes(history: np.ndarray, held: np.ndarray) -> np.ndarray:
        lengths.append(len(history))
        return SPLIT

    walked(PANEL, notes, window=12, warmup=24, rebalance_every=10)
    assert set(lengths) == {12}


def test_a_rule_that_waits_starts_late_and_one_that_keeps_still_drifts() -> None:
    def once(history: np.ndarray, held: np.ndarray) -> np.ndarray | None:
        return SPLIT if len(history) >= 12 and not held.any() else None

    track = walked(PANEL, once)
    assert track.ends[0] == ENDS[12]
    assert track.trades == (0,)
    assert np.prod(1.0 + track.gross) == pytest.approx(np.prod(1.0 + PANEL[12:], axis=0) @ SPLIT)
    with pytest.raises(NotEnoughHistory):
        walked(PANEL, lambda *_: None)


def test_what_began_later_is_left_out_until_then_and_named() -> None:
    returns = PANEL.copy()
    returns[:30, 2] = np.nan
    track = walked(returns, equal_mix)
    assert track.weights[0] == pytest.approx([0.5, 0.5, 0.0])
    assert track.weights[-1] == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert track.late == ((2, ENDS[30].item()),)
    assert walked(returns).weights[0] == pytest.approx([0.625, 0.375, 0.0])
    with pytest.raises(InvalidInput, match="no price"):
        walked(returns, lambda *_: SPLIT)


@pytest.mark.parametrize(
    "answer",
    [np.array([0.5, 0.5]), np.array([1.2, -0.2, 0.0]), np.array([0.5, 0.2, 0.2]), np.array([np.nan, 0.5, 0.5])],
)
def test_weights_that_cannot_be_are_refused(answer: np.ndarray) -> None:
    with pytest.raises(InvalidInput):
        walked(PANEL, lambda *_: answer)


def test_a_panel_or_settings_that_cannot_be_are_refused() -> None:
    gap = PANEL.copy()
    gap[50, 1] = np.nan
    for wrong in (gap, PANEL[:, 0], np.where(PANEL[3, 0] == PANEL, -1.5, PANEL)):
        with pytest.raises(InvalidInput):
            walked(wrong)
    for settings in ({"purge": 6}, {"purge": -1}, {"rebalance_every": 0}, {"window": 0}, {"cost_bps": -1.0}):
        with pytest.raises(InvalidInput):
            walked(PANEL, **settings)
    with pytest.raises(NotEnoughHistory):
        walked(PANEL, warmup=120)
    with pytest.raises(InvalidInput, match="lost everything"):
        walked(np.vstack((PANEL[:20], np.full((1, 3), -1.0))))


def test_tracks_are_compared_over_the_same_periods_at_every_cost() -> None:
    tracks = {"rule": walked(PANEL), "1/N": walked(PANEL, equal_mix)}
    figures = compare_tracks(tracks, 12, risk_free=0.001)
    assert [(row.name, row.cost_bps) for row in figures] == [
        (name, cost) for name in ("rule", "1/N") for cost in (0.0, 10.0, 25.0)
    ]
    free, dear = figures[0], figures[2]
    net = tracks["rule"].net_of(25.0)
    assert dear.annual_return == pytest.approx(np.prod(1.0 + net) ** (12 / 114) - 1.0)
    assert dear.volatility == volatility(net, 12)
    assert dear.sharpe == sharpe(net, 12, 0.001)
    assert dear.sortino == sortino(net, 12, 0.001)
    assert dear.max_drawdown == maximum_drawdown(net)
    years = np.lib.stride_tricks.sliding_window_view(1.0 + net, 12).prod(axis=1)
    assert dear.worst_year == pytest.approx(years.min() - 1.0)
    assert dear.turnover == free.turnover == pytest.approx(tracks["rule"].traded[1:].sum() / 2 * 12 / 114)
    assert free.cost == 0.0
    assert dear.cost == pytest.approx(tracks["rule"].traded.sum() * 0.0025 * 12 / 114)
    assert dear.annual_return < free.annual_return
    with pytest.raises(InvalidInput):
        compare_tracks({"one": tracks["rule"], "two": walked(PANEL, warmup=12)}, 12)
