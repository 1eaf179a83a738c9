"""The one door: every message of every channel goes through here, and is one commit.

    message -> what it means (rules) -> engine.step (pure) -> services -> blocks -> ONE transaction -> the channel

Slow work runs before the transaction. A repeat of a message gets the reply it already got.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from weakref import WeakValueDictionary

from advisor.dialogue import asking, engine, reassessing
from advisor.dialogue.actions import Actions, Host
from advisor.dialogue.flows import Flow
from advisor.dialogue.newcomer import first_state
from advisor.dialogue.state import State
from advisor.dialogue.understand import is_start, understand
from advisor.domain.errors import Conflict, IdempotencyMismatch, NotFound
from advisor.domain.message import Channel, Conversation, Inbound, Turn, Visitor
from advisor.domain.reply import Block, Text, block_to_json
from advisor.ports.market import MarketData
from advisor.ports.storage import Storage, TurnCommit
from advisor.ports.system import Bulletin, Clock
from advisor.replies.wording import say

# Channels whose replies are pushed from the outbox; the others read their reply from the answer itself.
PUSHED = frozenset({Channel.TELEGRAM})
_TRIES = 6


class Dialogue:
    """Opens conversations and handles messages, one at a time within each conversation.

    `today` is the day that "by 2030" and "next March" are counted from; all else goes by the clock.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        market: MarketData,
        actions: Actions,
        clock: Clock,
        bulletin: Bulletin,
        host: Host,
        flow: Flow,
        today: Callable[[], date],
    ) -> None:
        self._storage = storage
        self._market = market
        self._actions = actions
        self._clock = clock
        self._bulletin = bulletin
        self._host = host
        self._flow = flow
        self._today = today
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open(self, channel: Channel, address: str, visitor: Visitor) -> Conversation:
        """The conversation of this address; a newcomer is greeted. Called twice, it greets once."""
        state = first_state(visitor, await self._market.currencies())
        state = replace(engine.advance(state, self._flow).state, turn=1)
        said = [say(state.locale, "greeting", **self._host.values())]
        if state.wished_currency:
            served = ", ".join(state.served)
            said.append(say(state.locale, "currency_not_served", wished=state.wished_currency, served=served))
        greeting = self._turn(1, state, tuple(Text(text) for text in said))
        pushed = channel in PUSHED
        conversation = await self._storage.open_conversation(channel, address, state.to_json(), greeting, push=pushed)
        await self._announce(conversation)
        return conversation

    async def receive(self, channel: Channel, address: str, visitor: Visitor, inbound: Inbound) -> None:
        """Handle a message of a channel where people are known by an address rather than by a session, and push the reply.

        A newcomer is greeted; what he said beside "start" is then taken as his first answer.
        """
        conversation = await self._storage.find_conversation(channel, address)
        if conversation is None:
            conversation = await self.open(channel, address, visitor)
            if is_start(inbound):
                await self._storage.discard(channel, inbound.external_id)
                return
        await self.handle(conversation.id, inbound)

    async def handle(self, conversation_id: str, inbound: Inbound) -> Turn:
        """Handle one message and return the advisor's turn.

        Raises:
            IdempotencyMismatch: if the message's id is known with other content.
            NotFound: if there is no such conversation.
            Conflict: if other messages of the same conversation kept winning the race.
        """
        inbound = inbound.sanitised()
        async with self._lane(conversation_id):
            for _ in range(_TRIES):
                stored = await self._storage.stored_reply(conversation_id, inbound.external_id)
                if stored is not None:
                    if stored.content_hash != inbound.content_hash():
                        raise IdempotencyMismatch(
                            "This client_id was used before with another message.", field="client_id"
                        )
                    return stored.turn
                try:
                    return await self._handle_once(conversation_id, inbound)
                except Conflict:
                    continue
        raise Conflict("Another message of this conversation is being handled. Please try again.")

    async def _handle_once(self, conversation_id: str, inbound: Inbound) -> Turn:
        conversation = await self._storage.conversation(conversation_id)
        if conversation is None:
            raise NotFound("There is no such conversation.")
        state = State.from_json(conversation.state)
        await self._bulletin.publish(f"typing:{conversation.id}")
        commands = await self._actions.settled(understand(inbound, state, self._flow, self._today()))
        moved = engine.step(state, commands, self._flow)
        reminded, offers = reassessing.remind(moved.state, self._today())
        done = await self._actions.perform((*moved.effects, *offers), reminded, conversation)
        number = conversation.turn + 2
        after = replace(done.state, turn=number)
        answered = self._turn(number, after, done.blocks)
        asked = Turn(number - 1, "investor", self._clock.now(), inbound.text, inbound.choice)
        await self._storage.commit_turn(
            TurnCommit(
                conversation=conversation,
                external_id=inbound.external_id,
                content_hash=inbound.content_hash(),
                state=after.to_json(),
                asked=asked,
                answered=answered,
                charts=done.charts(),
                plans=done.plans,
                snapshots=done.snapshots,
                activate_plan=done.activate,
                goals=done.goals,
                profiles=done.profiles,
                documents=done.documents,
                computations=done.computations,
                push=conversation.channel in PUSHED,
            )
        )
        await self._announce(conversation)
        return answered

    def _turn(self, number: int, state: State, blocks: tuple[Block, ...]) -> Turn:
        """The advisor's turn: what was done, then the open question."""
        question = asking.words(state, self._flow)
        said = (*blocks, Text(question)) if question else blocks
        expected = asking.expects(state, self._flow)
        return Turn(
            number,
            "advisor",
            self._clock.now(),
            blocks=tuple(block_to_json(block) for block in said or (Text(say(state.locale, "nothing_open")),)),
            expects=expected.to_json() if expected else None,
        )

    async def _announce(self, conversation: Conversation) -> None:
        await self._bulletin.publish(f"turns:{conversation.id}")
        if conversation.channel in PUSHED:
            await self._bulletin.publish(f"outbox:{conversation.channel.value}")

    @asynccontextmanager
    async def _lane(self, conversation_id: str) -> AsyncIterator[None]:
        """One message at a time per conversation within this process; between processes the version decides."""
        lock = self._lanes.get(conversation_id)
        if lock is None:
            lock = self._lanes[conversation_id] = asyncio.Lock()
        async with lock:
            yield
