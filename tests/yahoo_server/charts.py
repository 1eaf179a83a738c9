"""Chart bodies in the shape of Yahoo's recorded ones. The numbers are seeded random walks, not anybody's prices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

NEW_YORK = ZoneInfo("America/New_York")
Body = dict[str, Any]


def sessions(first: str, last: str) -> NDArray[np.datetime64]:
    """Weekdays from first to last, both included."""
    days = np.arange(np.datetime64(first), np.datetime64(last) + np.timedelta64(1, "D"))
    return days[np.is_busday(days)]


def random_walk(seed: int, length: int, *, start: float = 100.0, volatility: float = 0.01) -> NDArray[np.float64]:
    """Positive levels whose daily log returns are normal with the given standard deviation."""
    steps = np.random.default_rng(seed).normal(0.0002, volatility, length)
    return start * np.exp(np.cumsum(steps))


def chart(
    symbol: str,
    days: NDArray[np.datetime64],
    adjusted: NDArray[np.float64],
    *,
    currency: str = "USD",
    kind: str = "ETF",
    name: str = "",
) -> Body:
    """A body of /v8/finance/chart: bars stamped at the New York opening, `adjusted` as adjusted close, NaN as null.

    The close lies 10 % above the adjusted close, so that a client which takes the wrong column is found out.
    """
    stamps = [int(datetime.fromisoformat(f"{day}T09:30:00").replace(tzinfo=NEW_YORK).timestamp()) for day in days]
    values = [None if np.isnan(value) else float(value) for value in adjusted]
    close = [None if value is None else value * 1.1 for value in values]
    meta = _meta(symbol, currency, kind, name, stamps[0] if stamps else None)
    quote = dict.fromkeys(("open", "high", "low", "close"), close) | {
        "volume": [None if value is None else 1000 for value in values]
    }
    indicators = {"quote": [quote], "adjclose": [{"adjclose": values}]}
    return {"chart": {"result": [{"meta": meta, "timestamp": stamps, "indicators": indicators}], "error": None}}


def _meta(symbol: str, currency: str, kind: str, name: str, first: int | None) -> Body:
    return {
        "currency": currency,
        "symbol": symbol,
        "exchangeName": "PCX",
        "fullExchangeName": "NYSEArca",
        "instrumentType": kind,
        "firstTradeDate": first,
        "regularMarketTime": int(datetime.now(UTC).timestamp()),
        "hasPrePostMarketData": True,
        "gmtoffset": -18000,
        "timezone": "EST",
        "exchangeTimezoneName": "America/New_York",
        "regularMarketPrice": 100.0,
        "longName": name or f"{symbol} test fund",
        "shortName": symbol,
        "chartPreviousClose": 100.0,
        "priceHint": 2,
        "currentTradingPeriod": _trading_period(),
        "dataGranularity": "1d",
        "range": "",
        "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"],
    }


def error_body(code: str, description: str) -> Body:
    """What Yahoo says where it has nothing."""
    return {"chart": {"result": None, "error": {"code": code, "description": description}}}


def cut(body: Body, first: int, last: int) -> Body:
    """The body with the bars whose stamp lies in [first, last), as period1 and period2 ask for."""
    result = body["chart"]["result"][0]
    keep = [i for i, stamp in enumerate(result.get("timestamp", [])) if first <= stamp < last]
    quote = {key: [values[i] for i in keep] for key, values in result["indicators"]["quote"][0].items()}
    indicators: Body = {"quote": [quote]}
    if "adjclose" in result["indicators"]:
        indicators["adjclose"] = [{"adjclose": [result["indicators"]["adjclose"][0]["adjclose"][i] for i in keep]}]
    part = result | {"timestamp": [result["timestamp"][i] for i in keep], "indicators": indicators}
    if "events" in result:
        part["events"] = {
            kind: {key: item for key, item in items.items() if first <= item["date"] < last}
            for kind, items in result["events"].items()
        }
    return {"chart": {"result": [part], "error": None}}


def _trading_period() -> Body:
    opening = datetime.now(NEW_YORK).replace(hour=9, minute=30, second=0, microsecond=0)
    span = {"timezone": "EST", "start": int(opening.timestamp()), "gmtoffset": -18000}
    return {key: span | {"end": int((opening + timedelta(hours=6)).timestamp())} for key in ("pre", "regular", "post")}
