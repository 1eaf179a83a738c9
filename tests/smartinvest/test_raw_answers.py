"""`SMARTINVEST_KEEP_RAW_DAYS` keeps what the sources said."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from advisor.adapters.db.migrate import migrate
from advisor.config import Settings
from advisor.container import open_container
from tests.fred_server import FredServer


@pytest.mark.parametrize("days", [0, 7])
async def test_what_fred_said_is_kept_where_the_operator_wants_it(tmp_path: Path, days: int) -> None:
    with FredServer() as fred:
        fred.series["DGS10"] = {"2014-12-30": "2.20", "2014-12-31": "2.17"}
        settings = Settings.model_validate(
            {"data_dir": str(tmp_path), "market_data": "yahoo", "fred_url": fred.url, "keep_raw_days": days}
        )
        await migrate(settings.database_url.get_secret_value())
        async with open_container(settings) as container:
            report = await container.sources.macro.run(["us_10y"])
    assert report.failures == {}
    kept = [gzip.decompress(path.read_bytes()).decode() for path in (tmp_path / "raw" / "fred").glob("*/DGS10.csv.gz")]
    assert ["2014-12-31,2.17" in text for text in kept] == [True] * bool(days)
