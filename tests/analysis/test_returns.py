from __future__ import annotations

import numpy as np
import pytest

from advisor.analysis.returns import monthly_returns, weekly_returns
from advisor.domain.errors import InvalidInput, NotEnoughHistory


def _days(first: str, last: str) -> np.ndarray:
    days = np.arange(np.datetime64(first), np.datetime64(last) + np.timedelta64(1, "D"))
    return days[np.is_busday(days)]


def test_a_week_runs_from_friday_to_friday_whatever_the_first_day() -> None:
    days = _days("2020-01-01", "2020-01-31")
    levels = np.arange(1.0, len(days) + 1)[:, None]
    late = days >= np.datetime64("2020-01-07")
    whole, part = weekly_returns(days, levels), weekly_returns(days[late], levels[late])
    assert [str(end) for end in whole.ends] == ["2020-01-10", "2020-01-17", "2020-01-24", "2020-01-31"]
    assert np.array_equal(whole.returns[1:], part.returns)


def test_a_week_without_its_friday_close_yet_is_left_out() -> None:
    days = _days("2020-01-01", "2020-01-29")
    assert str(weekly_returns(days, np.ones((len(days), 1))).ends[-1]) == "2020-01-24"


def test_a_month_begun_is_left_out_and_a_month_that_ends_on_a_weekend_is_whole() -> None:
    begun = _days("2016-01-04", "2016-07-01")
    assert str(monthly_returns(begun, np.ones((len(begun), 1))).ends[-1]) == "2016-06-30"
    weekend = _days("2020-01-01", "2020-05-29")  # 30 and 31 May 2020 were a weekend
    assert str(monthly_returns(weekend, np.ones((len(weekend), 1))).ends[-1]) == "2020-05-29"


def test_monthly_returns_compound_to_the_whole_change() -> None:
    days = _days("2019-01-01", "2020-12-31")
    levels = np.exp(np.random.default_rng(1).standard_normal(len(days)).cumsum() * 0.01)[:, None]
    monthly = monthly_returns(days, levels)
    first = levels[days <= np.datetime64("2019-01-31")][-1, 0]
    assert np.prod(1 + monthly.returns[:, 0]) == pytest.approx(levels[-1, 0] / first)


def test_returns_are_nan_before_a_column_begins() -> None:
    days = _days("2019-01-01", "2020-12-31")
    levels = np.ones((len(days), 2))
    levels[:300, 1] = np.nan
    returns = monthly_returns(days, levels).returns
    assert not np.isnan(returns[:, 0]).any()
    assert np.isnan(returns[:10, 1]).all()
    assert not np.isnan(returns[-6:, 1]).any()


@pytest.mark.parametrize("bad", [np.nan, 0.0, -1.0, np.inf])
def test_a_bad_price_after_the_start_is_named_by_its_column(bad: float) -> None:
    days = _days("2020-01-01", "2020-06-30")
    levels = np.ones((len(days), 3))
    levels[40, 2] = bad
    with pytest.raises(InvalidInput) as caught:
        weekly_returns(days, levels)
    assert caught.value.details["columns"] == [2]


def test_too_few_days_and_unordered_dates_are_named() -> None:
    days = _days("2020-01-01", "2020-01-07")
    with pytest.raises(NotEnoughHistory):
        weekly_returns(days, np.ones((len(days), 1)))
    with pytest.raises(NotEnoughHistory):
        monthly_returns(days[:1], np.ones((1, 1)))
    with pytest.raises(InvalidInput):
        weekly_returns(days[::-1], np.ones((len(days), 1)))
    with pytest.raises(InvalidInput):
        weekly_returns(days, np.ones((2, 1)))
