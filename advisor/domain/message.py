"""What comes in from a channel, and what is kept of a dialogue."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal


class Channel(StrEnum):
    """The ways people talk to us."""

    WEB = "web"
    TELEGRAM = "telegram"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message of an investor: either `text` or `choice` (option ids).

    `external_id` is the channel's own id of the message; a second one with the same id has no second effect.
    `seen_turn` is the advisor's turn a tapped button belongs to, None for typed text.
    """

    external_id: str
    text: str | None = None
    choice: tuple[str, ...] | None = None
    seen_turn: int | None = None

    def sanitised(self) -> Inbound:
        """Without what no database or encoder takes: NUL characters and lone surrogates."""
        choice = None if self.choice is None else tuple(_storable(item) for item in self.choice)
        return replace(self, text=None if self.text is None else _storable(self.text), choice=choice)

    def content_hash(self) -> str:
        """Tells a repeat from another message under the same id."""
        return hashlib.sha256(json.dumps([self.text, self.choice]).encode()).hexdigest()


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a channel knows of a newcomer before a word is said; None where it knows nothing."""

    locale: str | None = None
    timezone: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A dialogue as stored. `state` is the engine's, as JSON; `version` grows by one per commit; `turn` numbers the last one."""

    id: str
    user_id: str
    channel: Channel
    address: str
    version: int
    turn: int
    state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One entry of the history. The advisor's hold `blocks` and `expects` as JSON, the investor's hold `text` or `choice`."""

    number: int
    author: Literal["investor", "advisor"]
    at: datetime
    text: str | None = None
    choice: tuple[str, ...] | None = None
    blocks: tuple[dict[str, Any], ...] | None = None
    expects: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A turn on its way to an address that has to be pushed to.

    `id` is "conversation:turn:recipient". `progress` counts the parts already accepted by the channel; `uncertain` says that a
    crash happened while a part was under way, so that it may have been sent; `unprompted` that nobody waits for it.
    """

    id: str
    conversation_id: str
    address: str
    turn: int
    blocks: tuple[dict[str, Any], ...]
    expects: dict[str, Any] | None
    progress: int
    attempts: int
    uncertain: bool = False
    unprompted: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A message made durable before it was acknowledged, waiting for its turn."""

    channel: Channel
    external_id: str
    address: str
    payload: dict[str, Any]
