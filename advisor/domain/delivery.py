"""What comes to a conversation without a word of its investor, and where the advisor's turns are sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from advisor.domain.message import Channel


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address on a channel."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened to a conversation: a timer ran out, another channel asks to be linked, a plan is out of band.

    `key` tells it from all others of the conversation: a second one with the same key has no effect. `kind` and `values` are
    what the engine goes by.
    """

    key: str
    kind: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timer:
    """A moment at which a conversation is to be woken: one of each `kind`. `fence` grows with each time it is handed out."""

    conversation_id: str
    kind: str
    due: datetime
    fence: int = 0

    @property
    def occurrence(self) -> Occurrence:
        """What happens when it runs out; the same timer fires once, however often it is handed out."""
        due = self.due.isoformat()
        return Occurrence(f"timer:{self.kind}:{due}", self.kind, {"due": due})


@dataclass(frozen=True, slots=True)
class Handoff:
    """A wish to talk to a person, on its way to the operator. `topic` is what the investor said it is about."""

    id: str
    user_id: str
    conversation_id: str
    at: datetime
    topic: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Feedback:
    """What an investor thought of a reply: `score` 1 (useless) to 5 (very helpful)."""

    id: str
    user_id: str
    conversation_id: str
    turn: int
    score: int
    at: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One entry of the operator's list of what was not, or not certainly, delivered.

    `unknown`: a crash or a broken connection came while part `part` was sent, so that it may have arrived twice or not at all.
    `dead`: given up for `reason`. `waiting`: unsent for longer than usual.
    """

    outgoing_id: str
    recipient: Recipient
    part: int
    at: datetime
    status: Literal["unknown", "dead", "waiting"]
    reason: str = ""
