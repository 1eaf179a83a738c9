"""One investor's place behind a channel: what is stored of the talk, and how it is brought to where a transcript begins."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from advisor.container import Container
from advisor.dialogue.conversation import PUSHED, Dialogue
from advisor.domain.delivery import Occurrence, Recipient
from advisor.domain.message import Channel, Conversation, Inbound
from advisor.domain.message import Turn as StoredTurn
from advisor.ports.storage import TurnCommit
from tests.dialogues import HOST, actions_of, dialogue_of
from tests.transcripts.given import before, walked
from tests.transcripts.turns import Turn
from tests.world import HandClock

LEFT = "These were the last words before the program was updated."


@dataclass(frozen=True)
class Seat:
    """An address on a channel, beside the open product it belongs to."""

    container: Container
    channel: Channel
    address: str = ""

    async def conversation(self) -> Conversation:
        """The talk as stored."""
        found = await self.container.storage.find_conversation(self.channel, self.address)
        assert found is not None
        return found

    async def turn(self) -> int:
        """The number of the advisor's last turn."""
        return (await self.conversation()).turn

    async def stored(self, number: int) -> Turn | None:
        """A turn, None if there is none yet."""
        found = await self.container.storage.find_conversation(self.channel, self.address)
        if found is None or found.turn < number:
            return None
        (turn,) = await self.container.storage.history(found.id, number - 1, 1)
        return _as_sent(turn)

    async def last(self) -> Turn:
        """The advisor's last turn."""
        turn = await self.stored(await self.turn())
        assert turn is not None
        return turn

    async def awaited(self, number: int, seconds: float) -> Turn:
        """A turn as soon as it is stored."""
        async with asyncio.timeout(seconds):
            while (turn := await self.stored(number)) is None:
                await asyncio.sleep(0.01)
        return turn

    async def plans(self) -> int:
        """How many plans were made."""
        return len(await self.container.storage.plans((await self.conversation()).user_id, None, 50))

    async def begin(self, given: dict[str, Any], count: int | None) -> tuple[Turn, int]:
        """Bring the talk to where a transcript begins. `count` is how many messages that takes, None if nobody knows yet.

        They go through the dialogue itself, without the channel around it; a channel that pushes gets the last turn, and so must
        not be the first to begin.
        """
        conversation, dialogue = await self.conversation(), self._dialogue(given.get("hours_ago", 0))
        if "stored" in given:
            return await self._left_by(before(given["stored"]), conversation), 0
        recipient = Recipient(self.channel, self.address)

        async def handle(inbound: Inbound, number: int) -> StoredTurn:
            return await dialogue.handle(conversation.id, inbound, reply_to=recipient if number == count else None)

        (greeting,) = await self.container.storage.history(conversation.id, 0, 1)
        turn, count = await walked(given, greeting, handle)
        return _as_sent(turn), count

    async def _left_by(self, state: dict[str, Any], conversation: Conversation) -> Turn:
        """A talk as an earlier version left it."""
        now, number = self.container.clock.now(), conversation.turn + 2
        answered = StoredTurn(number, "advisor", now, blocks=({"kind": "text", "text": LEFT},))
        pushed = (Recipient(self.channel, self.address),) if self.channel in PUSHED else ()
        commit = TurnCommit(
            conversation=conversation,
            external_id=secrets.token_hex(8),
            content_hash="",
            state=state | {"turn": number},
            asked=StoredTurn(number - 1, "investor", now, text="hello"),
            answered=answered,
            to=pushed,
        )
        await self.container.storage.commit_turn(commit)
        for recipient in pushed:
            await self.container.bulletin.publish(f"outbox:{recipient.channel}")
        return _as_sent(answered)

    async def happen(self, kind: str) -> Turn | None:
        """Let something happen that nobody said, as the worker does when a timer runs out; the turn that it brings, if any."""
        conversation = await self.conversation()
        key = f"timer:{kind}:{conversation.turn}"
        turn = await self.container.dialogue.happen(conversation.id, Occurrence(key, kind))
        return None if turn is None else _as_sent(turn)

    def _dialogue(self, hours_ago: float) -> Dialogue:
        """The product's dialogue, or the same at an earlier hour."""
        if not hours_ago:
            return self.container.dialogue
        clock = HandClock(self.container.clock.now() - timedelta(hours=hours_ago))
        parts = (self.container.storage, self.container.market, self.container.offload, clock)
        actions = actions_of(*parts, plans=self.container.plans)
        return dialogue_of(*parts, host=HOST, today=self.container.sources.today, actions=actions)


def _as_sent(turn: StoredTurn) -> Turn:
    return {"blocks": list(turn.blocks or ()), "expects": turn.expects}
