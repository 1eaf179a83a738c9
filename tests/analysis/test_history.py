from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from advisor.analysis.history import joint_monthly_returns, mix_history, monthly_inflation
from advisor.analysis.returns import monthly_returns
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import Floats, MarketSnapshot
from tests.market_fixtures import market_snapshot

SNAPSHOT = market_snapshot()


def test_one_instrument_alone_has_its_own_history() -> None:
    history = mix_history(SNAPSHOT, {"USEQ": 1.0})
    own = monthly_returns(SNAPSHOT.dates, SNAPSHOT.levels).returns[:, 0]
    assert np.allclose(history.returns, own)
    assert history.growth[0] == 1.0
    assert history.growth[-1] == pytest.approx(np.prod(1 + own))
    assert history.notes == ()


def test_growth_worst_year_and_calendar_years_fit_together() -> None:
    history = mix_history(SNAPSHOT, {"USEQ": 0.5, "TMED": 0.3, "CASH": 0.2})
    assert history.worst_year is not None
    yearly = history.growth[12:] / history.growth[:-12] - 1
    assert history.worst_year.result == pytest.approx(yearly.min())
    at = int(yearly.argmin())
    assert history.worst_year.end == history.ends[at + 11].item()
    whole = [year for year, _ in history.years]
    assert whole == list(range(whole[0], whole[-1] + 1))
    assert np.prod([1 + result for _, result in history.years]) == pytest.approx(
        history.growth[-1] / history.growth[len(history.returns) - 12 * len(whole)]
    )
    assert history.drawdown.depth <= min(0.0, history.worst_year.result) + 1e-12


def test_before_a_fund_existed_its_group_stands_in_and_it_is_noted() -> None:
    history = mix_history(SNAPSHOT, {"USEQ": 0.4, "EMEQ": 0.2, "TMED": 0.4})
    monthly = monthly_returns(SNAPSHOT.dates, SNAPSHOT.levels).returns
    assert history.returns[0] == pytest.approx(0.6 * monthly[0, 0] + 0.4 * monthly[0, 4])
    assert [note.values["symbol"] for note in history.notes] == ["EMEQ"]
    assert history.notes[0].key == "history.stand_in"
    late = monthly[-1]
    assert history.returns[-1] == pytest.approx(0.4 * late[0] + 0.2 * late[2] + 0.4 * late[4])


def test_an_unheld_class_of_the_group_stands_in_for_a_lone_fund() -> None:
    history = mix_history(SNAPSHOT, {"EMEQ": 0.6, "TMED": 0.4})
    monthly = monthly_returns(SNAPSHOT.dates, SNAPSHOT.levels).returns
    assert history.returns[0] == pytest.approx(0.6 * monthly[0, 0] + 0.4 * monthly[0, 4])


def without_shares(days: int) -> MarketSnapshot:
    levels = SNAPSHOT.levels.copy()
    levels[:days, :3] = np.nan
    return replace(SNAPSHOT, levels=levels)


def test_a_record_begins_when_half_of_the_mix_exists() -> None:
    late = without_shares(1000)
    mostly_shares = mix_history(late, {"USEQ": 0.7, "CASH": 0.3})
    mostly_bonds = mix_history(late, {"USEQ": 0.3, "TMED": 0.7})
    assert mostly_shares.start > mostly_bonds.start
    monthly = monthly_returns(late.dates, late.levels).returns
    assert mostly_bonds.returns[0] == pytest.approx(monthly[0, 4])


def mix_of(**weights: float) -> Floats:
    return np.array([weights.get(symbol, 0.0) for symbol in SNAPSHOT.symbols])


def test_futures_are_drawn_from_months_of_the_mix_itself_and_not_of_what_was_left_of_it() -> None:
    late = without_shares(1000)
    ends, returns = joint_monthly_returns(late, np.stack([mix_of(USEQ=0.5, TMED=0.5)]))
    assert returns.shape == (1, len(ends))
    assert ends[0] > mix_history(late, {"USEQ": 0.5, "TMED": 0.5}).ends[0]
    calm, _ = joint_monthly_returns(late, np.stack([mix_of(USEQ=0.15, TMED=0.85)]))
    assert len(calm) > len(ends)


def test_where_that_leaves_less_than_two_years_half_of_the_mix_has_to_do() -> None:
    young = without_shares(len(SNAPSHOT.dates) - 300)
    ends, _ = joint_monthly_returns(young, np.stack([mix_of(USEQ=0.4, TMED=0.6)]))
    assert ends[0] == mix_history(young, {"TMED": 1.0}).ends[0]


def test_weights_that_are_no_portfolio_are_refused() -> None:
    for weights in ({"USEQ": 0.5}, {"USEQ": 1.5, "CASH": -0.5}, {"NONE": 1.0}, {"USEQ": float("nan")}):
        with pytest.raises(InvalidInput):
            mix_history(SNAPSHOT, weights)
    nothing = replace(SNAPSHOT, levels=np.where(np.arange(7) == 6, SNAPSHOT.levels, np.nan))
    with pytest.raises(NotEnoughHistory):
        mix_history(nothing, {"USEQ": 1.0})


def test_joint_returns_keep_the_months_of_several_mixes_together() -> None:
    mixes = np.array([[0.6, 0, 0, 0, 0.4, 0, 0], [0, 0, 0, 0.5, 0, 0, 0.5]])
    ends, returns = joint_monthly_returns(SNAPSHOT, mixes)
    assert returns.shape == (2, len(ends))
    assert np.allclose(returns[0], mix_history(SNAPSHOT, {"USEQ": 0.6, "TMED": 0.4}).returns)


def test_inflation_needs_every_month() -> None:
    ends = mix_history(SNAPSHOT, {"CASH": 1.0}).ends
    known = monthly_inflation(SNAPSHOT, ends)
    assert known is not None
    assert len(known) == len(ends)
    short = replace(
        SNAPSHOT, price_index_months=SNAPSHOT.price_index_months[:-30], price_index=SNAPSHOT.price_index[:-30]
    )
    assert monthly_inflation(short, ends) is None
    assert monthly_inflation(replace(SNAPSHOT, price_index_months=ends[:0], price_index=known[:0]), ends) is None
