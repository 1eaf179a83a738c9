"""Macro series out of a folder of files."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from advisor.adapters.market.macro.files import FileMacro
from advisor.domain.errors import NotOffered, SourceUnavailable
from tests.adapters.market.conftest import HandClock

LONG_AGO = date(1900, 1, 1)


def macro(folder: Path) -> FileMacro:
    return FileMacro(folder, HandClock(datetime(2024, 6, 14, 22, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("series", "rows", "span", "value"),
    [
        ("vix", 6298, ("1990-01-02", "2014-12-31"), 19.2),  # vix_daily.csv, the close of four prices
        ("us_epu_daily", 10957, ("1985-01-01", "2014-12-31"), 127.2),  # epu_us_daily.csv, the only other column
        ("us_cpi", 300, ("1990-01-01", "2014-12-01"), None),  # fred_bundle_raw.csv.gz
        ("us_baa", 300, ("1990-01-01", "2014-12-01"), None),
        ("global_epu", 216, ("1997-01-01", "2014-12-01"), None),  # fred_uncertainty_and_vol.csv.gz
        ("us_overnight", None, ("2000-07-03", "2014-12-31"), 0.06),  # effr_sofr_daily.csv
        ("us_10y_monthly", 621, ("1953-04-01", "2004-12-01"), 4.23),  # us10y_monthly.csv goes before the bundle
    ],
)
async def test_real_files_are_read(
    shared_data: Path, series: str, rows: int | None, span: tuple[str, str], value: float | None
) -> None:
    found = await macro(shared_data / "macro").observations(series, LONG_AGO)
    assert rows in (None, len(found.days))
    assert (str(found.days[0]), str(found.days[-1])) == span
    assert value in (None, found.values[-1])
    assert np.all(np.isfinite(found.values))
    assert np.all(found.known_from > found.days)


async def test_missing_values_of_real_files_are_left_out(shared_data: Path) -> None:
    found = await macro(shared_data / "macro").observations("us_10y", LONG_AGO)
    assert len(found.days) == 126  # 132 rows, six of them holidays without a value


async def test_only_the_span_asked_for_comes_with_its_whole_first_month(shared_data: Path) -> None:
    found = await macro(shared_data / "macro").observations("us_cpi", date(2014, 11, 20))
    assert found.days.tolist() == [date(2014, 11, 1), date(2014, 12, 1)]


async def test_a_series_is_found_by_our_name_and_by_freds_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "IN_10Y.CSV").write_text("\ufeffDate,Value\n2024-04-30,7.1\n\n2024-05-31,.\n")
    (tmp_path / "many.csv.gz").write_bytes(
        gzip.compress(b"series,date,value\nCHNMAINLANDEPU,2024-03-01,300.5\ncn_short_rate,2024-03-01,2.2\n")
    )
    source = macro(tmp_path)
    assert (await source.observations("in_10y", LONG_AGO)).days.tolist() == [date(2024, 4, 1)]
    assert (await source.observations("china_epu", LONG_AGO)).values.tolist() == [300.5]
    found = await source.observations("cn_short_rate", LONG_AGO)
    assert (found.series, found.source, found.values.tolist()) == ("cn_short_rate", "file", [2.2])


async def test_what_the_folder_lacks_is_not_offered(tmp_path: Path) -> None:
    with pytest.raises(NotOffered, match="10-year German"):
        await macro(tmp_path).observations("de_10y", LONG_AGO)
    with pytest.raises(NotOffered, match="moon_phase"):
        await macro(tmp_path).observations("moon_phase", LONG_AGO)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("day,value\n2024-01-02,13\n", "no column called date"),
        ("date,low,high\n2024-01-02,12,13\n", "which column"),
        ("date,value\n2024-01-02,13\n2024-01-03,high\n", r"vix\.csv, line 3"),
        ("date,value\n02/01/2024,13\n", r"vix\.csv, line 2"),
        ("date,value\n2024-01-02,inf\n", r"vix\.csv, line 2"),
        ("date,value\n2024-01-02,13,14\n", "3 fields, not 2"),
        ("date,value\n2031-01-02,13\n", "still to come"),
        ("date,value\n2024-01-02,13\n2024-01-02,14\n", "two values"),
        ('date,value\n"2024-01-02,13\n', "not a CSV file"),
    ],
)
async def test_a_wrong_file_is_named_with_its_fault(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "vix.csv").write_text(text)
    with pytest.raises(SourceUnavailable, match=says):
        await macro(tmp_path).observations("vix", LONG_AGO)


async def test_damaged_files_and_a_missing_folder_are_failures(tmp_path: Path) -> None:
    (tmp_path / "vix.csv.gz").write_bytes(gzip.compress(b"date,value\n2024-01-02,13\n")[:-9])
    (tmp_path / "us_cpi.csv").write_bytes(b"date,value\n\xff\xfe\n")
    for series in ("vix", "us_cpi"):
        with pytest.raises(SourceUnavailable, match="cannot be read"):
            await macro(tmp_path).observations(series, LONG_AGO)
    with pytest.raises(SourceUnavailable, match="folder"):
        await macro(tmp_path / "nowhere").observations("vix", LONG_AGO)
