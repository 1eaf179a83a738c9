"""Around the advice: saying the last words again, passing on a wish for a person, keeping what somebody thinks of us."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from advisor.dialogue.effects import Do
from advisor.dialogue.frames import Frame
from advisor.dialogue.host import Host
from advisor.dialogue.outcome import Outcome
from advisor.dialogue.state import State
from advisor.domain.delivery import Feedback, Handoff
from advisor.domain.message import Conversation
from advisor.domain.reply import Block, Notice, Text, block_from_json
from advisor.ports.storage import Storage
from advisor.ports.system import Clock
from advisor.replies.wording import say


class Serving:
    """The part of the actions that is not about money."""

    def __init__(self, storage: Storage, clock: Clock, host: Host) -> None:
        self._storage = storage
        self._clock = clock
        self._host = host

    def doers(self) -> dict[str, Callable[[State, Do, Conversation], Awaitable[Outcome]]]:
        """What each kind of work is done by."""
        return {
            "said_last": self._said_last,
            "handoff_wanted": self._wanted,
            "handoff": self._handoff,
            "feedback": self._feedback,
        }

    async def _said_last(self, state: State, _do: Do, conversation: Conversation) -> Outcome:
        """The words of the last reply, without the question at their end: it is asked again anyhow."""
        turns = await self._storage.history(conversation.id, state.turn - 1, 1)
        raw = [block for turn in turns for block in turn.blocks or () if block["kind"] in (Text.kind, Notice.kind)]
        words = tuple(block_from_json(block) for block in raw)
        kept = words[:-1] if turns and turns[-1].expects else words
        if kept:
            return Outcome(kept)
        nothing: tuple[Block, ...] = () if words else (Text(say(state.locale, "nothing_said_yet")),)
        return Outcome(nothing)

    async def _wanted(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        """What it is about is asked only where it can be passed on."""
        if self._host.reached_by_us:
            return Outcome(frame=Frame("handoff_topic"))
        return await self._handoff(state, do, conversation)

    async def _handoff(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        """A wish to talk to a person, for the operator; where he cannot be told, how to reach him. Nobody is said to be there."""
        host, operator = self._host, self._host.values(state.locale)["operator"]
        if host.reached_by_us:
            wish = Handoff(
                secrets.token_hex(16), conversation.user_id, conversation.id, self._clock.now(), topic=do.argument
            )
            return Outcome((Text(say(state.locale, "handoff.sent", operator=operator)),), handoffs=(wish,))
        key = "handoff.contact" if host.contact else "handoff.nobody"
        return Outcome((Text(say(state.locale, key, operator=operator, contact=host.contact)),))

    async def _feedback(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        """What somebody thinks of the advice, beside the turn that it was said to. The words of thanks are the engine's."""
        kept = Feedback(
            id=secrets.token_hex(16),
            user_id=conversation.user_id,
            conversation_id=conversation.id,
            turn=state.turn,
            score=int(do.argument),
            at=self._clock.now(),
            comment=str(do.before or ""),
        )
        return Outcome(feedback=(kept,))
