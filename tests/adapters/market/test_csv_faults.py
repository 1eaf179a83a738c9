"""Files that are no tables of prices, or bad ones: refused by name with line and reason, or read with a note, never a crash."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.adapters.market.files.layout import FileRules
from tests.adapters.market.csv_tables import read, stored

GOOD = "date,close\n2024-06-11,1.5\n2024-06-12,2.5\n2024-06-13,3.5\n"


def refusal(tmp_path: Path, content: str | bytes, name: str = "bad.csv") -> str:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path).refusal


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "bad.csv: the file is empty."),
        (b"\n\n  \n", "bad.csv: the file is empty."),
        (b"date,close\n", "bad.csv, line 1: there is a line with names and nothing below it."),
        (b"hello\nworld\n", "bad.csv, line 1: no comma, semicolon, tab or bar separates columns."),
        (b"2024-06-12,1.5\n2024-06-13,2.5\n", "bad.csv, line 1: there is no line with the names of the columns."),
        (b"name,close\nApple,1.5\nPear,2.5\n", "bad.csv, line 2: no column holds dates that can be read."),
        (b"date,open\n2024-06-12,x\n", "bad.csv, line 2: no column beside the dates holds numbers."),
        (b"date,ticker,shape\n2024-06-12,A,round\n", "bad.csv, line 1: no column is called a close, a price or"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "bad.csv, line 3: there are NUL bytes, so this is not text."),
        (bytes(range(1, 32)) * 20, "bad.csv, line 1: this is not text."),
        (b"date,close\n2024-06-12,1.5\n\x00\n2024-06-13,2\n", "bad.csv, line 3: there are NUL bytes"),
        (b"date,close\n2024-06-12,1.5\n2024-06-31,2.5\n2024-06-13,2.5\n", 'bad.csv, line 3: "2024-06-31" is no date.'),
        (
            b"date,close\n13/06/2024,1.5\n06/14/2024,2.5\n",
            'bad.csv, line 3: "06/14/2024" cannot be read with the day first',
        ),
        (b"date,close\n2024-06-12,1.5\n2024-06-13,oops\n", 'bad.csv, line 3: "oops" in the column close is no number.'),
        (b'date,close\n2024-06-12,"1,5"\n2024-06-13,2.55\n', "has a decimal point and"),
        (b'date,close\n2024-06-12,1.5\n2024-06-13,"2.5\n', "a quotation mark is opened and never closed"),
        (b"date,close\n" + b"2024-06-12,1.5\n2024-06-13,1.5\n" * 3, "these are no daily prices"),
        (b"date,close\n2024-06-12,null\n2024-06-13,\n", "it holds no price on any day"),
        (b"\x1f\x8b\x08\x00broken", "bad.csv, line 1: the packed file"),
        (gzip.compress(GOOD.encode(), mtime=0)[:-12], "the packed file ends too early"),
    ],
)
def test_what_is_no_table_of_prices_is_refused_by_name_with_the_reason(
    tmp_path: Path, content: bytes, said: str
) -> None:
    assert said in refusal(tmp_path, content)


def test_a_line_with_too_many_cells_is_refused_with_its_number(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-{day:02},{day}.5\n" for day in range(1, 31))
    said = refusal(tmp_path, f"date,close\n{rows}2024-02-01,1,234.5\n")
    assert said == "bad.csv, line 32: 3 cells where 2 are expected."


def test_a_million_columns_are_refused(tmp_path: Path) -> None:
    header = "date" + "".join(f",S{at}" for at in range(10**6)) + "\n"
    assert "line 1" in refusal(tmp_path, header + "2024-06-13" + ",1" * 10**6 + "\n")
    assert "6,001 columns are more than" in refusal(
        tmp_path, "date" + ",A" * 6000 + "\n2024-06-13" + ",1" * 6000 + "\n"
    )


def test_a_row_that_repeats_a_day_counts_and_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "doubled.csv"
    path.write_text(GOOD + "2024-06-12,9.5\n")
    outcome = read(path)
    days, found = stored(path, outcome)["DOUBLED"]
    np.testing.assert_array_equal(days, np.array(["2024-06-11", "2024-06-12", "2024-06-13"], "M8[D]"))
    np.testing.assert_array_equal(found["close"], [1.5, 9.5, 3.5])
    assert outcome.notes == ("doubled.csv: 1 rows repeat a day, the first 2024-06-12; the later row counts.",)


def test_a_column_of_words_is_left_out_of_a_wide_file(tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    late = "".join(f"2024-{month:02}-{day:02},1.5,2.5,\n" for month in (1, 2, 3) for day in range(1, 29))
    path.write_text("date,AAA,BBB,mood\n" + late + "".join(f"2024-04-{day:02},1,2,good\n" for day in range(1, 29)))
    outcome = read(path)
    assert set(stored(path, outcome)) == {"AAA", "BBB"}
    assert outcome.notes == ('panel.csv: column MOOD holds words such as "good" and is left out.',)


def test_one_word_among_many_prices_counts_as_missing_and_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    days = np.arange("2020-01-01", "2020-12-31", dtype="M8[D]")
    path.write_text(
        "date,close\n" + "".join(f"{day},{'halted' if at == 200 else 1.5}\n" for at, day in enumerate(days))
    )
    outcome = read(path)
    assert np.isnan(stored(path, outcome)["LONG"][1]["close"][200])
    assert outcome.notes == ('long.csv: line 202, column close: "halted" is no number; it counts as missing.',)


def test_dates_that_can_be_read_in_two_ways_are_decided_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "early.csv"
    path.write_text("date,close\n01/02/2024,1\n02/02/2024,2\n05/02/2024,3\n")
    outcome = read(path)
    assert stored(path, outcome)["EARLY"][0][-1] == np.datetime64("2024-02-05"), "three days of one week"
    assert "every date could be read in two ways; they are read with the day first" in outcome.notes[0]
    said = read(path, FileRules.model_validate({"dates": "month first"}))
    assert stored(path, said)["EARLY"][0][-1] == np.datetime64("2024-05-02")
    assert said.notes == ()


def test_numbers_that_can_be_read_in_two_ways_are_decided_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    path.write_text('date,close\n2024-06-12,"1,234"\n2024-06-13,"2,345"\n')
    outcome = read(path)
    assert stored(path, outcome)["BIG"][1]["close"][0] == 1234
    assert '"1,234" could be read in two ways; its comma is taken for thousands' in outcome.notes[0]


def test_a_later_cell_that_shows_the_decimal_comma_changes_the_reading_of_all(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    rows = "".join(f"2024-{month:02}-{day:02};1.234\n" for month in (1, 2, 3) for day in range(1, 29))
    path.write_text("date;close\n" + rows + "2024-06-13;1.234,5\n")
    found = stored(path, read(path))["LATE"][1]["close"]
    assert found[0] == 1234
    assert found[-1] == 1234.5


def test_numbers_too_large_are_unknown_and_large_ones_stay(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    path.write_text(f"date,close\n2024-06-10,1e400\n2024-06-11,{'9' * 30}\n2024-06-12,1e300\n2024-06-13,inf\n")
    np.testing.assert_array_equal(stored(path, read(path))["HUGE"][1]["close"], [np.nan, 1e30, 1e300, np.nan])


def test_words_for_true_are_no_prices(tmp_path: Path) -> None:
    assert "no column beside the dates" in refusal(tmp_path, "date,halted\n2024-06-12,True\n2024-06-13,False\n")


def test_days_that_are_still_to_come_are_left_out_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "future.csv"
    path.write_text(GOOD + "2031-01-01,4.5\n")
    outcome = read(path)
    assert len(stored(path, outcome)["FUTURE"][0]) == 3
    assert "1 prices of days that are still to come are left out, the first of 2031-01-01" in outcome.notes[0]


def test_a_file_in_another_encoding_than_its_first_megabyte_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    days = np.arange("1900-01-01", "2010-01-01", dtype="M8[D]")
    text = "date,ticker,close,name\n" + "".join(f"{day},A,1.5,plain and simple words\n" for day in days)
    path.write_bytes(text.encode() + "2010-01-01,B,2.5,Société\n".encode("latin-1"))
    outcome = read(path)
    assert outcome.spans[-1].texts["name"] == "Société"


def test_rows_without_a_symbol_are_left_out_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("date,ticker,close\n2024-06-12,A,1\n2024-06-12,,2\n2024-06-13,A,3\n")
    outcome = read(path)
    assert set(stored(path, outcome)) == {"A"}
    assert outcome.notes == ("long.csv: 1 rows without a symbol are left out.",)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    raw=st.one_of(
        st.binary(max_size=300), st.text(alphabet="date,close\n2024-061/:;\t|\"'.5AB\r", max_size=200).map(str.encode)
    )
)
def test_whatever_bytes_a_file_holds_it_is_read_or_refused_by_name(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(raw)
    outcome = read(path)
    assert (outcome.layout is None) == outcome.refusal.startswith("any.csv")
    for days, _ in stored(path, outcome).values() if outcome.layout else ():
        assert np.all(np.diff(days) > np.timedelta64(0, "D"))


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(GOOD)), raw=st.binary(max_size=6))
def test_a_good_file_with_a_few_strange_bytes_is_read_or_refused_by_name(tmp_path: Path, at: int, raw: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(GOOD.encode()[:at] + raw + GOOD.encode()[at:])
    outcome = read(path)
    assert (outcome.layout is None) == outcome.refusal.startswith("any.csv")
