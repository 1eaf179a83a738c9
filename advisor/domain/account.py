"""Accounts: who may sign in, the tokens that follow from it, and how often somebody may try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Account:
    """A user's way to sign in. `email` is in its normal form; `password_hash` is never the password."""

    user_id: str
    email: str
    password_hash: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One refresh token as stored: its hash. All that follow from one sign-in share its `family`."""

    token_hash: str
    family: str
    user_id: str
    created_at: datetime
    expires_at: datetime


class Rotation(StrEnum):
    """What came of handing in a refresh token. `REUSED`: it was used before, so two hold it, and its family has been revoked."""

    ROTATED = "rotated"
    REUSED = "reused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Limit:
    """A leaky bucket: `capacity` attempts at once, then one every `seconds`. `key` tells whose; it holds no personal text.

    A `lenient` limit does not hold for a `pair` (account and address) that has signed in before.
    """

    key: str
    capacity: float
    seconds: float
    lenient: bool = False

    def after(self, spent: float, at: datetime, now: datetime) -> float:
        """What is still in a bucket that held `spent` at the moment `at`."""
        return max(0.0, spent - max(0.0, (now - at).total_seconds()) / self.seconds)

    def wait(self, spent: float) -> float:
        """Seconds until another attempt fits, 0 if it fits now."""
        return max(0.0, spent + 1 - self.capacity) * self.seconds
