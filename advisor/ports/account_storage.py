"""The part of the storage port that serves signing in, and the answers kept for repeated writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from advisor.domain.account import Account, Limit, RefreshToken, Rotation


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a write was answered, kept for its repeat: the status and the body as sent."""

    content_hash: str
    status: int
    body: str


class AccountStorage(Protocol):
    """Tokens are known here by their hashes alone; account events are links of the audit chain."""

    # --- accounts ----------------------------------------------------------------------------------------------------
    async def add_account(
        self, account: Account, first: RefreshToken, address: str, *, rotated: tuple[str, str] | None = None
    ) -> None:
        """Store an account with its first refresh token. Where its user does not exist he is made, with `address` on the web.

        `rotated` are the hashes of the token of the user's chat session and of the one that takes its place from now on.

        Raises:
            NotFound: if the session has ended, or is not this user's; nothing is written.
            Conflict: if the e-mail address or the user has an account already; nothing is written.
        """
        ...

    async def account(self, user_id: str) -> Account | None:
        """The account of a user."""
        ...

    async def account_of(self, email: str) -> Account | None:
        """The account of an e-mail address in its normal form."""
        ...

    async def set_password_hash(self, user_id: str, password_hash: str) -> None:
        """Replace the stored hash, when hashing has become dearer since it was made."""
        ...

    async def web_address(self, user_id: str) -> str | None:
        """The address under which the user's conversation on the web is opened; None if he has none."""
        ...

    async def add_refresh_token(self, token: RefreshToken) -> None:
        """Store the first token of a new family: somebody signed in.

        Raises:
            NotFound: if its user does not exist.
        """
        ...

    async def rotate_refresh_token(
        self, token_hash: str, successor_hash: str, now: datetime, expires_at: datetime
    ) -> tuple[Rotation, RefreshToken | None]:
        """Use up a token and store its successor, which comes with the outcome where there is one.

        A token that was used before revokes its family. Of two calls at once with the same token one sees it as used.
        """
        ...

    async def revoke_refresh_token(self, token_hash: str, at: datetime) -> bool:
        """End the family of a token; False if there was nothing to end."""
        ...

    async def revoke_family(self, user_id: str, family: str, at: datetime) -> bool:
        """End a sign-in of this user's; False if there was nothing to end."""
        ...

    async def signed_in(self, family: str, now: datetime) -> str | None:
        """Whose family this is: the user's id if it is neither revoked nor expired, else None."""
        ...

    async def spend(self, limits: tuple[Limit, ...], pair: str, now: datetime) -> float:
        """Count an attempt in each bucket, unless one of them is full: then none is counted. Returns the seconds to wait, 0 for go.

        A lenient limit is left out where `pair` has signed in before.
        """
        ...

    async def forgive(self, limits: tuple[Limit, ...], pair: str, now: datetime) -> None:
        """Take an attempt back that succeeded, and remember `pair` as one that signs in."""
        ...

    async def kept_answer(self, user_id: str, key: str) -> KeptAnswer | None:
        """What a write under this idempotency key was answered."""
        ...

    async def keep_answer(self, user_id: str, key: str, answer: KeptAnswer) -> KeptAnswer:
        """Keep an answer unless there is one; returns the one that is kept."""
        ...
