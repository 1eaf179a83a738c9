"""The api over a folder of files: with plans, without, gone while it runs, and a replay from before its prices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from advisor.adapters.db.migrate import migrate
from advisor.config import Settings
from advisor.container import Container
from advisor.domain.replay import Replay
from api.app import create_app
from tests.folders import wide

pytestmark = pytest.mark.slow  # a helper process reads the files


@asynccontextmanager
async def served(data_dir: Path, folder: Path, **settings: Any) -> AsyncIterator[tuple[httpx.AsyncClient, Container]]:
    """A client of the application, and what the application holds."""
    chosen = Settings.model_validate({"data_dir": data_dir, "market_data": "csv", "csv_dir": folder, **settings})
    data_dir.mkdir()
    await migrate(chosen.database_url.get_secret_value())
    application = create_app(chosen)
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client, application.state.container


async def test_prices_are_served_of_a_folder_that_no_plan_can_be_made_of(tmp_path: Path) -> None:
    async with served(tmp_path / "var", wide(tmp_path / "shares", ("AAPL", "MSFT"))) as (client, container):
        before = await client.get("/readyz")
        assert (before.status_code, before.json()["market_date"]) == (200, None), "nothing is stored yet"
        feed = container.sources.feeds[0]
        await feed.ingest.run(await feed.symbols())
        assert (await client.get("/readyz")).json()["market_date"] == "2012-12-31"
        stock = (await client.get("/api/v1/stocks/MSFT", params={"period": "5d"})).json()
        assert (stock["as_of"], stock["rehearsal"]) == ("2012-12-31", True)
        past = (await client.get("/api/v1/stocks/MSFT", params={"period": "5d", "as_of": "2008-06-30"})).json()
        assert past["bars"][-1]["date"] == "2008-06-30"


async def test_a_folder_that_vanishes_leaves_what_was_stored(tmp_path: Path) -> None:
    folder = wide(tmp_path / "prices")
    async with served(tmp_path / "var", folder) as (client, _):
        assert (await client.get("/api/v1/stocks/VTI")).status_code == 200
        folder.rename(tmp_path / "elsewhere")
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["market_date"]) == (200, "2012-12-31")
        assert (await client.get("/api/v1/stocks/VTI")).status_code == 200
        assert (await client.post("/api/v1/chat/sessions", json={"currency": "USD"})).status_code == 201


async def test_a_folder_that_was_never_read_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    async with served(tmp_path / "var", tmp_path / "empty") as (client, _):
        ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"]["market"].startswith("The folder of files holds no prices.")


async def test_a_replay_from_before_the_prices_says_when_they_begin(tmp_path: Path) -> None:
    walk = Replay(date(1975, 1, 2), datetime.now(UTC), 0.0)
    async with served(tmp_path / "var", wide(tmp_path / "prices"), replay=walk) as (client, _):
        await client.get("/api/v1/stocks/VTI")
        refused = await client.get("/api/v1/stocks/VTI")
        assert refused.status_code == 422
        assert refused.json()["error"]["message"] == "The folder of files has no prices before 2 January 2003."
        ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["market_date"]) == (200, None)
