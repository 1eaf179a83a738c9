"""A folder of files as a source: what it serves, what it says of itself, and what happens while files come and go."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from advisor.adapters.market.files.layout import LAYOUT_FILE, Form
from advisor.adapters.market.files.provider import CsvProvider
from advisor.domain.bars import Bars, InstrumentKind
from advisor.domain.errors import Conflict, NotEnoughHistory, NotOffered, SourceUnavailable, UnknownSymbol
from tests.adapters.market.conftest import HandClock, PoolOffload

WIDE = "Date,VTI,BND,^TNX\n2024-06-12,266.1,72.1,4.29\n2024-06-13,266.7,72.5,4.24\n"
LONG = (
    "date,ticker,close,adj_close,name,isin\n"
    "2024-06-12,KO,62.1,60.1,Coca-Cola Company,US1912161007\n"
    "2024-06-13,KO,62.5,60.5,Coca-Cola Company,US1912161007\n"
)
SINGLE = "Date,Open,High,Low,Close,Volume\n2024-06-12,1,2,0.5,1.5,100\n2024-06-13,1.5,2.5,1,2.25,200\n"
EVER = (date(1900, 1, 1), date(2100, 1, 1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "prices"
    found.mkdir()
    (found / "panel.csv").write_text(WIDE)
    (found / "many.tsv").write_text(LONG.replace(",", "\t"))
    (found / "VOD.L.csv").write_text(SINGLE)
    return found


@pytest.fixture
async def provider(
    folder: Path, pool: ProcessPoolExecutor, clock: HandClock, tmp_path: Path
) -> AsyncIterator[CsvProvider]:
    cache = tmp_path / "cache"
    cache.mkdir()
    found = CsvProvider(folder, PoolOffload(pool), clock, cache_dir=cache)
    yield found
    await found.close()
    assert list(cache.iterdir()) == [], "nothing stays behind"


async def bars(provider: CsvProvider, symbol: str) -> Bars:
    found = (await provider.history([symbol], *EVER))[symbol]
    assert isinstance(found, Bars), found
    return found


async def test_all_forms_are_served_together(provider: CsvProvider) -> None:
    records = {record.symbol: record for record in await provider.symbols()}
    assert sorted(records) == ["BND", "KO", "VOD.L", "VTI", "^TNX"]
    assert records["KO"].name == "Coca-Cola Company"
    assert records["KO"].isin == "US1912161007"
    assert (records["VOD.L"].currency, records["VOD.L"].exchange) == ("GBP", "XLON")
    assert records["^TNX"].kind is InstrumentKind.RATE
    assert await provider.rates() == {"ten_year": "^TNX"}


async def test_one_kind_of_close_stands_for_the_other_and_the_rest_is_unknown(provider: CsvProvider) -> None:
    adjusted = await bars(provider, "VTI")
    assert adjusted.total_return
    np.testing.assert_array_equal(adjusted.close, adjusted.adj_close)
    assert np.isnan(adjusted.open).all()
    assert np.isnan(adjusted.volume).all()
    plain = await bars(provider, "VOD.L")
    assert not plain.total_return
    np.testing.assert_array_equal(plain.adj_close, [1.5, 2.25])
    np.testing.assert_array_equal(plain.volume, [100.0, 200.0])


async def test_each_symbol_has_its_own_outcome(provider: CsvProvider) -> None:
    found = await provider.history(["VTI", "NOSUCH", "KO"], date(2024, 6, 13), date(2024, 6, 13))
    assert isinstance(found["NOSUCH"], UnknownSymbol)
    assert isinstance(found["VTI"], Bars)
    assert found["VTI"].close.tolist() == [266.7]
    early = await provider.history(["VTI"], date(2000, 1, 1), date(2001, 1, 1))
    assert isinstance(early["VTI"], NotEnoughHistory)


async def test_a_quote_is_the_last_close_at_the_end_of_its_session(provider: CsvProvider) -> None:
    quote = await provider.quote("KO")
    assert (quote.price, quote.previous_close) == (62.5, 62.1)
    assert quote.at == datetime(2024, 6, 13, 20, tzinfo=UTC)
    with pytest.raises(UnknownSymbol, match="NOSUCH"):
        await provider.quote("nosuch".upper())


async def test_a_session_that_is_not_over_is_left_out(provider: CsvProvider, folder: Path, clock: HandClock) -> None:
    (folder / "panel.csv").write_text(WIDE + "2024-06-14,267.0,72.6,4.22\n")
    clock.present = datetime(2024, 6, 14, 19, 59, tzinfo=UTC)
    assert (await bars(provider, "VTI")).dates[-1] == np.datetime64("2024-06-13")
    clock.present = datetime(2024, 6, 14, 20, 1, tzinfo=UTC)
    assert (await bars(provider, "VTI")).dates[-1] == np.datetime64("2024-06-14")


async def test_search_knows_symbols_names_and_isins(provider: CsvProvider) -> None:
    for text in ("ko", "coca cola", "US1912161007", "cocacolla"):
        assert [record.symbol for record in await provider.search(text)] == ["KO"]
    assert await provider.search("zzzzzz") == ()


async def test_statements_are_not_offered(provider: CsvProvider) -> None:
    with pytest.raises(NotOffered):
        await provider.facts("KO")


async def test_it_says_how_it_understood_the_files(provider: CsvProvider) -> None:
    said = await provider.describe()
    assert "panel.csv: wide, 3 symbols, dates 2024-06-12 to 2024-06-13, values taken as adjusted closes." in said
    assert "many.tsv: long, 1 symbol, dates 2024-06-12 to 2024-06-13, with close, adj close." in said
    assert any(
        line.startswith("VOD.L: taken to be in GBP because of the ending .L. If these prices are in pence")
        for line in said
    )
    assert any(line.endswith("no currency is stated, so US dollars (USD) are assumed.") for line in said)


async def test_a_bad_file_is_named_and_the_others_serve(provider: CsvProvider, folder: Path) -> None:
    (folder / "broken.csv").write_text("date,close\n2024-06-12,1\nyesterday,2\n2024-06-13,3\n")
    assert len(await provider.symbols()) == 5
    assert 'broken.csv, line 3: "yesterday" is no date.' in await provider.describe()


async def test_of_two_files_with_a_symbol_the_longer_history_is_used_and_said(
    provider: CsvProvider, folder: Path
) -> None:
    (folder / "KO.csv").write_text("Date,Close\n2024-06-11,1\n2024-06-12,2\n2024-06-13,3\n")
    assert (await bars(provider, "KO")).close.tolist() == [1, 2, 3]
    assert (
        "KO: KO.csv is used and many.tsv is not, whose history is shorter or holds less." in await provider.describe()
    )


async def test_changed_new_and_removed_files_are_noticed_and_unchanged_ones_are_not_read_again(
    provider: CsvProvider, folder: Path, clock: HandClock
) -> None:
    first = await bars(provider, "VTI")
    clock.present = datetime(2024, 6, 14, 23, tzinfo=UTC)
    assert (await bars(provider, "VTI")).fetched_at == first.fetched_at
    (folder / "panel.csv").write_text("Date,VTI\n2024-06-13,300.5\n")
    (folder / "VOD.L.csv").unlink()
    assert (await bars(provider, "VTI")).close.tolist() == [300.5]
    assert (await bars(provider, "VTI")).fetched_at == clock.present
    assert [record.symbol for record in await provider.symbols()] == ["KO", "VTI"]


async def test_a_file_may_be_replaced_while_it_is_read(provider: CsvProvider, folder: Path) -> None:
    versions = [
        "Date,VTI\n" + "".join(f"{day},{value}\n" for day in np.arange("2000-01-01", "2024-06-01", dtype="M8[D]"))
        for value in (1.5, 2.5)
    ]

    def replace() -> None:
        for turn in range(60):
            if turn % 2:
                (folder / ".draft").write_text(versions[0])
                (folder / ".draft").replace(folder / "panel.csv")
            else:
                (folder / "panel.csv").write_text(versions[1])

    writing = asyncio.create_task(asyncio.to_thread(replace))
    while not writing.done():
        found = await provider.history(["VTI", "KO"], *EVER)
        assert isinstance(found["KO"], Bars)
        assert isinstance(found["VTI"], Bars | UnknownSymbol)
    await writing
    (folder / "panel.csv").write_text(versions[1])
    assert set((await bars(provider, "VTI")).close) == {2.5}


async def test_a_folder_that_vanishes_is_a_failure_and_its_return_is_noticed(
    provider: CsvProvider, folder: Path
) -> None:
    await provider.ping()
    away = folder.with_name("away")
    folder.rename(away)
    for ask in (provider.ping(), provider.symbols(), provider.search("KO"), provider.history(["KO"], *EVER)):
        with pytest.raises(SourceUnavailable, match="CSV_DIR"):
            await ask
    away.rename(folder)
    await provider.ping()


async def test_an_empty_folder_or_one_of_bad_files_is_a_failure_with_its_reason(
    provider: CsvProvider, folder: Path
) -> None:
    for path in folder.iterdir():
        path.unlink()
    with pytest.raises(SourceUnavailable, match=r"Put \.csv files"):
        await provider.history(["KO"], *EVER)
    (folder / "bad.csv").write_bytes(b"\x00\x01")
    with pytest.raises(SourceUnavailable, match=r"bad\.csv, line 1: there are NUL bytes"):
        await provider.ping()


async def test_stored_rows_that_were_tidied_away_are_read_again(provider: CsvProvider, tmp_path: Path) -> None:
    await provider.ping()
    for path in (tmp_path / "cache").glob("*/*.npy"):
        path.unlink()
    with pytest.raises(SourceUnavailable, match="try again"):
        await provider.history(["KO"], *EVER)
    assert len(await bars(provider, "KO")) == 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="an administrator may read every file")
async def test_a_file_that_may_not_be_read_is_tried_again(provider: CsvProvider, folder: Path) -> None:
    (folder / "panel.csv").chmod(0)
    assert any(line.startswith("panel.csv cannot be read") for line in await provider.describe())
    (folder / "panel.csv").chmod(0o600)
    assert len(await provider.symbols()) == 5


async def test_a_link_that_leads_nowhere_does_not_count(provider: CsvProvider, folder: Path) -> None:
    (folder / "link.csv").symlink_to(folder / "nowhere.csv")
    assert len(await provider.layouts()) == 3


async def test_hidden_files_and_others_do_not_count(provider: CsvProvider, folder: Path) -> None:
    (folder / ".hidden.csv").write_text(WIDE)
    (folder / "~lock.csv").write_text(WIDE)
    (folder / "readme.txt").write_text("text")
    shutil.copytree(folder, folder / "deeper.csv")
    assert len(await provider.layouts()) == 3


async def test_the_written_layout_gives_the_same_prices_and_confirms_the_guesses(
    provider: CsvProvider, folder: Path
) -> None:
    (folder / "german.csv").write_text("Datum;Schlusskurs;Währung\n03.04.2024;1,5;EUR\n04.04.2024;2,5;EUR\n", "latin-1")
    symbols = [record.symbol for record in await provider.symbols()]
    before = await provider.history(symbols, *EVER)
    records = await provider.symbols()
    path = await provider.write_layout()
    assert path.name == LAYOUT_FILE
    assert await provider.symbols() == records
    after = await provider.history(symbols, *EVER)
    for symbol in symbols:
        one, other = before[symbol], after[symbol]
        assert isinstance(one, Bars)
        assert isinstance(other, Bars)
        np.testing.assert_array_equal(one.dates, other.dates)
        np.testing.assert_array_equal(one.adj_close, other.adj_close)
    assert not any("assumed" in line or "two ways" in line for line in await provider.describe())
    with pytest.raises(Conflict):
        await provider.write_layout()
    confirmed = (await provider.write_layout(replace=True)).read_text("utf-8")
    assert (await provider.write_layout(replace=True)).read_text("utf-8") == confirmed


async def test_an_operators_layout_comes_before_every_guess(provider: CsvProvider, folder: Path) -> None:
    (folder / LAYOUT_FILE).write_text(
        """
currency: CHF
files:
  panel.csv: {values: close, columns: {FUND: VTI}}
  many.tsv: {skip: true}
  VOD.L.csv: {symbol: vod.l, currency: GBp}
symbols:
  fund: {name: A fund of shares, asset_class: us_equity, exchange: XNYS, isin: US9229087690, kind: etf}
"""
    )
    records = {record.symbol: record for record in await provider.symbols()}
    assert set(records) == {"FUND", "VOD.L"}
    fund = records["FUND"]
    assert (fund.name, fund.asset_class, fund.currency, fund.isin) == (
        "A fund of shares",
        "us_equity",
        "CHF",
        "US9229087690",
    )
    assert not (await bars(provider, "FUND")).total_return
    pence = await bars(provider, "VOD.L")
    assert pence.record.currency == "GBP"
    np.testing.assert_allclose(pence.close, [0.015, 0.0225])
    assert (await provider.layouts())[0].form is Form.SINGLE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("files: [\n", "layout.yaml, line 2"),
        ("files:\n  panel.csv: {sepparator: ';'}\n", "files > panel.csv > sepparator"),
        ("files:\n  panel.csv: {form: round}\n", "files > panel.csv > form"),
        ("symbols:\n  VTI: {asset_class: shares}\n", "symbols > VTI > asset_class"),
    ],
)
async def test_a_layout_that_cannot_be_followed_stops_everything_until_it_is_mended(
    provider: CsvProvider, folder: Path, text: str, said: str
) -> None:
    (folder / LAYOUT_FILE).write_text(text)
    for _ in range(2):
        with pytest.raises(SourceUnavailable, match=said):
            await provider.ping()
    (folder / LAYOUT_FILE).unlink()
    await provider.ping()


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("{date: Day}", 'no column is called "Day", as layout.yaml says'),
        ("{encoding: klingon}", "is not in the encoding"),
    ],
)
async def test_a_rule_that_does_not_fit_its_file_refuses_that_file(
    provider: CsvProvider, folder: Path, rules: str, said: str
) -> None:
    (folder / LAYOUT_FILE).write_text(f"files:\n  panel.csv: {rules}\n")
    assert [record.symbol for record in await provider.symbols()] == ["KO", "VOD.L"]
    assert any(said in line for line in await provider.describe())
