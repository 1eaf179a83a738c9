"""Writes that may be sent again: the first answer is kept, and a repeat gets it without a second effect."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from advisor.domain.errors import Conflict, IdempotencyMismatch
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

    async def answer(
        self, asked: BaseModel | None, work: Callable[[], Awaitable[BaseModel | None]], status: int = 200
    ) -> Response:
        """Do the work and send what it gives; or send what it gave the first time. Errors are not kept: they may pass.

        Raises:
            IdempotencyMismatch: if the key came with other content before.
        """
        if self._key is None:
            return _sent(await _body(work()), status)
        content_hash = self._content_hash(asked)
        kept = await self._storage.kept_answer(self._owner.user_id, self._key)
        if kept is None:
            answer = KeptAnswer(content_hash, status, await _body(work()))
            kept = await self._storage.keep_answer(self._owner.user_id, self._key, answer)
        if kept.content_hash != content_hash:
            raise IdempotencyMismatch(
                "This Idempotency-Key was sent before with other content.", field="Idempotency-Key"
            )
        return _sent(kept.body, kept.status)

    async def made(
        self,
        asked: BaseModel,
        find: Callable[[str], Awaitable[BaseModel | None]],
        make: Callable[[str], Awaitable[BaseModel]],
        status: int = 200,
    ) -> Response:
        """`answer` for what is stored under a new id: `make` stores it, and `find` gives what is stored there, None for nothing.

        With a key the id follows from owner, key and content. So a repeat makes nothing a second time either where the first
        answer was never kept, or where both came at once: storing it refuses the second with a Conflict.

        Raises:
            IdempotencyMismatch: if the key came with other content before.
        """
        if self._key is None:
            return await self.answer(asked, lambda: make(secrets.token_hex(16)), status)
        known = f"{self._owner.user_id}\0{self._key}\0{self._content_hash(asked)}"
        new_id = hashlib.sha256(known.encode()).hexdigest()[:32]

        async def work() -> BaseModel:
            found = await find(new_id)
            if found is not None:
                return found
            try:
                return await make(new_id)
            except Conflict:
                found = await find(new_id)
                if found is None:
                    raise
                return found

        return await self.answer(asked, work, status)

    def _content_hash(self, asked: BaseModel | None) -> str:
        return digest_of([self._what, None if asked is None else asked.model_dump(mode="json", exclude_unset=True)])


async def _body(work: Awaitable[BaseModel | None]) -> str:
    made = await work
    return "" if made is None else made.model_dump_json()


def _sent(body: str, status: int) -> Response:
    return Response(body or None, status, media_type="application/json" if body else None)


OnceOnly = Annotated[Once, Depends(Once)]
