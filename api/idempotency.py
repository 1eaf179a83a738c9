"""Writes that may be sent again: the first answer is kept, and a repeat gets it without a second effect."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from advisor.domain.errors import IdempotencyMismatch
from advisor.domain.records import digest_of
from advisor.ports.account_storage import KeptAnswer
from api.deps import Owner, Resources

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Made by the client, new for each write; a repeat gets the first answer",
        pattern=r"^[!-~]{1,200}$",
    ),
]


class Once:
    """One write of one owner. Without a key it is simply done."""

    def __init__(self, request: Request, owner: Owner, resources: Resources, idempotency_key: Key = None) -> None:
        self._what = f"{request.method} {request.url.path}"
        self._owner = owner
        self._storage = resources.storage
        self._key = idempotency_key

    @property
    def id(self) -> str | None:
        """An id for what is made, which a repeat finds again; None without a key."""
        if self._key is None:
            return None
        return hashlib.sha256(f"{self._owner.user_id}\0{self._what}\0{self._key}".encode()).hexdigest()[:32]

    async def answer(
        self, asked: BaseModel | None, work: Callable[[], Awaitable[BaseModel | None]], status: int = 200
    ) -> Response:
        """Do the work and send what it gives; or send what it gave the first time. Errors are not kept: they may pass.

        Raises:
            IdempotencyMismatch: if the key came with other content before.
        """
        if self._key is None:
            return _sent(await _body(work), status)
        content = [self._what, None if asked is None else asked.model_dump(mode="json", exclude_unset=True)]
        content_hash = digest_of(content)
        kept = await self._storage.kept_answer(self._owner.user_id, self._key)
        if kept is None:
            answer = KeptAnswer(content_hash, status, await _body(work))
            kept = await self._storage.keep_answer(self._owner.user_id, self._key, answer)
        if kept.content_hash != content_hash:
            raise IdempotencyMismatch(
                "This Idempotency-Key was sent before with other content.", field="Idempotency-Key"
            )
        return _sent(kept.body, kept.status)


async def _body(work: Callable[[], Awaitable[BaseModel | None]]) -> str:
    made = await work()
    return "" if made is None else made.model_dump_json()


def _sent(body: str, status: int) -> Response:
    return Response(body or None, status, media_type="application/json" if body else None)


OnceOnly = Annotated[Once, Depends(Once)]
