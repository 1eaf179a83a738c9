"""The plans' side of the stored market: universes of stored prices as they were known on a day, kept by the store's revision."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from advisor.adapters.market.stored.filling import Filled, fill
from advisor.adapters.market.stored.levels import COMPUTED_CASH, Histories, earning, seen_on, with_proxies
from advisor.adapters.market.stored.rates import RateBook, RateDesk
from advisor.adapters.market.stored.source import Source
from advisor.adapters.market.stored.states import State, StateReader, Version
from advisor.adapters.market.universes.loader import Universe
from advisor.domain.alignment import as_date, in_words
from advisor.domain.errors import CurrencyNotServed, MarketDataError, NotEnoughHistory, StalePrices
from advisor.domain.market import AssetClass, AssetGroup, Instrument, MarketSnapshot
from advisor.ports.history import HistoryStore
from advisor.ports.system import Clock

_KEPT = 32


@dataclass(frozen=True)
class _View:
    """A universe as it was known on a day."""

    histories: Histories
    filled: Filled
    proxy_notes: Mapping[str, str]

    @property
    def last(self) -> date:
        """The last day that all instruments have."""
        return as_date(self.filled.panel.dates[-1])

    @property
    def cash(self) -> Instrument | None:
        """The fund of cash, None where the source has none."""
        return next((item for item in self.filled.instruments if item.asset_class is AssetClass.CASH), None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of the instruments."""
        proxies = tuple(
            self.proxy_notes[item.symbol] for item in self.filled.instruments if item.symbol in self.proxy_notes
        )
        return (*self.filled.notes, *proxies)


class StoredPlans:
    """Snapshots of plan universes from one stored source. Views and snapshots are kept by revision, universe and day."""

    def __init__(self, source: Source, store: HistoryStore, reader: StateReader, clock: Clock) -> None:
        self._source = source
        self._reader = reader
        self._clock = clock
        self._desk = RateDesk(store, source.name)
        self._views: OrderedDict[tuple[Version, str, date], _View] = OrderedDict()
        self._snapshots: OrderedDict[tuple[Version, str, date, str], MarketSnapshot] = OrderedDict()

    async def currencies(self) -> tuple[str, ...]:
        """Those in which the source has what a plan needs. A live source has what its universes name."""
        plans = [item for item in self._source.universes if item.purpose == "plan"]
        if not self._source.live:
            plans = [item for item in plans if await self._able(item)] or plans[:1]
        return tuple(dict.fromkeys(item.currency for item in plans))

    def benchmark(self, currency: str) -> str:
        """The symbol to compare with in this currency, "" if no universe of this source is in it; plans go before shares."""
        own = [item for item in self._source.universes if item.currency == currency]
        return next((item.benchmark for item in sorted(own, key=lambda item: item.purpose != "plan")), "")

    async def market_date(self, limit: date | None = None) -> date:
        """The last session of the main universe, up to `limit`."""
        universe = await self._universe((await self.currencies())[0])
        return self._view(await self._reader.state(universe), limit or date.max).last

    async def snapshot(self, currency: str, as_of: date) -> MarketSnapshot:
        """The universe of this currency up to `as_of`. A class whose fund is missing is left out with a note.

        Raises:
            CurrencyNotServed: if no universe of this source is in it.
            NotEnoughHistory: if shares, every bond or cash have less than a year by then.
            StalePrices: if the newest stored prices are older than the operator allows.
            RateLimited, SourceUnavailable: if nothing is stored and the source does not answer.
        """
        universe = await self._universe(currency)
        state = await self._reader.state(universe)
        newest = self._view(state, date.max).last
        if as_of >= min(newest, await self.market_date()):
            self._refuse_stale(state, newest)
        view = self._view(state, as_of)
        away = state.away if view.last >= newest else None
        key = (state.version, universe.id, state.last_by(as_of), away.message if away else "")
        if key not in self._snapshots:
            self._snapshots[key] = await self._build(state, view, away)
            _trim(self._snapshots)
        self._snapshots.move_to_end(key)
        return self._snapshots[key]

    def forget(self) -> None:
        """Drop what was read."""
        self._reader.forget()
        self._views.clear()
        self._snapshots.clear()

    def main(self) -> Universe:
        """The universe of the first currency our universes name."""
        return next(item for item in self._source.universes if item.purpose == "plan")

    # --- one universe ------------------------------------------------------------------------------------------------
    async def _universe(self, currency: str) -> Universe:
        served = await self.currencies()
        if currency not in served:
            raise CurrencyNotServed(
                f"{self._source.title} serves plans in {', '.join(served)} only, not in {currency}.",
                field="currency",
                details={"served": list(served)},
            )
        return next(item for item in self._source.universes if (item.purpose, item.currency) == ("plan", currency))

    async def _able(self, universe: Universe) -> bool:
        """Whether a folder holds what a plan of this universe needs."""
        try:
            view = self._view(await self._reader.state(universe), date.max)
        except NotEnoughHistory:
            return False
        return {AssetGroup.EQUITY, AssetGroup.BOND} <= {item.asset_class.group for item in view.filled.instruments}

    def _view(self, state: State, as_of: date) -> _View:
        universe, day = state.universe, state.last_by(as_of)  # a weekend is its Friday: equal data have one address
        key = (state.version, universe.id, day)
        if key not in self._views:
            histories, notes = with_proxies(universe, seen_on(day, state.closes, state.actions, state.findings))
            self._views[key] = _View(histories, fill(universe, histories, day, state.unusable), notes)
            _trim(self._views)
        self._views.move_to_end(key)
        return self._views[key]

    async def _build(self, state: State, view: _View, away: MarketDataError | None) -> MarketSnapshot:
        universe = state.universe
        paying = view.cash.symbol if view.cash and view.cash.symbol not in universe.without_income else None
        rates = await self._desk.rates(universe, state.closes, view.histories, paying, view.last)
        filled, notes = _with_income(universe, view, rates)
        chosen = filled.select(view.last)
        notes = (*universe.notes, *view.notes, *notes, *rates.notes)
        today = self._clock.now().date()
        return MarketSnapshot(
            currency=universe.currency,
            instruments=chosen.instruments,
            dates=chosen.dates,
            levels=chosen.levels,
            rates=rates.rates,
            provenance=self._source.provenance(today, as_date(chosen.dates[0]), view.last, notes, away),
            price_index_months=rates.months,
            price_index=rates.price_index,
        )

    def _refuse_stale(self, state: State, last: date) -> None:
        """Only of the newest day: a plan on an earlier one is a look back, and old by intent."""
        age = (self._clock.now().date() - last).days
        if self._source.live and age > self._source.max_age_days:
            why = state.away.message if state.away else f"{self._source.title} has no newer ones."
            raise StalePrices(
                f"The newest stored prices are of {in_words(last)}, {age} days ago. That is too old for advice. {why}",
                details={"last": last.isoformat(), "days": age, "limit": self._source.max_age_days},
            )


def _with_income(universe: Universe, view: _View, rates: RateBook) -> tuple[Filled, tuple[str, ...]]:
    """The panel with cash that earns: computed where there is no fund of it, and added where a fund's price leaves it out."""
    filled = view.filled
    grown = earning(filled.panel.dates, rates.bill_days, rates.bill)
    if view.cash is None:
        slot = next(item.instrument for item in universe.slots if item.instrument.asset_class is AssetClass.CASH)
        said = "There is no fund of cash among the prices, so cash is computed from the short interest rate."
        name = "Cash at the short interest rate"
        cash = Instrument(
            COMPUTED_CASH, name, AssetClass.CASH, universe.currency, income_note=said, prior=slot.prior, tradable=False
        )
        columns = filled.panel.columns | {COMPUTED_CASH: 100 * grown}
        return replace(filled, instruments=(*filled.instruments, cash), panel=replace(filled.panel, columns=columns)), (
            said,
        )
    still = [item.symbol for item in filled.instruments if item.symbol in universe.without_income]
    # Scaled so that the last level stays the price of that day.
    columns = filled.panel.columns | {symbol: filled.panel.columns[symbol] * (grown / grown[-1]) for symbol in still}
    notes = tuple(f"The price of {symbol} leaves out its interest: the short rate is added." for symbol in still)
    return replace(filled, panel=replace(filled.panel, columns=columns)), notes


def _trim(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > _KEPT:
        kept.popitem(last=False)
