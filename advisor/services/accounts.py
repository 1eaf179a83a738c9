"""Accounts: registering, signing in, and the tokens that follow from it."""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from advisor.domain.account import Account, Limit, RefreshToken, Rotation
from advisor.domain.errors import Conflict, TooManyAttempts, Unauthorised
from advisor.domain.password import check_password, normal_password
from advisor.ports.auth import AccessClaims, AccessTokens, Passwords
from advisor.ports.storage import Storage
from advisor.ports.system import Clock, Offload

_REFRESH_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a client gets: a short access token and the refresh token for the next one; `expires_in` seconds of the first.

    `session_token` takes the place of the chat session's token that was sent along, which has ended; None if none was.
    """

    user_id: str
    access_token: str
    refresh_token: str
    expires_in: int
    session_token: str | None = None


class AccountService:
    """Who may sign in. Failures are counted for each account, each address, and each pair of both.

    The pair's limit is narrow, so that one machine cannot try many passwords. The account's is wide and does not hold for an
    address that has signed in to it before: whoever guesses from many machines locks its owner out at most where he never was.
    `by_address` also counts all that one address tries, which is no use where all come through one proxy.
    """

    def __init__(
        self,
        storage: Storage,
        passwords: Passwords,
        tokens: AccessTokens,
        offload: Offload,
        clock: Clock,
        *,
        pepper: bytes,
        by_address: bool,
    ) -> None:
        self._storage = storage
        self._passwords = passwords
        self._tokens = tokens
        self._offload = offload
        self._clock = clock
        self._pepper = pepper
        self._by_address = by_address

    async def register(
        self, email: str, password: str, address: str, visitor: str | None, chat_token: str | None = None
    ) -> SignedIn:
        """Make an account; the user `visitor` becomes its user, so that what he made stays his.

        His `chat_token` ends and a new one takes its place, in one transaction with the account: whoever else knew the old one
        does not get into the account by it.

        Raises:
            NotFound: if the chat session has ended meanwhile.
            InvalidInput: for a password that is too easy.
            Conflict: if the e-mail address or the visitor has an account.
            TooManyAttempts: if many accounts were registered from this address.
        """
        await self._spend(self._registering(address), "")
        check_password(password, email)
        if visitor is not None and await self._storage.account(visitor) is not None:
            raise Conflict("You have an account already. Please sign in.")
        hashed = await self._offload.thread(self._passwords.hash, normal_password(password))
        now = self._clock.now()
        account = Account(visitor or secrets.token_hex(16), email.casefold(), hashed, now)
        token, stored = _fresh(account.user_id, secrets.token_hex(16), now)
        fresh = secrets.token_urlsafe(32) if chat_token is not None else None
        rotated = (_hash(chat_token), _hash(fresh)) if chat_token is not None and fresh is not None else None
        await self._storage.add_account(account, stored, secrets.token_hex(16), rotated=rotated)
        return replace(self._signed_in(stored, token, now), session_token=fresh)

    async def sign_in(self, email: str, password: str, address: str) -> SignedIn:
        """Tokens for whoever knows the password. An unknown address and a wrong password are answered alike, and take alike.

        Raises:
            Unauthorised: if the two do not belong together.
            TooManyAttempts: after too many failures.
        """
        limits, pair = self._signing_in(email.casefold(), address)
        await self._spend(limits, pair)
        account = await self._storage.account_of(email.casefold())
        said = normal_password(password)
        hashed = account.password_hash if account else None
        right = await self._offload.thread(self._passwords.verify, hashed, said)
        if account is None or not right:
            raise Unauthorised("The e-mail address and the password do not belong together.")
        now = self._clock.now()
        await self._storage.forgive(limits, pair, now)
        if self._passwords.outdated(account.password_hash):
            renewed = await self._offload.thread(self._passwords.hash, said)
            await self._storage.set_password_hash(account.user_id, renewed)
        token, stored = _fresh(account.user_id, secrets.token_hex(16), now)
        await self._storage.add_refresh_token(stored)
        return self._signed_in(stored, token, now)

    async def refresh(self, refresh_token: str) -> SignedIn:
        """New tokens for a refresh token, which is used up by it. A second use ends every token of that sign-in.

        Raises:
            Unauthorised: if it is unknown, expired, ended or used.
        """
        now = self._clock.now()
        token = secrets.token_urlsafe(32)
        rotation, successor = await self._storage.rotate_refresh_token(
            _hash(refresh_token), _hash(token), now, now + _REFRESH_LIFETIME
        )
        if rotation is Rotation.REUSED:
            raise Unauthorised("This refresh token was used before. To be safe, please sign in again.")
        if successor is None:
            raise Unauthorised("This refresh token is unknown or has expired. Please sign in again.")
        return self._signed_in(successor, token, now)

    async def sign_out(self, refresh_token: str) -> None:
        """End a sign-in with all its tokens. One that has ended, or never was, is no error."""
        await self._storage.revoke_refresh_token(_hash(refresh_token), self._clock.now())

    async def sign_out_by_access(self, access_token: str) -> None:
        """The same, by the access token.

        Raises:
            Unauthorised: if it is not valid.
        """
        claims = self._tokens.read(access_token)
        await self._storage.revoke_family(claims.user_id, claims.family, self._clock.now())

    async def holder(self, access_token: str) -> AccessClaims:
        """What an access token says whose sign-in has not ended.

        Raises:
            Unauthorised: if it is not valid, or its sign-in has ended.
        """
        claims = self._tokens.read(access_token)
        # A token of before two users became one names a user who is no more.
        if await self._storage.signed_in(claims.family, self._clock.now()) != claims.user_id:
            raise Unauthorised("This sign-in has ended. Please sign in again.")
        return claims

    def _signed_in(self, stored: RefreshToken, token: str, now: datetime) -> SignedIn:
        access = self._tokens.issue(stored.user_id, stored.family, now)
        return SignedIn(stored.user_id, access, token, self._tokens.lifetime)

    async def _spend(self, limits: tuple[Limit, ...], pair: str) -> None:
        wait = await self._storage.spend(limits, pair, self._clock.now()) if limits else 0.0
        if wait > 0:
            seconds = math.ceil(wait)
            raise TooManyAttempts(
                f"There were too many attempts. Please try again in {seconds} seconds.",
                details={"retry_after": seconds},
            )

    def _signing_in(self, email: str, address: str) -> tuple[tuple[Limit, ...], str]:
        pair = self._key("pair", email, address)
        limits: tuple[Limit, ...] = (Limit(pair, 10, 60), Limit(self._key("account", email), 50, 30, lenient=True))
        if self._by_address:
            limits = (*limits, Limit(self._key("address", address), 60, 5))
        return limits, pair

    def _registering(self, address: str) -> tuple[Limit, ...]:
        return (Limit(self._key("register", address), 20, 60),) if self._by_address else ()

    def _key(self, *parts: str) -> str:
        """A bucket's name: a keyed hash, so that the table of attempts tells nobody's address."""
        return hmac.digest(self._pepper, "\0".join(parts).encode("utf-8", "replace"), "sha256").hex()


def _fresh(user_id: str, family: str, now: datetime) -> tuple[str, RefreshToken]:
    token = secrets.token_urlsafe(32)
    return token, RefreshToken(_hash(token), family, user_id, now, now + _REFRESH_LIFETIME)


def _hash(token: str) -> str:
    """What is stored of a token: nobody guesses 256 random bits, so a plain hash does."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
