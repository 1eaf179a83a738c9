"""Universes as data: what a plan in a currency is made of, which shares are known by name, and what is known of each."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import resources

from advisor.adapters.market.packaged import parsed
from advisor.adapters.market.universes.form import (
    FundPart,
    InstrumentPart,
    ListingElsewherePart,
    OtherFundPart,
    RatePart,
    StockPart,
    UniverseFile,
    read_universe,
)
from advisor.adapters.market.universes.records import (
    Alternative,
    AssumedRate,
    CashFundRate,
    Listing,
    MacroRate,
    PriceLimit,
    Proxy,
    RateWay,
    Slot,
    Stock,
    SymbolRate,
    Universe,
)
from advisor.domain.errors import InvalidInput
from advisor.domain.market import AssetClass, Instrument

__all__ = [
    "Alternative",
    "AssumedRate",
    "CashFundRate",
    "Listing",
    "MacroRate",
    "PriceLimit",
    "Proxy",
    "RateWay",
    "Slot",
    "Stock",
    "SymbolRate",
    "Universe",
    "load_universe",
    "universes",
]


@cache
def universes() -> tuple[str, ...]:
    """The ids of all universes, those that any source may serve first."""
    return tuple(sorted(_names(), key=lambda name: (bool(load_universe(name).source), name)))


@cache
def _names() -> frozenset[str]:
    folder = resources.files(__package__)
    files = {item.name for item in folder.iterdir()}
    return frozenset(item.removesuffix(".yaml") for item in files if item.endswith(".yaml"))


@cache
def load_universe(name: str) -> Universe:
    """The universe `universes/<name>.yaml` of this package.

    Raises:
        InvalidInput: if there is none of this name.
        ValueError: if the file breaks a rule: two instruments of a class, no cash, a cost without its source, a wrong ISIN.
    """
    if name not in _names():
        raise InvalidInput("There is no universe of this name.", field="universe", details={"universe": name[:64]})
    file = resources.files(__package__) / f"{name}.yaml"
    return _universe(read_universe(parsed(file.read_text(encoding="utf-8")), name))


def _universe(raw: UniverseFile) -> Universe:
    funds = [part for item in raw.instruments for part in (item, *item.alternatives) if isinstance(part, FundPart)]
    return Universe(
        id=raw.id,
        title=raw.title,
        purpose=raw.purpose,
        currency=raw.currency,
        calendar=raw.calendar,
        benchmark=raw.benchmark,
        slots=tuple(_slot(item, raw.currency) for item in raw.instruments),
        listings={item.symbol: Listing(**item.model_dump()) for item in raw.listings},
        stocks=tuple(_stock(item, raw.currency, raw.stock_class) for item in raw.stocks if raw.stock_class),
        notes=raw.notes,
        risk_free=tuple(_way(item) for item in raw.risk_free),
        ten_year=tuple(_way(item) for item in raw.ten_year),
        inflation=tuple(_way(item) for item in raw.inflation),
        without_income=frozenset(item.symbol for item in funds if not item.income_in_prices),
        price_limits=tuple(PriceLimit(**i.model_dump()) for i in raw.price_limits),
        suspensions=raw.suspensions,
        uncertainty_index=raw.uncertainty_index,
        source=raw.source,
    )


def _slot(raw: InstrumentPart, currency: str) -> Slot:
    first = replace(_fund(raw, raw.asset_class, currency), prior=raw.prior)
    alternatives: list[Alternative] = []
    latest = first
    for item in raw.alternatives:
        if isinstance(item, ListingElsewherePart):
            twin = replace(latest, symbol=item.symbol, exchange=item.exchange)
            alternatives.append(Alternative(twin, same_fund=latest is first))
        else:
            latest = _other(item, first)
            alternatives.append(Alternative(latest, note=item.note))
    proxy = Proxy(raw.proxy.symbol, raw.proxy.note) if raw.proxy else None
    return Slot(first, tuple(alternatives), proxy)


def _other(raw: OtherFundPart, first: Instrument) -> Instrument:
    return replace(_fund(raw, raw.asset_class or first.asset_class, first.currency), prior=first.prior)


def _fund(raw: FundPart, kind: AssetClass, currency: str) -> Instrument:
    return Instrument(
        symbol=raw.symbol,
        name=raw.name,
        asset_class=kind,
        currency=currency,
        expense_ratio=raw.expense_ratio,
        spread=raw.spread,
        income_note=raw.income_note,
        isin=raw.isin,
        exchange=raw.exchange,
        domicile=raw.domicile,
        distribution=raw.distribution,
        tradable=raw.tradable,
    )


def _stock(raw: StockPart, currency: str, kind: AssetClass) -> Stock:
    share = Instrument(raw.symbol, raw.name, kind, currency, isin=raw.isin, exchange=raw.exchange)
    return Stock(share, raw.sector, raw.also)


def _way(raw: RatePart) -> RateWay:
    if raw.symbol is not None:
        return SymbolRate(raw.symbol, raw.quoted)
    if raw.macro is not None:
        return MacroRate(raw.macro)
    if raw.assumed is not None:
        return AssumedRate(raw.assumed, raw.note)
    return CashFundRate()
