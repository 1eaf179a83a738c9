"""A made-up market for tests: seeded, seven classes, 20 years of business days, two of the classes born late."""

from __future__ import annotations

from datetime import date

import numpy as np

from advisor.domain.market import AssetClass, Instrument, MarketSnapshot, Provenance, Rates

# symbol, class, yearly drift, yearly volatility, loading on the common stock factor, on the common rate factor, year of birth
_SEVEN = (
    ("USEQ", AssetClass.US_EQUITY, 0.08, 0.17, 0.95, 0.00, 0),
    ("DMEQ", AssetClass.DEVELOPED_EQUITY, 0.07, 0.19, 0.85, 0.00, 12),
    ("EMEQ", AssetClass.EMERGING_EQUITY, 0.08, 0.25, 0.75, 0.00, 12),
    ("TSHORT", AssetClass.TREASURY_SHORT, 0.030, 0.015, -0.20, 0.90, 0),
    ("TMED", AssetClass.TREASURY_MEDIUM, 0.045, 0.065, -0.25, 0.92, 0),
    ("TLONG", AssetClass.TREASURY_LONG, 0.055, 0.125, -0.25, 0.90, 0),
    ("CASH", AssetClass.CASH, 0.020, 0.0015, 0.00, 0.05, 0),
)
RATES = Rates(date(2020, 12, 31), 0.01, 0.025, 0.02, "made up for tests", "made up for tests")


def market_snapshot(seed: int = 7, years: int = 20, rates: Rates = RATES) -> MarketSnapshot:
    """A snapshot ending on 31 December 2020 with monthly consumer prices."""
    last = np.datetime64("2020-12-31", "D")
    days = np.arange(last - np.timedelta64(round(365.25 * years), "D"), last + np.timedelta64(1, "D"))
    dates = days[np.is_busday(days)]
    generator = np.random.default_rng(seed)
    shocks = generator.standard_t(5, (len(dates), 2 + len(_SEVEN))) / np.sqrt(5 / 3)
    calm = 0.7 + 0.6 * (np.sin(np.arange(len(dates)) / 260) > 0.3)
    columns = []
    for k, (_, _, drift, spread, stock, rate, born) in enumerate(_SEVEN):
        own = np.sqrt(max(0.0, 1.0 - stock**2 - rate**2))
        moves = (stock * shocks[:, 0] + rate * shocks[:, 1] + own * shocks[:, 2 + k]) * calm * spread / np.sqrt(260)
        levels = 100.0 * np.exp(np.cumsum(moves + (drift - spread**2 / 2) / 260))
        levels[: born * 260 * years // 20] = np.nan
        columns.append(levels)
    months = np.arange(np.datetime64("2000-01", "M"), np.datetime64("2021-01", "M"))
    prices = 100.0 * np.cumprod(1.0 + 0.0017 + 0.002 * generator.standard_normal(len(months)))
    first: date = dates[0].item()
    return MarketSnapshot(
        currency="USD",
        instruments=tuple(Instrument(symbol, symbol, kind, "USD", 0.001, 0.0002) for symbol, kind, *_ in _SEVEN),
        dates=dates,
        levels=np.column_stack(columns),
        rates=rates,
        provenance=Provenance("made_up", "Made-up prices", first, date(2020, 12, 31), rehearsal=True),
        price_index_months=months,
        price_index=np.asarray(prices, np.float64),
    )
