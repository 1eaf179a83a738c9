"""Fourteen technical features by TA-Lib (https://ta-lib.org/functions/), point in time and free of scale.

Point in time: each value is made of its own day and days before it. TA-Lib's sums and recursions run forwards, so later days
change no bit of it. What does change is the scale of the past: with each split and dividend a source restates all earlier prices by
a common factor. Every feature is a ratio in which that factor cancels, up to rounding.

NaN policy: TA-Lib passes one NaN on to all later days. Features are computed on the known days alone and put back on them; a day
without its inputs has no value, and the next known day continues from the last. Windows count known days.
"""

from __future__ import annotations

import numpy as np
import talib

from advisor.analysis.features.known import check, stretches
from advisor.analysis.features.registry import TECHNICAL, Features
from advisor.domain.bars import Bars
from advisor.domain.market import Floats

TRADING_DAYS = 252
_MONTH = 21
_STILL = 1e-12
"""Movement below this part of the price is rounding: TA-Lib calls a price that stands still 0 % up, and noise is no position."""


def technical(bars: Bars) -> Features:
    """The features of `TECHNICAL` for each day of the bars, NaN until each has warmed up. docs/features.md has the formulas.

    Returns and averages come from `adj_close`, the daily range from the split-adjusted high, low and close, the volume ratio from
    the volume. What an instrument does not have leaves only the features made of it unknown. A price of zero or less ends a
    series; the next positive one begins another with its own warm-up.

    Raises:
        InvalidInput: if the bars break the promises of `Bars`.
    """
    check(bars)
    columns = {item.name: np.full(len(bars), np.nan) for item in TECHNICAL}
    for rows in stretches(bars.adj_close):
        for name, values in _of_prices(bars.adj_close[rows]).items():
            columns[name][rows] = values
    for rows in stretches(bars.high, bars.low, bars.close):
        columns["atr"][rows] = talib.NATR(bars.high[rows], bars.low[rows], bars.close[rows], 14) / 100.0
    traded = np.flatnonzero(np.isfinite(bars.volume))
    columns["volume_ratio"][traded] = _volume_ratio(bars.volume[traded])
    names = tuple(item.name for item in TECHNICAL)
    return Features(bars.dates, names, np.column_stack([columns[name] for name in names]))


def _of_prices(prices: Floats) -> dict[str, Floats]:
    """Features of a positive series (N,) without gaps."""
    price = (
        prices / prices[0]
    )  # TA-Lib's thresholds are absolute: without this the unit of price would show in the last bits
    before_last_month = np.full(len(price), np.nan)
    before_last_month[_MONTH:] = price[:-_MONTH]
    middle, width, position = _bollinger(price)
    return {
        "sma50_distance": price / talib.SMA(price, 50) - 1.0,
        "sma200_distance": price / talib.SMA(price, 200) - 1.0,
        "ema_ratio": talib.EMA(price, 12) / talib.EMA(price, 26) - 1.0,
        "rsi": _rsi(price),
        "macd_histogram": talib.MACD(price, 12, 26, 9)[2] / price,
        "bollinger_position": position,
        "bollinger_width": width / middle,
        "momentum_1m": talib.ROCP(price, _MONTH),
        "momentum_3m": talib.ROCP(price, 3 * _MONTH),
        "momentum_12_1": talib.ROCP(before_last_month, 11 * _MONTH),
        "volatility": _volatility(price, 3 * _MONTH),
        "drawdown": price / np.maximum.accumulate(price) - 1.0,
    }


def _rsi(price: Floats) -> Floats:
    """Wilder's relative strength over 14 days; unknown where nothing moved (TA-Lib says 0 there, as for a price in free fall)."""
    strength = talib.RSI(price, 14)
    movement = talib.ATR(price, price, price, 14)  # of a series alone: Wilder's average of gains and losses together
    known: Floats = np.where(movement > _STILL * np.maximum(price, 1.0), strength, np.nan)
    return known


def _bollinger(price: Floats) -> tuple[Floats, Floats, Floats]:
    """Middle, width and the price's position in the band of two standard deviations (of the 20 days as a population)."""
    upper, middle, lower = talib.BBANDS(price, 20, 2.0, 2.0)
    width = upper - lower
    position = np.full(len(price), np.nan)
    np.divide(price - lower, width, out=position, where=width > _STILL * middle)
    return middle, width, position


def _volatility(price: Floats, days: int) -> Floats:
    """Sample standard deviation (n - 1) of daily log returns, per year of 252 days."""
    returns = np.concatenate(([np.nan], np.diff(np.log(price))))
    deviation: Floats = talib.STDDEV(returns, days, 1.0) * np.sqrt(days / (days - 1) * TRADING_DAYS)
    return deviation


def _volume_ratio(volume: Floats) -> Floats:
    """Volume by its mean of 20 days, the day included; unknown while nothing was traded, which is how sources write "no volume"."""
    ratio = np.full(len(volume), np.nan)
    np.divide(volume, talib.SMA(volume, 20), out=ratio, where=talib.MAX(volume, 20) > 0)
    return ratio
