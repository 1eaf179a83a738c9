"""Clean random walks with fat tails, news and crashes, and faults to plant into them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from advisor.domain.bars import Bars, InstrumentKind, InstrumentRecord
from advisor.domain.market import Dates, Floats

DAYS = 1_000
FETCHED = datetime(2024, 6, 14, 22, tzinfo=UTC)
PRICES = ("open", "high", "low", "close")


def weekdays(count: int = DAYS) -> Dates:
    days = np.arange(np.datetime64("2015-01-01"), np.datetime64("2015-01-01") + 2 * count)
    return days[np.is_busday(days)][:count]


def record(kind: InstrumentKind = InstrumentKind.STOCK, symbol: str = "WALK") -> InstrumentRecord:
    return InstrumentRecord("test", symbol, "A walk", kind, "USD", "XNYS")


def walk(seed: int, count: int = DAYS, kind: InstrumentKind = InstrumentKind.STOCK) -> Bars:
    """A share that never split: Student-t moves (3 degrees of freedom) whose volatility clusters, three pieces of news a year of up
    to 35 %, and in one walk of five a crash by half; news brings volume and a wide day, and excitement that ebbs."""
    random = np.random.default_rng(seed)
    calm = random.uniform(0.008, 0.025)
    excitement = np.zeros(count)
    news = random.random(count) < 3 / 250
    size = np.where(news, random.uniform(0.05, 0.35, count) * random.choice([-1.0, 1.0], count), 0)
    if seed % 5 == 0:
        crash = int(random.integers(60, count - 60))
        news[crash], size[crash] = True, np.log(random.uniform(0.35, 0.65))
    for day in range(1, count):
        excitement[day] = (
            0.93 * excitement[day - 1] + 0.12 * abs(random.normal()) + (2 * abs(size[day]) * news[day] / 0.1)
        )
    volatility = calm * (1 + 0.4 * np.minimum(excitement, 4))
    ordinary = volatility * random.standard_t(3, count) / np.sqrt(3)
    overnight = 0.35 * ordinary + size * random.uniform(0.5, 1.0, count)
    within = 0.65 * ordinary + size - size * random.uniform(0.5, 1.0, count) * 1.0
    within = np.where(news, ordinary * 0.65 + size * random.normal(0, 0.25, count), within)
    close = 50 * np.exp(np.cumsum(overnight + within))
    opened = close / np.exp(within)
    reach = np.abs(random.normal(0, 0.6, (2, count))) * volatility * np.where(news, 2, 1)
    high = np.maximum(opened, close) * np.exp(reach[0])
    low = np.minimum(opened, close) * np.exp(-reach[1])
    drift = np.cumsum(random.normal(0, 0.03, count))
    burst = np.where(news, random.uniform(1.0, 2.5, count), 0) + 0.25 * np.minimum(excitement, 4)
    volume = np.round(1e6 * np.exp(drift + random.normal(0, 0.35, count) + burst))
    return bars_of((opened, high, low, close), volume, kind)


def bars_of(prices: tuple[Floats, Floats, Floats, Floats], volume: Floats, kind: InstrumentKind) -> Bars:
    """Bars of open, high, low, close on weekdays."""
    opened, high, low, close = prices
    return Bars(record(kind), weekdays(len(close)), opened, high, low, close, close.copy(), volume, FETCHED)


def plain(closes: list[float], kind: InstrumentKind = InstrumentKind.STOCK) -> Bars:
    """Bars of these closes on weekdays, a range of one per cent, a million traded."""
    close = np.array(closes, float)
    return bars_of((close, close * 1.005, close * 0.995, close), np.full(len(close), 1e6), kind)


def scaled(bars: Bars, days: slice, factor: float, *, counted: bool) -> Bars:
    """Bars with the prices of some days multiplied; `counted` divides their volume, as before a split."""
    columns = {name: getattr(bars, name).copy() for name in (*PRICES, "adj_close", "volume")}
    for name in (*PRICES, "adj_close"):
        columns[name][days] *= factor
    if counted:
        columns["volume"][days] /= factor
    return replace(bars, **columns)


def pick(bars: Bars, positions: np.ndarray) -> Bars:
    """The bars at these positions, in this order."""
    columns = {name: getattr(bars, name)[positions] for name in (*PRICES, "adj_close", "volume")}
    return replace(bars, dates=bars.dates[positions], **columns)
