"""The whole channel on real databases, killed again and again."""

from __future__ import annotations

import asyncio
import random

import pytest

from advisor.domain.message import Channel
from bot.needs import BotNeeds
from tests.bot.conftest import Bench, ScriptedDialogue
from tests.bot_api_server import BotApiServer
from tests.databases import Opener, database_url, open_another, postgres_server, postgres_url, sqlite_url, vault
from tests.promises import Promise, soak_count

__all__ = ["database_url", "open_another", "postgres_server", "postgres_url", "sqlite_url", "vault"]

KILLS = soak_count("SOAK_RESTARTS", 6)
CHATS, MESSAGES = 5, max(6, KILLS // 5)


class StoredBench(Bench):
    """A bench whose storage is a real database, opened anew at each start."""

    opener: Opener
    living: ScriptedDialogue

    async def renew(self) -> None:
        """As another process would, open the database for the next start."""
        self.opened = await self.opener()
        self.living = ScriptedDialogue(self.opened)

    def needs(self) -> BotNeeds:
        """The real storage, not the one in memory."""
        given = super().needs()
        return BotNeeds(self.living, given.charts, self.opened, given.clock, given.bulletin)


@pytest.mark.slow
@pytest.mark.timeout(120 + 6 * KILLS)
async def test_killed_again_and_again_no_message_is_lost_and_none_has_two_effects(
    server: BotApiServer, open_another: Opener, database_url: str, caplog: pytest.LogCaptureFixture, promise: Promise
) -> None:
    server.state.flood.enabled = False
    dice = random.Random(1)
    bench = StoredBench(server)
    bench.opener = open_another
    sent = 0
    for kill in range(KILLS):
        await bench.renew()
        bench.start(lease_seconds=2.0, per_chat_seconds=0.0)
        for _ in range(CHATS * MESSAGES // KILLS + 1):
            await server.user(1 + sent % CHATS).send(f"message {sent}")
            sent += 1
        await asyncio.sleep(dice.uniform(0.0, 0.6))  # the moment of the crash is the point of the test
        await bench.kill()
        promise.progress(kill + 1, KILLS, f"kills, {sent} messages sent")
    await bench.renew()
    bench.start()
    for chat in range(1, CHATS + 1):
        await server.user(chat).wait(lambda messages, chat=chat: _all_heard(chat, sent, messages), 30)  # type: ignore[misc]
    await bench.stop()
    assert await bench.opened.waiting(Channel.TELEGRAM, 10) == []
    lost, twice, in_order = 0, 0, True
    for chat in range(1, CHATS + 1):
        conversation = await bench.opened.find_conversation(Channel.TELEGRAM, str(chat))
        assert conversation is not None
        turns = await bench.opened.history(conversation.id, 0, 1000)
        said = [str(turn.text) for turn in turns if turn.author == "investor"]
        wanted = [f"message {number}" for number in range(sent) if 1 + number % CHATS == chat]
        lost, twice = lost + len(set(wanted) - set(said)), twice + len(said) - len(set(said))
        in_order &= said == wanted
    texts = [text for chat in range(1, CHATS + 1) for text in server.user(chat).texts()]
    doubled = len(texts) - len(set(texts))
    where = database_url.partition(":")[0]
    promise.outcome("kill -9 of the bot: effects", where, trials=KILLS, acknowledged=sent, lost=lost, doubled=twice)
    promise.outcome("kill -9 of the bot: sends", where, trials=KILLS, acknowledged=sent, lost=0, doubled=doubled)
    assert (lost, twice, in_order) == (0, 0, True)
    assert doubled <= min(caplog.text.count("possible_duplicate"), KILLS * CHATS), (
        "each is listed, one a chat and crash"
    )


def _all_heard(chat: int, sent: int, messages: list[object]) -> bool:
    wanted = {f"heard message {number}" for number in range(sent) if 1 + number % CHATS == chat}
    return wanted <= {getattr(message, "text", "") for message in messages}
