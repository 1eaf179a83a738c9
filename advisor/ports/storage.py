"""The storage port. Each method is one transaction; reads see committed rows only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from advisor.domain.chart import ChartSpec
from advisor.domain.message import Channel, Conversation, Outgoing, Received, Turn
from advisor.domain.plan import Plan
from advisor.domain.records import Computation, Document, Goal, ProfileRecord
from advisor.ports.account_storage import AccountStorage
from advisor.ports.record_storage import RecordStorage

TELEGRAM_NAME = "telegram:name"
"""The note under which the bot leaves its genuine name, so that the web page can say which one it is."""


@dataclass(frozen=True, slots=True)
class StoredReply:
    """What a message got when it was handled: kept so that a repeat gets the same."""

    content_hash: str
    turn: Turn


@dataclass(frozen=True, slots=True)
class ChatSession:
    """A web session found by its token."""

    id: str
    user_id: str
    conversation_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TurnCommit:
    """Everything one message changes, written together or not at all.

    `expected_version` is the version that was read; if it has moved on nothing is written. `snapshots` maps data hashes to the
    bytes of market snapshots, each stored once. `activate_plan` makes that plan active and the former active one of its goal
    superseded. `goals` are new or changed, each with the version after the one that was read; they are written before the plans
    that name them. `profiles`, `computations` and `documents` are what else was found, computed and made. `push` puts the
    advisor's turn into the outbox.
    """

    conversation: Conversation
    external_id: str
    content_hash: str
    state: dict[str, Any]
    asked: Turn
    answered: Turn
    charts: dict[str, ChartSpec] = field(default_factory=dict)
    plans: tuple[Plan, ...] = ()
    snapshots: dict[str, bytes] = field(default_factory=dict)
    activate_plan: str | None = None
    goals: tuple[Goal, ...] = ()
    profiles: tuple[ProfileRecord, ...] = ()
    computations: tuple[Computation, ...] = ()
    documents: tuple[Document, ...] = ()
    push: bool = False


class Storage(RecordStorage, AccountStorage, Protocol):
    """Contract, held by one suite on SQLite and on PostgreSQL.

    Everything personal (states, turns, plans, charts) is returned only with its owner's id in hand and is unreadable in the files
    without the keys. An owner's id that does not match reads as "does not exist".

    Each plan stored or activated, each profile, goal, computation, document and account event appends a link to the audit chain in
    the same transaction.
    """

    # --- conversations ---------------------------------------------------------------------------------------------
    async def open_conversation(
        self, channel: Channel, address: str, state: dict[str, Any], greeting: Turn, *, push: bool
    ) -> Conversation:
        """The conversation of this address; made with its user and first turn if there is none yet (once, however often called)."""
        ...

    async def find_conversation(self, channel: Channel, address: str) -> Conversation | None:
        """The conversation of a channel's address."""
        ...

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """A conversation by its id."""
        ...

    async def stored_reply(self, conversation_id: str, external_id: str) -> StoredReply | None:
        """The reply a message already got, None if it has not been handled."""
        ...

    async def commit_turn(self, commit: TurnCommit) -> Conversation:
        """Write a whole turn in one transaction and mark its inbox row, if any, as handled.

        Raises:
            Conflict: if the conversation's version has moved on, the message was handled or a goal was changed meanwhile; nothing
                is written.
        """
        ...

    async def history(self, conversation_id: str, after: int, limit: int) -> list[Turn]:
        """Turns with a number above `after`, ascending."""
        ...

    # --- web sessions ----------------------------------------------------------------------------------------------
    async def add_session(self, session: ChatSession, token_hash: str) -> None:
        """Remember a session by the hash of its token."""
        ...

    async def session(self, token_hash: str, now: datetime) -> ChatSession | None:
        """The session of a token, None if unknown or expired."""
        ...

    # --- inbox and outbox ------------------------------------------------------------------------------------------
    async def receive(self, items: list[Received]) -> int:
        """Make messages durable; those already known are left out. Returns how many were new."""
        ...

    async def waiting(self, channel: Channel, limit: int) -> list[Received]:
        """Received and not yet handled messages, oldest first."""
        ...

    async def discard(self, channel: Channel, external_id: str) -> None:
        """Mark a received message as handled though it changed no dialogue (a tap on nothing, an edit, a blocked bot)."""
        ...

    async def claim_outgoing(self, channel: Channel, now: datetime, lease_seconds: float, limit: int) -> list[Outgoing]:
        """Take replies that are due, in order within each conversation: of one conversation only the oldest unsent is handed out.

        A reply whose lease ran out is handed out again with `uncertain` set.
        """
        ...

    async def part_sent(self, outgoing_id: str, progress: int) -> None:
        """Note that the channel accepted parts up to `progress`.

        Raises:
            Conflict: if the lease ran out and another sender has taken the reply over: the progress is noted, sending must stop.
        """
        ...

    async def finish_outgoing(self, outgoing_id: str) -> None:
        """The whole reply was accepted."""
        ...

    async def postpone_outgoing(self, outgoing_id: str, not_before: datetime, reason: str) -> None:
        """Try again later."""
        ...

    async def bury_outgoing(self, outgoing_id: str, reason: str) -> None:
        """Never try again (a blocked bot, a message that cannot be sent); kept with its reason."""
        ...

    async def set_reachable(self, channel: Channel, address: str, *, reachable: bool) -> None:
        """Note that somebody blocked or unblocked us; nothing is pushed to an unreachable address."""
        ...

    async def note(self, key: str) -> str | None:
        """A small durable value of ours (such as the poller's offset)."""
        ...

    async def set_note(self, key: str, value: str) -> None:
        """Store such a value."""
        ...

    # --- plans, snapshots, pictures ----------------------------------------------------------------------------------
    async def plan(self, user_id: str, plan_id: str) -> Plan | None:
        """One of the user's plans."""
        ...

    async def plans(self, user_id: str, before: str | None, limit: int) -> list[Plan]:
        """The user's plans, newest first, from the one after `before` (a plan id)."""
        ...

    async def save_plan(self, plan: Plan, snapshot: bytes, *, activate: bool = False) -> None:
        """Store a plan with the market snapshot it was computed from, and put it to use if `activate`.

        Raises:
            NotFound: if its user, or the goal it names, does not exist.
            Conflict: if a plan of its id is there already; nothing is written.
        """
        ...

    async def activate_plan(self, user_id: str, plan_id: str) -> Plan | None:
        """Make a plan active and the former active one of its goal superseded; None if it is not the user's."""
        ...

    async def snapshot(self, data_hash: str) -> bytes | None:
        """The market snapshot a plan was computed from."""
        ...

    async def chart(self, user_id: str, chart_id: str) -> ChartSpec | None:
        """A picture of the user's."""
        ...

    async def ping(self) -> None:
        """Return if the database answers; raise its error if not."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...
