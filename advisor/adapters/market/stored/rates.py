"""Interest rates and inflation of a universe, by the ways its file names, in their order; each as known on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from advisor.adapters.market.macro.catalogue import load_macro
from advisor.adapters.market.stored.levels import Histories
from advisor.adapters.market.universes.loader import (
    AssumedRate,
    CashFundRate,
    MacroRate,
    RateWay,
    SymbolRate,
    Universe,
)
from advisor.domain.alignment import in_words
from advisor.domain.bars import Closes, Observations
from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import Dates, Floats, Rates
from advisor.ports.history import HistoryStore

_QUOTE_AGE = np.timedelta64(10, "D")  # an older quote is no rate of today
_SERIES_AGE = np.timedelta64(130, "D")  # monthly series are published up to two months late
_PLAUSIBLE = (-0.02, 0.25)  # a fraction per year; Yahoo has quoted ten times the yield before
_YEAR = np.timedelta64(365, "D")
_INFLATION_MONTHS = 120


@dataclass(frozen=True)
class _Found:
    """A rate with its history: days (T,) on which values (T,) became known, fractions a year; and what it rests on."""

    days: Dates
    values: Floats
    note: str

    @property
    def last(self) -> float:
        return float(self.values[-1])


@dataclass(frozen=True)
class RateBook:
    """The rates of a snapshot, and the short rate's history (for cash that has to be computed).

    `months` and `price_index` (M,) are the consumer prices that the expected inflation rests on, empty where it is assumed.
    """

    rates: Rates
    bill_days: Dates
    bill: Floats
    months: Dates
    price_index: Floats
    notes: tuple[str, ...]


class RateDesk:
    """Finds the rates of a universe among stored prices and macro series."""

    def __init__(self, store: HistoryStore, source: str) -> None:
        self._store = store
        self._source = source

    async def rates(
        self, universe: Universe, quotes: Mapping[str, Closes], histories: Histories, cash: str | None, last: date
    ) -> RateBook:
        """The rates known on `last`. `quotes` are the closes of rate symbols in percent, `cash` the fund of cash whose levels show
        what it earns, if there is one.

        Raises:
            NotEnoughHistory: if none of the ways a universe names leads to a rate.
        """
        book = _Book(self._store, quotes, histories, cash, last)
        bill = await book.first(universe.risk_free, "short interest rate")
        ten_year = await book.first(universe.ten_year, "ten-year interest rate")
        inflation, prices = await book.inflation(universe.inflation)
        rates = Rates(last, bill.last, ten_year.last, inflation.last, inflation.note, self._source)
        notes = tuple(dict.fromkeys(note for note in (*book.refused, bill.note, ten_year.note) if note))
        months = prices.days.astype("datetime64[M]") if prices else np.empty(0, "datetime64[M]")
        return RateBook(rates, bill.days, bill.values, months, prices.values if prices else np.empty(0), notes)


class _Book:
    """One look-up: everything it may see is known on `last`."""

    def __init__(
        self,
        store: HistoryStore,
        quotes: Mapping[str, Closes],
        histories: Histories,
        cash: str | None,
        last: date,
    ) -> None:
        self._store = store
        self._quotes = quotes
        self._histories = histories
        self._cash = cash
        self._last = last
        self.refused: list[str] = []

    async def first(self, ways: Sequence[RateWay], what: str) -> _Found:
        for way in ways:
            found = await self._found(way)
            if found is None:
                continue
            if _PLAUSIBLE[0] < found.last < _PLAUSIBLE[1]:
                return found
            self.refused.append(f"A {what} of {found.last:.1%} cannot be right and is not used.")
        raise NotEnoughHistory(f"There is no {what} for {in_words(self._last)}.")

    async def inflation(self, ways: Sequence[RateWay]) -> tuple[_Found, Observations | None]:
        """The yearly rise of a price index over the ten years before, with the index; or what is assumed."""
        for way in ways:
            if isinstance(way, MacroRate):
                known = await self._store.observations(way.series, self._last)
                rise = _yearly_rise(known) if known is not None and not self._old(known) else None
                if known is not None and rise is not None:
                    note = f"The yearly rise of {load_macro()[way.series].name} over the ten years before."
                    return _single(known.days[-1], rise, note), known
            elif isinstance(way, AssumedRate):
                return self._assumed(way), None
        raise NotEnoughHistory(f"There is no expected inflation for {in_words(self._last)}.")

    async def _found(self, way: RateWay) -> _Found | None:
        match way:
            case SymbolRate():
                return self._quoted(way)
            case MacroRate():
                return await self._macro(way)
            case CashFundRate():
                return self._earned()
            case AssumedRate():
                return self._assumed(way)

    def _quoted(self, way: SymbolRate) -> _Found | None:
        """Quotes in percent. A 13-week bill is quoted at a discount d on 360 days: its yield on 365 is 365 d / (360 - 91 d)."""
        closes = self._quotes.get(way.symbol)
        if closes is None:
            return None
        known = (closes.days <= np.datetime64(self._last)) & np.isfinite(closes.close)
        days, values = closes.days[known], closes.close[known] / 100
        if not len(days) or days[-1] < np.datetime64(self._last) - _QUOTE_AGE:
            return None
        yields = 365 * values / (360 - 91 * values) if way.quoted == "discount" else values
        return _Found(days, yields, "")

    async def _macro(self, way: MacroRate) -> _Found | None:
        known = await self._store.observations(way.series, self._last)
        if known is None or not len(known.values) or self._old(known):
            return None
        series = load_macro()[way.series]
        newest = in_words(known.days[-1].item())
        # A late revision of an early value may have become known after the next value did.
        order = np.argsort(known.known_from, kind="stable")
        note = f"Interest rate: {series.name}, of {newest}."
        return _Found(known.known_from[order], known.values[order] / 100, note)

    def _earned(self) -> _Found | None:
        """What the fund of cash earned over its last twelve months."""
        if self._cash is None:
            return None
        days, levels = self._histories[self._cash]
        known = days <= np.datetime64(self._last)  # one fund may have the day that others still lack
        days, levels = days[known], levels[known]
        start = int(np.searchsorted(days, days[-1] - _YEAR, side="right")) - 1
        if start < 0:
            return None
        years = float((days[-1] - days[start]) / _YEAR)
        note = f"The short interest rate is what {self._cash} earned over the twelve months before."
        return _single(days[-1], float(levels[-1] / levels[start]) ** (1 / years) - 1, note)

    def _assumed(self, way: AssumedRate) -> _Found:
        return _single(np.datetime64(self._last), way.rate, way.note)

    def _old(self, known: Observations) -> bool:
        return bool(known.days[-1] < np.datetime64(self._last) - _SERIES_AGE)


def _yearly_rise(index: Observations) -> float | None:
    """The rise of a monthly index over its last ten years, a fraction a year; None if it is younger. Months may be missing."""
    months = index.days.astype("datetime64[M]")
    start = int(np.searchsorted(months, months[-1] - _INFLATION_MONTHS, side="right")) - 1 if len(months) else -1
    if start < 0:
        return None
    span = int((months[-1] - months[start]).astype(int))
    return float((index.values[-1] / index.values[start]) ** (12 / span) - 1)


def _single(day: np.datetime64, value: float, note: str) -> _Found:
    return _Found(np.array([day], "datetime64[D]"), np.array([value]), note)
