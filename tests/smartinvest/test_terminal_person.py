"""The terminal follows its person: it begins anew after an erasure, and goes on in the talk that a link made."""

from __future__ import annotations

import io
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from rich.console import Console

from advisor.container import Container, open_container
from advisor.domain.message import Channel, Inbound, Visitor
from smartinvest.terminal import Terminal
from tests.transcripts.players import settings_in


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[Container]:
    async with open_container(await settings_in(tmp_path)) as container:
        yield container


async def played(house: Container, *lines: str) -> str:
    """What is printed while these lines are typed."""
    waiting = iter(lines)

    async def read(_prompt: str) -> str | None:
        return next(waiting, None)

    out = io.StringIO()
    console = Console(file=out, width=200)
    await Terminal(house, console, read, address="ann", visitor=Visitor("en-US")).run()
    return out.getvalue()


async def test_after_an_erasure_the_next_word_begins_anew_with_the_greeting(house: Container) -> None:
    seen = await played(house, "a house", "/delete", "yes", "a car")
    assert seen.count("Hello. I am SmartInvest") == 2
    found = await house.storage.find_conversation(Channel.TERMINAL, "ann")
    assert found is not None
    assert found.turn == 3


async def test_after_a_link_the_terminal_goes_on_in_the_other_s_talk(house: Container) -> None:
    web = await house.dialogue.open(Channel.WEB, "w", Visitor("en-US"))
    offer = await house.links.offer(web.user_id, web.id)
    await played(house, "a house", f"/link {offer.code}", "yes")
    await house.dialogue.handle(web.id, Inbound(secrets.token_hex(8), choice=("yes",)))
    await played(house, "10 years")
    state = (await house.storage.conversation(web.id)).state  # type: ignore[union-attr]
    assert state["asking"] == "initial_amount"
