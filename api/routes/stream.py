"""What happens in a conversation, as it happens: server-sent events over a plain request with the bearer header."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse

from advisor.container import Container
from advisor.domain.message import Turn
from api.deps import Resources, Session
from api.errors import described
from api.routes.chat import reply_of

router = APIRouter(prefix="/api/v1/chat", tags=["chat"])

# News between processes is only a hint; storage is looked at this often in any case, and the comment keeps proxies awake.
_LOOK_EVERY = 2.0
_PAGE = 100


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}, **described(401, 422, 500)},
)
async def stream(
    request: Request,
    session: Session,
    resources: Resources,
    last_event_id: Annotated[
        str | None, Header(description="The last event seen; what came after it is sent again")
    ] = None,
) -> StreamingResponse:
    """Events `typing`, `blocks` (an advisor's turn, its number as the event's id) and `push` (one we began)."""
    conversation = await resources.storage.conversation(session.conversation_id)
    latest = conversation.turn if conversation else 0
    after = int(last_event_id) if last_event_id and last_event_id.isdecimal() and len(last_event_id) < 10 else latest
    events = _events(request, resources, session.conversation_id, after)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def _events(request: Request, resources: Container, conversation_id: str, after: int) -> AsyncIterator[str]:
    yield ": open\n\n"
    stopping: asyncio.Event = request.state.stopping
    async with (
        resources.bulletin.listen(f"turns:{conversation_id}") as news,
        resources.bulletin.listen(f"typing:{conversation_id}") as typing,
    ):
        while not stopping.is_set() and not await request.is_disconnected():
            turns = await resources.storage.history(conversation_id, after, _PAGE)
            for turn in turns:
                after = turn.number
                if turn.author == "advisor":
                    yield _event(turn, pushed=not _answers(turns, turn))
            if len(turns) == _PAGE:
                continue
            waits = {
                asyncio.create_task(news.wait(_LOOK_EVERY)): "news",
                asyncio.create_task(typing.wait(_LOOK_EVERY)): "typing",
            }
            done, rest = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
            if any(waits[task] == "typing" and task.result() for task in done):
                yield "event: typing\ndata: {}\n\n"
            else:
                yield ": here\n\n"


def _answers(turns: list[Turn], turn: Turn) -> bool:
    """Whether this turn answers a message: the turn before it is the investor's."""
    return any(other.number == turn.number - 1 and other.author == "investor" for other in turns)


def _event(turn: Turn, *, pushed: bool) -> str:
    kind = "push" if pushed else "blocks"
    return f"id: {turn.number}\nevent: {kind}\ndata: {json.dumps(reply_of(turn))}\n\n"
