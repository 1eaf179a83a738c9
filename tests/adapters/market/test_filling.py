"""A universe over what a source has: the first usable fund of each place, and why others were passed over."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.adapters.market.panel import Selection
from advisor.adapters.market.stored import filling
from advisor.adapters.market.universes.loader import Universe, load_universe
from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import AssetClass, AssetGroup
from tests.yahoo_server import sessions

DOLLAR = load_universe("us_etf_usd")
LAST = date(2020, 12, 31)
DAYS = sessions("2017-01-01", "2020-12-31")


def fill(universe: Universe, histories: Any, last: date) -> Selection:
    """The places filled, and what a plan is made from."""
    return filling.fill(universe, histories, last).select(last)


def rising(days: Any = DAYS) -> tuple[Any, Any]:
    return days, np.linspace(100, 150, len(days))


def firsts(**others: Any) -> dict[str, Any]:
    return {item.symbol: rising() for item in DOLLAR.instruments} | others


def test_a_source_with_every_first_choice_needs_no_notes() -> None:
    chosen = fill(DOLLAR, firsts(SPY=rising()), LAST)
    assert chosen.instruments == DOLLAR.instruments
    assert chosen.notes == ()
    assert chosen.levels.shape == (len(chosen.dates), len(DOLLAR.instruments))


def test_a_fund_with_a_gap_gives_way_to_the_next_and_the_reason_is_said() -> None:
    holed = rising(np.delete(DAYS, range(800, 820)))
    chosen = fill(DOLLAR, firsts(VTI=holed, SPY=rising()), LAST)
    assert chosen.instruments[0].symbol == "SPY"
    (note,) = chosen.notes
    assert note.startswith(
        "SPY (US shares, the 500 largest (SPDR)) is taken for VTI (US shares, whole market (Vanguard))."
    )
    assert "There, its prices have a gap after" in note


def test_a_fund_with_an_old_gap_counts_from_its_end_on_and_keeps_its_place() -> None:
    holed = rising(np.delete(DAYS, range(200, 220)))
    chosen = fill(DOLLAR, firsts(VTI=holed, SPY=rising()), LAST)
    assert chosen.instruments[0].symbol == "VTI"
    day = DAYS[220].astype(date)
    assert chosen.notes == (f"VTI counts from {day.day} {day:%B} {day.year} on: before that its prices have a gap.",)
    column = chosen.levels[:, 0]
    assert np.isnan(column[chosen.dates < DAYS[220]]).all()
    assert np.isfinite(column[chosen.dates >= DAYS[220]]).all()


def test_a_fund_that_is_too_young_gives_way_to_an_older_one() -> None:
    chosen = fill(DOLLAR, firsts(GLD=rising(DAYS[-100:]), IAU=rising()), LAST)
    assert "IAU" in {item.symbol for item in chosen.instruments}
    assert any("There, it has less than a year of prices by 31 December 2020." in note for note in chosen.notes)


def test_a_place_whose_funds_are_all_faulty_is_left_out_with_each_reason() -> None:
    chosen = fill(DOLLAR, firsts(GLD=rising(DAYS[-100:]), IAU=rising(DAYS[:500])), LAST)
    assert AssetClass.GOLD not in {item.asset_class for item in chosen.instruments}
    (note,) = chosen.notes
    assert "GLD: it has less than a year" in note
    assert "IAU: its prices stop on" in note


def test_alternatives_are_tried_even_where_not_one_first_choice_can_be_used() -> None:
    holed = rising(np.delete(DAYS, range(800, 820)))
    broken = {symbol: (holed[0], np.full(len(holed[0]), np.nan)) for symbol in ("VTI", "IEF", "BIL")}
    chosen = fill(DOLLAR, broken | {"SPY": rising(), "AGG": rising(), "SHV": rising()}, LAST)
    assert [item.symbol for item in chosen.instruments] == ["SPY", "AGG", "SHV"]


def test_nothing_after_the_day_is_seen() -> None:
    early = date(2019, 6, 28)
    whole, cut = fill(DOLLAR, firsts(), LAST), fill(DOLLAR, firsts(), early)
    assert cut.dates[-1] == np.datetime64(early)
    np.testing.assert_array_equal(cut.levels, whole.levels[: len(cut.dates)])


def test_without_cash_there_is_no_plan_and_the_error_holds_what_is_missing() -> None:
    histories = firsts()
    del histories["BIL"]
    with pytest.raises(NotEnoughHistory, match="a year of shares, bonds and cash") as caught:
        fill(DOLLAR, histories, LAST)
    assert any("BIL" in note for note in caught.value.details["left_out"])
    with pytest.raises(NotEnoughHistory, match="none of the funds"):
        fill(DOLLAR, {"TULIP": rising()}, LAST)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_whatever_is_faulty_the_choice_is_well_formed_or_refused(data: st.DataObject) -> None:
    kinds = st.sampled_from(["good", "good", "young", "holed", "absent", "stopped"])
    forms = {"young": DAYS[-100:], "holed": np.delete(DAYS, range(800, 820)), "stopped": DAYS[:600], "good": DAYS}
    drawn = {symbol: data.draw(kinds, label=symbol) for symbol in DOLLAR.symbols}
    histories = {symbol: rising(forms[kind]) for symbol, kind in drawn.items() if kind != "absent"}
    try:
        chosen = fill(DOLLAR, histories, LAST)
    except NotEnoughHistory:
        return
    assert {item.asset_class.group for item in chosen.instruments} >= {
        AssetGroup.EQUITY,
        AssetGroup.BOND,
        AssetGroup.CASH,
    }
    assert np.isfinite(chosen.levels[-1]).all()
    assert sum(
        item is not slot.instrument for slot in DOLLAR.slots for item in chosen.instruments if item in slot.candidates
    ) + (len(DOLLAR.slots) - len(chosen.instruments)) == len(chosen.notes)


def _folder(path: Path) -> dict[str, tuple[Any, Any]]:
    rows: dict[str, list[tuple[str, float]]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["ticker"], []).append((row["date"], float(row["adj_close"] or "nan")))
    return {
        symbol: (np.array([day for day, _ in found], "datetime64[D]"), np.array([price for _, price in found]))
        for symbol, found in rows.items()
    }


def test_real_prices_of_dollar_funds_make_a_plan_with_older_funds_in_place_of_missing_ones(shared_data: Path) -> None:
    chosen = fill(DOLLAR, _folder(shared_data / "etf" / "us_etf_ohlcv_daily.csv.gz"), date(2014, 12, 31))
    symbols = {item.symbol for item in chosen.instruments}
    assert {"VTI", "EFA", "EEM", "SHY", "IEF", "TLT", "BIL"} <= symbols
    assert any("EFA" in note and "taken for VEA" in note for note in chosen.notes)


def test_real_prices_of_european_funds_make_a_plan_in_euros(shared_data: Path) -> None:
    histories = _folder(shared_data / "etf" / "multi_asset_adjclose_to_2026.csv.gz")
    chosen = fill(load_universe("ucits_eur"), histories, date(2014, 12, 30))
    assert {item.symbol for item in chosen.instruments} == {"SWDA.MI", "CSSX5E.MI", "SEGA.MI", "CSH.PA"}
    assert any(note.startswith("SEGA.MI counts from") for note in chosen.notes)
