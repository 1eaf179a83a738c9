"""An instrument's life as it was traded, and the bars a source states of it on any day, with every split and dividend worked in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import numpy as np

from advisor.domain.bars import Bars, CorporateAction, InstrumentKind, InstrumentRecord

RECORD = InstrumentRecord("test", "ACME", "Acme", InstrumentKind.STOCK, "USD")
FETCHED = datetime(2020, 1, 1, tzinfo=UTC)


def sessions(count: int, start: str = "2010-01-04") -> np.ndarray:
    return np.busday_offset(np.datetime64(start), np.arange(count))


@dataclass
class Traded:
    """Prices as they were on the day. `splits` and `dividends` map rows to new shares per old and to cash per share."""

    dates: np.ndarray
    close: np.ndarray
    spread: np.ndarray
    volume: np.ndarray
    splits: dict[int, float] = field(default_factory=dict)
    dividends: dict[int, float] = field(default_factory=dict)

    def stated(self, upto: int | None = None) -> Bars:
        """The bars as stated at the end of row `upto`: in the shares of that day, dividends as factors 1 - D / last close."""
        last = len(self.dates) - 1 if upto is None else upto
        shares, paid = np.ones(last + 1), np.ones(last + 1)
        for row, ratio in self.splits.items():
            if row <= last:
                shares[:row] *= ratio
        for row, amount in self.dividends.items():
            if row <= last:
                paid[:row] *= 1.0 - amount / self.close[row - 1]
        close = self.close[: last + 1] / shares
        spread = self.spread[: last + 1]
        actions = [CorporateAction(self.day(row), "split", ratio) for row, ratio in self.splits.items() if row <= last]
        actions += [
            CorporateAction(self.day(row), "dividend", amount / shares[row])
            for row, amount in self.dividends.items()
            if row <= last
        ]
        return Bars(
            record=RECORD,
            dates=self.dates[: last + 1],
            open=close * (1.0 - spread / 3.0),
            high=close * (1.0 + spread),
            low=close * (1.0 - spread),
            close=close,
            adj_close=close * paid,
            volume=self.volume[: last + 1] * shares,
            fetched_at=FETCHED,
            actions=tuple(sorted(actions, key=lambda item: item.day)),
        )

    def day(self, row: int) -> date:
        return self.dates[row].astype("datetime64[D]").item()


def traded(
    seed: int, count: int, splits: dict[int, float] | None = None, dividends: dict[int, float] | None = None
) -> Traded:
    """A random life: daily returns of 2 %, splits by row, dividends by row as a fraction of the last price."""
    random = np.random.default_rng(seed)
    returns = random.standard_normal(count) * 0.02
    close, cash = np.empty(count), {}
    close[0] = float(np.exp(random.uniform(-3, 7)))
    for row in range(1, count):
        cash_now = (dividends or {}).get(row, 0.0) * close[row - 1]
        if cash_now:
            cash[row] = cash_now
        close[row] = (close[row - 1] - cash_now) * np.exp(returns[row]) / (splits or {}).get(row, 1.0)
    volume = np.floor(np.exp(random.normal(12, 1, count)))
    return Traded(sessions(count), close, random.uniform(0.001, 0.03, count), volume, dict(splits or {}), cash)


def of_prices(prices: np.ndarray | list[float], **columns: np.ndarray) -> Bars:
    """Bars whose prices are all the same column, unless said otherwise."""
    price = np.asarray(prices, np.float64)
    same = dict.fromkeys(("open", "high", "low", "close", "adj_close"), price)
    given = {**same, "volume": np.full(len(price), 1000.0), **columns}
    return Bars(record=RECORD, dates=sessions(len(price)), fetched_at=FETCHED, **given)


def without(bars: Bars, rows: np.ndarray, *names: str) -> Bars:
    """The bars with the named columns unknown on these rows."""
    changed = {}
    for name in names:
        changed[name] = getattr(bars, name).copy()
        changed[name][rows] = np.nan
    return replace(bars, **changed)
