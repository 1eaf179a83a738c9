"""A person's own data: who is asking, everything that is stored, and its removal; sign-ins and consents."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response

from advisor.container import Container
from advisor.domain.delivery import Occurrence
from advisor.domain.errors import NotFound
from advisor.domain.identity import ConsentKind
from advisor.domain.personal_data import ZIP
from advisor.services.people import Export
from api.deps import Conversing, Owner, Owning, Resources
from api.errors import described
from api.idempotency import OnceOnly
from api.me_schemas import (
    ChannelBody,
    ConsentBody,
    ConsentsBody,
    ConsentsRequest,
    ExportBody,
    MeBody,
    SignInBody,
    SignInsBody,
)

router = APIRouter(prefix="/api/v1/me", tags=["me"])
_ATTACHED = 'attachment; filename="{name}"'
SignInId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


@router.get("", responses=described(401, 500, 503))
async def me(owner: Owner, resources: Resources) -> MeBody:
    """The user behind the token: an account, or a visitor without one; and how he or she is known."""
    account = await resources.storage.account(owner.user_id)
    known = await resources.people.known(owner.user_id)
    return MeBody(
        id=owner.user_id,
        email=account.email if account else None,
        registered_at=account.created_at if account else None,
        signed_in_by="session" if owner.conversation_id else "account",
        locale=await _locale(owner, resources),
        channels=[ChannelBody(channel=it.channel, reachable=it.reachable) for it in known.identities],
        consents=[_consent(it) for it in known.consents],
        sessions=known.sign_ins,
    )


@router.get(
    "/export",
    response_model=None,
    responses={
        200: {"content": {ZIP: {}, "application/json": {"schema": ExportBody.model_json_schema()}}},
        **described(401, 422, 500, 503),
    },
)
async def export(owner: Owner, resources: Resources, accept: Annotated[str, Header()] = ZIP) -> Response:
    """Everything that is stored of the user: a zip file with JSON, a CSV file a theme and a page that explains them.

    With `Accept: application/json` the JSON alone.
    """
    made = await resources.people.export(owner.user_id, await _locale(owner, resources) or "en")
    if accept.split(",")[0].split(";")[0].strip().lower() == "application/json":
        body = ExportBody(at=made.at, tables=made.everything)
        return Response(body.model_dump_json(), media_type="application/json", headers=_named(made, "json"))
    return Response(made.archive, media_type=ZIP, headers=_named(made, "zip"))


@router.delete("", status_code=204, responses=described(401, 500, 503))
async def erase(owner: Owner, resources: Resources) -> Response:
    """Remove the user with all that is his or hers, on every channel, and the key to it. The token ends with it."""
    await resources.people.erase(owner.user_id)
    return Response(status_code=204)


@router.get("/sessions", responses=described(401, 500, 503))
async def sessions(owner: Owner, resources: Resources) -> SignInsBody:
    """Where the user is signed in, newest first."""
    found = await resources.people.sign_ins(owner.user_id)
    fields = ("id", "kind", "created_at", "expires_at")
    listed: list[dict[str, Any]] = [{name: getattr(it, name) for name in fields} for it in found]
    return SignInsBody(sessions=[SignInBody(**it, current=it["id"] == owner.sign_in) for it in listed])


@router.delete("/sessions/{session_id}", status_code=204, responses=described(401, 404, 422, 500, 503))
async def end_session(session_id: SignInId, owner: Owner, resources: Resources) -> Response:
    """End a sign-in with all its tokens, at once."""
    if not await resources.people.end_sign_in(owner.user_id, session_id):
        raise NotFound("There is no such session.")
    return Response(status_code=204)


@router.get("/consents", responses=described(401, 500, 503))
async def consents(owner: Owner, resources: Resources) -> ConsentsBody:
    """What the user agreed to or took back."""
    return await _standing(owner, resources)


@router.put(
    "/consents",
    response_model=ConsentsBody,
    responses=described(401, 404, 408, 409, 413, 422, 500, 503),
)
async def agree(
    body: ConsentsRequest, owner: Owner, conversation_id: Conversing, resources: Resources, once: OnceOnly
) -> Response:
    """Agree to something, or take it back. Every change is kept with its date and the version of the words."""

    async def work() -> ConsentsBody:
        if body.language_model is not None:
            await resources.people.consent(owner.user_id, ConsentKind.LANGUAGE_MODEL, given=body.language_model)
        if body.messages is not None:
            await _messages(conversation_id, owner, resources, wished=body.messages)
        return await _standing(owner, resources)

    return await once.answer(body, work)


async def _messages(conversation_id: str, owner: Owning, resources: Container, *, wished: bool) -> None:
    """The talk itself has to know whether something may be sent unasked; what stands already is not said again."""
    standing = {it.kind: it.given for it in await resources.people.consents(owner.user_id)}
    if standing.get(ConsentKind.MESSAGES) is wished:
        return
    await resources.people.consent(owner.user_id, ConsentKind.MESSAGES, given=wished)
    kind = "wake" if wished else "quiet"
    key = f"consent:{kind}:{resources.clock.now().isoformat()}"
    await resources.dialogue.happen(conversation_id, Occurrence(key, kind))


async def _standing(owner: Owning, resources: Container) -> ConsentsBody:
    return ConsentsBody(consents=[_consent(it) for it in await resources.people.consents(owner.user_id)])


def _consent(standing: object) -> ConsentBody:
    return ConsentBody.model_validate(standing, from_attributes=True)


async def _locale(owner: Owning, resources: Container) -> str | None:
    """The language of the talk, wherever it is held."""
    conversation_id = owner.conversation_id
    if conversation_id is None:
        found = [it.conversation_id for it in await resources.storage.identities(owner.user_id)]
        conversation_id = next((it for it in found if it is not None), None)
    conversation = await resources.storage.conversation(conversation_id) if conversation_id else None
    return None if conversation is None else str(conversation.state.get("locale", "en"))


def _named(made: Export, ending: str) -> dict[str, str]:
    return {"Content-Disposition": _ATTACHED.format(name=f"{made.name.removesuffix('.zip')}.{ending}")}
