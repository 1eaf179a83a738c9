from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis.changes import change_summary
from advisor.analysis.periods import Period
from advisor.domain.errors import NotEnoughHistory
from tests.analysis.features.stated import of_prices, traded, without

RISING = of_prices(100.0 * 1.001 ** np.arange(800.0))  # 2010-01-04 to January 2013


def test_the_day_the_week_and_the_year_are_measured_from_the_close_before_them() -> None:
    assert change_summary(RISING, Period.ONE_DAY).change == pytest.approx(0.001)
    assert change_summary(RISING, Period.FIVE_DAYS).change == pytest.approx(1.001**5 - 1)
    ytd = change_summary(RISING, Period.YEAR_TO_DATE)
    assert (ytd.start, ytd.end) == (date(2012, 12, 31), date(2013, 1, 25))
    assert ytd.change == pytest.approx(1.001**19 - 1)


def test_a_month_is_measured_from_the_same_day_of_the_calendar_or_the_last_close_before_it() -> None:
    ending_monday = RISING.between(None, date(2012, 12, 31))
    assert change_summary(ending_monday, Period.ONE_MONTH).start == date(2012, 11, 30)
    ending_sunday_before = RISING.between(None, date(2012, 7, 16))
    assert change_summary(ending_sunday_before, Period.ONE_MONTH).start == date(2012, 6, 15)  # the 16th was a Saturday


def test_a_period_longer_than_the_history_has_no_figures_and_max_has_them() -> None:
    ten = change_summary(RISING, Period.TEN_YEARS)
    assert (ten.start, ten.change, ten.total_return, ten.volatility, ten.max_drawdown) == (None,) * 5
    assert ten.close == pytest.approx(100.0 * 1.001**799)
    whole = change_summary(RISING, Period.MAX)
    assert whole.start == date(2010, 1, 4)
    assert whole.change == pytest.approx(1.001**799 - 1)
    assert whole.max_drawdown == 0.0
    assert whole.volatility == pytest.approx(0.0, abs=1e-12)


def test_the_figures_are_those_of_their_formulas() -> None:
    bars = traded(1, 600, {300: 2.0}, {200: 0.02, 590: 0.03}).stated()
    summary = change_summary(bars, Period.MAX)
    levels = bars.adj_close
    assert summary.change == pytest.approx(bars.close[-1] / bars.close[0] - 1)
    assert summary.total_return == pytest.approx(levels[-1] / levels[0] - 1)
    assert summary.volatility == pytest.approx(np.log(levels[1:] / levels[:-1]).std(ddof=1) * np.sqrt(252))
    depth = min(levels[j] / levels[i] - 1 for i in range(600) for j in range(i, 600))
    assert summary.max_drawdown == pytest.approx(depth)
    year = bars.dates > bars.dates[-1] - np.timedelta64(364, "D")
    assert summary.high == bars.high[year].max()
    assert summary.low == bars.low[year].min()
    assert summary.range_start == bars.dates[year][0].item()


def test_a_source_that_knows_no_dividends_has_no_total_return() -> None:
    assert change_summary(replace(RISING, total_return=False), Period.ONE_MONTH).total_return is None


def test_five_days_are_too_few_for_a_volatility() -> None:
    assert change_summary(RISING, Period.FIVE_DAYS).volatility is None
    assert change_summary(RISING, Period.ONE_MONTH).volatility is not None


def test_ranges_fall_back_on_closes_where_the_days_range_is_unknown() -> None:
    bare = change_summary(without(RISING, np.arange(800), "open", "high", "low"), Period.MAX)
    assert bare.high == RISING.close[-1]
    assert bare.low == RISING.close[RISING.dates > RISING.dates[-1] - np.timedelta64(364, "D")][0]


def test_a_price_below_zero_leaves_ratios_unknown_and_the_range_known() -> None:
    prices = np.full(50, 20.0)
    prices[40] = -37.63
    summary = change_summary(of_prices(prices), Period.MAX)
    assert (summary.change, summary.volatility, summary.max_drawdown) == (None, None, None)
    assert (summary.low, summary.high) == (-37.63, 20.0)
    assert change_summary(of_prices(prices), Period.FIVE_DAYS).change == 0.0


def test_no_close_at_all_is_said() -> None:
    with pytest.raises(NotEnoughHistory, match="Acme"):
        change_summary(without(RISING, np.arange(800), "close"), Period.MAX)


@given(st.integers(0, 2**32 - 1), st.sampled_from(list(Period)), st.floats(0, 0.5))
def test_suspended_days_change_nothing(seed: int, period: Period, share: float) -> None:
    bars = traded(seed, 300, {100: 3.0}, {50: 0.05}).stated()
    closed = np.random.default_rng(seed).random(300) < share
    closed[0] = False
    suspended = without(bars, closed, "open", "high", "low", "close", "adj_close", "volume")
    names = ("dates", "open", "high", "low", "close", "adj_close", "volume")
    absent = replace(bars, **{name: getattr(bars, name)[~closed] for name in names})
    assert change_summary(suspended, period) == change_summary(absent, period)
