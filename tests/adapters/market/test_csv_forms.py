"""Files of prices in all their forms give the bars they were written from."""

from __future__ import annotations

import gzip
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from advisor.adapters.market.files.layout import Form
from tests.adapters.market.csv_tables import DATES, Style, read, stored, table

FIELDS = ("open", "high", "low", "close", "adj_close", "volume")
HEADERS = {
    "open": "Open",
    "high": "High",
    "low": "Low",
    "close": "Close*",
    "adj_close": "Adj. Close",
    "volume": "Volume",
}
IN_ONE_FOLDER = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Never a whole number of thousandths with three figures: a table of those alone can be read in two ways, which has its own test.
prices = st.integers(1, 10**9).map(lambda units: (units * 10 + 1) / 10_000)
cells = st.one_of(prices, st.just(float("nan")))
symbols = st.lists(st.from_regex(r"[A-Z]{2,4}(\.NS|-B)?", fullmatch=True), min_size=1, max_size=4, unique=True)


@st.composite
def styles(draw: st.DrawFn) -> Style:
    decimal = draw(st.sampled_from(".,"))
    return Style(
        separator=draw(st.sampled_from(",;\t|")),
        decimal=decimal,
        grouped=draw(st.booleans()),
        money=draw(st.sampled_from(["", "", "$"])),
        missing=draw(st.sampled_from(["", "null", "-", "N/A", ".", "NaN", "#N/A"])),
        date=draw(st.sampled_from(sorted(DATES))),
    )


@st.composite
def days(draw: st.DrawFn) -> list[date]:
    first = draw(st.dates(date(1971, 1, 13), date(2020, 1, 1)))
    steps = draw(st.lists(st.integers(1, 5), min_size=12, max_size=30))
    found = [first]
    for step in steps:
        found.append(found[-1] + timedelta(days=step))
    assume(any(day.day > 12 for day in found))  # otherwise nobody can tell the month from the day
    return found


def same(found: np.ndarray, wanted: np.ndarray) -> None:
    np.testing.assert_array_equal(found, wanted)


@IN_ONE_FOLDER
@given(style=styles(), days=days(), names=symbols, data=st.data())
def test_a_wide_file_gives_what_was_written(
    tmp_path: Path, style: Style, days: list[date], names: list[str], data: st.DataObject
) -> None:
    assume(
        not {"DAY", "NAV", "LOW", "DIV", "VOL", "PX", "OPEN", "HIGH", "LAST", "RATE", "CODE", "ISIN", "NAME", "KURS"}
        & set(names)
    )
    values = {name: data.draw(st.lists(cells, min_size=len(days), max_size=len(days)), label=name) for name in names}
    assume(all(np.isfinite(column).any() for column in values.values()))
    order = data.draw(st.permutations(range(len(days))), label="order")
    rows = [["Date", *names]] + [
        [style.day(days[at]), *(style.number(values[name][at]) for name in names)] for at in order
    ]
    path = tmp_path / "panel.csv"
    path.write_text(table(rows, style.separator), "utf-8")
    outcome = read(path)
    found = stored(path, outcome)
    assert outcome.layout is not None
    assert outcome.layout.form is Form.WIDE
    assert set(found) == set(names)
    for name in names:
        known = np.isfinite(values[name])
        same(found[name][0], np.array(days, "M8[D]")[known])
        same(found[name][1]["adj_close"], np.array(values[name])[known])


@IN_ONE_FOLDER
@given(style=styles(), days=days(), names=symbols, data=st.data())
def test_a_long_file_gives_what_was_written(
    tmp_path: Path, style: Style, days: list[date], names: list[str], data: st.DataObject
) -> None:
    fields = [
        "close",
        *data.draw(st.lists(st.sampled_from(["open", "high", "low", "volume"]), unique=True), label="fields"),
    ]
    written = {
        (name, day): [data.draw(prices), *(data.draw(cells) for _ in fields[1:])] for name in names for day in days[:14]
    }
    rows = [[style.day(day), name.lower(), *map(style.number, values)] for (name, day), values in written.items()]
    assume(any(day.day > 12 for day in days[:14]))
    rows = data.draw(st.permutations(rows), label="rows")
    path = tmp_path / "many.csv"
    path.write_text(table([["Datum", "Ticker", *(HEADERS[name] for name in fields)], *rows], style.separator), "utf-8")
    found = stored(path, read(path))
    assert set(found) == set(names)
    for name in names:
        same(found[name][0], np.array(days[:14], "M8[D]"))
        for at, field in enumerate(fields):
            same(found[name][1][field], np.array([written[name, day][at] for day in days[:14]]))


@IN_ONE_FOLDER
@given(
    style=styles(),
    days=days(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"]),
    packed=st.booleans(),
)
def test_a_file_of_one_symbol_gives_what_was_written(
    tmp_path: Path, style: Style, days: list[date], encoding: str, packed: bool
) -> None:
    values = (np.arange(6 * len(days)).reshape(-1, 6) * 10_000 + 12_501) / 10_000
    values[:, 4] = values[:, 3]
    rows = [[style.day(day), *map(style.number, row)] for day, row in zip(days, values, strict=True)]
    rows = rows[::-1] if packed else rows  # the newest day may come first
    text = table(
        [["Date", *(HEADERS[name] for name in FIELDS), "Währung"], *([*row, "EUR"] for row in rows)], style.separator
    )
    path = tmp_path / ("BMW.DE.csv.gz" if packed else "BMW.DE.csv")
    raw = text.encode(encoding)
    path.write_bytes(gzip.compress(raw) if packed else raw)
    outcome = read(path)
    found_days, found = stored(path, outcome)["BMW.DE"]
    same(found_days, np.array(days, "M8[D]"))
    for at, name in enumerate(FIELDS):
        same(found[name], values[:, at])
    assert outcome.spans[0].texts == {"currency": "EUR"}
    assert outcome.spans[0].total_return


def test_the_two_header_lines_of_yfinance_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "download.csv"
    path.write_text(
        "Price,Close,Close,Volume,Volume\nTicker,AAPL,MSFT,AAPL,MSFT\nDate,,,,\n"
        "2024-01-02,185.64,370.87,82488700,25258600\n2024-01-03,184.25,370.6,58414500,23083500\n"
    )
    found = stored(path, read(path))
    same(found["AAPL"][1]["close"], np.array([185.64, 184.25]))
    same(found["MSFT"][1]["volume"], np.array([25258600.0, 23083500.0]))


@pytest.mark.parametrize(
    "headers", ["AAPL_Close,AAPL_Volume", "Close AAPL,Volume AAPL", "\"('Close', 'AAPL')\",\"('Volume', 'AAPL')\""]
)
def test_headers_of_symbol_and_field_are_understood(tmp_path: Path, headers: str) -> None:
    path = tmp_path / "flat.csv"
    path.write_text(f"Date,{headers}\n2024-01-02,185.64,10\n2024-01-03,184.25,20\n")
    found = stored(path, read(path))
    same(found["AAPL"][1]["close"], np.array([185.64, 184.25]))
    same(found["AAPL"][1]["volume"], np.array([10.0, 20.0]))


@pytest.mark.parametrize(
    ("text", "close"),
    [
        (
            "Date,Close/Last,Volume,Open\n06/13/2024,$214.24,97862730,$214.74\n06/12/2024,$213.07,198134300,$207.37\n",
            214.24,
        ),
        ("timestamp,1. open,4. close\n2024-06-12,1.5,213.07\n2024-06-13,1.5,214.24\n", 214.24),
        (
            '"Date","Price","Vol.","Change %"\n"06/13/2024","214.24","97.86M","0.55%"\n"06/12/2024","213.07","198.13M","2.86%"\n',
            214.24,
        ),
        ("sep=;\nDatum;Schlusskurs\n12.06.2024;213,07\n13.06.2024;214,24\n", 214.24),
        ("# made by hand\n\nDate|PX_LAST\n20240612|213.07\n20240613|214.24\n\nSource: a friend|\n", 214.24),
        ("observation_date,value\n2024-06-12,.\n2024-06-13,214.24\n", 214.24),
        ("Date,Close\r2024-06-12,213.07\r2024-06-13,214.24\r", 214.24),
        ("date,close\n1718150400,213.07\n1718236800,214.24\n", 214.24),
    ],
)
def test_what_known_sources_write_is_understood(tmp_path: Path, text: str, close: float) -> None:
    path = tmp_path / "AAPL Historical Data.csv"
    path.write_bytes(text.encode())
    days, found = stored(path, read(path))["AAPL"]
    assert days[-1] == np.datetime64("2024-06-13")
    assert found["close"][-1] == close


def test_splits_and_dividends_become_actions(tmp_path: Path) -> None:
    path = tmp_path / "AAPL.csv"
    path.write_text(
        "Date,Close,Dividends,Stock Splits\n2020-08-07,111.11,0.205,0\n2020-08-28,124.81,0,0\n2020-08-31,129.04,0,4:1\n"
    )
    actions = read(path).spans[0].actions
    assert [(action.kind, action.day, action.value) for action in actions] == [
        ("dividend", date(2020, 8, 7), 0.205),
        ("split", date(2020, 8, 31), 4.0),
    ]


def test_adjusted_closes_meet_the_closes_on_the_last_day(tmp_path: Path) -> None:
    path = tmp_path / "KO.csv"
    path.write_text("Date,Close,Adj Close\n2024-06-12,60.0,40.0\n2024-06-13,63.0,42.0\n")
    _, found = stored(path, read(path))["KO"]
    np.testing.assert_allclose(found["adj_close"], [60.0, 63.0])


def test_a_name_that_looks_like_a_symbol_on_every_line_is_one(tmp_path: Path) -> None:
    path = tmp_path / "all_stocks.csv"
    path.write_text("date,close,Name\n2013-02-08,14.75,AAL\n2013-02-11,14.46,AAL\n2013-02-08,67.85,AAPL\n")
    assert set(stored(path, read(path))) == {"AAL", "AAPL"}


def test_a_share_called_open_is_a_column_among_others(tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    path.write_text("Date,OPEN,AAPL,MSFT,RATE\n2024-06-12,2.1,213.07,441.06,1.25\n2024-06-13,2.2,214.24,441.58,1.5\n")
    assert set(stored(path, read(path))) == {"OPEN", "AAPL", "MSFT", "RATE"}
