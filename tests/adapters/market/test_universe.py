"""The universes as committed are complete, keep their own rules, and choose what a source has."""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import Any

import exchange_calendars
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.market.macro.catalogue import load_macro
from advisor.adapters.market.universes.form import isin_is_valid
from advisor.adapters.market.universes.loader import (
    Alternative,
    AssumedRate,
    CashFundRate,
    MacroRate,
    Slot,
    SymbolRate,
    Universe,
    load_universe,
    universes,
)
from advisor.domain.errors import InvalidInput
from advisor.domain.market import AssetClass, AssetGroup, Instrument

FOLDER = resources.files("advisor.adapters.market") / "universes"
NAMES = universes()
PLANS = [name for name in NAMES if load_universe(name).purpose == "plan"]
STOCKS = [name for name in NAMES if load_universe(name).stocks]


def raw(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def funds(name: str) -> list[Instrument]:
    return [item for slot in load_universe(name).slots for item in slot.candidates]


def test_there_is_a_plan_in_each_currency_and_the_shares_of_each_market() -> None:
    assert {load_universe(name).currency for name in PLANS} == {"USD", "EUR", "INR", "CNY"}
    assert {"india_stocks", "us_large_caps", "china_a"} == set(STOCKS)
    assert NAMES[-1] == "sample_usd", "what any source may serve comes first"


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_made_of_shares_bonds_and_exactly_one_cash(name: str) -> None:
    classes = [item.asset_class for item in load_universe(name).instruments]
    assert classes.count(AssetClass.CASH) == 1
    assert len(set(classes)) == len(classes)
    assert {AssetGroup.EQUITY, AssetGroup.BOND, AssetGroup.CASH} <= {kind.group for kind in classes}


@pytest.mark.parametrize("name", PLANS)
def test_every_instrument_has_points_in_the_market_portfolio_and_shares_are_most_of_them(name: str) -> None:
    points = {item.asset_class: item.prior or 0.0 for item in load_universe(name).instruments}
    assert min(points.values()) > 0
    shares = sum(value for kind, value in points.items() if kind.group is AssetGroup.EQUITY)
    assert 0.45 < shares / sum(points.values()) < 0.65
    assert raw(name)["prior_source"]


@pytest.mark.parametrize("name", NAMES)
def test_every_stated_cost_has_a_dated_source(name: str) -> None:
    stated = 0
    for item in raw(name).get("instruments", []):
        for fund in (item, *item.get("alternatives", [])):
            if "expense_ratio" in fund:
                stated += 1
                assert "202" in fund["expense_source"], fund["symbol"]
                assert 0 < fund["expense_ratio"] < 0.01, fund["symbol"]
    assert stated > 5 or name not in ("us_etf_usd", "ucits_eur")


@pytest.mark.parametrize("name", NAMES)
def test_every_isin_keeps_its_check_digit_and_belongs_to_one_fund(name: str) -> None:
    universe = load_universe(name)
    of_fund: dict[str, str] = {}
    for item in (*funds(name), *(stock.instrument for stock in universe.stocks)):
        if item.isin:
            assert isin_is_valid(item.isin), item.symbol
            assert of_fund.setdefault(item.isin, item.name) == item.name


@pytest.mark.parametrize("name", [name for name in NAMES if name != "sample_usd"])
def test_facts_that_identify_a_fund_or_share_are_there_and_dated(name: str) -> None:
    universe = load_universe(name)
    items = (*funds(name), *(stock.instrument for stock in universe.stocks))
    assert "202" in raw(name)["facts_source"]
    assert all(item.exchange for item in items)
    assert len({item.symbol for item in items}) == len(items)
    known = set(exchange_calendars.get_calendar_names(include_aliases=True))
    assert {item.exchange for item in items} | {universe.calendar} <= known


@pytest.mark.parametrize("name", NAMES)
def test_the_benchmark_is_in_the_file_and_so_is_a_title(name: str) -> None:
    universe = load_universe(name)
    symbols = {item.symbol for item in universe.named()}
    assert universe.benchmark in symbols
    assert universe.title
    assert universe.id == name


def known_instrument(symbol: str) -> Instrument | None:
    """A plan's instrument, an alternative or a share of any universe."""
    named = [load_universe(name) for name in universes()]
    held = [item for universe in named for slot in universe.slots for item in slot.candidates]
    held += [stock.instrument for universe in named for stock in universe.stocks]
    return next((item for item in held if item.symbol == symbol.upper()), None)


@pytest.mark.parametrize("name", STOCKS)
def test_every_share_has_a_sector_and_a_name_that_finds_it(name: str) -> None:
    universe = load_universe(name)
    sectors = {stock.sector for stock in universe.stocks}
    assert len(sectors) >= 7
    assert all(known_instrument(stock.instrument.symbol) for stock in universe.stocks)
    assert len(universe.stocks) >= {"us_large_caps": 50, "india_stocks": 30, "china_a": 10}[name]


@pytest.mark.parametrize("name", [name for name in PLANS if name != "sample_usd"])
def test_each_rate_has_ways_that_exist_and_ends_in_an_assumption_with_its_reason(name: str) -> None:
    universe = load_universe(name)
    series = set(load_macro())
    for ways in (universe.risk_free, universe.ten_year, universe.inflation):
        assert isinstance(ways[-1], AssumedRate), "a folder of prices alone must still make a plan"
        assert ways[-1].note.startswith("An assumption of")
        assert {way.series for way in ways if isinstance(way, MacroRate)} <= series
    assert universe.uncertainty_index in series


def test_rates_are_typed_in_the_order_of_the_file() -> None:
    dollars = load_universe("us_etf_usd")
    first, second, third, _ = dollars.risk_free
    assert first == SymbolRate("^IRX", "discount")
    assert second == MacroRate("us_bill_3m")
    assert third == CashFundRate()
    assert dollars.ten_year[0] == SymbolRate("^TNX", "yield")


@pytest.mark.parametrize("name", PLANS)
def test_a_cash_fund_that_pays_in_units_is_no_measure_of_the_rate(name: str) -> None:
    universe = load_universe(name)
    cash = next(slot for slot in universe.slots if slot.instrument.asset_class is AssetClass.CASH)
    if cash.instrument.symbol in universe.without_income:
        assert CashFundRate() not in universe.risk_free
        assert "prices do not show" in cash.instrument.income_note


def test_the_first_choice_is_taken_without_a_note() -> None:
    universe = load_universe("ucits_eur")
    chosen, notes = universe.choose(universe.symbols)
    assert chosen == universe.instruments
    assert notes == ()


def test_a_folder_of_older_funds_still_makes_a_plan_and_every_change_is_said() -> None:
    chosen, notes = load_universe("us_etf_usd").choose({"SPY", "EFA", "EEM", "AGG", "IYR", "SHV", "NOSUCH"})
    assert [item.symbol for item in chosen] == ["SPY", "EFA", "EEM", "AGG", "IYR", "SHV"]
    aggregate = chosen[3]
    assert aggregate.asset_class is AssetClass.AGGREGATE_BOND
    assert aggregate.prior == 9
    said = " ".join(notes)
    assert "SPY (US shares, the 500 largest (SPDR)) is taken for VTI" in said
    assert "bonds of companies and on mortgages as well" in said
    assert "GLD (Gold (SPDR)) is left out" in said


def test_the_same_fund_on_another_exchange_keeps_its_facts_and_is_called_the_same() -> None:
    chosen, notes = load_universe("ucits_eur").choose({"SWDA.MI", "SEGA.MI", "XEON.MI"})
    world, bonds, cash = chosen
    assert (world.isin, world.expense_ratio, world.exchange) == ("IE00B4L5Y983", 0.0020, "XMIL")
    assert "SWDA.MI is taken for EUNL.DE: the same fund, quoted on another exchange." in notes
    assert bonds.isin == "IE00B4WXJJ64", "a listing below another fund is that fund's, not the slot's"
    assert any(note.startswith("SEGA.MI (Government bonds in euros of all maturities") for note in notes)
    assert cash.exchange == "XMIL"


@given(st.data())
def test_whatever_a_source_has_each_slot_is_filled_by_its_best_or_left_out_with_a_note(data: st.DataObject) -> None:
    universe = load_universe(data.draw(st.sampled_from(PLANS)))
    available = data.draw(st.sets(st.sampled_from(universe.symbols)))
    chosen, notes = universe.choose(available)
    assert {item.symbol for item in chosen} <= available
    classes = [item.asset_class for item in chosen]
    assert len(set(classes)) == len(classes)
    for slot in universe.slots:
        order = [item.symbol for item in slot.candidates]
        held = [symbol for symbol in order if symbol in {item.symbol for item in chosen}]
        assert held == [symbol for symbol in order if symbol in available][:1]
    firsts = sum(slot.instrument.symbol in available for slot in universe.slots)
    assert len(notes) == len(universe.slots) - firsts


def test_a_symbol_is_known_wherever_it_stands_and_in_any_case() -> None:
    for symbol, name in (
        ("vti", "US shares"),
        ("CSSPX.MI", "US shares, the 500"),
        ("infy.ns", "Infosys"),
        ("MSFT", "Micro"),
    ):
        found = known_instrument(symbol)
        assert found is not None
        assert found.name.startswith(name)
    assert known_instrument("NOSUCH") is None


def test_an_unknown_universe_is_refused_in_a_sentence() -> None:
    for name in ("nosuch", "macro", "../universe", "", "a" * 500):
        with pytest.raises(InvalidInput, match="no universe of this name"):
            load_universe(name)


@pytest.mark.parametrize(
    ("symbol", "limits"),
    [
        ("600519.SS", [0.10]),
        ("000858.SZ", [0.10]),
        ("688981.SS", [0.20]),
        ("300750.SZ", [0.10, 0.20]),  # widened in August 2020
        ("000300.SS", []),  # an index of Shanghai, not a share of Shenzhen
        ("000660.KS", []),  # Seoul has limits of its own
        ("0005.HK", []),
        ("AAPL", []),
    ],
)
def test_daily_limits_follow_the_board_and_its_exchange(symbol: str, limits: list[float]) -> None:
    china = load_universe("china_a")
    found = china.daily_limits(symbol)
    assert [item.fraction for item in found] == limits
    assert [item.since or date.min for item in found] == sorted(item.since or date.min for item in found)
    assert "suspended" in china.suspensions


CASH = Slot(Instrument("A", "A", AssetClass.CASH, "USD"))
SHARE = Instrument("B", "B", AssetClass.US_EQUITY, "USD")
BOND = Instrument("C", "C", AssetClass.CREDIT, "USD")


@pytest.mark.parametrize(
    "slots",
    [
        (CASH, Slot(SHARE), Slot(SHARE)),
        (Slot(SHARE),),
        (CASH, Slot(SHARE), Slot(BOND, (Alternative(SHARE),))),
    ],
    ids=["two funds of one class", "no cash", "an alternative that doubles another slot's class"],
)
def test_a_universe_that_breaks_its_rules_is_refused(slots: tuple[Slot, ...]) -> None:
    with pytest.raises(ValueError, match="each class at most once, and cash exactly once"):
        Universe("x", "X", "plan", "USD", slots=slots)


@pytest.mark.parametrize(("name", "symbol", "rate"), [("us_etf_usd", "^GSPC", 0.02), ("india_inr", "^NSEI", 0.06)])
def test_index_and_last_resort_for_the_risk_free_rate_are_pinned(name: str, symbol: str, rate: float) -> None:
    universe = load_universe(name)
    assert universe.benchmark == symbol
    last = universe.risk_free[-1]
    assert isinstance(last, AssumedRate)
    assert last.rate == rate
