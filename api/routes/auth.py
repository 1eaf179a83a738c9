"""Accounts: register, sign in, refresh, sign out."""

from __future__ import annotations

import secrets
from dataclasses import replace

from fastapi import APIRouter, Request, Response

from advisor.domain.errors import Conflict, Unauthorised
from advisor.ports.identity_storage import ChatSession
from advisor.services.accounts import SignedIn
from api.account_schemas import Credentials, NewCredentials, RefreshRequest, TokensBody
from api.deps import SESSION_LIFETIME, MaybeOwner, Resources, is_access_token, token_hash
from api.deps import Credentials as Bearer
from api.errors import described

router = APIRouter(prefix="/api/v1/auth", tags=["accounts"])


@router.post(
    "/register",
    status_code=201,
    response_model_exclude_none=True,
    responses=described(401, 404, 408, 409, 413, 422, 429, 500, 503),
)
async def register(
    body: NewCredentials, request: Request, visitor: MaybeOwner, bearer: Bearer, resources: Resources
) -> TokensBody:
    """Make an account. With the Bearer token of a chat session, what the visitor made there belongs to the account.

    That token ends; `session_token` takes its place.
    """
    user = visitor.user_id if visitor else None
    chat = bearer.credentials if bearer and visitor and visitor.conversation_id else None
    password = body.password.get_secret_value()
    return _body(await resources.accounts.register(body.email, password, _from(request), user, chat))


@router.post(
    "/login", response_model_exclude_none=True, responses=described(401, 404, 408, 409, 413, 422, 429, 500, 503)
)
async def login(
    body: Credentials, request: Request, visitor: MaybeOwner, bearer: Bearer, resources: Resources
) -> TokensBody:
    """Sign in. A wrong password and an unknown address are answered alike.

    With the Bearer token of a chat session, what the visitor said and made there moves into the account. That token ends;
    `session_token` takes its place.
    """
    signed_in = await resources.accounts.sign_in(body.email, body.password.get_secret_value(), _from(request))
    if visitor is None or visitor.conversation_id is None or bearer is None:
        return _body(signed_in)
    try:
        home = await resources.signing_in.take_in(signed_in.user_id, visitor.user_id, visitor.conversation_id)
    except Conflict:
        await resources.accounts.sign_out(signed_in.refresh_token)
        raise
    # A new token at every sign-in: whoever knew the old one does not get into the account by it.
    fresh = secrets.token_urlsafe(32)
    session = ChatSession(secrets.token_hex(16), signed_in.user_id, home, resources.clock.now() + SESSION_LIFETIME)
    await resources.storage.add_session(session, token_hash(fresh))
    await resources.storage.end_session(token_hash(bearer.credentials))
    return _body(replace(signed_in, session_token=fresh))


@router.post("/refresh", response_model_exclude_none=True, responses=described(401, 408, 413, 422, 500, 503))
async def refresh(body: RefreshRequest, resources: Resources) -> TokensBody:
    """New tokens for a refresh token, which is used up. Used twice, it ends every token of its sign-in."""
    return _body(await resources.accounts.refresh(body.refresh_token.get_secret_value()))


@router.post("/logout", status_code=204, responses=described(401, 408, 413, 422, 500, 503))
async def logout(resources: Resources, bearer: Bearer, body: RefreshRequest | None = None) -> Response:
    """End a sign-in with all its tokens: the one of the refresh token in the body, else the one of the access token."""
    if body is not None:
        await resources.accounts.sign_out(body.refresh_token.get_secret_value())
    elif bearer is not None and is_access_token(bearer.credentials):
        await resources.accounts.sign_out_by_access(bearer.credentials)
    else:
        raise Unauthorised("Please send the refresh token in the body, or the access token as a Bearer token.")
    return Response(status_code=204)


def _from(request: Request) -> str:
    """The address that a request came from; behind a proxy, the proxy's."""
    return request.client.host if request.client else "unknown"


def _body(signed_in: SignedIn) -> TokensBody:
    return TokensBody(
        access_token=signed_in.access_token,
        refresh_token=signed_in.refresh_token,
        expires_in=signed_in.expires_in,
        session_token=signed_in.session_token,
    )
