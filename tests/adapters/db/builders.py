"""Turns, commits and plans for the storage's tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.chart import ChartSpec, Donut
from advisor.domain.delivery import Recipient
from advisor.domain.message import Channel, Conversation, Inbound, Turn
from advisor.domain.plan import Plan, PlanStatus
from advisor.ports.storage import TurnCommit

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SNAPSHOTS = {"hash-of-prices": b"\x00prices\xff"}


def said(number: int, text: str = "250 a month") -> Turn:
    """An investor's turn."""
    return Turn(number, "investor", NOW + number * MINUTE, text=text)


def answered(number: int, text: str = "And for how long?") -> Turn:
    """An advisor's turn."""
    expects = {"slot": "horizon", "kind": "duration", "skippable": False, "step": 2, "steps": 14}
    return Turn(number, "advisor", NOW + number * MINUTE, blocks=({"kind": "text", "text": text},), expects=expects)


def turn_commit(
    conversation: Conversation, external_id: str, text: str = "250 a month", *, push: bool = False, **changes: Any
) -> TurnCommit:
    """The commit of one message after what is in the conversation. `push`: the reply goes to the conversation's own address.

    Messages of Telegram come through the inbox, others with their turn.
    """
    commit = TurnCommit(
        conversation=conversation,
        external_id=external_id,
        content_hash=Inbound(external_id, text=text).content_hash(),
        state={"said": text, "flow_version": 3},
        asked=said(conversation.turn + 1, text),
        answered=answered(conversation.turn + 2),
        to=(home(conversation),) if push else (),
        origin=home(conversation) if conversation.channel is Channel.TELEGRAM else None,
    )
    return replace(commit, **changes)


def happened(conversation: Conversation, key: str, *, push: bool = False, **changes: Any) -> TurnCommit:
    """The commit of an occurrence, of which the advisor speaks unasked."""
    said = answered(conversation.turn + 1, "Shall we go on?")
    commit = turn_commit(conversation, key, push=push, asked=None, answered=said, unprompted=True, origin=None)
    return replace(commit, **changes)


def home(conversation: Conversation) -> Recipient:
    """Where a conversation was opened."""
    return Recipient(conversation.channel, conversation.address)


def plan_of(conversation: Conversation, *, age: int = 0, **changes: Any) -> Plan:
    """A proposed plan, `age` minutes old."""
    plan = Plan(
        id=uuid4().hex,
        user_id=conversation.user_id,
        status=PlanStatus.PROPOSED,
        created_at=NOW - age * MINUTE,
        inputs={"goal": "home", "initial_amount": "1000.00", "loss_limit": 0.1 + 0.2},
        data_hash="hash-of-prices",
        code_version="1",
        result={"weights": {"VTI": 0.6, "BND": 0.4}, "note": None},
    )
    return replace(plan, **changes)


def donut(title: str = "Your mix") -> ChartSpec:
    """A small picture."""
    return ChartSpec("allocation", title, "60 % shares", Donut((("Shares", 0.6, "equity"), ("Bonds", 0.4, "bond"))))


async def opened(
    storage: SqlStorage, channel: Channel = Channel.WEB, address: str = "visitor", *, push: bool = False
) -> Conversation:
    """A fresh conversation with its greeting as turn 1."""
    return await storage.open_conversation(channel, address, {"open": "goal"}, answered(1, "Hello."), push=push)
