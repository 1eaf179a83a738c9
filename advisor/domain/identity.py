"""Who somebody is on which channel, how two channels become one person, and what he agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from advisor.domain.message import Channel


@dataclass(frozen=True, slots=True)
class Identity:
    """An address under which a user is known, and the conversation that is held there."""

    channel: Channel
    address: str
    user_id: str
    conversation_id: str | None
    reachable: bool


@dataclass(frozen=True, slots=True)
class SignIn:
    """One place where a user is signed in: a chat session of a browser, or a sign-in of his account. `id` serves to end it."""

    id: str
    kind: str  # "chat" or "account"
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """An offer to make two conversations one person's. The code itself is stored as a hash, serves once and for ten minutes.

    `conversation_id` is where the code was asked for, `joining` the conversation in which it was handed in, None before.
    """

    code_hash: str
    user_id: str
    conversation_id: str
    expires_at: datetime
    joining: str | None = None


class ConsentKind(StrEnum):
    """What somebody can agree to."""

    STORAGE = "storage"
    LANGUAGE_MODEL = "language_model"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to or taken back, in which version of its wording."""

    user_id: str
    kind: ConsentKind
    given: bool
    wording: str
    at: datetime
