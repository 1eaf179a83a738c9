"""Single instruments from Yahoo by way of the store: recorded answers come through the real client as they were sent."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from advisor.domain.errors import NotEnoughHistory, RateLimited, SourceUnavailable, UnknownSymbol
from tests.adapters.market.conftest import HandClock
from tests.stored_markets import Stored
from tests.yahoo_server import Answer, YahooServer, chart, random_walk, sessions

LAST = date(2024, 6, 14)
PAGE = Answer(200, b"<!DOCTYPE html><html><body>Oops</body></html>", "text/html")


def recorded(shared_data: Path, name: str) -> Any:
    return json.loads((shared_data / "yahoo" / name).read_text())["response"]["bodyJson"]


async def test_an_outage_is_forgotten_once_it_is_over(yahoo: Stored, server: YahooServer, clock: HandClock) -> None:
    """yfinance keeps the first answer to its time-zone question for the life of a process; ours must not."""
    server.every = PAGE
    with pytest.raises(SourceUnavailable):
        await yahoo.market.series("NEWONE", LAST)
    server.every = None
    clock.present += timedelta(minutes=10)
    days = sessions("2023-01-02", "2024-06-14")
    server.charts["NEWONE"] = chart("NEWONE", days, random_walk(9, len(days)), kind="EQUITY")
    assert len((await yahoo.market.series("NEWONE", LAST)).dates) == len(days)


async def test_a_recorded_year_of_a_share_comes_through_as_it_was_sent(
    yahoo: Stored, server: YahooServer, shared_data: Path
) -> None:
    body = recorded(shared_data, "2025_historical-via-chart-MSFT-dividends-2021-02-01-to-2022-01-31.csv.json")
    server.charts["MSFT"] = body
    series = await yahoo.market.series("MSFT", LAST)
    sent = body["chart"]["result"][0]
    adjusted, closes = sent["indicators"]["adjclose"][0]["adjclose"], sent["indicators"]["quote"][0]["close"]
    # Its adjusted closes know of dividends after January 2022: the last level is what was paid on the last day.
    np.testing.assert_allclose(series.levels, np.array(adjusted) * (closes[-1] / adjusted[-1]), rtol=1e-12)
    assert series.name == "Microsoft", "our universes know it by this name"
    assert series.total_return
    assert series.dates[0] == np.datetime64("2021-02-01")


@pytest.mark.parametrize(
    "case",
    [
        ("2025_chart-EURUSD=X-2020-01-01-to-2020-01-03.json", "EURUSD=X", "USD", False),
        ("2025_chart-ORSTED.CO-2020-01-01-to-2020-01-03.json", "ORSTED.CO", "DKK", True),
        ("2025_chart-QQQ-2020-01-01-to-2020-01-03.json", "QQQ", "USD", True),
        ("2025_historical-via-chart-0P0000XTS7-2024-09-12-to-2024-09-16.json", "0P0000XTS7", "USD", True),
    ],
    ids=["exchange rate", "Danish share", "fund", "mutual fund"],
)
async def test_recorded_answers_of_other_kinds_are_understood(
    yahoo: Stored, server: YahooServer, clock: HandClock, shared_data: Path, case: tuple[str, str, str, bool]
) -> None:
    file, symbol, currency, total_return = case
    clock.present = datetime(2025, 2, 20, 23, tzinfo=UTC)
    server.charts[symbol] = recorded(shared_data, file)
    series = await yahoo.market.series(symbol.lower(), date.max)
    assert (series.symbol, series.currency, series.total_return) == (symbol, currency, total_return)


@pytest.mark.parametrize(
    "file", ["2025_chart-notimestamp-weird-quote.fake.json", "2025_chart-notimestamp-quotes-length.fake.json"]
)
async def test_a_recorded_answer_without_days_is_no_history(
    yahoo: Stored, server: YahooServer, shared_data: Path, file: str
) -> None:
    server.answers["AAPL"] = Answer.of(recorded(shared_data, file))
    with pytest.raises(NotEnoughHistory, match="AAPL"):
        await yahoo.market.series("AAPL", LAST)


async def test_the_reported_errors_are_told_apart(yahoo: Stored, server: YahooServer, shared_data: Path) -> None:
    reported = json.loads((shared_data / "yahoo/errors_reported.json").read_text())
    server.answers["GONE"] = Answer.of(reported["chart_404"]["body"], 404)
    server.answers["BUSY"] = Answer(429, reported["rate_limited_429"]["body_text"].encode(), "text/plain")
    with pytest.raises(UnknownSymbol, match="GONE"):
        await yahoo.market.series("GONE", LAST)
    with pytest.raises(RateLimited):
        await yahoo.market.series("BUSY", LAST)


async def test_generated_bodies_have_the_recorded_shape(server: YahooServer, shared_data: Path) -> None:
    real = recorded(shared_data, "2025_chart-QQQ-2020-01-01-to-2020-01-03.json")["chart"]["result"][0]
    ours = server.charts["VTI"]["chart"]["result"][0]
    assert set(ours) == set(real)
    assert set(ours["indicators"]) == set(real["indicators"])
    assert set(ours["indicators"]["quote"][0]) == set(real["indicators"]["quote"][0])
    assert set(ours["meta"]) <= set(real["meta"])


async def test_pence_become_pounds(yahoo: Stored, server: YahooServer) -> None:
    days = sessions("2023-01-02", "2024-06-14")
    server.charts["VOD.L"] = chart("VOD.L", days, np.full(len(days), 70.0) / 1.1, currency="GBp", kind="EQUITY")
    series = await yahoo.market.series("VOD.L", LAST)
    assert series.currency == "GBP"
    assert series.levels[-1] == pytest.approx(0.70)


async def test_negative_prices_are_left_out_and_counted(yahoo: Stored, server: YahooServer) -> None:
    days = sessions("2020-04-01", "2020-05-29")
    prices = np.where(days == np.datetime64("2020-04-20"), -37.63, 20.0)
    server.charts["CL=F"] = chart("CL=F", days, prices, kind="FUTURE")
    series = await yahoo.market.series("CL=F", LAST)
    assert np.datetime64("2020-04-20") not in series.dates
    assert len(series.dates) == len(days) - 1
    assert series.provenance.notes == ("1 days with a price of zero or less are left out.",)
