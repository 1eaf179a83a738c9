"""Imported before the first fork: what is otherwise built at first use is built here, once for all processes."""

from __future__ import annotations

import asyncio

from advisor.adapters.system.bulletin import InProcessBulletin
from advisor.adapters.system.clock import SystemClock
from advisor.domain.message import Channel, Inbound, Visitor
from bot.render import render
from tests.delivery.load import words
from tests.delivery.processes import dialogue_over
from tests.storage_fake import MemoryStorage


async def _talk() -> None:
    storage = MemoryStorage()
    dialogue = dialogue_over(storage, SystemClock(), InProcessBulletin())
    for number in range(1, 4):
        await dialogue.receive(Channel.TELEGRAM, "7", Visitor("en"), Inbound(str(number), text=words(number)))
    for turns in storage.turns.values():
        for turn in turns:
            render(turn.blocks or (), turn.expects, turn.number)


asyncio.run(_talk())
