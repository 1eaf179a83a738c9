"""A chat that floods the bot: it is told once, waits its turn, loses nothing and keeps nobody else waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from advisor.domain.message import Channel
from advisor.domain.rates import Rate
from bot.flood import PER_CHAT
from bot.needs import BotNeeds
from bot.wording import wording
from tests.bot.conftest import Bench


class HandLimiter:
    """The limiter's port, by hand: so many pass, and the others are told to wait until the gate is opened."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.spent: dict[str, int] = {}
        self.open = False

    async def spend(self, rates: Sequence[Rate], who: str) -> float:
        assert rates == (PER_CHAT,)
        if not self.open and self.spent.get(who, 0) >= self.most:
            return 0.05
        self.spent[who] = self.spent.get(who, 0) + 1
        return 0.0

    async def close(self) -> None:
        """Nothing is held."""


class LimitedBench(Bench):
    """An installation whose bot counts messages."""

    limiter: HandLimiter

    def needs(self) -> BotNeeds:
        given = super().needs()
        return BotNeeds(given.dialogue, given.charts, given.storage, given.clock, given.bulletin, limiter=self.limiter)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def texts(bench: Bench) -> list[str]:
    """What the bot wrote to the flooding chat."""
    return [message.text for message in bench.server.user(7).messages()]


async def test_a_flood_waits_in_order_is_told_once_and_hinders_nobody(bench: Bench) -> None:
    limited = LimitedBench(bench.server)
    limited.limiter = HandLimiter(5)
    limited.start(per_chat_seconds=0.0)
    for number in range(30):
        await bench.server.user(7).send(f"m{number}")
    received = limited.dialogue.received
    await until(lambda: len(received) == 5)
    await bench.server.user(8).send("hello")
    await until(lambda: ("8", "hello") in [(chat, inbound.text) for chat, inbound in received])
    told = wording().flood
    await until(lambda: told in texts(bench))
    assert len([1 for chat, _ in received if chat == "7"]) == 5
    limited.limiter.open = True
    await until(lambda: len(received) == 31)
    assert [inbound.text for chat, inbound in received if chat == "7"] == [f"m{number}" for number in range(30)]
    assert texts(bench).count(told) == 1
    await limited.stop()


async def test_what_waits_at_a_stop_is_answered_after_the_next_start(bench: Bench) -> None:
    limited = LimitedBench(bench.server)
    limited.limiter = HandLimiter(2)
    limited.start(per_chat_seconds=0.0)
    for number in range(6):
        await bench.server.user(7).send(f"m{number}")
    await until(lambda: len(limited.dialogue.received) == 2)
    await limited.stop()
    limited.limiter.open = True
    limited.start(per_chat_seconds=0.0)
    await until(lambda: len(limited.dialogue.received) == 6)
    assert [inbound.text for _, inbound in limited.dialogue.received] == [f"m{number}" for number in range(6)]
    conversation = await limited.storage.find_conversation(Channel.TELEGRAM, "7")
    assert conversation is not None
    assert conversation.turn == 13
    await limited.stop()
