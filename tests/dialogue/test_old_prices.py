"""Advice on prices that grow old because their source does not answer: what a person reads, day after day.

Yahoo's real client against a local server that is switched off, the real store, the real dialogue, and a clock that is moved.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from advisor.adapters.db.storage import open_storage
from advisor.adapters.market.auto import AutoMarket
from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.market.yahoo.provider import YahooProvider
from advisor.adapters.system.clock import SystemClock
from advisor.adapters.system.offload import LocalOffload
from advisor.adapters.vault import Vault, generate_key
from advisor.dialogue.conversation import Dialogue
from advisor.domain.message import Channel, Inbound, Visitor
from advisor.ports.market import MarketData
from tests.adapters.market.conftest import market_of_walks
from tests.dialogues import dialogue_of
from tests.stored_markets import stored_over
from tests.transcripts.players import settings_in
from tests.world import HandClock, at
from tests.yahoo_server import YahooServer

pytestmark = pytest.mark.slow

ANSWERS = ("a house", "10 years", "20000", "300 a month", *["skip"] * 15)
AGE = "These are the stored prices up to 14 June 2024."


class House:
    """A dialogue over a market. `server` may be switched off; only the market's clock is moved."""

    def __init__(self, url: str, cache: Path, *, auto: bool) -> None:
        self.clock = HandClock(at("2024-06-14"))
        self.server = YahooServer(market_of_walks())
        self._url, self._cache, self._auto = url, cache, auto
        self.offload = LocalOffload()
        self.on = False

    async def open(self) -> None:
        self.switch(on=True)
        self.storage = await open_storage(self._url, Vault([generate_key()]))
        provider = YahooProvider(
            self.offload, self.clock, cache_dir=self._cache, base_url=self.server.url, burst=10_000, ping_seconds=20
        )
        yahoo = stored_over(provider, self.storage.history_store, self.offload, self.clock).market
        self.market: MarketData = yahoo
        if self._auto:
            self.market = AutoMarket([yahoo, SampleMarket()], self.clock, decide_seconds=30, answer_seconds=30)
        self.dialogue = self._dialogue()

    def switch(self, *, on: bool) -> None:
        """The source's power."""
        if on != self.on:
            self.server.__enter__() if on else self.server.__exit__(None, None, None)
        self.on = on

    async def close(self) -> None:
        self.switch(on=False)
        await self.market.close()
        await self.storage.close()
        await self.offload.close()

    async def plan(self, person: str) -> list[dict[str, Any]]:
        """Everything a new person reads from the "yes" to the plan on."""
        conversation = await self.dialogue.open(Channel.WEB, person, Visitor("en-US"))
        for text in (*ANSWERS, "yes"):
            turn = await self.dialogue.handle(conversation.id, Inbound(secrets.token_hex(8), text=text))
        return [dict(block) for block in turn.blocks or ()]

    def _dialogue(self) -> Dialogue:
        return dialogue_of(
            self.storage, self.market, self.offload, SystemClock(), today=lambda: self.clock.now().date()
        )


@pytest.fixture
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    settings = await settings_in(tmp_path)
    made = House(settings.database_url.get_secret_value(), tmp_path / "yahoo", auto=request.param == "auto")
    await made.open()
    yield made
    await made.close()


def said(blocks: list[dict[str, Any]]) -> str:
    return str(blocks)


@pytest.mark.parametrize("house", ["yahoo"], indirect=True)
async def test_a_week_without_the_source_is_advised_on_with_the_prices_age_and_a_month_is_not(house: House) -> None:
    fresh = await house.plan("first")
    assert "allocation" in [block.get("name") for block in fresh]
    assert AGE not in said(fresh)
    house.switch(on=False)
    house.clock.present += timedelta(days=7)
    week = await house.plan("second")
    assert "allocation" in [block.get("name") for block in week]
    assert f"Yahoo Finance did not answer with data. {AGE}" in said(week)
    house.clock.present = datetime(2024, 7, 15, 22, tzinfo=UTC)
    month = await house.plan("third")
    assert not [block for block in month if block["kind"] in ("chart", "table")]
    (refusal,) = [block for block in month if block.get("level") == "error"]
    assert refusal["text"] == (
        "The newest stored prices are of 14 June 2024, 31 days ago. That is too old for advice. "
        "Yahoo Finance did not answer with data."
    )


@pytest.mark.parametrize("house", ["auto"], indirect=True)
async def test_where_another_source_may_serve_it_does_and_the_reply_says_why(house: House) -> None:
    assert "allocation" in [block.get("name") for block in await house.plan("first")]
    house.switch(on=False)
    house.clock.present = datetime(2024, 7, 15, 22, tzinfo=UTC)
    month = await house.plan("second")
    assert "allocation" in [block.get("name") for block in month]
    assert "Yahoo Finance has only prices that are too old for this, so these numbers come from the sample." in said(
        month
    )
