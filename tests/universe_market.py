"""A made-up market over a committed universe: seeded random walks whose swings and ties are those usual for each class."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np

from advisor.adapters.market.universes.loader import load_universe
from advisor.domain.market import AssetClass, AssetGroup, MarketSnapshot, Provenance, Rates

LAST = date(2025, 12, 31)
_VOLATILITY = {
    AssetClass.EMERGING_EQUITY: 0.19,
    AssetClass.HOME_MID_EQUITY: 0.21,
    AssetClass.TREASURY_SHORT: 0.014,
    AssetClass.TREASURY_MEDIUM: 0.055,
    AssetClass.TREASURY_LONG: 0.11,
    AssetClass.TIPS: 0.06,
    AssetClass.CREDIT: 0.045,
    AssetClass.AGGREGATE_BOND: 0.05,
    AssetClass.GOLD: 0.15,
    AssetClass.SILVER: 0.28,
    AssetClass.COMMODITIES: 0.15,
    AssetClass.REAL_ESTATE: 0.19,
    AssetClass.CASH: 0.001,
}
_SHARES_VOLATILITY = 0.165
# Loading on the factor of the group's kind: what part of its swings a class shares with its like.
_LOADING = {
    AssetGroup.EQUITY: (0.85, 0.0),
    AssetGroup.REAL_ESTATE: (0.7, 0.2),
    AssetGroup.BOND: (-0.1, 0.85),
    AssetGroup.COMMODITY: (0.1, 0.0),
    AssetGroup.CASH: (0.0, 0.0),
}
# Bill, ten-year yield and inflation near those of each currency in 2025.
_RATES = {
    "USD": (0.037, 0.042, 0.023),
    "EUR": (0.02, 0.027, 0.02),
    "INR": (0.055, 0.065, 0.04),
    "CNY": (0.014, 0.018, 0.015),
}


def universe_snapshot(
    name: str, available: Collection[str] | None = None, seed: int = 5, years: int = 12
) -> MarketSnapshot:
    """A snapshot of a universe ending on the last day of 2025; of `available` symbols only, where given."""
    universe = load_universe(name)
    instruments, notes = universe.choose(universe.symbols if available is None else available)
    last = np.datetime64(LAST, "D")
    days = np.arange(last - np.timedelta64(round(365.25 * years), "D"), last + np.timedelta64(1, "D"))
    dates = days[np.is_busday(days)]
    generator = np.random.default_rng(seed)
    bill, ten_year, inflation = _RATES[universe.currency]
    factors = generator.standard_t(5, (len(dates), 2)) / np.sqrt(5 / 3)
    columns = []
    for item in instruments:
        kind = item.asset_class
        spread = _VOLATILITY.get(kind, _SHARES_VOLATILITY)
        stock, rate = _LOADING[kind.group]
        own = np.sqrt(1.0 - stock**2 - rate**2) * generator.standard_t(5, len(dates)) / np.sqrt(5 / 3)
        drift = bill + (0.05 if kind.group is AssetGroup.EQUITY else 0.01 if kind.group is AssetGroup.BOND else 0.0)
        moves = (stock * factors[:, 0] + rate * factors[:, 1] + own) * spread / np.sqrt(260)
        columns.append(100.0 * np.exp(np.cumsum(moves + (drift - spread**2 / 2) / 260)))
    first: date = dates[0].item()
    return MarketSnapshot(
        currency=universe.currency,
        instruments=instruments,
        dates=dates,
        levels=np.column_stack(columns),
        rates=Rates(LAST, bill, ten_year, inflation, "made up for tests", "made up for tests"),
        provenance=Provenance("made_up", "Made-up prices", first, LAST, rehearsal=True, notes=notes),
    )
