"""What happens in a conversation, as it happens: server-sent events over a plain request with the bearer header."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse

from advisor.container import Container
from advisor.domain.errors import StorageError
from advisor.domain.message import Turn
from advisor.ports.system import Listener
from api.deps import Conversing, Owner, Resources
from api.errors import described
from api.routes.chat import reply_of

router = APIRouter(prefix="/api/v1/chat", tags=["chat"])

# News between processes is only a hint; storage is looked at this often in any case, and the comment keeps proxies awake.
_LOOK_EVERY = 2.0
_PAGE = 100


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}, **described(401, 422, 500, 503)},
)
async def stream(
    request: Request,
    owner: Owner,
    conversation_id: Conversing,
    resources: Resources,
    last_event_id: Annotated[
        str | None, Header(description="The last event seen; what came after it is sent again")
    ] = None,
) -> StreamingResponse:
    """Events `typing`, `blocks` (an advisor's turn, its number as the event's id) and `push` (one we began)."""
    conversation = await resources.storage.conversation(conversation_id)
    latest = conversation.turn if conversation else 0
    after = int(last_event_id) if last_event_id and last_event_id.isdecimal() and len(last_event_id) < 10 else latest
    events = _events(request, resources, (conversation_id, owner.expires_at), after)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def _events(
    request: Request, resources: Container, listening: tuple[str, datetime], after: int
) -> AsyncIterator[str]:
    """Turns of a conversation after one, as they come, until a moment."""
    yield ": open\n\n"
    stopping: asyncio.Event = request.state.stopping
    (conversation_id, until), before = listening, ""
    async with (
        resources.bulletin.listen(f"turns:{conversation_id}") as news,
        resources.bulletin.listen(f"typing:{conversation_id}") as typing,
    ):
        while not stopping.is_set() and resources.clock.now() < until:
            try:
                turns = await resources.storage.history(conversation_id, after, _PAGE)
            except StorageError:
                return  # already in the log; the client comes again with the last event it saw
            for turn in turns:
                if turn.author == "advisor":
                    yield _event(turn, pushed=before != "investor")
                after, before = turn.number, turn.author
            if len(turns) == _PAGE:
                continue
            typed = await _hint(news, typing, stopping)
            if await request.is_disconnected():
                return
            yield "event: typing\ndata: {}\n\n" if typed else ": here\n\n"


async def _hint(news: Listener, typing: Listener, stopping: asyncio.Event) -> bool:
    """Wait for news, for the end or for the next look; whether the advisor has begun to write."""
    waits = [asyncio.create_task(wait) for wait in (news.wait(_LOOK_EVERY), typing.wait(_LOOK_EVERY), stopping.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        return waits[1].done() and waits[1].result()
    finally:
        for task in waits:
            task.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


def _event(turn: Turn, *, pushed: bool) -> str:
    kind = "push" if pushed else "blocks"
    return f"id: {turn.number}\nevent: {kind}\ndata: {json.dumps(reply_of(turn))}\n\n"
