"""The chat over HTTP: sessions, messages, history and pictures."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response

from advisor.domain.delivery import Recipient
from advisor.domain.errors import NotFound
from advisor.domain.message import Channel, Inbound, Turn, Visitor
from advisor.ports.identity_storage import ChatSession
from api.body_limit import check_text
from api.deps import SESSION_LIFETIME, Conversing, Owner, Resources, token_hash
from api.errors import described
from api.schemas import ID, HistoryBody, MessageRequest, ReplyBody, SessionBody, SessionRequest, TurnBody

router = APIRouter(prefix="/api/v1/chat", tags=["chat"])
_MEDIA = {"svg": "image/svg+xml", "png": "image/png"}


@router.post("/sessions", status_code=201, responses=described(408, 413, 422, 500, 503))
async def open_session(resources: Resources, body: SessionRequest | None = None) -> SessionBody:
    """Begin a conversation: the greeting, which asks for the goal, and the token that owns all that follows."""
    asked = body or SessionRequest()
    session_id, token = secrets.token_hex(16), secrets.token_urlsafe(32)
    visitor = Visitor(asked.locale, asked.timezone, asked.currency)
    conversation = await resources.dialogue.open(Channel.WEB, session_id, visitor)
    session = ChatSession(session_id, conversation.user_id, conversation.id, resources.clock.now() + SESSION_LIFETIME)
    await resources.storage.add_session(session, token_hash(token))
    (greeting,) = await resources.storage.history(conversation.id, 0, 1)
    return SessionBody(session_id=session_id, token=token, expires_at=session.expires_at, **reply_of(greeting))


@router.post("/messages", responses=described(401, 409, 408, 413, 422, 500, 503))
async def send_message(
    body: MessageRequest, conversation_id: Conversing, owner: Owner, resources: Resources
) -> ReplyBody:
    """Say something, and get the whole turn. The same `client_id` again gives the same body and has no second effect."""
    if body.text is not None:
        check_text(body.text)
    choice = (body.choice,) if isinstance(body.choice, str) else tuple(body.choice) if body.choice is not None else None
    inbound = Inbound(external_id=body.client_id, text=body.text, choice=choice)
    here = Recipient(Channel.WEB, owner.sign_in)
    turn = await resources.dialogue.handle(conversation_id, inbound, reply_to=here)
    return ReplyBody(**reply_of(turn))


@router.get("/history", responses=described(401, 422, 500, 503), response_model_exclude_none=True)
async def history(
    conversation_id: Conversing,
    resources: Resources,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Turns after this one")] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> HistoryBody:
    """What was said, in order."""
    turns = await resources.storage.history(conversation_id, after, limit)
    return HistoryBody(turns=[_entry(turn) for turn in turns])


@router.get(
    "/charts/{chart_id}.{kind}",
    response_class=Response,
    responses={200: {"content": {media: {} for media in _MEDIA.values()}}, **described(401, 404, 422, 500, 503)},
)
async def chart(
    chart_id: Annotated[str, Path(pattern=ID)],
    kind: Literal["svg", "png"],
    owner: Owner,
    resources: Resources,
    theme: Annotated[Literal["auto", "light", "dark"], Query()] = "auto",
) -> Response:
    """A picture, for its owner only."""
    spec = await resources.storage.chart(owner.user_id, chart_id)
    if spec is None:
        raise NotFound("There is no such picture.")
    picture = await resources.charts.draw(spec, kind, theme)
    return Response(picture, media_type=_MEDIA[kind], headers={"Cache-Control": "private, max-age=86400"})


def reply_of(turn: Turn) -> dict[str, Any]:
    """The parts of an advisor's turn that clients see at once."""
    return {"turn": turn.number, "blocks": list(turn.blocks or ()), "expects": turn.expects}


def _entry(turn: Turn) -> TurnBody:
    choice: str | list[str] | None = None
    if turn.choice is not None:
        choice = turn.choice[0] if len(turn.choice) == 1 else list(turn.choice)
    return TurnBody(
        turn=turn.number,
        author=turn.author,
        at=turn.at,
        text=turn.text,
        choice=choice,
        blocks=None if turn.blocks is None else list(turn.blocks),
        expects=turn.expects,
    )
