"""From the bodies of Yahoo's other interfaces (quotes, search, statements) to our words. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeGuard

from advisor.adapters.market.yahoo.bars import NoPrices, NotUnderstood
from advisor.adapters.market.yahoo.codes import UnknownUnit, codes, record_of, symbol_of
from advisor.domain.bars import Fact, InstrumentRecord, Quote

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = re.compile(r"(\d{1,2})M")

# Yahoo's name -> ours. The first group is reported for a span, the second for a point in time.
_FLOWS = {
    "TotalRevenue": "revenue",
    "NetIncome": "net_income",
    "OperatingIncome": "operating_income",
    "InterestExpense": "interest_expense",
    "GrossProfit": "gross_profit",
    "DilutedEPS": "eps_diluted",
    "OperatingCashFlow": "operating_cash_flow",
    "CapitalExpenditure": "capital_expenditure",
}
_STOCKS = {
    "StockholdersEquity": "equity",
    "TotalAssets": "total_assets",
    "TotalLiabilitiesNetMinorityInterest": "total_liabilities",
    "TotalDebt": "total_debt",
    "CashAndCashEquivalents": "cash",
    "CurrentAssets": "current_assets",
    "CurrentLiabilities": "current_liabilities",
    "RetainedEarnings": "retained_earnings",
    "OrdinarySharesNumber": "shares",
}
FACT_TYPES = tuple(f"{span}{name}" for span in ("annual", "quarterly") for name in (_FLOWS | _STOCKS))


class NeverHeard(Exception):
    """Yahoo does not know the symbol."""


def read_quote(symbol: str, body: Any) -> Quote:
    """The regular session's last price. Pre-market and after-hours prices are not used: they are thin.

    Raises:
        NeverHeard, NoPrices, NotUnderstood: as said.
    """
    results = _list(body, "quoteResponse")
    found = next((item for item in results if isinstance(item, dict) and item.get("symbol") == symbol), None)
    if found is None or found.get("quoteType") in (None, "NONE"):
        raise NeverHeard(symbol)
    keys = ("quoteType", "exchange", "regularMarketPreviousClose")
    return _quote(symbol, found, *(found.get(key) for key in keys))


def read_chart_quote(symbol: str, body: Any) -> Quote:
    """The same from the description that comes with every chart; for a chart of one day.

    Raises:
        NoPrices, NotUnderstood: as said.
    """
    results = _list(body, "chart")
    meta = results[0].get("meta") if results and isinstance(results[0], dict) else None
    if not isinstance(meta, dict):
        raise NotUnderstood("no description")
    keys = ("instrumentType", "exchangeName", "chartPreviousClose")
    return _quote(symbol, meta, *(meta.get(key) for key in keys))


def _quote(symbol: str, fields: dict[str, Any], kind: Any, exchange: Any, previous: Any) -> Quote:
    price, stamp = fields.get("regularMarketPrice"), fields.get("regularMarketTime")
    if not _number(price) or not _number(stamp):
        raise NoPrices(symbol)
    try:
        currency, parts = codes().unit(fields.get("currency") or "")
        at = _EPOCH + timedelta(seconds=stamp)
    except UnknownUnit as unknown:
        raise NotUnderstood(f"a price in an unknown unit ({str(unknown)[:8]})") from unknown
    except OverflowError as fault:
        raise NotUnderstood("a price of no possible time") from fault
    return Quote(
        record=record_of(symbol, fields, kind=str(kind or ""), exchange=str(exchange or ""), currency=currency),
        price=price / parts,
        at=at,
        previous_close=previous / parts if _number(previous) else None,
    )


def read_search(quotes: Iterable[Any], limit: int) -> tuple[InstrumentRecord, ...]:
    """What Yahoo's search found, in its order, options left out. The search does not tell currencies."""
    records: dict[str, InstrumentRecord] = {}
    for item in quotes:
        symbol = symbol_of(str(item.get("symbol") or "")) if isinstance(item, dict) else None
        if symbol is None or item.get("quoteType") in ("OPTION", "NONE", None) or item.get("isYahooFinance") is False:
            continue
        kind, exchange = str(item["quoteType"]), str(item.get("exchange") or "")
        records.setdefault(symbol, record_of(symbol, item, kind=kind, exchange=exchange))
    return tuple(records.values())[:limit]


def read_facts(body: Any) -> tuple[Fact, ...]:
    """Figures of the annual and quarterly statements, ascending by period.

    Yahoo does not tell when they were published, so `reported` is None. Capital expenditure is given as the positive amount spent
    (Yahoo: a negative flow). A figure for a point in time that both statements hold comes once.

    Raises:
        NotUnderstood: if it is not a set of statements.
    """
    found: dict[tuple[str, date, int], Fact] = {}
    for series in _list(body, "timeseries"):
        for name, values in series.items() if isinstance(series, dict) else ():
            if name in ("meta", "timestamp") or not isinstance(values, list):
                continue
            for value in values:
                fact = _fact(name.removeprefix("annual").removeprefix("quarterly"), value)
                if fact is not None:
                    found.setdefault((fact.item, fact.period_end, fact.months), fact)
    return tuple(sorted(found.values(), key=lambda fact: (fact.period_end, fact.item, fact.months)))


def _fact(name: str, value: Any) -> Fact | None:
    item = _FLOWS.get(name) or _STOCKS.get(name)
    if item is None or not isinstance(value, dict):
        return None
    raw = (value.get("reportedValue") or {}).get("raw")
    span = _MONTHS.fullmatch(str(value.get("periodType") or ""))
    if not _number(raw) or (name in _FLOWS and span is None):
        return None
    try:
        currency, parts = codes().unit(str(value.get("currencyCode") or ""))
        period_end = date.fromisoformat(str(value.get("asOfDate")))
    except ValueError:
        return None
    amount = float(raw) / parts
    return Fact(
        item=item,
        period_end=period_end,
        value=-amount if item == "capital_expenditure" else amount,
        months=int(span[1]) if span is not None and name in _FLOWS else 0,
        currency="" if item == "shares" else currency,
    )


def _list(body: Any, name: str) -> list[Any]:
    part = body.get(name) if isinstance(body, dict) else None
    results = part.get("result") if isinstance(part, dict) else None
    if not isinstance(results, list):
        raise NotUnderstood(f"no {name}")
    return results


def _number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
