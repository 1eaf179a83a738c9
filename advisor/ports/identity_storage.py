"""The part of the storage port that knows who somebody is: identities, sessions, links, consents, export, erasure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from advisor.domain.identity import Consent, Identity, Link, SignIn


@dataclass(frozen=True, slots=True)
class ChatSession:
    """A web session found by its token."""

    id: str
    user_id: str
    conversation_id: str
    expires_at: datetime


class IdentityStorage(Protocol):
    """Tokens and codes are known here by their hashes alone; another user's rows read as absent."""

    async def add_session(self, session: ChatSession, token_hash: str) -> None:
        """Remember a session by the hash of its token."""
        ...

    async def session(self, token_hash: str, now: datetime) -> ChatSession | None:
        """The session of a token, None if unknown or expired."""
        ...

    async def sign_ins(self, user_id: str, now: datetime) -> list[SignIn]:
        """Where the user is signed in now, newest first."""
        ...

    async def end_sign_in(self, user_id: str, sign_in_id: str, at: datetime) -> bool:
        """End one of the user's sessions or sign-ins; False if it is not his or has ended."""
        ...

    async def end_session(self, token_hash: str) -> bool:
        """End the chat session of a token."""
        ...

    async def identities(self, user_id: str) -> list[Identity]:
        """The addresses a user is known under."""
        ...

    async def offer_link(self, link: Link) -> None:
        """Keep a code's hash; older codes of the same conversation stop working."""
        ...

    async def offered_link(self, code_hash: str, now: datetime) -> Link | None:
        """An offer that can still be handed in; None if its code is unknown, used or expired."""
        ...

    async def join_link(self, code_hash: str, conversation_id: str, now: datetime) -> Link | None:
        """Hand a code in, once. None if it is unknown, used or expired, or belongs to the same user."""
        ...

    async def link_joined(self, conversation_id: str, now: datetime) -> Link | None:
        """The newest link offered in this conversation that was handed in elsewhere and is neither settled nor expired."""
        ...

    async def settle_link(self, code_hash: str) -> None:
        """Forget a link: it was confirmed or refused."""
        ...

    async def unlink(self, user_id: str, identity: Identity) -> bool:
        """Take an address away from a user: what is said there next begins anew. False if it is not his, or is his last one."""
        ...

    async def absorb(self, user_id: str, other_id: str, conversation_id: str, at: datetime) -> None:
        """Make everything of another user this user's, in one transaction: rows are sealed anew under his key, the other's
        addresses and sessions lead to this conversation; the other user and his key are gone. The other's conversations stay as
        history that nobody's address leads to. Done twice, it changes nothing more.

        Raises:
            NotFound: if this user or the conversation does not exist.
            Conflict: if both have an account.
        """
        ...

    async def set_consent(self, consent: Consent) -> None:
        """Keep what was agreed to or taken back."""
        ...

    async def consents(self, user_id: str) -> list[Consent]:
        """Everything the user ever agreed to or took back, oldest first."""
        ...

    async def everything(self, user_id: str) -> dict[str, list[dict[str, Any]]]:
        """All that is stored of a user, opened: by table, rows as JSON values. Token hashes and keys are left out."""
        ...

    async def erase_user(self, user_id: str, at: datetime) -> bool:
        """Remove a user with all that is his, and his key, so that backups hold nothing readable; False if there is no such user.

        What the audit chain keeps of him are digests under the destroyed key, and a link that says that he was erased.
        """
        ...
