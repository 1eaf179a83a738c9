"""Accounts, refresh tokens, throttles and kept answers in memory: a part of `tests.storage_fake`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from advisor.domain.account import Account, Limit, RefreshToken, Rotation
from advisor.domain.audit import AuditEvent, Happening
from advisor.domain.errors import Conflict, NotFound
from advisor.ports.account_storage import KeptAnswer
from advisor.ports.identity_storage import ChatSession


@dataclass
class TokenRow:
    """A refresh token: fresh, used or revoked."""

    token: RefreshToken
    used: bool = False
    revoked: bool = False


@dataclass
class Bucket:
    """Attempts counted until `at`."""

    spent: float
    at: datetime
    known: bool = False


class MemoryAccounts:
    """Rows are open to tests as `accounts`, `tokens` and `buckets`."""

    users: set[str]
    sessions: dict[str, ChatSession]

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[str, Account] = {}
        self.users_on_the_web: dict[str, str] = {}
        self.tokens: dict[str, TokenRow] = {}
        self.buckets: dict[str, Bucket] = {}
        self.answers: dict[tuple[str, str], KeptAnswer] = {}

    async def add_account(
        self, account: Account, first: RefreshToken, address: str, *, rotated: tuple[str, str] | None = None
    ) -> None:
        if account.user_id in self.accounts or await self.account_of(account.email) is not None:
            raise Conflict("There is an account with this e-mail address already. Please sign in.", field="email")
        if rotated is not None:
            session = self.sessions.get(rotated[0])
            if session is None or session.user_id != account.user_id:
                raise NotFound("This chat session has ended.")
            self.sessions[rotated[1]] = self.sessions.pop(rotated[0])
        if account.user_id not in self.users:
            self.users.add(account.user_id)
            self.users_on_the_web[address] = account.user_id
        self.accounts[account.user_id] = account
        self.tokens[first.token_hash] = TokenRow(first)
        self._happened(AuditEvent.ACCOUNT_REGISTERED, first)

    async def account(self, user_id: str) -> Account | None:
        return self.accounts.get(user_id)

    async def account_of(self, email: str) -> Account | None:
        return next((account for account in self.accounts.values() if account.email == email), None)

    async def set_password_hash(self, user_id: str, password_hash: str) -> None:
        if user_id not in self.accounts:
            raise NotFound("There is no such account.")
        self.accounts[user_id] = replace(self.accounts[user_id], password_hash=password_hash)

    async def web_address(self, user_id: str) -> str | None:
        return next((address for address, user in sorted(self.users_on_the_web.items()) if user == user_id), None)

    async def add_refresh_token(self, token: RefreshToken) -> None:
        if token.user_id not in self.users:
            raise NotFound("This user does not exist.")
        self.tokens[token.token_hash] = TokenRow(token)
        self._happened(AuditEvent.ACCOUNT_SIGNED_IN, token)

    async def rotate_refresh_token(
        self, token_hash: str, successor_hash: str, now: datetime, expires_at: datetime
    ) -> tuple[Rotation, RefreshToken | None]:
        row = self.tokens.get(token_hash)
        if row is None or row.revoked or row.token.expires_at <= now:
            return Rotation.UNKNOWN, None
        if row.used:
            self._revoke(row.token, AuditEvent.ACCOUNT_TOKEN_REUSED)
            return Rotation.REUSED, None
        row.used = True
        successor = RefreshToken(successor_hash, row.token.family, row.token.user_id, now, expires_at)
        self.tokens[successor_hash] = TokenRow(successor)
        return Rotation.ROTATED, successor

    async def revoke_refresh_token(self, token_hash: str, at: datetime) -> bool:
        row = self.tokens.get(token_hash)
        if row is None or row.revoked:
            return False
        self._revoke(row.token, AuditEvent.ACCOUNT_SIGNED_OUT)
        return True

    async def revoke_family(self, user_id: str, family: str, at: datetime) -> bool:
        rows = [row for row in self.tokens.values() if (row.token.user_id, row.token.family) == (user_id, family)]
        if not rows or rows[0].revoked:
            return False
        self._revoke(rows[0].token, AuditEvent.ACCOUNT_SIGNED_OUT)
        return True

    async def signed_in(self, family: str, now: datetime) -> str | None:
        rows = [row for row in self.tokens.values() if row.token.family == family]
        found = (row.token.user_id for row in rows if not row.revoked and row.token.expires_at > now)
        return next(found, None)

    async def spend(self, limits: tuple[Limit, ...], pair: str, now: datetime) -> float:
        buckets = {limit.key: self._bucket(limit, now) for limit in limits}
        known = pair in buckets and buckets[pair].known
        binding = [limit for limit in limits if not (limit.lenient and known)]
        wait = max((limit.wait(buckets[limit.key].spent) for limit in binding), default=0.0)
        if wait == 0:
            for limit in limits:
                buckets[limit.key].spent = min(buckets[limit.key].spent + 1, limit.capacity)
        return wait

    async def forgive(self, limits: tuple[Limit, ...], pair: str, now: datetime) -> None:
        for limit in limits:
            bucket = self._bucket(limit, now)
            bucket.spent = max(0.0, bucket.spent - 1)
            bucket.known = bucket.known or limit.key == pair

    async def kept_answer(self, user_id: str, key: str) -> KeptAnswer | None:
        return self.answers.get((user_id, key))

    async def keep_answer(self, user_id: str, key: str, answer: KeptAnswer) -> KeptAnswer:
        return self.answers.setdefault((user_id, key), answer)

    def append(self, user_id: str, happening: Happening) -> None:
        raise NotImplementedError

    def _bucket(self, limit: Limit, now: datetime) -> Bucket:
        bucket = self.buckets.setdefault(limit.key, Bucket(0.0, now))
        bucket.spent, bucket.at = limit.after(bucket.spent, bucket.at, now), now
        return bucket

    def _happened(self, event: AuditEvent, token: RefreshToken) -> None:
        self.append(token.user_id, Happening(event, token.user_id, {"family": token.family}))

    def _revoke(self, token: RefreshToken, event: AuditEvent) -> None:
        for row in self.tokens.values():
            row.revoked = row.revoked or row.token.family == token.family
        self._happened(event, token)
