"""What Yahoo's answers mean: which of them make a panel, which rates they state, which error a failure is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from advisor.adapters.market.panel import Panel, align, as_date, in_words
from advisor.adapters.market.universes.loader import RateSymbols, Universe
from advisor.adapters.market.yahoo.former_fetch import History
from advisor.domain.errors import MarketDataError, NotEnoughHistory, RateLimited, SourceUnavailable
from advisor.domain.market import AssetClass, AssetGroup, Rates

_RATE_AGE = np.timedelta64(10, "D")  # an older quote is no rate of today
_PLAUSIBLE = (-0.02, 0.25)  # a fraction per year; Yahoo has quoted ten times the yield before
_WHY = {
    "unknown": "Yahoo Finance does not know it",
    "empty": "Yahoo Finance has no prices of it",
    "rate_limited": "Yahoo Finance asked us to come back later",
    "unavailable": "Yahoo Finance did not answer for it",
}


@dataclass(frozen=True)
class Day:
    """All that was fetched for one completed trading day. `note` is set when it stands in for a later one."""

    day: date
    panel: Panel
    rates: dict[str, History]
    note: str = ""


def organise(universe: Universe, symbols: RateSymbols, answer: Mapping[str, History], day: date) -> Day:
    """The panel of the instruments that came back, cut after `day`; the others are left out with their reasons.

    Raises:
        RateLimited, SourceUnavailable: if US shares, every bond, cash or an interest rate did not come back.
        NotEnoughHistory: if what came back holds no usable prices.
    """
    left_out = {item.symbol: why for item in universe.instruments if (why := _why_not(answer[item.symbol], universe))}
    usable = [item for item in universe.instruments if item.symbol not in left_out]
    groups = {item.asset_class.group for item in usable}
    complete = {AssetGroup.BOND, AssetGroup.CASH} <= groups and any(
        item.asset_class is AssetClass.US_EQUITY for item in usable
    )
    rates = {symbol: answer[symbol] for symbol in (symbols.bill, symbols.ten_year)}
    if not complete or any(history.outcome != "ok" for history in rates.values()):
        raise failure(answer)
    cut = {item.symbol: _until(answer[item.symbol], day) for item in usable}
    panel = align({symbol: (history.days, history.levels) for symbol, history in cut.items()})
    return Day(day, Panel(panel.dates, panel.columns, left_out | panel.left_out), rates)


def failure(answer: Mapping[str, History]) -> MarketDataError:
    """The error that a set of answers amounts to; `details` holds each symbol's outcome."""
    outcomes = {history.outcome for history in answer.values()}
    details = {symbol: f"{item.outcome}: {item.reason}" for symbol, item in answer.items() if item.outcome != "ok"}
    if "rate_limited" in outcomes:
        return RateLimited("Yahoo Finance asked us to come back later.", details=details)
    if "unavailable" in outcomes:
        return SourceUnavailable("Yahoo Finance did not answer.", details=details)
    return SourceUnavailable("Yahoo Finance answered without the prices a plan needs.", details=details)


def rates_at(symbols: RateSymbols, rates: Mapping[str, History], last: date, source: str) -> Rates:
    """The interest rates known on `last`, as fractions per year.

    The bill is quoted at a discount d on 360 days; its yield on 365 days is 365 d / (360 - 91 d) (US Treasury, "coupon
    equivalent" of a 13-week bill).

    Raises:
        NotEnoughHistory: if there is no quote in the ten days before.
        SourceUnavailable: if a quote cannot be an interest rate.
    """
    discount = _quote(rates[symbols.bill], last)
    return Rates(
        as_of=last,
        bill=365 * discount / (360 - 91 * discount),
        ten_year=_quote(rates[symbols.ten_year], last),
        inflation=symbols.inflation,
        inflation_note=symbols.inflation_note,
        source=source,
    )


def last_on_or_before(panel: Panel, as_of: date) -> date:
    """The panel's last day up to `as_of`.

    Raises:
        NotEnoughHistory: if the panel begins later.
    """
    position = int(np.searchsorted(panel.dates, np.datetime64(as_of), side="right")) - 1
    if position < 0:
        raise NotEnoughHistory(f"Prices from Yahoo Finance begin on {in_words(as_date(panel.dates[0]))}.")
    return as_date(panel.dates[position])


def _why_not(history: History, universe: Universe) -> str:
    if history.outcome != "ok":
        return _WHY[history.outcome]
    return "" if history.currency == universe.currency else f"Yahoo Finance quotes it in {history.currency}"


def _until(history: History, day: date) -> History:
    seen = history.days <= np.datetime64(day)
    return History(history.symbol, "ok", days=history.days[seen], levels=history.levels[seen])


def _quote(history: History, last: date) -> float:
    """The last quote up to `last`, from percent to a fraction. Zero is a rate: only NaN is no quote."""
    day = np.datetime64(last)
    known = (history.days <= day) & (history.days >= day - _RATE_AGE) & np.isfinite(history.levels)
    if not known.any():
        raise NotEnoughHistory(f"Yahoo Finance has no interest rate ({history.symbol}) for {in_words(last)}.")
    rate = float(history.levels[known][-1]) / 100
    if not _PLAUSIBLE[0] < rate < _PLAUSIBLE[1]:
        raise SourceUnavailable(f"Yahoo Finance states an impossible interest rate ({history.symbol}).")
    return rate
