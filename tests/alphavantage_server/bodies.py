"""Synthetic bodies in the documented form, for what there is no recording of. Nobody's prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Body = dict[str, Any]
Row = tuple[str, float]


def daily_adjusted(
    symbol: str,
    closes: Mapping[str, float],
    adjusted: Mapping[str, float],
    *,
    dividends: Mapping[str, float] | None = None,
    coefficients: Mapping[str, float] | None = None,
) -> Body:
    """TIME_SERIES_DAILY_ADJUSTED: closes as traded, newest day first; open, high and low lie around the close, volume is 1000."""
    rows = {
        day: {
            **_prices(close),
            "5. adjusted close": f"{adjusted[day]:.6f}",
            "6. volume": "1000",
            "7. dividend amount": f"{(dividends or {}).get(day, 0.0):.4f}",
            "8. split coefficient": f"{(coefficients or {}).get(day, 1.0):.4f}",
        }
        for day, close in closes.items()
    }
    return {"Meta Data": _meta(symbol), "Time Series (Daily)": dict(sorted(rows.items(), reverse=True))}


def daily(symbol: str, closes: Mapping[str, float]) -> Body:
    """TIME_SERIES_DAILY: the same without adjusted closes and actions."""
    rows = {day: {**_prices(close), "5. volume": "1000"} for day, close in closes.items()}
    return {"Meta Data": _meta(symbol), "Time Series (Daily)": dict(sorted(rows.items(), reverse=True))}


def fx_daily(bought: str, paid: str, closes: Mapping[str, float]) -> Body:
    """FX_DAILY: no volume."""
    meta = {
        "1. Information": "Forex Daily Prices (open, high, low, close)",
        "2. From Symbol": bought,
        "3. To Symbol": paid,
        "6. Time Zone": "UTC",
    }
    rows = {day: _prices(close) for day, close in sorted(closes.items(), reverse=True)}
    return {"Meta Data": meta, "Time Series FX (Daily)": rows}


def splits(symbol: str, events: Sequence[Row]) -> Body:
    """SPLITS: newest first."""
    rows = [{"effective_date": day, "split_factor": f"{factor:.4f}"} for day, factor in sorted(events, reverse=True)]
    return {"symbol": symbol, "data": rows}


def statements(symbol: str, annual: Sequence[Body], quarterly: Sequence[Body]) -> Body:
    """INCOME_STATEMENT, BALANCE_SHEET or CASH_FLOW: every figure a string, the missing ones "None"."""
    return {"symbol": symbol, "annualReports": list(annual), "quarterlyReports": list(quarterly)}


def _prices(close: float) -> dict[str, str]:
    return {
        "1. open": f"{close * 0.99:.4f}",
        "2. high": f"{close * 1.02:.4f}",
        "3. low": f"{close * 0.98:.4f}",
        "4. close": f"{close:.4f}",
    }


def _meta(symbol: str) -> dict[str, str]:
    return {
        "1. Information": "Daily Prices",
        "2. Symbol": symbol,
        "4. Output Size": "Full",
        "5. Time Zone": "US/Eastern",
    }
