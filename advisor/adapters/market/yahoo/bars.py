"""From the body of Yahoo's chart interface to daily bars. Pure: no network, no yfinance.

yfinance's own frames are not used for this. They turn an unknown volume into zero, add rows of their own where a dividend falls on
a day without prices, and cost a second request per symbol (its time zone), where requests are what Yahoo rations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from advisor.adapters.market.yahoo.codes import TOTAL_RETURN_KINDS, UnknownUnit, codes, record_of
from advisor.domain.bars import Bars, CorporateAction, InstrumentKind
from advisor.domain.market import Dates, Floats

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SETTLING = timedelta(hours=1)  # the closing auction and its corrections are over
_MAY_BE_ZERO = frozenset({InstrumentKind.COMMODITY, InstrumentKind.RATE, InstrumentKind.OTHER})


class NoPrices(Exception):
    """A well-formed answer without prices in the span."""


class NotUnderstood(Exception):
    """An answer that is not a chart, or one whose numbers cannot be given a meaning."""


@dataclass(frozen=True)
class _Session:
    """When an exchange's day ends: `close` is a time of day in `zone`; midnight is the end of the day."""

    zone: tzinfo
    close: time

    def day_of(self, stamp: float) -> date:
        """The exchange's day of a bar.

        A bar stamped at 22:00 or 23:00 sharp belongs to the next day: Yahoo means midnight and forgets a change of the clock
        (known from Brazil; yfinance corrects the same).
        """
        local = (_EPOCH + timedelta(seconds=stamp)).astimezone(self.zone)
        late = local.hour in (22, 23) and local.minute == 0 and local.second == 0
        return local.date() + timedelta(days=1) if late else local.date()

    def completed(self, now: datetime) -> date:
        """The last day whose closing price is final at `now` (it may be a holiday: then it simply has no bar)."""
        present = now.astimezone(self.zone)
        end = datetime.combine(present.date(), self.close, self.zone)
        if self.close == time(0):
            end += timedelta(days=1)
        if present >= end + _SETTLING:
            return present.date()
        # A market that never closes: an hour after midnight the day before has only just ended.
        before = end - timedelta(days=1)
        return present.date() - timedelta(days=1 if present >= before + _SETTLING else 2)


def read_chart(symbol: str, body: Any, start: date, end: date, now: datetime) -> Bars:
    """The bars of a chart body from `start` to `end`, completed sessions only, in whole units of the currency.

    Yahoo adjusts prices, volumes and dividends for all splits to this day. Its adjusted close, which leaves out dividends as well,
    is scaled so that the last one equals the last close. Days without a close are kept as NaN between others, and dropped before
    the first and after the last. A zero is an unknown price, except as a close of futures and rates. A volume that is zero on all
    days (exchange rates, many indices) is unknown. Of a day that comes twice the later bar counts. Distributions of capital gains
    are in the adjusted close but not among the actions, because Yahoo lists some of them as dividends too.

    Raises:
        NoPrices: if there is no price in the span.
        NotUnderstood: if it is not a chart, or the unit of its prices is unknown.
    """
    result = _result(body)
    if not isinstance(result.get("meta"), dict):
        raise NotUnderstood("no description")
    if not result.get("timestamp"):
        raise NoPrices(symbol)
    try:
        return _bars(symbol, result, start, end, now)
    except UnknownUnit as unknown:
        raise NotUnderstood(f"prices in an unknown unit ({str(unknown)[:8]})") from unknown
    except (TypeError, ValueError, KeyError, AttributeError, IndexError, OverflowError) as fault:
        raise NotUnderstood(f"not in the form of a chart ({type(fault).__name__})") from fault


def _bars(symbol: str, result: dict[str, Any], start: date, end: date, now: datetime) -> Bars:
    meta, stamps = result["meta"], result["timestamp"]
    currency, parts = codes().unit(meta.get("currency") or "")
    record = record_of(
        symbol,
        meta,
        kind=meta.get("instrumentType") or "",
        exchange=meta.get("exchangeName") or "",
        currency=currency,
    )
    session = _session(meta)
    days = np.array([session.day_of(float(stamp)) for stamp in stamps], "datetime64[D]")
    columns = _columns(result["indicators"], len(days), zeros=record.kind in _MAY_BE_ZERO)
    last = min(end, session.completed(now))
    order = _last_of_each_day(days, columns["close"])
    order = order[(days[order] >= np.datetime64(start)) & (days[order] <= np.datetime64(last))]
    known = np.flatnonzero(np.isfinite(columns["close"][order]))
    if not len(known):
        raise NoPrices(symbol)
    order = order[known[0] : known[-1] + 1]
    columns = {name: values[order] for name, values in columns.items()}
    total_return = record.kind in TOTAL_RETURN_KINDS and bool(np.isfinite(columns["adj_close"]).any())
    if not np.nansum(columns["volume"]) > 0:
        columns["volume"] = np.full(len(order), np.nan)
    prices = {name: columns[name] / parts for name in ("open", "high", "low", "close")}
    return Bars(
        record=record,
        dates=days[order],
        adj_close=_rescaled(columns["adj_close"] / parts, prices["close"]) if total_return else prices["close"].copy(),
        volume=columns["volume"],
        fetched_at=now,
        actions=tuple(_actions(result.get("events") or {}, session, (currency, parts), start, end)),
        total_return=total_return,
        **prices,
    )


def _result(body: Any) -> dict[str, Any]:
    chart = body.get("chart") if isinstance(body, dict) else None
    results = chart.get("result") if isinstance(chart, dict) else None
    if isinstance(chart, dict) and chart.get("error"):
        raise NoPrices("Yahoo gave a reason instead of prices")
    if not isinstance(results, list):
        raise NotUnderstood("not a chart")
    if not results:
        raise NoPrices("an empty chart")
    if not isinstance(results[0], dict):
        raise NotUnderstood("not a chart")
    return results[0]


def _columns(indicators: dict[str, Any], length: int, *, zeros: bool) -> dict[str, Floats]:
    """The six columns as floats, all of the same length, null as NaN."""
    quote = indicators["quote"][0]
    adjusted = indicators.get("adjclose") or [{}]
    columns = {name: _floats(quote.get(name) or [None] * length) for name in ("open", "high", "low", "close", "volume")}
    columns["adj_close"] = _floats(adjusted[0].get("adjclose") or [None] * length)
    if {len(values) for values in columns.values()} != {length}:
        raise NotUnderstood("as many prices as days were expected")
    for name in ("open", "high", "low") if zeros else ("open", "high", "low", "close", "adj_close"):
        columns[name][columns[name] == 0] = np.nan
    columns["volume"][columns["volume"] < 0] = np.nan
    return columns


def _floats(values: Sequence[Any]) -> Floats:
    numbers = np.array(values, np.float64)  # null becomes NaN; Yahoo has sent "Infinity" as text
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _last_of_each_day(days: Dates, close: Floats) -> NDArray[np.intp]:
    """Positions of one bar per day, ascending: the last one that has a close, or the last. Yahoo repeats the live day."""
    order = np.lexsort((np.isfinite(close), days))
    keep = np.append(days[order][1:] != days[order][:-1], True)
    return np.asarray(order[keep], np.intp)


def _rescaled(adjusted: Floats, close: Floats) -> Floats:
    """The adjusted closes, scaled so that the last one equals the last close. The last close is known; NaN stays NaN."""
    ratio = close / adjusted
    known = ratio[np.isfinite(ratio)]
    scaled = adjusted * (known[-1] if len(known) else 1.0)
    scaled[-1] = close[-1]
    return np.asarray(scaled, np.float64)


def _session(meta: dict[str, Any]) -> _Session:
    """The zone from the exchange's name for it, else from its present offset; the closing time from the trading period."""
    try:
        zone: tzinfo = ZoneInfo(meta["exchangeTimezoneName"])
    except (KeyError, TypeError, ValueError, OSError, ZoneInfoNotFoundError):
        zone = timezone(timedelta(seconds=float(meta.get("gmtoffset") or 0)))
    period = (meta.get("currentTradingPeriod") or {}).get("regular") or {}
    if "end" not in period:
        return _Session(zone, time(0))
    close = (_EPOCH + timedelta(seconds=float(period["end"]))).astimezone(zone).time()
    return _Session(zone, time(0) if close >= time(23, 59) else close)


def _actions(
    events: dict[str, Any], session: _Session, unit: tuple[str, float], start: date, end: date
) -> Iterable[CorporateAction]:
    """Splits and dividends in the span, ascending. One on a day whose session is not over is already in the prices before it.

    A dividend in another currency than the prices is left out: it cannot be stated per share in theirs.
    """
    found: list[CorporateAction] = []
    for item in _events(events, "splits"):
        new, old = float(item["numerator"]), float(item["denominator"])
        if new > 0 and old > 0:
            found.append(CorporateAction(session.day_of(float(item["date"])), "split", new / old))
    for item in _events(events, "dividends"):
        text = item.get("currency")
        try:
            currency, parts = codes().unit(text) if text else unit
        except UnknownUnit:
            continue
        amount = float(item["amount"]) / parts
        if currency == unit[0] and amount > 0:
            found.append(CorporateAction(session.day_of(float(item["date"])), "dividend", amount))
    inside = (action for action in found if start <= action.day <= end)
    return sorted(inside, key=lambda action: (action.day, action.kind))


def _events(events: dict[str, Any], name: str) -> Iterable[dict[str, Any]]:
    listed = events.get(name) or {}
    return listed.values() if isinstance(listed, dict) else listed
