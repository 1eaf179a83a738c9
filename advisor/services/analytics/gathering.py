"""From symbols to the panel that an analysis is computed from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from advisor.analysis.rates import default_rates, stated_rates
from advisor.domain.alignment import align
from advisor.domain.errors import CurrencyNotServed, InvalidInput, MarketDataError, NotEnoughHistory, UnknownSymbol
from advisor.domain.market import Dates, Floats, Instrument, MarketSnapshot, Rates, Series
from advisor.domain.panel import Member, PricePanel
from advisor.ports.market import MarketData
from advisor.services.analytics.requests import Scope

MOST_SYMBOLS = 100
_AT_ONCE = 8  # instruments asked for at the same time
_STALE_DAYS = 14  # two weeks without a level bridge any holiday; after that an index has ended
_PRICE_ONLY = "The prices of {names} hold no dividends, so their returns are understated."


async def gather(market: MarketData, scope: Scope) -> PricePanel:
    """The panel of a scope on the market's last day, at most `window_to`; nothing before `window_from`.

    Raises:
        InvalidInput: for too many symbols, more than one currency, something that cannot be held, an index that cannot be compared
            with, or a currency whose interest is not known.
        UnknownSymbol, NotEnoughHistory, CurrencyNotServed, SourceUnavailable: from the market; the first two name the symbols.
    """
    limit = date.fromisoformat(scope.window_to) if scope.window_to else None
    day = await market.market_date(limit)
    symbols = tuple(dict.fromkeys(symbol.upper() for symbol in scope.symbols))
    if len(symbols) > MOST_SYMBOLS:
        raise InvalidInput(f"At most {MOST_SYMBOLS} instruments can be looked at together.", field="symbols")
    currency = scope.currency
    if symbols:
        found = await _series(market, symbols, day)
        currency = _one_currency(found, currency)
        snapshot = await _snapshot(market, currency, day)
        _holdable(found, snapshot)
        rates = snapshot.rates if snapshot else _rates(currency, day, scope.risk_free_rate)
        panel = _of_series(found, snapshot, currency, rates)
    else:
        currency = currency or (await market.currencies())[0]
        panel = _of_snapshot(await market.snapshot(currency, day))
    panel = _from(panel, scope.window_from)
    return await _with_benchmark(market, panel, scope.benchmark, day)


async def _series(market: MarketData, symbols: Sequence[str], day: date) -> tuple[Series, ...]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(symbol: str) -> Series | MarketDataError:
        async with gate:
            try:
                return await market.series(symbol, day)
            except (UnknownSymbol, NotEnoughHistory) as missing:
                return missing

    outcomes = dict(zip(symbols, await asyncio.gather(*(one(symbol) for symbol in symbols)), strict=True))
    missing = {symbol: fault for symbol, fault in outcomes.items() if isinstance(fault, MarketDataError)}
    if missing:
        first = next(iter(missing.values()))
        named = {symbol: fault.message for symbol, fault in missing.items()}
        raise type(first)(first.message, field="symbols", details=first.details | {"symbols": named})
    return tuple(item for item in outcomes.values() if isinstance(item, Series))


def _one_currency(found: Sequence[Series], wished: str | None) -> str:
    """The one currency of all; returns in different currencies cannot be compared.

    Raises:
        InvalidInput: if there is more than one, or another one was wished.
    """
    currencies = {item.symbol: item.currency for item in found}
    if len(set(currencies.values())) > 1:
        said = ", ".join(f"{symbol} in {currency}" for symbol, currency in currencies.items())
        raise InvalidInput(
            f"All instruments must be priced in one currency. These are not: {said}.",
            field="symbols",
            details={"currencies": currencies},
        )
    currency = next(iter(currencies.values()))
    if wished and wished != currency:
        raise InvalidInput(f"These instruments are priced in {currency}, not in {wished}.", field="currency")
    return currency


def _holdable(found: Sequence[Series], snapshot: MarketSnapshot | None) -> None:
    """Return if all can be part of a portfolio: they have a price, or plans are made of them.

    Raises:
        InvalidInput: if an index or a rate is among them.
    """
    planned = snapshot.symbols if snapshot else ()
    points = [item.symbol for item in found if item.unit != "money" and item.symbol not in planned]
    if points:
        raise InvalidInput(
            f"{', '.join(points)} cannot be held: it is an index or a rate, not something with a price.",
            field="symbols",
        )


async def _snapshot(market: MarketData, currency: str, day: date) -> MarketSnapshot | None:
    """The universe of plans in this currency, for its rates and for what it knows of an instrument; None if there is none."""
    try:
        return await market.snapshot(currency, day)
    except (CurrencyNotServed, NotEnoughHistory):
        return None


def _of_series(found: Sequence[Series], snapshot: MarketSnapshot | None, currency: str, rates: Rates) -> PricePanel:
    columns = align({item.symbol: (item.dates, item.levels) for item in found})
    if columns.left_out:
        said = "; ".join(f"{symbol}: {why}" for symbol, why in columns.left_out.items())
        raise NotEnoughHistory(
            f"Not all of these can be looked at together. {said}.",
            field="symbols",
            details={"left_out": columns.left_out},
        )
    plan = {item.symbol: item for item in snapshot.instruments} if snapshot else {}
    plain = [item.symbol for item in found if not item.total_return]
    notes = [note for item in found for note in item.provenance.notes]
    notes += [_PRICE_ONLY.format(names=", ".join(plain))] if plain else []
    return PricePanel(
        currency=currency,
        members=tuple(_member(item, plan.get(item.symbol)) for item in found),
        dates=columns.dates,
        levels=np.column_stack([columns.columns[item.symbol] for item in found]),
        benchmark="",
        benchmark_levels=np.full(len(columns.dates), np.nan),
        rates=rates,
        rehearsal=any(item.provenance.rehearsal for item in found),
        notes=tuple(dict.fromkeys(notes)),
    )


def _member(series: Series, known: Instrument | None) -> Member:
    return Member(
        symbol=series.symbol,
        name=series.name,
        asset_class=known.asset_class if known else None,
        prior=known.prior if known else None,
        price=float(series.levels[-1]) if known is None or known.tradable else None,
        total_return=series.total_return,
        source=series.provenance.source,
        title=series.provenance.title,
    )


def _of_snapshot(snapshot: MarketSnapshot) -> PricePanel:
    origin = snapshot.provenance
    last = snapshot.levels[-1]
    members = tuple(
        Member(
            symbol=item.symbol,
            name=item.name,
            asset_class=item.asset_class,
            prior=item.prior,
            price=float(last[at]) if item.tradable else None,
            total_return=True,
            source=origin.source,
            title=origin.title,
        )
        for at, item in enumerate(snapshot.instruments)
    )
    return PricePanel(
        currency=snapshot.currency,
        members=members,
        dates=snapshot.dates,
        levels=snapshot.levels,
        benchmark="",
        benchmark_levels=np.full(len(snapshot.dates), np.nan),
        rates=snapshot.rates,
        rehearsal=origin.rehearsal,
        notes=origin.notes,
    )


def _rates(currency: str, day: date, wished: float | None) -> Rates:
    """Rates of a currency without a universe of plans: assumed ones, else what follows from the `wished` risk-free rate.

    Raises:
        InvalidInput: if neither is there.
    """
    rates = default_rates(currency, day)
    if rates is None and wished is None:
        raise InvalidInput(
            f"The interest of a safe investment in {currency} is not known here. Please give a risk_free_rate.",
            field="risk_free_rate",
        )
    return rates or stated_rates(currency, day, wished or 0.0)


def _from(panel: PricePanel, first: str | None) -> PricePanel:
    if first is None:
        return panel
    start = int(np.searchsorted(panel.dates, np.datetime64(first)))
    if start >= len(panel.dates):
        raise InvalidInput("There are no prices in this window.", field="window")
    return replace(
        panel,
        dates=panel.dates[start:],
        levels=panel.levels[start:],
        benchmark_levels=panel.benchmark_levels[start:],
    )


async def _with_benchmark(market: MarketData, panel: PricePanel, wished: str | None, day: date) -> PricePanel:
    """With the levels of the benchmark; without one, or if it has no prices here, a note says what cannot be computed."""
    usual = await market.benchmark(panel.currency)
    symbol = wished.upper() if wished else usual
    if not symbol:
        note = f"No index is known to compare investments in {panel.currency} with."
        return replace(panel, notes=(*panel.notes, note))
    try:
        series = await market.series(symbol, day)
        _comparable(series, panel, usual)
    except (UnknownSymbol, NotEnoughHistory) as missing:
        if wished:
            raise type(missing)(missing.message, field="benchmark", details=missing.details) from missing
        note = (
            f"There are no prices of {symbol} up to the end, with which investments in {panel.currency} are compared."
        )
        return replace(panel, benchmark=symbol, notes=(*panel.notes, note))
    return replace(panel, benchmark=symbol, benchmark_levels=_on(panel.dates, series.dates, series.levels))


def _comparable(series: Series, panel: PricePanel, usual: str) -> None:
    """Return if an index can stand beside a panel. One without a currency can only where it is the `usual` one of the panel's.

    Raises:
        InvalidInput: if it is of another currency, or of none.
        NotEnoughHistory: if it ended a while before the panel does: its last level would be carried on as if it had not moved.
    """
    if series.currency != panel.currency and (series.currency or series.symbol != usual):
        said = f"is priced in {series.currency}" if series.currency else "has no known currency"
        raise InvalidInput(
            f"{series.symbol} {said}, the portfolio is in {panel.currency}. They cannot be compared.", field="benchmark"
        )
    if panel.dates[-1] - series.dates[-1] > np.timedelta64(_STALE_DAYS, "D"):
        raise NotEnoughHistory(f"The prices of {series.symbol} end before those of the portfolio.", field="benchmark")


def _on(dates: Dates, days: Dates, levels: Floats) -> Floats:
    """The last level known on each date, NaN before the first."""
    position = np.searchsorted(days, dates, side="right") - 1
    return np.where(position >= 0, levels[np.maximum(position, 0)], np.nan)
