"""Each technical feature against a formula written anew, and against examples published with their figures."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from advisor.analysis.features.registry import TECHNICAL
from advisor.analysis.features.technical import technical
from advisor.domain.bars import Bars, InstrumentRecord
from tests.analysis.features.stated import of_prices, traded


def _smoothed(values: np.ndarray, days: int, weight: float, first: int = 0) -> np.ndarray:
    """A recursion begun with the mean of `days` values from `first` on."""
    out = np.full(len(values), np.nan)
    at = first + days - 1
    out[at] = values[first : at + 1].mean()
    for row in range(at + 1, len(values)):
        out[row] = out[row - 1] + weight * (values[row] - out[row - 1])
    return out


def _rsi(close: np.ndarray) -> np.ndarray:
    moves = np.diff(close, prepend=np.nan)
    gains, losses = (_smoothed(np.maximum(sign * moves, 0.0), 14, 1 / 14, 1) for sign in (1, -1))
    return 100.0 - 100.0 / (1.0 + gains / losses)


def _macd(close: np.ndarray) -> np.ndarray:
    # TA-Lib begins both averages so that they have their first value on the same day.
    line = _smoothed(close, 12, 2 / 13, 14) - _smoothed(close, 26, 2 / 27)
    return (line - _smoothed(line, 9, 2 / 10, 25)) / close


def _atr(bars: Bars) -> np.ndarray:
    before = np.concatenate(([np.nan], bars.close[:-1]))
    ranges = np.maximum(bars.high, before) - np.minimum(bars.low, before)
    return _smoothed(ranges, 14, 1 / 14, 1) / bars.close


def _band(close: np.ndarray) -> tuple[pd.Series, pd.Series]:
    window = pd.Series(close).rolling(20)
    return window.mean(), window.std(ddof=0)


def _position(close: np.ndarray) -> np.ndarray:
    mean, deviation = _band(close)
    return np.asarray((close - mean + 2 * deviation) / (4 * deviation))


def _width(close: np.ndarray) -> np.ndarray:
    mean, deviation = _band(close)
    return np.asarray(4 * deviation / mean)


def _average(close: np.ndarray, days: int) -> np.ndarray:
    return np.asarray(close / pd.Series(close).rolling(days).mean() - 1)


def _change(close: np.ndarray, days: int, skip: int = 0) -> np.ndarray:
    series = pd.Series(close)
    return np.asarray(series.shift(skip) / series.shift(days) - 1)


ORACLES: dict[str, Callable[[Bars], np.ndarray]] = {
    "sma50_distance": lambda bars: _average(bars.adj_close, 50),
    "sma200_distance": lambda bars: _average(bars.adj_close, 200),
    "ema_ratio": lambda bars: _smoothed(bars.adj_close, 12, 2 / 13) / _smoothed(bars.adj_close, 26, 2 / 27) - 1,
    "rsi": lambda bars: _rsi(bars.adj_close),
    "macd_histogram": lambda bars: _macd(bars.adj_close),
    "atr": _atr,
    "bollinger_position": lambda bars: _position(bars.adj_close),
    "bollinger_width": lambda bars: _width(bars.adj_close),
    "momentum_1m": lambda bars: _change(bars.adj_close, 21),
    "momentum_3m": lambda bars: _change(bars.adj_close, 63),
    "momentum_12_1": lambda bars: _change(bars.adj_close, 252, 21),
    "volatility": lambda bars: np.asarray(
        np.log(pd.Series(bars.adj_close)).diff().rolling(63).std(ddof=1) * np.sqrt(252)
    ),
    "volume_ratio": lambda bars: np.asarray(bars.volume / pd.Series(bars.volume).rolling(20).mean()),
    "drawdown": lambda bars: np.asarray(bars.adj_close / pd.Series(bars.adj_close).cummax() - 1),
}


def _spy(shared_data: Path) -> Bars:
    with gzip.open(shared_data / "etf" / "us_etf_ohlcv_daily.csv.gz", "rt") as file:
        table = pd.read_csv(file, parse_dates=["date"])
    rows = table[table.ticker == "SPY"].sort_values("date")
    columns = {
        name: rows[name].to_numpy(np.float64) for name in ("open", "high", "low", "close", "adj_close", "volume")
    }
    days = rows.date.to_numpy().astype("datetime64[D]")
    return Bars(InstrumentRecord("test", "SPY", "SPY"), days, fetched_at=datetime(2015, 1, 1, tzinfo=UTC), **columns)


def test_every_technical_feature_has_an_oracle() -> None:
    assert set(ORACLES) == {item.name for item in TECHNICAL}


@pytest.mark.parametrize("source", ["drawn", "SPY"])
def test_features_agree_with_formulas_written_anew(source: str, request: pytest.FixtureRequest) -> None:
    if source == "SPY":
        bars = _spy(request.getfixturevalue("shared_data"))
    else:
        bars = traded(11, 1500, {500: 3.0}, {100: 0.01, 900: 0.02}).stated()
    features = technical(bars)
    for name, oracle in ORACLES.items():
        np.testing.assert_allclose(features.column(name), oracle(bars), rtol=1e-8, atol=1e-9, err_msg=name)


# StockCharts ChartSchool, "Relative Strength Index (RSI)", the worked example's spreadsheet: closes of QQQQ and the 14-day RSI.
RSI_CLOSES = """44.3389 44.0902 44.1497 43.6124 44.3278 44.8264 45.0955 45.4245 45.8433 46.0826 45.8931 46.0328 45.6140 46.2820
46.2820 46.0028 46.0328 46.4116 46.2222 45.6439 46.2122 46.2521 45.7137 46.4515 45.7835 45.3548 44.0288 44.1783 44.2181 44.5672
43.4205 42.6628 43.1314"""
RSI = """70.5328 66.3186 66.5498 69.4063 66.3552 57.9749 62.9296 63.2571 56.0593 62.3771 54.7076 50.4228 39.9898 41.4605 41.8689
45.4632 37.3040 33.0795 37.7730"""


def test_relative_strength_reproduces_the_published_example() -> None:
    strength = technical(of_prices(_numbers(RSI_CLOSES))).column("rsi")
    assert strength[14:] == pytest.approx(_numbers(RSI), abs=1e-3)


# ChartSchool, "Bollinger Bands", closes of SPY with middle and upper band of the last rows of the first 30.
BAND_CLOSES = """86.1557 89.0867 88.7829 90.3228 89.0671 91.1453 89.4397 89.1750 86.9302 87.6752 86.9596 89.4299 89.3221 88.7241
87.4497 87.2634 89.4985 87.9006 89.1260 90.7043 92.9001 92.9784 91.8021 92.6647"""
BAND_MIDDLE = "88.70794 89.04516 89.239745 89.390705 89.5078"
BAND_UPPER = "91.291862 91.949268 92.612595 92.9342 93.31195"


def test_the_band_reproduces_the_published_example() -> None:
    closes, middle, upper = _numbers(BAND_CLOSES), _numbers(BAND_MIDDLE), _numbers(BAND_UPPER)
    features = technical(of_prices(closes))
    lower = 2 * middle - upper
    assert features.column("bollinger_width")[19:] == pytest.approx((upper - lower) / middle, abs=1e-6)
    assert features.column("bollinger_position")[19:] == pytest.approx(
        (closes[19:] - lower) / (upper - lower), abs=1e-5
    )


# ChartSchool, "Average True Range (ATR)": bars of QQQQ and the 14-day ATR from the 15th day on.
HIGHS = """48.70 48.72 48.90 48.87 48.82 49.05 49.20 49.35 49.92 50.19 50.12 49.66 49.88 50.19 50.36 50.57 50.65 50.43 49.63 50.33
50.29 50.17 49.32 48.50 48.3201 46.80 47.80 48.39 48.66 48.79"""
LOWS = """47.79 48.14 48.39 48.37 48.24 48.635 48.94 48.86 49.50 49.87 49.20 48.90 49.43 49.725 49.26 50.09 50.30 49.21 48.98 49.61
49.20 49.43 48.08 47.64 41.55 44.2833 47.31 47.20 47.90 47.7301"""
CLOSES = """48.16 48.61 48.75 48.63 48.74 49.03 49.07 49.32 49.91 50.13 49.53 49.50 49.75 50.03 50.31 50.52 50.41 49.34 49.37 50.23
49.2375 49.93 48.43 48.18 46.57 45.41 47.77 47.72 48.62 47.85"""
ATR = """0.593929 0.585791 0.568949 0.615452 0.617920 0.642354 0.674329 0.692770 0.775429 0.781470 1.209229 1.302620 1.380290
1.366698 1.336219 1.316482"""


def test_the_range_reproduces_the_published_example_but_for_its_first_day() -> None:
    """The example counts the first day's range, which has no close before it; TA-Lib does not, and Wilder's average forgets it."""
    closes = _numbers(CLOSES)
    ours = technical(of_prices(closes, high=_numbers(HIGHS), low=_numbers(LOWS))).column("atr")[14:] * closes[14:]
    published = _numbers(ATR)
    assert ours[0] == pytest.approx(
        (0.555 * 14 - 0.91 + 1.10) / 14, abs=1e-6
    )  # the 2nd to 15th range for the 1st to 14th
    assert published - ours == pytest.approx((published[0] - ours[0]) * (13 / 14) ** np.arange(16), abs=5e-6)


def _numbers(text: str) -> np.ndarray:
    return np.array(text.split(), np.float64)
