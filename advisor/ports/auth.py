"""Ports of signing in: passwords and access tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a valid access token says: whose it is, which sign-in it came from, and until when it holds."""

    user_id: str
    family: str
    expires_at: datetime


class Passwords(Protocol):
    """Turns passwords into hashes. Slow on purpose: call it away from the event loop."""

    def hash(self, password: str) -> str:
        """A hash with its own salt and parameters."""
        ...

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one behind the hash. Without a hash it takes as long, and is False."""
        ...

    def outdated(self, password_hash: str) -> bool:
        """Whether a hash was made with weaker parameters than today's."""
        ...


class AccessTokens(Protocol):
    """Signs and checks short-lived tokens."""

    @property
    def lifetime(self) -> int:
        """Seconds for which a token is valid."""
        ...

    def issue(self, user_id: str, family: str, now: datetime) -> str:
        """A signed token for a user's sign-in, valid from `now`."""
        ...

    def read(self, token: str) -> AccessClaims:
        """What a token says.

        Raises:
            Unauthorised: if it is malformed, expired, signed by nobody or by others, or meant for others.
        """
        ...
