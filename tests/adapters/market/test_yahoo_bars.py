"""Reading Yahoo's charts: days, sessions, units, unknowns. No recording shows these cases: the bodies are made up in its form."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.market.yahoo.bars import NoPrices, NotUnderstood, read_chart
from advisor.domain.bars import COLUMNS, Bars, InstrumentKind
from tests.yahoo_server.bodies import daily

NOW = datetime(2024, 6, 20, 12, tzinfo=UTC)
LONG_AGO, FAR_AWAY = date(1900, 1, 1), date(2100, 1, 1)
WEEK = ("2024-06-10", "2024-06-11", "2024-06-12", "2024-06-13", "2024-06-14")


def read(body: Any, symbol: str = "X", start: date = LONG_AGO, end: date = FAR_AWAY, now: datetime = NOW) -> Bars:
    return read_chart(symbol, body, start, end, now)


# Texts and numbers Yahoo may send where a price belongs; zero stands for unknown with shares.
PRICE = st.one_of(st.none(), st.just(0.0), st.floats(0.01, 1e6), st.just("Infinity"))


@given(
    stamps=st.lists(st.integers(0, 400), min_size=1, max_size=30),
    values=st.lists(PRICE, min_size=30, max_size=30),
    adjusted=st.lists(PRICE, min_size=30, max_size=30),
)
def test_bars_keep_their_promises_whatever_the_order_repeats_and_nulls(
    stamps: list[int], values: list[Any], adjusted: list[Any]
) -> None:
    days = [date(2023, 1, 2) + timedelta(days=number) for number in stamps]
    body = daily("X", days, [None] * len(days))
    indicators = body["chart"]["result"][0]["indicators"]
    indicators["quote"][0]["close"] = values[: len(days)]
    indicators["adjclose"][0]["adjclose"] = adjusted[: len(days)]
    known = {day: value for day, value in zip(days, values, strict=False) if isinstance(value, float) and value != 0}
    if not known:
        with pytest.raises(NoPrices):
            read(body)
        return
    bars = read(body)
    assert np.all(np.diff(bars.dates) > np.timedelta64(0, "D"))
    assert bars.dates[0] == np.datetime64(min(known))
    assert bars.dates[-1] == np.datetime64(max(known))
    for day, close in zip(bars.dates, bars.close, strict=True):
        assert close == known[day.item()] if day.item() in known else math.isnan(close)
    assert all(getattr(bars, name).shape == bars.dates.shape for name in COLUMNS)
    assert not np.isinf(bars.adj_close).any()
    assert bars.adj_close[-1] == bars.close[-1]


@given(
    hours=st.integers(0, 24 * 14),
    market=st.sampled_from(
        [
            ("America/New_York", time(9, 30), time(16)),
            ("Asia/Tokyo", time(9), time(15, 30)),
            ("Asia/Kolkata", time(9, 15), time(15, 30)),
            ("Europe/London", time(0), time(23, 59)),
            ("UTC", time(0), time(23, 59)),
            ("America/Sao_Paulo", time(10), time(17)),
        ]
    ),
)
def test_the_last_bar_is_of_a_session_that_ended_an_hour_ago_or_more(
    hours: int, market: tuple[str, time, time]
) -> None:
    zone, opening, closing = market
    days = [date(2024, 3, 1) + timedelta(days=number) for number in range(30)]  # over a change of the clock in March
    body = daily("X", days, [10.0] * len(days), zone=zone, opening=opening, closing=closing)
    now = datetime(2024, 3, 4, tzinfo=UTC) + timedelta(hours=hours)
    last = read(body, now=now).dates[-1].item()

    def end_of(day: date) -> datetime:
        end = datetime.combine(day, closing, ZoneInfo(zone))
        return end.astimezone(UTC) + timedelta(minutes=1 if closing == time(23, 59) else 0)

    settled = timedelta(hours=1)
    assert end_of(last) + settled <= now, "nothing of a session under way"
    assert now < end_of(last + timedelta(days=1)) + settled, "and nothing of a session that is over is missing"


def test_a_day_that_comes_twice_is_taken_from_its_later_bar() -> None:
    body = daily("X", [*WEEK, "2024-06-14"], [1.0, 2.0, 3.0, 4.0, 5.0, 5.5])
    assert read(body).close.tolist() == [1.0, 2.0, 3.0, 4.0, 5.5]
    body = daily("X", [*WEEK, "2024-06-14"], [1.0, 2.0, 3.0, 4.0, 5.0, None])
    assert read(body).close.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_nulls_in_the_middle_stay_unknown_and_those_at_the_ends_are_no_bars() -> None:
    body = daily("X", WEEK, [None, 2.0, None, 4.0, None], volume=[1, 2, None, 4, 5])
    bars = read(body)
    assert bars.dates.astype(str).tolist() == ["2024-06-11", "2024-06-12", "2024-06-13"]
    assert math.isnan(bars.close[1])
    assert math.isnan(bars.volume[1])
    assert bars.volume[[0, 2]].tolist() == [2.0, 4.0]


def test_a_day_without_trades_among_others_has_a_volume_of_zero_but_no_volume_at_all_is_unknown() -> None:
    assert read(daily("X", WEEK, [1.0] * 5, volume=[9, 0, 9, 9, 9])).volume[1] == 0
    assert np.isnan(read(daily("X", WEEK, [1.0] * 5, volume=[0] * 5)).volume).all()


@pytest.mark.parametrize(
    ("unit", "currency", "parts"),
    [("GBp", "GBP", 100), ("ZAc", "ZAR", 100), ("ILA", "ILS", 100), ("USX", "USD", 100), ("KWF", "KWD", 1000)],
)
def test_parts_of_a_currency_become_the_currency(unit: str, currency: str, parts: int) -> None:
    body = daily("X", WEEK, [70.0] * 5, currency=unit, dividends={"2024-06-12": 2.0})
    bars = read(body)
    assert bars.record.currency == currency
    for column in (bars.open, bars.high, bars.low, bars.close, bars.adj_close):
        np.testing.assert_allclose(column, 70 / parts)
    assert bars.volume.tolist() == [1000] * 5
    assert bars.actions[0].value == pytest.approx(2 / parts)


def test_a_dividend_in_pounds_on_prices_in_pence_is_in_pounds_and_one_in_dollars_is_left_out() -> None:
    body = daily(
        "X", WEEK, [70.0] * 5, currency="GBp", dividends={"2024-06-12": 0.02, "2024-06-13": 0.03, "2024-06-14": 0.01}
    )
    listed = list(body["chart"]["result"][0]["events"]["dividends"].values())
    listed[0]["currency"], listed[1]["currency"], listed[2]["currency"] = "GBP", "USD", "shells"
    assert [(item.day, item.value) for item in read(body).actions] == [(date(2024, 6, 12), 0.02)]


@pytest.mark.parametrize("unit", ["pounds", "Gb", "12", "GBpp"])
def test_prices_in_an_unknown_unit_mean_nothing(unit: str) -> None:
    with pytest.raises(NotUnderstood, match="unit"):
        read(daily("X", WEEK, [70.0] * 5, currency=unit))


def test_a_currency_that_is_not_stated_is_unknown() -> None:
    assert read(daily("X", WEEK, [70.0] * 5, currency=None)).record.currency == ""


def test_oil_may_cost_less_than_nothing_and_a_rate_may_be_zero() -> None:
    oil = daily("CL=F", WEEK, [20.0, -37.63, 10.0, 0.0, 9.0], kind="FUTURE", exchange="NYM")
    bars = read(oil, "CL=F")
    assert bars.close.tolist() == [20.0, -37.63, 10.0, 0.0, 9.0]
    assert bars.adj_close.tolist() == bars.close.tolist()
    assert (bars.record.kind, bars.record.exchange, bars.total_return) == (InstrumentKind.COMMODITY, "CMES", False)
    rate = read(daily("^IRX", WEEK, [0.1, 0.0, -0.05, 0.0, 0.02], kind="INDEX", exchange="CGI"), "^IRX")
    assert rate.record.kind is InstrumentKind.RATE
    assert rate.close.tolist() == [0.1, 0.0, -0.05, 0.0, 0.02]
    assert math.isnan(rate.open[1]), "an opening of zero is one nobody knows"


@pytest.mark.parametrize("kind", ["EQUITY", "INDEX", "MUTUALFUND"])
def test_a_price_of_zero_is_unknown(kind: str) -> None:
    assert math.isnan(read(daily("X", WEEK, [1.0, 0.0, 1.0, 1.0, 1.0], kind=kind)).close[1])


def test_a_future_on_shares_is_no_commodity() -> None:
    assert (
        read(daily("ES=F", WEEK, [1.0] * 5, kind="FUTURE", exchange="CME"), "ES=F").record.kind is InstrumentKind.OTHER
    )


def test_adjusted_closes_end_at_the_last_close_and_keep_their_ratios() -> None:
    body = daily("X", WEEK, [10.0, 10.0, 11.0, 11.0, 12.0], adjusted=[8.0, 8.0, 9.9, 9.9, 10.8])
    whole = read(body)
    np.testing.assert_allclose(whole.adj_close, np.array([8.0, 8.0, 9.9, 9.9, 10.8]) / 0.9)
    part = read(body, end=date(2024, 6, 11))
    np.testing.assert_allclose(part.adj_close, [10.0, 10.0])
    assert part.total_return


def test_without_adjusted_closes_there_is_no_total_return() -> None:
    body = daily("X", WEEK, [10.0] * 5)
    del body["chart"]["result"][0]["indicators"]["adjclose"]
    bars = read(body)
    assert not bars.total_return
    assert bars.adj_close.tolist() == bars.close.tolist()
    assert bars.adj_close is not bars.close


def test_splits_are_new_shares_per_old_one_on_the_exchanges_own_day() -> None:
    body = daily(
        "X", WEEK, [10.0] * 5, zone="Asia/Tokyo", splits={"2024-06-11": (3, 1), "2024-06-13": (1, 10)}, opening=time(0)
    )
    assert [(item.day, item.kind, item.value) for item in read(body).actions] == [
        (date(2024, 6, 11), "split", 3.0),
        (date(2024, 6, 13), "split", 0.1),
    ]
    assert [item.day for item in read(body, start=date(2024, 6, 12)).actions] == [date(2024, 6, 13)]


def test_prices_restated_for_this_mornings_split_bring_the_split_along() -> None:
    body = daily("X", WEEK, [25.0, 25.0, 25.0, 25.0, 26.0], splits={"2024-06-14": (4, 1)})
    bars = read(body, now=datetime(2024, 6, 14, 14, tzinfo=UTC))
    assert bars.dates[-1] == np.datetime64("2024-06-13")
    assert bars.as_seen_on(date(2024, 6, 13)).close[-1] == 100.0


def test_a_bar_stamped_just_before_midnight_belongs_to_the_next_day() -> None:
    body = daily("X", WEEK, [1.0] * 5, zone="America/Sao_Paulo", opening=time(23))
    assert read(body).dates.astype(str).tolist()[0] == "2024-06-11"


@pytest.mark.parametrize("zone", [None, "Mars/Olympus", 7, "../../etc/passwd"])
def test_without_a_known_time_zone_the_stated_offset_counts(zone: Any) -> None:
    body = daily("X", WEEK, [1.0] * 5, zone="Asia/Tokyo")
    body["chart"]["result"][0]["meta"] |= {"exchangeTimezoneName": zone, "gmtoffset": 9 * 3600}
    assert read(body).dates.astype(str).tolist() == list(WEEK)


def test_without_a_trading_period_a_day_lasts_until_midnight() -> None:
    body = daily("X", WEEK, [1.0] * 5)
    del body["chart"]["result"][0]["meta"]["currentTradingPeriod"]
    assert read(body, now=datetime(2024, 6, 15, 4, 30, tzinfo=UTC)).dates[-1] == np.datetime64("2024-06-13")
    assert read(body, now=datetime(2024, 6, 15, 5, 30, tzinfo=UTC)).dates[-1] == np.datetime64("2024-06-14")


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {"somethingWeird": True},
        {"chart": None},
        {"chart": {"result": None, "error": None}},
        {"chart": {"result": [None], "error": None}},
        {"chart": {"result": [{"meta": None}], "error": None}},
        {"chart": {"result": [{"meta": {}, "timestamp": [1], "indicators": {"quote": []}}]}},
        {"chart": {"result": [{"meta": {}, "timestamp": ["x"], "indicators": {"quote": [{"close": [1.0]}]}}]}},
        {"chart": {"result": [{"meta": {}, "timestamp": [1, 2], "indicators": {"quote": [{"close": [1.0]}]}}]}},
        {"chart": {"result": [{"meta": {}, "timestamp": [1e300], "indicators": {"quote": [{"close": [1.0]}]}}]}},
        {"chart": {"result": [{"meta": {}, "timestamp": [1], "indicators": {"quote": [{"close": [{}]}]}}]}},
    ],
)
def test_what_is_no_chart_is_not_understood(body: Any) -> None:
    with pytest.raises(NotUnderstood):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        {"chart": {"result": [], "error": None}},
        {"chart": {"result": None, "error": {"code": "Bad Request", "description": "Data doesn't exist"}}},
        daily("X", [], []),
        daily("X", WEEK, [None] * 5),
    ],
)
def test_a_chart_without_prices_has_none(body: Any) -> None:
    with pytest.raises(NoPrices):
        read(body)


def test_outside_the_span_there_are_no_prices() -> None:
    body = daily("X", WEEK, [1.0] * 5)
    for start, end in (
        (LONG_AGO, date(2024, 6, 9)),
        (date(2024, 6, 15), FAR_AWAY),
        (date(2024, 6, 14), date(2024, 6, 10)),
    ):
        with pytest.raises(NoPrices):
            read(body, start=start, end=end)
    assert len(read(body, start=date(2024, 6, 11), end=date(2024, 6, 13))) == 3
