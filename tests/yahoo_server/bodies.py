"""Bodies in the form of the recorded ones where there is no recording: other exchanges, splits, long histories, statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Body = dict[str, Any]


def daily(
    symbol: str,
    days: Sequence[Any] | NDArray[np.datetime64],
    close: Sequence[float | None] | NDArray[np.float64],
    *,
    adjusted: Sequence[float | None] | None = None,
    volume: Sequence[float | None] | None = None,
    dividends: dict[str, float] | None = None,
    splits: dict[str, tuple[int, int]] | None = None,
    currency: str | None = "USD",
    kind: str = "EQUITY",
    exchange: str = "NYQ",
    zone: str = "America/New_York",
    opening: time = time(9, 30),
    closing: time = time(16),
) -> Body:
    """A body of /v8/finance/chart with bars stamped at the exchange's opening. NaN and None become null."""

    def stamp(day: Any, at: time = opening) -> int:
        return int(datetime.combine(date.fromisoformat(str(day)), at, ZoneInfo(zone)).timestamp())

    prices = [None if value is None or np.isnan(value) else float(value) for value in close]
    size = [1000] * len(prices) if volume is None else list(volume)
    period = {"timezone": "X", "start": stamp("2024-06-14"), "end": stamp("2024-06-14", closing), "gmtoffset": 0}
    meta = {
        "currency": currency,
        "symbol": symbol,
        "exchangeName": exchange,
        "instrumentType": kind,
        "exchangeTimezoneName": zone,
        "gmtoffset": 0,
        "regularMarketPrice": next((price for price in reversed(prices) if price is not None), None),
        "regularMarketTime": stamp("2024-06-14", closing),
        "chartPreviousClose": 100.0,
        "longName": f"{symbol} test",
        "currentTradingPeriod": {"pre": period, "regular": period, "post": period},
        "validRanges": ["1d", "max"],
    }
    quote = {name: list(prices) for name in ("open", "high", "low", "close")} | {"volume": size}
    result: Body = {
        "meta": meta,
        "timestamp": [stamp(day) for day in days],
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": list(prices if adjusted is None else adjusted)}]},
    }
    events: Body = {}
    if dividends:
        events["dividends"] = {
            str(stamp(day)): {"amount": amount, "date": stamp(day)} for day, amount in dividends.items()
        }
    if splits:
        events["splits"] = {
            str(stamp(day)): {"date": stamp(day), "numerator": new, "denominator": old, "splitRatio": f"{new}:{old}"}
            for day, (new, old) in splits.items()
        }
    if events:
        result["events"] = events
    return {"chart": {"result": [result], "error": None}}


def quote_of(chart: Body) -> Body:
    """A body of /v7/finance/quote with what the chart's description says."""
    meta = chart["chart"]["result"][0]["meta"]
    kept = ("symbol", "currency", "longName", "regularMarketPrice", "regularMarketTime")
    fields = {key: meta[key] for key in kept} | {
        "quoteType": meta["instrumentType"],
        "exchange": meta["exchangeName"],
        "regularMarketPreviousClose": meta["chartPreviousClose"],
    }
    return {"quoteResponse": {"result": [fields], "error": None}}


def found(charts: dict[str, Body], text: str) -> Body:
    """A body of /v1/finance/search: the charts whose symbol or name holds the text, in any case."""
    wanted = text.casefold()
    metas = [body["chart"]["result"][0]["meta"] for body in charts.values()]
    quotes = [
        {
            "symbol": meta["symbol"],
            "longname": meta["longName"],
            "quoteType": meta["instrumentType"],
            "exchange": meta["exchangeName"],
            "isYahooFinance": True,
        }
        for meta in metas
        if wanted in meta["symbol"].casefold() or wanted in meta["longName"].casefold()
    ]
    return {"count": len(quotes), "quotes": quotes, "news": [], "lists": []}


def statements(kinds: Sequence[str], figures: dict[str, list[tuple[str, str, float]]], currency: str = "USD") -> Body:
    """A body of the statements' interface: for each kind asked for its (period end, span, value)."""
    entries: list[Body] = []
    for kind in kinds:
        entry: Body = {"meta": {"type": [kind]}}
        if kind in figures:
            rows = figures[kind]
            entry["timestamp"] = [
                int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) for day, _, _ in rows
            ]
            entry[kind] = [
                {
                    "asOfDate": day,
                    "periodType": span,
                    "currencyCode": currency,
                    "reportedValue": {"raw": value, "fmt": str(value)},
                }
                for day, span, value in rows
            ]
        entries.append(entry)
    return {"timeseries": {"result": entries, "error": None}}
