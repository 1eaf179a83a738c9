"""Linking two channels to one person: a code is offered on one, handed in on the other, and both sides agree."""

from __future__ import annotations

from fastapi import APIRouter, Response

from advisor.container import Container
from advisor.dialogue.personal import link_asked
from advisor.domain.delivery import Occurrence
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.identity import Link
from advisor.domain.message import Channel
from advisor.services.links import code_hash
from api.deps import Conversing, Owner, Resources
from api.errors import described
from api.idempotency import OnceOnly
from api.me_schemas import JoinedBody, JoinRequest, OfferBody, SettledBody

router = APIRouter(prefix="/api/v1/me/links", tags=["me"])
_NO_OFFER = "This code is unknown, used, expired, or your own."
_NO_WISH = "Nobody waits for a yes or a no here."


@router.post("", status_code=201, response_model=OfferBody, responses=described(401, 404, 409, 422, 500, 503))
async def offer(owner: Owner, conversation_id: Conversing, resources: Resources, once: OnceOnly) -> Response:
    """A code that serves once and for ten minutes. Handed in on Telegram, the talks become one once this side agrees."""

    async def work() -> OfferBody:
        made = await resources.links.offer(owner.user_id, conversation_id)
        return OfferBody(code=made.code, deep_link=made.deep_link, expires_at=made.expires_at)

    return await once.answer(None, work, 201)


@router.post(
    "/join",
    response_model=JoinedBody,
    responses=described(401, 404, 408, 409, 413, 422, 500, 503),
)
async def join(
    body: JoinRequest, owner: Owner, conversation_id: Conversing, resources: Resources, once: OnceOnly
) -> Response:
    """Hand in a code from the other side, which is then asked. Nothing changes before it says yes."""

    async def work() -> JoinedBody:
        link = await resources.links.find(code_hash(body.code), owner.user_id)
        if link is None:
            raise NotFound(_NO_OFFER, field="code")
        if await resources.links.both_registered(owner.user_id, link.user_id):
            raise Conflict("Both sides have an account of their own. Delete one of them first, and then link again.")
        joined = await resources.links.join(link.code_hash, conversation_id)
        side = await resources.links.side(link.conversation_id)
        if joined is None or side is None:
            raise NotFound(_NO_OFFER, field="code")
        await resources.dialogue.happen(joined.conversation_id, link_asked(joined, Channel.WEB))
        return JoinedBody(channel=side.channel, expires_at=joined.expires_at)

    return await once.answer(body, work)


@router.post("/confirm", response_model=SettledBody, responses=described(401, 404, 409, 422, 500, 503))
async def confirm(_owner: Owner, conversation_id: Conversing, resources: Resources, once: OnceOnly) -> Response:
    """Say yes to whoever handed in this side's code: the two talks become one, with everything that belongs to both."""

    async def work() -> SettledBody:
        link = await _waiting(conversation_id, resources)
        joining = await resources.links.side(link.joining) if link.joining else None
        if joining is None:
            raise NotFound(_NO_WISH)
        if joining.user_id != _owner.user_id and await resources.links.both_registered(_owner.user_id, joining.user_id):
            raise Conflict("Both sides have an account of their own. Delete one of them first, and then link again.")
        values = {"code_hash": link.code_hash}
        occurrence = Occurrence(f"link_confirmed:{link.code_hash}", "link_confirmed", values)
        await resources.dialogue.happen(conversation_id, occurrence)
        return SettledBody(status="linked")

    return await once.answer(None, work)


@router.post("/refuse", response_model=SettledBody, responses=described(401, 404, 409, 422, 500, 503))
async def refuse(_owner: Owner, conversation_id: Conversing, resources: Resources, once: OnceOnly) -> Response:
    """Say no: the code is void, and nothing is linked."""

    async def work() -> SettledBody:
        link = await _waiting(conversation_id, resources)
        values = {"code_hash": link.code_hash}
        occurrence = Occurrence(f"link_refused:{link.code_hash}", "link_refused", values)
        await resources.dialogue.happen(conversation_id, occurrence)
        return SettledBody(status="refused")

    return await once.answer(None, work)


async def _waiting(conversation_id: str, resources: Container) -> Link:
    link = await resources.links.joined(conversation_id)
    if link is None:
        raise NotFound(_NO_WISH)
    return link
