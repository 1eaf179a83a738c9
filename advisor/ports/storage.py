"""The storage port. Each method is one transaction; reads see committed rows only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from advisor.domain.chart import ChartSpec
from advisor.domain.delivery import Feedback, Handoff, Recipient
from advisor.domain.message import Channel, Conversation, Turn
from advisor.domain.plan import Plan
from advisor.domain.records import Computation, Document, Goal, ProfileRecord
from advisor.ports.account_storage import AccountStorage
from advisor.ports.delivery_storage import DeliveryStorage
from advisor.ports.identity_storage import IdentityStorage
from advisor.ports.record_storage import RecordStorage

TELEGRAM_NAME = "telegram:name"
"""The note under which the bot leaves its genuine name, so that the web page can say which one it is."""


@dataclass(frozen=True, slots=True)
class StoredReply:
    """What a message got when it was handled: kept so that a repeat gets the same."""

    content_hash: str
    turn: Turn


@dataclass(frozen=True, slots=True)
class TurnCommit:
    """Everything one message changes, written together or not at all.

    `expected_version` is the version that was read; if it has moved on nothing is written. `snapshots` maps data hashes to the
    bytes of market snapshots, each stored once. `activate_plan` makes that plan active and the former active one of its goal
    superseded. `goals` are new or changed, each with the version after the one that was read; they are written before the plans
    that name them. `profiles`, `computations` and `documents` are what else was found, computed and made.

    `asked` is None where nobody said anything: an occurrence brought the advisor to speak, and `external_id` is its key. `to` puts
    the advisor's turn into the outbox, for each of these; `unprompted` says that nobody waits for it. `timers` sets the
    conversation's timers by kind, None takes one away; all of it with the rest or not at all. `origin` is the address at which the
    message was received into the inbox, None if it was not and comes with its turn.
    """

    conversation: Conversation
    external_id: str
    content_hash: str
    state: dict[str, Any]
    asked: Turn | None
    answered: Turn
    charts: dict[str, ChartSpec] = field(default_factory=dict)
    plans: tuple[Plan, ...] = ()
    snapshots: dict[str, bytes] = field(default_factory=dict)
    activate_plan: str | None = None
    goals: tuple[Goal, ...] = ()
    profiles: tuple[ProfileRecord, ...] = ()
    computations: tuple[Computation, ...] = ()
    documents: tuple[Document, ...] = ()
    to: tuple[Recipient, ...] = ()
    unprompted: bool = False
    timers: dict[str, datetime | None] = field(default_factory=dict)
    feedback: tuple[Feedback, ...] = ()
    handoffs: tuple[Handoff, ...] = ()
    origin: Recipient | None = None


class Storage(RecordStorage, AccountStorage, DeliveryStorage, IdentityStorage, Protocol):
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

    # --- small values ----------------------------------------------------------------------------------------------
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
