"""How single histories become a panel, and what may enter a plan."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.market.panel import select
from advisor.domain.alignment import MAX_CLOSED_DAYS, Panel, align
from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import AssetClass, Instrument
from tests.yahoo_server import sessions

DAYS = sessions("2020-01-01", "2020-12-31")


def flat(days: Any = DAYS) -> tuple[Any, Any]:
    return days, np.linspace(100, 120, len(days))


def without(days: Any, *gone: int) -> tuple[Any, Any]:
    return np.delete(days, gone), np.linspace(100, 120, len(days) - len(gone))


def instrument(symbol: str, kind: AssetClass) -> Instrument:
    return Instrument(symbol, f"{symbol} fund", kind, "USD")


def test_a_short_closure_is_carried_forward() -> None:
    gone = range(100, 100 + MAX_CLOSED_DAYS)
    panel = align({"A": flat(), "B": without(DAYS, *gone), "C": flat()})
    assert not panel.left_out
    np.testing.assert_array_equal(panel.columns["B"][99 : 100 + MAX_CLOSED_DAYS], panel.columns["B"][99])


def test_a_longer_gap_leaves_the_instrument_out_with_its_day() -> None:
    gone = range(100, 101 + MAX_CLOSED_DAYS)
    panel = align({"A": flat(), "B": without(DAYS, *gone), "C": flat()})
    assert set(panel.columns) == {"A", "C"}
    assert panel.left_out["B"] == "its prices have a gap after 19 May 2020"


def test_nan_zero_and_infinite_prices_are_no_prices() -> None:
    days, levels = flat()
    levels = levels.copy()
    levels[[10, 20, 30]] = [np.nan, 0.0, np.inf]
    panel = align({"A": flat(), "B": (days, levels), "C": flat()})
    assert np.all(np.isfinite(panel.columns["B"]))
    assert panel.columns["B"][20] == panel.columns["B"][19]


def test_the_panel_ends_on_the_last_common_day() -> None:
    panel = align({"A": flat(), "B": flat(DAYS[:-2])})
    assert panel.dates[-1] == DAYS[-3]


def test_an_instrument_that_stopped_trading_is_left_out() -> None:
    panel = align({"A": flat(), "B": flat(DAYS[:200]), "C": flat()})
    assert panel.left_out == {"B": "its prices stop on 6 October 2020"}
    assert panel.dates[-1] == DAYS[-1]


def test_a_phantom_session_of_one_instrument_does_not_enter() -> None:
    days = np.sort(np.append(DAYS, np.datetime64("2020-05-02")))
    panel = align({"A": flat(), "B": flat(days), "C": flat()})
    assert np.datetime64("2020-05-02") not in panel.dates


def test_of_two_rows_of_one_day_the_later_counts() -> None:
    days, levels = flat()
    panel = align({"A": (np.append(days, days[-1]), np.append(levels, 99.0))})
    assert panel.columns["A"][-1] == 99.0


def test_a_younger_instrument_is_nan_before_its_first_day_only() -> None:
    panel = align({"A": flat(), "B": flat(DAYS[50:])})
    assert np.isnan(panel.columns["B"][:50]).all()
    assert np.isfinite(panel.columns["B"][50:]).all()


def test_histories_that_are_all_faulty_are_too_little_history() -> None:
    with pytest.raises(NotEnoughHistory, match="complete enough"):
        align({"A": flat(DAYS[:100]), "B": without(DAYS, *range(50, 250))} | {"C": without(DAYS, *range(20, 60))})


def test_no_prices_at_all_are_too_little_history() -> None:
    with pytest.raises(NotEnoughHistory):
        align({"A": (DAYS[:0], np.empty(0))})


@given(
    holes=st.lists(st.sets(st.integers(0, len(DAYS) - 1), max_size=30), min_size=1, max_size=5),
    starts=st.lists(st.integers(0, 200), min_size=5, max_size=5),
)
def test_any_histories_give_a_well_formed_panel(holes: list[set[int]], starts: list[int]) -> None:
    histories = {f"S{i}": without(DAYS, *gone) for i, gone in enumerate(holes)}
    histories = {
        key: (days[start:], levels[start:])
        for (key, (days, levels)), start in zip(histories.items(), starts, strict=False)
    }
    try:
        panel = align(histories)
    except NotEnoughHistory:
        return
    assert set(panel.columns) | set(panel.left_out) == set(histories)
    assert np.all(np.diff(panel.dates) > np.timedelta64(0, "D"))
    for column in panel.columns.values():
        known = np.isfinite(column)
        assert known[-1]
        assert np.array_equal(known, np.logical_or.accumulate(known))


WORLD = (
    instrument("EQ", AssetClass.US_EQUITY),
    instrument("BD", AssetClass.TREASURY_SHORT),
    instrument("GD", AssetClass.GOLD),
    instrument("CA", AssetClass.CASH),
)
LONG = sessions("2018-01-01", "2020-12-31")


def world(**histories: Any) -> Panel:
    return align({item.symbol: flat(LONG) for item in WORLD} | histories)


def test_a_class_that_is_not_needed_may_be_missing_with_a_note() -> None:
    young = flat(LONG[-200:])
    chosen = select(WORLD, world(GD=young), date(2020, 12, 31))
    assert [item.symbol for item in chosen.instruments] == ["EQ", "BD", "CA"]
    assert chosen.notes == ("GD (GD fund) is left out: it has less than a year of prices by 31 December 2020.",)


@pytest.mark.parametrize("needed", ["EQ", "BD", "CA"])
def test_shares_a_bond_and_cash_are_needed(needed: str) -> None:
    with pytest.raises(NotEnoughHistory, match="a year of shares, bonds and cash"):
        select(WORLD, world(**{needed: flat(LONG[-200:])}), date(2020, 12, 31))


@pytest.mark.parametrize("kind", [kind for kind in AssetClass if kind.value.endswith("_equity")])
def test_any_shares_make_a_plan_with_a_bond_and_cash(kind: AssetClass) -> None:
    home = (instrument("EQ", kind), *WORLD[1:])
    assert len(select(home, world(), date(2020, 12, 31)).instruments) == 4
