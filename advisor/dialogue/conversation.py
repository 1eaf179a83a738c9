"""The one door: every message of every channel goes through here, and is one commit.

    message -> what it means (rules) -> engine.step (pure) -> services -> blocks -> ONE transaction -> the channel

Slow work runs before the transaction. A repeat of a message gets the reply it already got.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from advisor.dialogue import asking, engine, presence, reassessing
from advisor.dialogue.actions import Actions, Host
from advisor.dialogue.commands import Command, Happened, Talk
from advisor.dialogue.effects import Say
from advisor.dialogue.flows import Flow
from advisor.dialogue.lanes import Lanes
from advisor.dialogue.newcomer import first_state
from advisor.dialogue.outcome import Performed
from advisor.dialogue.settling import settled
from advisor.dialogue.state import State
from advisor.dialogue.understand import is_start, understand
from advisor.domain.delivery import Occurrence, Recipient
from advisor.domain.errors import Conflict, IdempotencyMismatch, NotFound
from advisor.domain.message import Channel, Conversation, Inbound, Turn, Visitor
from advisor.domain.reply import Block, Text, block_to_json
from advisor.ports.market import MarketData
from advisor.ports.storage import TELEGRAM_NAME, Storage, TurnCommit
from advisor.ports.system import Bulletin, Clock
from advisor.replies.wording import say

# Channels whose replies are pushed from the outbox; the others read their reply from the answer itself.
PUSHED = frozenset({Channel.TELEGRAM})
_TRIES = 6
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Done:
    """A turn that is stored, and what other conversations are to be told; `erased`: nothing is stored, the turn is the goodbye."""

    turn: Turn
    erased: bool = False
    occurrences: tuple[tuple[str, Occurrence], ...] = ()


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
        self._lanes = Lanes()

    async def open(self, channel: Channel, address: str, visitor: Visitor) -> Conversation:
        """The conversation of this address; a newcomer is greeted. Called twice, it greets once."""
        state = first_state(visitor, await self._market.currencies())
        state = replace(engine.advance(state, self._flow).state, turn=1, since=1)
        said = [say(state.locale, "greeting", **self._host.values(state.locale))]
        if self._host.on_telegram and (handle := await self._storage.note(TELEGRAM_NAME)):
            said.append(say(state.locale, "trust.only_telegram", handle=handle))
        if state.wished_currency:
            served = ", ".join(state.served)
            said.append(say(state.locale, "currency_not_served", wished=state.wished_currency, served=served))
        greeting = self._turn(1, state, tuple(Text(text) for text in said))
        pushed = channel in PUSHED
        conversation = await self._storage.open_conversation(channel, address, state.to_json(), greeting, push=pushed)
        await self._announce(conversation.id, {channel} if pushed else set())
        return conversation

    async def receive(self, channel: Channel, address: str, visitor: Visitor, inbound: Inbound) -> Turn | None:
        """Handle a message of a channel where people are known by an address rather than by a session, and push the reply.

        A newcomer is greeted; what he said beside "start" is then taken as his first answer. Returns the advisor's turn where it
        is not in the outbox, because everything was erased.
        """
        conversation = await self._storage.find_conversation(channel, address)
        if conversation is None:
            conversation = await self.open(channel, address, visitor)
            if is_start(inbound, conversation.state["locale"]):
                await self._storage.discard(channel, inbound.external_id)
                return None
        done = await self._answered(conversation.id, inbound, Recipient(channel, address))
        if not done.erased:
            return None
        await self._storage.discard(channel, inbound.external_id)
        return done.turn

    async def handle(self, conversation_id: str, inbound: Inbound, *, reply_to: Recipient | None = None) -> Turn:
        """Handle one message and return the advisor's turn; it is pushed to `reply_to` where that channel needs it.

        Raises:
            IdempotencyMismatch: if the message's id is known with other content.
            NotFound: if there is no such conversation.
            Conflict: if other messages of the same conversation kept winning the race.
        """
        return (await self._answered(conversation_id, inbound, reply_to)).turn

    async def happen(self, conversation_id: str, occurrence: Occurrence) -> Turn | None:
        """Let something happen that nobody said: a timer ran out, another channel asks to be linked. What the advisor says of it is
        pushed to the conversation's addresses. None if it calls for no word, or happened before, or the conversation is gone.

        Raises:
            Conflict: if messages of the conversation kept winning the race.
        """
        done: _Done | None = None
        async with self._lanes.lane(conversation_id):
            for _ in range(_TRIES):
                if await self._storage.stored_reply(conversation_id, occurrence.key) is not None:
                    return None
                try:
                    done = await self._happened(conversation_id, occurrence)
                except Conflict:
                    continue
                break
            else:
                raise Conflict("Messages of this conversation are being handled. Please try again.")
        await self._pass_on(done)
        return done.turn if done else None

    async def _answered(self, conversation_id: str, inbound: Inbound, reply_to: Recipient | None) -> _Done:
        """One message in its turn: a repeat gets the reply it got, a lost race is run again."""
        inbound, came = inbound.sanitised(), self._clock.now()
        async with self._lanes.lane(conversation_id):
            waited = self._clock.now() - came > presence.BUSY
            for _ in range(_TRIES):
                stored = await self._storage.stored_reply(conversation_id, inbound.external_id)
                if stored is not None:
                    if stored.content_hash != inbound.content_hash():
                        raise IdempotencyMismatch(
                            "This client_id was used before with another message.", field="client_id"
                        )
                    return _Done(stored.turn)
                try:
                    done = await self._said(conversation_id, inbound, reply_to, waited=waited)
                except Conflict:
                    continue
                break
            else:
                raise Conflict("Another message of this conversation is being handled. Please try again.")
        await self._pass_on(done)
        return done

    async def _said(self, conversation_id: str, inbound: Inbound, reply_to: Recipient | None, *, waited: bool) -> _Done:
        conversation = await self._storage.conversation(conversation_id)
        if conversation is None:
            raise NotFound("There is no such conversation.")
        state, changed = settled(State.from_json(conversation.state), self._flow)
        await self._bulletin.publish(f"typing:{conversation.id}")
        commands, now = await self._meant(inbound, state), self._clock.now()
        moved = engine.step(state, commands, self._flow)
        reminded, offers = reassessing.remind(moved.state, self._today())
        welcome = presence.welcome(state, now)
        said = [effect for effect in moved.effects if not (welcome and effect in presence.WELCOMES)]
        effects = ((Say("waited"),) * waited, welcome, changed, said, offers)
        here = replace(conversation, channel=reply_to.channel, address=reply_to.address) if reply_to else conversation
        done = await self._actions.perform(tuple(chain.from_iterable(effects)), reminded, here)
        number = conversation.turn + 2
        after = replace(self._numbered(state, done.state, number), seen=now.isoformat())
        answered = self._turn(number, after, done.blocks)
        if done.erased:
            await self._storage.erase_user(conversation.user_id, now)
            goodbye = tuple(block_to_json(block) for block in done.blocks)
            return _Done(replace(answered, blocks=goodbye, expects=None), erased=True)
        commit = TurnCommit(
            conversation=conversation,
            external_id=inbound.external_id,
            content_hash=inbound.content_hash(),
            state=after.to_json(),
            asked=Turn(number - 1, "investor", now, inbound.text, inbound.choice),
            answered=answered,
            to=_pushed((*((reply_to,) if reply_to else ()), *done.to)),
            origin=reply_to if reply_to and reply_to.channel in PUSHED else None,
            timers=presence.timers(state, after, reply_to.channel if reply_to else conversation.channel, now),
        )
        await self._commit(commit, done)
        return _Done(answered, occurrences=done.occurrences)

    async def _happened(self, conversation_id: str, occurrence: Occurrence) -> _Done | None:
        conversation = await self._storage.conversation(conversation_id)
        if conversation is None:
            return None
        state, changed = settled(State.from_json(conversation.state), self._flow)
        moved = engine.step(state, (Happened(occurrence.kind, tuple(occurrence.values.items())),), self._flow)
        if not moved.effects and moved.state.frames == state.frames:
            return None
        done = await self._actions.perform((*changed, *moved.effects), moved.state, conversation)
        number = conversation.turn + 1
        after = self._numbered(state, done.state, number)
        answered = self._turn(number, after, done.blocks)
        commit = TurnCommit(
            conversation=conversation,
            external_id=occurrence.key,
            content_hash=occurrence.key,
            state=after.to_json(),
            asked=None,
            answered=answered,
            to=_pushed((*await self._addresses(conversation), *done.to)),
            unprompted=True,
        )
        await self._commit(commit, done)
        return _Done(answered, occurrences=done.occurrences)

    async def _meant(self, inbound: Inbound, state: State) -> tuple[Command, ...]:
        """What the message means; a failure of ours on the way there is told and leaves everything as it is."""
        try:
            return await self._actions.settled(understand(inbound, state, self._flow, self._today()))
        except Exception:  # noqa: BLE001 - a failure of ours, whatever it is, must not lose the message
            _log.exception("message_not_understood")
            return (Talk("internal_error"),)

    async def _commit(self, commit: TurnCommit, done: Performed) -> None:
        """Everything of a turn, in one transaction; another user who became this one is taken in before."""
        conversation = commit.conversation
        if done.absorbed is not None:
            now = self._clock.now()
            await self._storage.absorb(conversation.user_id, done.absorbed, conversation.id, now)
        commit = replace(
            commit,
            charts=done.charts(),
            plans=done.plans,
            snapshots=done.snapshots,
            activate_plan=done.activate,
            goals=done.goals,
            profiles=done.profiles,
            documents=done.documents,
            computations=done.computations,
            feedback=done.feedback,
            handoffs=done.handoffs,
            timers=commit.timers | done.timers,
        )
        await self._storage.commit_turn(commit)
        await self._announce(conversation.id, {recipient.channel for recipient in commit.to})

    async def _pass_on(self, done: _Done | None) -> None:
        """Tell other conversations what this turn means for them. Out of our own lane, so that two never wait for each other."""
        for conversation_id, occurrence in done.occurrences if done else ():
            await self.happen(conversation_id, occurrence)

    async def _addresses(self, conversation: Conversation) -> tuple[Recipient, ...]:
        """Where a conversation is held."""
        known = await self._storage.identities(conversation.user_id)
        here = [item for item in known if item.conversation_id == conversation.id and item.reachable]
        return tuple(Recipient(item.channel, item.address) for item in here)

    def _numbered(self, before: State, after: State, number: int) -> State:
        """With the turn's number, and since when what is open has been open."""
        same = asking.question_of(before, self._flow) == asking.question_of(after, self._flow)
        since = before.since if same else number
        framed = before.framed if before.frame == after.frame else number
        return replace(after, turn=number, since=since, framed=framed)

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

    async def _announce(self, conversation_id: str, channels: set[Channel]) -> None:
        await self._bulletin.publish(f"turns:{conversation_id}")
        for channel in sorted(channels):
            await self._bulletin.publish(f"outbox:{channel.value}")


def _pushed(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Those whose channel is pushed to, each once."""
    return tuple(dict.fromkeys(item for item in recipients if item.channel in PUSHED))
