from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from advisor.analysis.features.fundamental import fundamental
from advisor.analysis.features.registry import FUNDAMENTAL
from advisor.analysis.features.statements import PublicationLag
from advisor.domain.bars import Bars, CorporateAction, Fact, InstrumentKind, InstrumentRecord
from tests.analysis.features.stated import of_prices

BARS = of_prices(np.full(700, 20.0))  # 2010-01-04 to September 2012
YEAR_END = date(2010, 12, 31)
FILED = date(2011, 2, 15)


def fact(item: str, value: float, end: date = YEAR_END, months: int = 0, reported: date | None = FILED) -> Fact:
    return Fact(item, end, value, months, reported, "USD")


REPORT = (
    fact("net_income", 50.0, months=12),
    fact("equity", 400.0),
    fact("shares", 30.0),
    fact("total_liabilities", 600.0),
    fact("total_assets", 1000.0),
)


def on(bars: Bars, facts: tuple[Fact, ...], day: date, lag: PublicationLag | None = None) -> dict[str, float]:
    features = fundamental(bars, facts, lag=lag)
    row = int(np.searchsorted(bars.dates, np.datetime64(day), side="right")) - 1
    return dict(zip(features.names, features.values[row].tolist(), strict=True))


def test_the_ratios_of_a_report_are_the_textbook_ones_from_the_day_it_was_filed() -> None:
    ratios = on(BARS, REPORT, FILED)
    assert tuple(ratios) == tuple(item.name for item in FUNDAMENTAL)
    assert ratios["price_earnings"] == pytest.approx(20.0 * 30 / 50)
    assert ratios["price_book"] == pytest.approx(20.0 * 30 / 400)
    assert ratios["return_on_equity"] == pytest.approx(50 / 400)
    assert ratios["leverage"] == pytest.approx(0.6)
    before = fundamental(BARS, REPORT).values[BARS.dates < np.datetime64(FILED), :4]
    assert np.isnan(before).all()


def test_without_a_day_of_publication_a_figure_is_left_out_unless_the_caller_assumes_a_lag() -> None:
    undated = tuple(replace(item, reported=None) for item in REPORT)
    assert np.isnan(fundamental(BARS, undated).values[:, :4]).all()
    due = YEAR_END + timedelta(days=90)
    assert np.isnan(on(BARS, undated, due - timedelta(days=1), PublicationLag())["price_earnings"])
    assert on(BARS, undated, due, PublicationLag())["price_earnings"] == pytest.approx(12.0)
    quarters = tuple(fact("net_income", 10.0, end, 3, None) for end in _quarter_ends(4))
    rest = tuple(item for item in REPORT if item.months == 0)
    assert on(BARS, (*rest, *quarters), date(2011, 2, 16), PublicationLag())["return_on_equity"] == pytest.approx(0.1)


def test_nothing_is_known_before_its_period_has_ended() -> None:
    early = tuple(replace(item, reported=date(2010, 6, 1)) for item in REPORT)
    assert np.isnan(on(BARS, early, date(2010, 12, 30))["leverage"])
    assert on(BARS, early, YEAR_END)["leverage"] == pytest.approx(0.6)


def test_a_restatement_counts_from_its_own_publication_and_changes_nothing_before() -> None:
    later = date(2011, 6, 1)
    restated = (*REPORT, fact("net_income", 25.0, months=12, reported=later))
    assert on(BARS, restated, date(2011, 5, 31))["price_earnings"] == pytest.approx(12.0)
    assert on(BARS, restated, later)["price_earnings"] == pytest.approx(24.0)


def test_a_figure_whose_period_ended_500_days_ago_counts_no_more() -> None:
    last = YEAR_END + timedelta(days=500)
    assert on(BARS, REPORT, last)["leverage"] == pytest.approx(0.6)
    after = fundamental(BARS, REPORT).values[BARS.dates > np.datetime64(last), :4]
    assert len(after) > 50
    assert np.isnan(after).all()


def _quarter_ends(count: int) -> list[date]:
    ends = [
        date(2010, 3, 31),
        date(2010, 6, 30),
        date(2010, 9, 30),
        date(2010, 12, 31),
        date(2011, 3, 31),
        date(2011, 6, 30),
    ]
    return ends[:count]


QUARTERS = tuple(
    fact("net_income", 10.0 + i, end, 3, end + timedelta(days=40)) for i, end in enumerate(_quarter_ends(6))
)
SHARES = tuple(fact("shares", 30.0, end, 0, end + timedelta(days=40)) for end in _quarter_ends(6))


def earnings(facts: tuple[Fact, ...], day: date) -> float:
    return 20.0 * 30 / on(BARS, (*SHARES, *facts), day)["price_earnings"]


def test_twelve_months_are_the_sum_of_four_quarters() -> None:
    assert np.isnan(earnings(QUARTERS[:3], date(2010, 12, 1)))
    assert earnings(QUARTERS[:4], date(2011, 2, 9)) == pytest.approx(10 + 11 + 12 + 13)
    assert earnings(QUARTERS, date(2011, 9, 1)) == pytest.approx(12 + 13 + 14 + 15)


def test_a_missing_quarter_is_not_bridged_and_the_last_whole_sum_stays() -> None:
    holed = QUARTERS[:4] + QUARTERS[5:]
    assert earnings(holed, date(2011, 9, 1)) == pytest.approx(10 + 11 + 12 + 13)


def test_a_year_is_moved_on_by_the_quarters_since_less_the_same_quarters_of_the_year_before() -> None:
    year = fact("net_income", 80.0, months=12)  # a fourth quarter of 47, filed only within the year
    filed = (*QUARTERS[:3], year, *QUARTERS[4:])
    assert earnings(filed, FILED) == pytest.approx(80.0)
    assert earnings(filed, date(2011, 5, 20)) == pytest.approx(80 + 14 - 10)
    assert earnings(filed, date(2011, 9, 1)) == pytest.approx(80 + 14 + 15 - 10 - 11)


def test_fiscal_years_of_52_weeks_are_recognised() -> None:
    ends = [date(2010, 3, 27), date(2010, 6, 26), date(2010, 9, 25), date(2010, 12, 25)]
    drifting = tuple(fact("net_income", 5.0, end, 3, end + timedelta(days=30)) for end in ends)
    assert earnings(drifting, date(2011, 3, 1)) == pytest.approx(20.0)


def test_quarters_of_12_and_16_weeks_are_recognised_in_sums_and_in_years_moved_on() -> None:
    end, quarters = date(2009, 8, 30), []
    for i, weeks in enumerate((12, 12, 12, 16, 12, 12, 12)):
        end += timedelta(weeks=weeks)
        quarters.append(fact("net_income", 10.0 + i, end, 3, end + timedelta(days=30)))
    assert earnings(tuple(quarters[:4]), date(2010, 10, 15)) == pytest.approx(10 + 11 + 12 + 13)
    year = fact("net_income", 50.0, quarters[3].period_end, 12, date(2010, 10, 20))
    moved = (*quarters[:3], year, *quarters[4:])
    assert earnings(moved, date(2011, 7, 1)) == pytest.approx(50 + 14 + 15 + 16 - 10 - 11 - 12)


def test_a_share_count_published_on_the_day_of_a_split_is_in_the_new_shares() -> None:
    bars = replace(of_prices(np.full(700, 5.0)), actions=(CorporateAction(FILED, "split", 4.0),))
    filed = (*REPORT[:2], fact("shares", 120.0))
    assert on(bars, filed, FILED)["price_earnings"] == pytest.approx(12.0)


def test_losses_and_equity_below_zero_leave_ratios_unknown_and_a_loss_is_a_negative_return() -> None:
    loss = on(BARS, (*REPORT[1:], fact("net_income", -50.0, months=12)), FILED)
    assert np.isnan(loss["price_earnings"])
    assert loss["return_on_equity"] == pytest.approx(-0.125)
    owing = on(BARS, (*REPORT, fact("equity", -10.0)), FILED)
    assert np.isnan(owing["price_book"])
    assert np.isnan(owing["return_on_equity"])
    assert owing["price_earnings"] == pytest.approx(12.0)


def test_a_profit_of_next_to_nothing_gives_no_infinite_ratio() -> None:
    assert np.isnan(on(BARS, (*REPORT[1:], fact("net_income", 5e-324, months=12)), FILED)["price_earnings"])
    assert np.isnan(on(BARS, (*REPORT, fact("total_assets", 5e-324)), FILED)["leverage"])


def test_prices_and_statements_in_two_currencies_are_never_divided() -> None:
    foreign = replace(BARS, record=InstrumentRecord("test", "TSM", "TSMC", InstrumentKind.STOCK, "TWD"))
    ratios = on(foreign, REPORT, FILED)
    assert np.isnan(ratios["price_earnings"])
    assert np.isnan(ratios["price_book"])
    assert ratios["return_on_equity"] == pytest.approx(0.125)


def test_quarters_in_two_currencies_are_never_added() -> None:
    mixed = (*QUARTERS[:3], replace(QUARTERS[3], currency="EUR"))
    assert np.isnan(on(BARS, (*SHARES, *mixed), date(2011, 2, 9))["price_earnings"])


def test_leverage_takes_both_figures_from_one_balance_sheet() -> None:
    ahead = fact("total_assets", 5000.0, date(2011, 3, 31), 0, date(2011, 5, 1))
    assert on(BARS, (*REPORT, ahead), date(2011, 6, 1))["leverage"] == pytest.approx(0.6)


def test_a_figure_that_is_not_a_number_is_no_figure() -> None:
    assert on(BARS, (*REPORT, fact("equity", float("nan"))), FILED)["price_book"] == pytest.approx(1.5)


def test_a_split_between_the_report_and_the_day_does_not_move_the_market_value() -> None:
    split = CorporateAction(date(2011, 3, 1), "split", 4.0)
    adjusted = of_prices(np.full(700, 5.0))  # the same history, stated after the split
    ratios = fundamental(replace(adjusted, actions=(split,)), REPORT).column("price_earnings")
    known = np.isfinite(ratios)
    assert ratios[known] == pytest.approx(np.full(known.sum(), 12.0))
    after = date(2011, 3, 2)
    filed_after = (*(replace(item, reported=after) for item in REPORT[:2]), fact("shares", 120.0, reported=after))
    assert on(replace(adjusted, actions=(split,)), filed_after, after)["price_earnings"] == pytest.approx(12)


def paying(*days: date, **changes: object) -> Bars:
    actions = tuple(CorporateAction(day, "dividend", 0.25) for day in days)
    return replace(BARS, actions=actions, **changes)  # type: ignore[arg-type]


def test_the_dividend_yield_is_a_years_dividends_from_ex_day_to_the_day_a_year_later() -> None:
    bars = paying(date(2011, 3, 1), date(2011, 6, 1))
    assert on(bars, (), date(2011, 2, 28))["dividend_yield"] == 0.0
    assert on(bars, (), date(2011, 3, 1))["dividend_yield"] == pytest.approx(0.25 / 20)
    assert on(bars, (), date(2012, 2, 28))["dividend_yield"] == pytest.approx(0.5 / 20)
    assert on(bars, (), date(2012, 2, 29))["dividend_yield"] == pytest.approx(0.25 / 20)


def test_the_dividend_yield_waits_for_a_year_of_prices() -> None:
    column = fundamental(paying(date(2010, 2, 1)), ()).column("dividend_yield")
    year = BARS.dates >= np.datetime64("2011-01-04")
    assert np.isnan(column[~year]).all()
    assert np.isfinite(column[year]).all()


@pytest.mark.parametrize(
    "changes",
    [{"total_return": False}, {"record": InstrumentRecord("test", "X", "Index", InstrumentKind.INDEX)}],
    ids=["dividends not known to the source", "an index"],
)
def test_no_dividend_is_unknown_rather_than_zero_where_nobody_would_have_said(changes: dict[str, object]) -> None:
    assert np.isnan(fundamental(paying(**changes), ()).column("dividend_yield")).all()


def test_an_empty_history_has_no_features() -> None:
    assert fundamental(of_prices([]), REPORT).values.shape == (0, 5)
