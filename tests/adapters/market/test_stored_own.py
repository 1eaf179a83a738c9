"""An operator's own funds fill a plan's places, and a source that was cut off in the middle makes no plan of what came."""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from advisor.adapters.db.storage import SqlStorage
from advisor.adapters.market.files.folder import modified
from advisor.adapters.market.files.provider import CsvProvider
from advisor.adapters.market.universes.loader import load_universe
from advisor.domain.errors import RateLimited, SourceUnavailable
from advisor.domain.market import AssetClass
from tests.adapters.market.conftest import FUNDS, HandClock, PoolOffload
from tests.stored_markets import Stored, stored_over
from tests.yahoo_server import Answer, YahooServer, random_walk, sessions

DAYS = sessions("2018-01-02", "2024-06-14")


def folder_with(path: Path, layout: str) -> Path:
    """A wide file of four funds nobody has heard of, with what the operator says of them."""
    path.mkdir()
    walks = [random_walk(seed, len(DAYS), volatility=0.01) for seed in range(4)]
    rows = [",".join([str(day), *(f"{walk[at]:.4f}" for walk in walks)]) for at, day in enumerate(DAYS)]
    (path / "own.csv").write_text("\n".join(["Date,MYSHARES,MYBONDS,MYGOLD,MYTHING", *rows]))
    (path / "layout.yaml").write_text(layout)
    return path


LAYOUT = """
symbols:
  MYSHARES: {name: Our share fund, asset_class: us_equity, currency: USD}
  MYBONDS: {name: Our bond fund, asset_class: treasury_medium, currency: USD}
  MYGOLD: {name: Our gold, asset_class: gold, currency: EUR}
  MYTHING: {name: Our thing, currency: USD}
"""


async def test_funds_that_an_operator_gave_a_class_make_a_plan_and_others_do_not(
    pool: ProcessPoolExecutor, sqlite_storage: SqlStorage, tmp_path: Path
) -> None:
    folder, offload, clock = folder_with(tmp_path / "own", LAYOUT), PoolOffload(pool), HandClock()
    provider = CsvProvider(folder, offload, clock)
    made = stored_over(
        provider,
        sqlite_storage.history_store,
        offload,
        clock,
        folder=provider.symbols,
        modified=partial(asyncio.to_thread, modified, folder),
    )
    try:
        snapshot = await made.market.snapshot("USD", await made.market.market_date())
    finally:
        await made.market.close()
    named = {item.symbol: item for item in snapshot.instruments}
    assert set(named) == {"MYSHARES", "MYBONDS", "CASH"}, "gold is in another currency, the thing has no class"
    assert named["MYSHARES"].name == "Our share fund"
    assert not named["CASH"].tradable
    dollars = {slot.instrument.asset_class: slot.instrument.prior for slot in load_universe("us_etf_usd").slots}
    assert named["MYBONDS"].prior == dollars[AssetClass.TREASURY_MEDIUM]


@pytest.mark.slow
async def test_a_source_cut_off_while_it_gave_its_funds_makes_no_plan_of_the_few_that_came(
    yahoo: Stored, server: YahooServer
) -> None:
    for symbol in FUNDS[5:]:
        server.answers[symbol] = Answer(429, b"Too Many Requests", "text/plain")
    with pytest.raises((RateLimited, SourceUnavailable), match=r"has given 5 of the 12 funds"):
        await yahoo.market.snapshot("USD", await yahoo.market.market_date())
