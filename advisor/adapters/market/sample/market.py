"""The embedded sample: real daily prices from 1990 to 1 July 2016, so that the first run needs no network.

data/SOURCES.md says where each series comes from, scripts/build_sample.py makes the file.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from advisor.adapters.market.naming import Candidates, rank
from advisor.adapters.market.panel import select
from advisor.adapters.market.sample.records import bars_of, sample_candidates
from advisor.adapters.market.universes.loader import Universe, load_universe
from advisor.domain.alignment import Panel, as_date, in_words
from advisor.domain.bars import InstrumentRecord, PriceHistory
from advisor.domain.errors import CurrencyNotServed, NotEnoughHistory, SourceUnavailable, UnknownSymbol
from advisor.domain.market import Dates, Floats, MarketSnapshot, Provenance, Rates, Series
from advisor.ports.market import Listing

_INFLATION_YEARS = 10
_KEPT_SNAPSHOTS = 8


@dataclass(frozen=True)
class _Store:
    """The file in memory. Columns share `days`; a column starts on its first day and has NaN where no price was made."""

    days: Dates
    columns: dict[str, Floats]
    bill: Floats
    ten_year: Floats
    months: Dates
    core_prices: Floats
    panel: Panel


_SHARES_NOTE = (
    "The sample's prices of single shares are adjusted for all splits and dividends to the end of 2022: changes are right, "
    "but what was paid on the day was more."
)


class SampleMarket:
    """The market port over the embedded sample. The file (0.7 MB) is read at first use, in a few milliseconds, and kept."""

    name = "sample"

    def __init__(self) -> None:
        self._store: _Store | None = None
        self._snapshot = lru_cache(_KEPT_SNAPSHOTS)(self._build)
        self._candidates: Candidates | None = None

    async def currencies(self) -> tuple[str, ...]:
        """US dollars only."""
        return (_universe().currency,)

    async def benchmark(self, currency: str) -> str:
        """The S&P 500 for US dollars."""
        return _universe().benchmark if currency == _universe().currency else ""

    async def market_date(self, limit: date | None = None) -> date:
        """The sample's last trading day up to `limit`.

        Raises:
            NotEnoughHistory: if `limit` lies before the sample's first day.
        """
        return self._last_day(limit or date.max)

    async def snapshot(self, currency: str, as_of: date) -> MarketSnapshot:
        """The plan universe up to `as_of`; an instrument with under a year of history by then is left out with a note.

        Raises:
            CurrencyNotServed: for anything but US dollars.
            NotEnoughHistory: before 31 January 1991.
        """
        if currency != _universe().currency:
            raise CurrencyNotServed(
                f"The sample holds plans in US dollars (USD) only, not in {currency}.",
                field="currency",
                details={"served": [_universe().currency]},
            )
        return self._snapshot(self._last_day(as_of))

    async def series(self, symbol: str, as_of: date) -> Series:
        """A plan instrument, a share or an indicator up to `as_of`. Days without a price are left out.

        Raises:
            UnknownSymbol: if the sample does not hold it.
            NotEnoughHistory: if it has no price by then.
        """
        wanted = symbol.upper()
        universe, store = _universe(), self._load()
        held = {item.symbol: item for item in universe.instruments}
        if wanted not in held and wanted not in universe.listings:
            raise UnknownSymbol(f"The sample does not hold {symbol}.", field="symbol")
        last = self._last_day(as_of)
        levels = store.columns[wanted]
        known = ~np.isnan(levels) & (store.days <= np.datetime64(last))
        if not known.any():
            raise NotEnoughHistory(f"The sample has no prices of {wanted} by {in_words(last)}.", field="symbol")
        listing = universe.listings.get(wanted)
        dates = store.days[known]
        total_return = listing.total_return if listing else True
        note = held[wanted].income_note if wanted in held else _SHARES_NOTE if total_return else ""
        return Series(
            symbol=wanted,
            name=listing.name if listing else held[wanted].name,
            currency=universe.currency,
            dates=dates,
            levels=levels[known],
            total_return=total_return,
            provenance=_provenance(dates, (note,)),
            unit=listing.unit if listing else "money" if held[wanted].tradable else "points",
        )

    async def history(self, symbol: str, as_of: date) -> PriceHistory:
        """The same days as `series`, as bars: closes only, everything else of a bar is unknown.

        Shares and funds are levels with income, so `rescaled`: what was paid on a day is not in the sample.

        Raises:
            UnknownSymbol: if the sample does not hold it.
            NotEnoughHistory: if it has no price by then.
        """
        found = await self.series(symbol, as_of)
        rescaled = found.total_return and found.unit == "money"
        return PriceHistory(bars_of(_universe(), found), found.provenance, rescaled=rescaled)

    async def search(self, text: str, limit: int = 10, *, outside: bool = True) -> tuple[InstrumentRecord, ...]:  # noqa: ARG002
        """Shares, indices, indicators and the instruments of plans by symbol, name or other name."""
        if self._candidates is None:
            self._candidates = sample_candidates(_universe())
        return rank(text, self._candidates, limit)

    def rate_history(self) -> tuple[tuple[Dates, Floats], tuple[Dates, Floats]]:
        """The 3-month and the 10-year Treasury yield, each as days (T,) and percent a year (T,)."""
        store = self._load()
        return (store.days, store.bill * 100), (store.days, store.ten_year * 100)

    async def listings(self) -> tuple[Listing, ...]:
        """Shares, indices and indicators by name, and the instruments of plans."""
        return _universe().named()

    async def ping(self) -> None:
        """Return if the file can be read."""
        self._load()

    async def close(self) -> None:
        """Forget what was read."""
        self._store = None
        self._snapshot.cache_clear()

    def _last_day(self, as_of: date) -> date:
        days = self._load().days
        position = int(np.searchsorted(days, np.datetime64(as_of), side="right")) - 1
        if position < 0:
            raise NotEnoughHistory(f"The sample begins on {in_words(as_date(days[0]))}.")
        return as_date(days[position])

    def _build(self, last: date) -> MarketSnapshot:
        universe, store = _universe(), self._load()
        chosen = select(universe.instruments, store.panel, last)
        # A month's prices are published in the middle of the next one: by the first of the month after that they are known.
        known = store.months + np.timedelta64(2, "M") <= np.datetime64(last).astype("datetime64[M]")
        return MarketSnapshot(
            currency=universe.currency,
            instruments=chosen.instruments,
            dates=chosen.dates,
            levels=chosen.levels,
            rates=_rates(store, last, store.core_prices[known]),
            provenance=_provenance(chosen.dates, universe.notes + chosen.notes),
            price_index_months=store.months[known],
            price_index=store.core_prices[known],
        )

    def _load(self) -> _Store:
        if self._store is None:
            self._store = _read()
        return self._store


def _universe() -> Universe:
    return load_universe("sample_usd")


def _read() -> _Store:
    """The committed file.

    Raises:
        SourceUnavailable: if it is missing or damaged.
    """
    try:
        with (resources.files(__package__) / "data" / "sample.npz").open("rb") as file, np.load(file) as archive:
            raw: dict[str, NDArray[np.generic]] = {name: archive[name] for name in archive.files}
        days = raw["days"].astype("datetime64[D]")
        days.flags.writeable = False
        columns: dict[str, Floats] = {}
        position = 0
        for symbol, start in zip(raw["symbols"].astype(str), raw["starts"].astype(int), strict=True):
            length = len(days) - start
            column = np.full(len(days), np.nan)
            column[start:] = raw["values"][position : position + length]
            column.flags.writeable = False
            columns[str(symbol)] = column
            position += length
        ten_year = raw["ten_year_bp"].astype(float) / 1e4
        columns["US10Y"] = ten_year * 100
        return _Store(
            days=days,
            columns=columns,
            bill=raw["bill_bp"].astype(float) / 1e4,
            ten_year=ten_year,
            months=raw["months"].astype("datetime64[M]"),
            core_prices=raw["core_cpi"].astype(float),
            panel=_plan_panel(days, columns),
        )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as fault:
        raise SourceUnavailable("The embedded sample of market data cannot be read.") from fault


def _plan_panel(days: Dates, columns: dict[str, Floats]) -> Panel:
    """The plan universe from the day on which US shares begin; the few days before that hold Treasuries alone."""
    symbols = [item.symbol for item in _universe().instruments]
    first = int(np.argmax(~np.isnan(columns["US-EQUITY"])))
    return Panel(days[first:], {symbol: columns[symbol][first:] for symbol in symbols}, {})


def _rates(store: _Store, last: date, core_prices: Floats) -> Rates:
    position = int(np.searchsorted(store.days, np.datetime64(last)))
    months = 12 * _INFLATION_YEARS
    growth = float(core_prices[-1] / core_prices[-1 - months])
    return Rates(
        as_of=last,
        bill=float(store.bill[position]),
        ten_year=float(store.ten_year[position]),
        inflation=growth ** (1 / _INFLATION_YEARS) - 1,
        inflation_note="The yearly rise of US consumer prices without food and energy over the ten years before.",
        source=SampleMarket.name,
    )


def _provenance(dates: Dates, notes: tuple[str, ...]) -> Provenance:
    last = as_date(dates[-1])
    return Provenance(
        source=SampleMarket.name,
        title=f"Sample data: real daily prices to {in_words(last)}",
        first=as_date(dates[0]),
        last=last,
        rehearsal=True,
        notes=tuple(note for note in notes if note),
    )
