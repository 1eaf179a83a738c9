"""A universe as the adapters see it: slots of a plan with what may fill them, ways to rates, shares known by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal

from advisor.domain.bars import DailyLimit
from advisor.domain.market import AssetClass, Instrument
from advisor.ports import market as port


@dataclass(frozen=True, slots=True)
class Listing:
    """A series that is shown or forecast but is no part of a plan: a share, an index, a rate."""

    symbol: str
    name: str
    total_return: bool
    also: tuple[str, ...] = ()
    example: bool = False
    unit: Literal["money", "points"] = "money"


@dataclass(frozen=True, slots=True)
class SymbolRate:
    """A rate quoted under a symbol, in percent; "discount" is that of a 13-week bill on 360 days."""

    symbol: str
    quoted: Literal["discount", "yield"]


@dataclass(frozen=True, slots=True)
class MacroRate:
    """A rate that is one of our macro series, in percent a year; for inflation a price index, of which its yearly rise counts."""

    series: str


@dataclass(frozen=True, slots=True)
class CashFundRate:
    """What the universe's cash fund earned over its own last twelve months."""


@dataclass(frozen=True, slots=True)
class AssumedRate:
    """A fraction per year that was judged, and the sentence that says so."""

    rate: float
    note: str


RateWay = SymbolRate | MacroRate | CashFundRate | AssumedRate


@dataclass(frozen=True, slots=True)
class Proxy:
    """A series whose returns may stand in before an instrument's first day, and what they are."""

    symbol: str
    note: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """What may take an instrument's place: another fund, or `same_fund` on another exchange. `note` says what differs."""

    instrument: Instrument
    same_fund: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a plan: the instrument that fills it and, in order of preference, those that may instead."""

    instrument: Instrument
    alternatives: tuple[Alternative, ...] = ()
    proxy: Proxy | None = None

    @property
    def candidates(self) -> tuple[Instrument, ...]:
        """All that may fill it, the best first."""
        return (self.instrument, *(item.instrument for item in self.alternatives))


@dataclass(frozen=True, slots=True)
class Stock:
    """A share known by name, with its sector."""

    instrument: Instrument
    sector: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceLimit:
    """How far a share of a board may move in a day, as a fraction, since when, and where that is known from.

    The board's symbols begin with one of `begins` and end with `ends`: Seoul's begin with the same digits as Shenzhen's.
    """

    board: str
    begins: tuple[str, ...]
    ends: str
    limit: float
    source: str
    since: date | None = None


@dataclass(frozen=True)
class Universe:
    """What plans in one currency are made of, or shares of one market. Each class is held at most once, cash exactly once.

    `calendar` is its exchange's code, `benchmark` a symbol to compare with. The rates are ways to be tried in order. `notes` go
    into every provenance. `without_income` are symbols whose prices leave out what they pay: their levels show too little.
    `uncertainty_index` is the macro series of policy uncertainty for it. `source` names the one source that has these symbols.
    """

    id: str
    title: str
    purpose: Literal["plan", "stocks"]
    currency: str
    calendar: str = ""
    benchmark: str = ""
    slots: tuple[Slot, ...] = ()
    listings: dict[str, Listing] = field(default_factory=dict)
    stocks: tuple[Stock, ...] = ()
    notes: tuple[str, ...] = ()
    risk_free: tuple[RateWay, ...] = ()
    ten_year: tuple[RateWay, ...] = ()
    inflation: tuple[RateWay, ...] = ()
    without_income: frozenset[str] = frozenset()
    price_limits: tuple[PriceLimit, ...] = ()
    suspensions: str = ""
    uncertainty_index: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        classes = [item.asset_class for item in self.instruments]
        # An alternative of another class must not double that of another slot.
        classes += [kind for slot in self.slots for kind in _other_classes(slot)]
        if self.slots and (classes.count(AssetClass.CASH) != 1 or len(set(classes)) != len(classes)):
            raise ValueError("a universe holds each class at most once, and cash exactly once")

    @cached_property
    def instruments(self) -> tuple[Instrument, ...]:
        """The plan's instruments where a source has all of the first choice."""
        return tuple(slot.instrument for slot in self.slots)

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol a plan may be made of, alternatives behind their instrument."""
        return tuple(item.symbol for slot in self.slots for item in slot.candidates)

    @cached_property
    def proxies(self) -> tuple[str, ...]:
        """Symbols whose returns stand in before an instrument's first day."""
        return tuple(slot.proxy.symbol for slot in self.slots if slot.proxy)

    @cached_property
    def rate_symbols(self) -> tuple[str, ...]:
        """Symbols under which its interest rates are quoted."""
        return tuple(way.symbol for way in (*self.risk_free, *self.ten_year) if isinstance(way, SymbolRate))

    @cached_property
    def macro_series(self) -> tuple[str, ...]:
        """Macro series on which its rates and its inflation may rest, each once."""
        ways = (*self.risk_free, *self.ten_year, *self.inflation)
        return tuple(dict.fromkeys(way.series for way in ways if isinstance(way, MacroRate)))

    def choose(
        self, available: Collection[str], unusable: Mapping[str, str] | None = None
    ) -> tuple[tuple[Instrument, ...], tuple[str, ...]]:
        """The instrument for each slot, the first that is among `available`, and a note on each that is not the first choice.

        `unusable` maps symbols that are not to be taken, though the source has them, to the reason (a sentence's second half). A
        slot of which nothing can be taken is left out with a note. Whether the rest makes a plan is for `panel.select` to say.
        """
        faults = unusable or {}
        chosen: list[Instrument] = []
        notes: list[str] = []
        for slot in self.slots:
            usable = [item for item in slot.candidates if item.symbol in available and item.symbol not in faults]
            if not usable:
                notes.append(_left_out(slot, faults))
                continue
            chosen.append(usable[0])
            if usable[0] is not slot.instrument:
                notes.append(_stands_in(slot, usable[0], faults))
        return tuple(chosen), tuple(notes)

    def led_by(self, own: Sequence[Instrument]) -> Universe:
        """The universe with these instruments first in the places of their classes; a class without a place is left out."""
        slots = []
        for slot in self.slots:
            leading = [item for item in own if item.asset_class is slot.instrument.asset_class]
            if leading:
                first, *others = (replace(item, prior=slot.instrument.prior) for item in leading)
                alternatives = (*map(Alternative, others), Alternative(slot.instrument), *slot.alternatives)
                slots.append(Slot(first, alternatives))
            else:
                slots.append(slot)
        return replace(self, slots=tuple(slots))

    def daily_limits(self, symbol: str) -> tuple[DailyLimit, ...]:
        """How far a share may move in a day by its board, ascending by the day from which each limit holds; empty if by none."""
        boards = [item for item in self.price_limits if symbol.startswith(item.begins) and symbol.endswith(item.ends)]
        return tuple(DailyLimit(item.limit, item.since) for item in sorted(boards, key=_since))

    def named(self) -> tuple[port.Listing, ...]:
        """Everything that can be asked for by name: the listings, the shares, then the plan's instruments."""
        listed = [port.Listing(item.symbol, item.name, item.also, item.example) for item in self.listings.values()]
        shares = [port.Listing(item.instrument.symbol, item.instrument.name, item.also) for item in self.stocks]
        return (*listed, *shares, *(port.Listing(item.symbol, item.name) for item in self.instruments))


def _since(item: PriceLimit) -> date:
    return item.since or date.min


def _other_classes(slot: Slot) -> set[AssetClass]:
    return {item.asset_class for item in slot.candidates} - {slot.instrument.asset_class}


def _left_out(slot: Slot, faults: Mapping[str, str]) -> str:
    reasons = [f"{item.symbol}: {faults[item.symbol]}" for item in slot.candidates if item.symbol in faults]
    first = f"{slot.instrument.symbol} ({slot.instrument.name})"
    if not reasons:
        return f"{first} is left out: the source has neither it nor a fund like it."
    return f"{first} and funds like it are left out. {'; '.join(reasons)}."


def _stands_in(slot: Slot, taken: Instrument, faults: Mapping[str, str]) -> str:
    first = slot.instrument
    found = next(item for item in slot.alternatives if item.instrument is taken)
    fault = faults.get(first.symbol)
    why = f". There, {fault}." if fault else ", which the source does not have."
    if found.same_fund:
        return f"{taken.symbol} is taken for {first.symbol}: the same fund, quoted on another exchange."
    said = f"{taken.symbol} ({taken.name}) is taken for {first.symbol} ({first.name}){why}"
    return f"{said} {found.note}" if found.note else said
