"""From prices as traded to bars: splits, dividends, sessions under way. The bodies are synthetic, of the documented form."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.market.alphavantage.bars import bars, splits_of
from advisor.adapters.market.alphavantage.facts import STATEMENTS, statement_facts
from advisor.adapters.market.alphavantage.symbols import Known, from_match, parse
from advisor.domain.bars import Bars
from advisor.domain.errors import SourceUnavailable, UnknownSymbol
from tests.alphavantage_server import daily, daily_adjusted, fx_daily, splits

NOW = datetime(2024, 6, 14, 22, tzinfo=UTC)
IBM = Known(parse("IBM").plain)
DAYS = [f"2024-06-{day:02d}" for day in (3, 4, 5, 6, 7, 10, 11, 12, 13, 14)]
FIRST, LAST = date(2024, 6, 3), date(2024, 6, 14)


def read(body: dict[str, object], first: date = FIRST, last: date = LAST, completed: date = LAST) -> Bars:
    return bars(IBM, body, NOW, first=first, last=last, completed=completed)


def test_a_split_puts_all_earlier_days_into_new_shares() -> None:
    # A share worth 100 is split 4 for 1 on the 10th, and again 2 for 1 on the 13th.
    closes = dict.fromkeys(DAYS[:5], 800.0) | dict.fromkeys(DAYS[5:8], 200.0) | dict.fromkeys(DAYS[8:], 100.0)
    body = daily_adjusted(
        "IBM",
        closes,
        dict.fromkeys(DAYS, 100.0),
        dividends={DAYS[2]: 8.0, DAYS[6]: 2.0, DAYS[9]: 1.0},
        coefficients={DAYS[5]: 4.0, DAYS[8]: 2.0},
    )
    found = read(body)
    np.testing.assert_allclose(found.close, 100.0)
    np.testing.assert_allclose(found.high, 102.0)
    np.testing.assert_allclose(found.volume, [8000.0] * 5 + [2000.0] * 3 + [1000.0] * 2)
    assert [(item.day.day, item.kind, item.value) for item in found.actions] == [
        (5, "dividend", 1.0),
        (10, "split", 4.0),
        (11, "dividend", 1.0),
        (13, "split", 2.0),
        (14, "dividend", 1.0),
    ]
    # As it stood on the 7th, the share cost 800 and had paid 8.
    then = found.as_seen_on(date(2024, 6, 7))
    np.testing.assert_allclose(then.close, 800.0)
    np.testing.assert_allclose(then.volume, 1000.0)
    assert then.actions[0].value == pytest.approx(8.0)


def test_the_last_adjusted_close_is_the_last_close_whatever_span_was_asked_for() -> None:
    closes = dict.fromkeys(DAYS, 50.0)
    adjusted = {day: 40.0 + i for i, day in enumerate(DAYS)}
    for last in (date(2024, 6, 14), date(2024, 6, 6)):
        found = read(daily_adjusted("IBM", closes, adjusted), last=last)
        assert found.adj_close[-1] == pytest.approx(found.close[-1])
        np.testing.assert_allclose(
            found.adj_close[1:] / found.adj_close[:-1], [(41.0 + i) / (40 + i) for i in range(len(found) - 1)]
        )
        assert found.total_return


def test_a_session_under_way_takes_part_in_nothing() -> None:
    closes = dict.fromkeys(DAYS[:9], 100.0) | {DAYS[9]: 50.0}
    body = daily_adjusted("IBM", closes, dict.fromkeys(DAYS, 50.0), coefficients={DAYS[9]: 2.0})
    found = read(body, completed=date(2024, 6, 13))
    assert found.dates[-1] == np.datetime64("2024-06-13")
    np.testing.assert_allclose(found.close, 100.0)
    assert found.actions == ()


def test_plain_prices_are_adjusted_by_the_list_of_splits_and_say_that_they_lack_dividends() -> None:
    body = daily("IBM", dict.fromkeys(DAYS[:5], 400.0) | dict.fromkeys(DAYS[5:], 100.0))
    told = splits_of(splits("IBM", [("2024-06-08", 4.0), ("1999-05-27", 2.0), ("2024-07-01", 3.0)]))
    found = bars(IBM, body, NOW, first=FIRST, last=LAST, completed=LAST, splits=told)
    np.testing.assert_allclose(found.close, 100.0)
    np.testing.assert_array_equal(found.adj_close, found.close)
    assert not found.total_return
    # The 8th was a Saturday: it took effect on Monday. Those of 1999 and of July concern none of these bars.
    assert [(item.day.day, item.value) for item in found.actions] == [(10, 4.0)]


def test_exchange_rates_have_no_volume() -> None:
    found = bars(
        Known(parse("EURUSD=X").plain),
        fx_daily("EUR", "USD", {"2024-06-13": 1.08}),
        NOW,
        first=FIRST,
        last=LAST,
        completed=LAST,
    )
    assert np.isnan(found.volume).all()
    assert (found.record.currency, found.total_return) == ("USD", False)


def test_pence_become_pounds() -> None:
    known = from_match({"1. symbol": "TSCO.LON", "3. type": "Equity", "8. currency": "GBX"})
    assert known is not None
    body = daily_adjusted("TSCO.LON", {"2024-06-13": 310.0}, {"2024-06-13": 310.0}, dividends={"2024-06-13": 8.0})
    found = bars(known, body, NOW, first=FIRST, last=LAST, completed=LAST)
    assert (found.record.currency, found.record.exchange) == ("GBP", "XLON")
    assert found.close.tolist() == pytest.approx([3.10])
    assert found.adj_close.tolist() == pytest.approx([3.10])
    assert found.actions[0].value == pytest.approx(0.08)


def test_missing_figures_are_unknown_and_not_zero() -> None:
    body = daily_adjusted("IBM", {"2024-06-13": 50.0, "2024-06-12": 49.0}, {"2024-06-13": 50.0, "2024-06-12": 49.0})
    body["Time Series (Daily)"]["2024-06-12"] |= {"1. open": "None", "6. volume": "", "5. adjusted close": "-"}
    del body["Time Series (Daily)"]["2024-06-12"]["3. low"]
    found = read(body)
    assert np.isnan([found.open[0], found.low[0], found.volume[0], found.adj_close[0]]).all()
    assert found.close.tolist() == [49.0, 50.0]


@given(
    st.lists(st.sampled_from([1.0, 1.0, 1.0, 2.0, 0.1, 1.5]), min_size=10, max_size=10),
    st.lists(st.floats(0.97, 1.03), min_size=10, max_size=10),
)
def test_returns_know_nothing_of_splits(coefficients: list[float], moves: list[float]) -> None:
    true = 100 * np.cumprod(moves)
    later = np.append(np.cumprod(coefficients[::-1])[::-1][1:], 1.0)
    body = daily_adjusted("IBM", {}, {})
    body["Time Series (Daily)"] = {
        day: {
            "4. close": f"{true[i] * later[i]:.17g}",
            "5. adjusted close": f"{true[i]:.17g}",
            "8. split coefficient": str(coefficients[i]),
        }
        for i, day in enumerate(DAYS)
    }
    found = read(body)
    np.testing.assert_allclose(found.close, true, rtol=1e-9)
    np.testing.assert_allclose(found.adj_close, true, rtol=1e-9)
    for cut in range(1, 10):
        # Looked back at from any day, the close is what was traded then.
        seen = found.as_seen_on(date.fromisoformat(DAYS[cut - 1]))
        assert seen.close[-1] == pytest.approx(true[cut - 1] * later[cut - 1])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"Time Series (Daily)": []},
        {"Time Series (Daily)": {"2024-06-13": "50"}},
        {"Time Series (Daily)": {"13/06/2024": {"4. close": "50"}}},
        {"Time Series (Daily)": {"2024-06-13": {"4. close": "fifty"}}},
    ],
)
def test_bodies_of_another_form_are_failures(body: dict[str, object]) -> None:
    with pytest.raises(SourceUnavailable):
        read(body)


@pytest.mark.parametrize("body", [{}, {"data": {}}, {"data": [{"effective_date": "soon", "split_factor": "2"}]}])
def test_splits_of_another_form_are_failures(body: dict[str, object]) -> None:
    with pytest.raises(SourceUnavailable):
        splits_of(body)


@pytest.mark.parametrize(
    "body", [{"annualReports": {}}, {"annualReports": [1], "quarterlyReports": []}, {"symbol": "IBM"}]
)
def test_statements_of_another_form_are_failures(body: dict[str, object]) -> None:
    with pytest.raises(SourceUnavailable):
        statement_facts(body, STATEMENTS[0][1], instant=False)


@pytest.mark.parametrize("text", ["", "../../etc", "A B", "x" * 50, "AAPL&apikey=1", "^GSPC", "EURUSD=Y", "IBM\n"])
def test_what_cannot_be_a_symbol_is_unknown(text: str) -> None:
    with pytest.raises(UnknownSymbol):
        parse(text)


@pytest.mark.parametrize(
    ("symbol", "now", "completed"),
    [
        ("IBM", "2024-06-14T20:30", "2024-06-13"),  # half past four in New York
        ("IBM", "2024-06-14T21:00", "2024-06-14"),
        ("RELIANCE.BSE", "2024-06-14T10:50", "2024-06-13"),
        ("RELIANCE.BSE", "2024-06-14T11:00", "2024-06-14"),
        ("600104.SHH", "2024-06-14T08:00", "2024-06-14"),
        ("TSCO.LON", "2024-06-14T16:00", "2024-06-13"),
        ("EURUSD=X", "2024-06-14T22:00", "2024-06-13"),
        ("ABC.XYZ", "2024-06-14T22:00", "2024-06-13"),
    ],
)
def test_a_day_counts_when_its_own_exchange_is_done(symbol: str, now: str, completed: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert parse(symbol).place.completed(at) == date.fromisoformat(completed)
