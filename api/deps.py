"""What routes are given: the container, and who is asking."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from advisor.container import Container
from advisor.domain.errors import Unauthorised
from api.rate_limits import spend_for_user

_bearer = HTTPBearer(
    auto_error=False,
    description="The token of POST /api/v1/chat/sessions, or the access token of POST /api/v1/auth/login",
)
_DOTS_OF_A_JWT = 2  # a session's token has none
SESSION_LIFETIME = timedelta(days=90)
"""How long a chat session's token is good for."""


@dataclass(frozen=True, slots=True)
class Owning:
    """Who is asking: a visitor by his session, whose conversation is then known, or a user by his account's access token.

    The token holds until `expires_at`; `sign_in` is the id of the sign-in that it belongs to.
    """

    user_id: str
    expires_at: datetime
    sign_in: str
    conversation_id: str | None = None


async def container_of(request: Request) -> Container:
    """The application's resources. A coroutine because FastAPI sends every other function to a thread and back."""
    container: Container = request.app.state.container
    return container


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_access_token(token: str) -> bool:
    """Whether a bearer token is an account's access token, by its form."""
    return token.count(".") == _DOTS_OF_A_JWT


Resources = Annotated[Container, Depends(container_of)]
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def maybe_owner(request: Request, resources: Resources, credentials: Credentials) -> Owning | None:
    """Whose token came with the request, None if none came.

    Raises:
        Unauthorised: for a token that is unknown or expired.
        TooManyAttempts: if its owner has used up what may be asked for.
    """
    if credentials is None:
        return None
    owner = await _owner_of_token(resources, credentials.credentials)
    await spend_for_user(request, resources, owner.user_id)
    return owner


async def _owner_of_token(resources: Container, token: str) -> Owning:
    if is_access_token(token):
        claims = await resources.accounts.holder(token)
        return Owning(claims.user_id, claims.expires_at, claims.family)
    session = await resources.storage.session(token_hash(token), resources.clock.now())
    if session is None:
        raise Unauthorised("This session is unknown or has expired. Please start a new one.")
    return Owning(session.user_id, session.expires_at, session.id, session.conversation_id)


MaybeOwner = Annotated[Owning | None, Depends(maybe_owner)]


async def owner_of(found: MaybeOwner) -> Owning:
    """Who is asking.

    Raises:
        Unauthorised: without a token.
    """
    if found is None:
        raise Unauthorised("Please send the token of a session or an account as a Bearer token.")
    return found


Owner = Annotated[Owning, Depends(owner_of)]


async def conversation_of(owner: Owner, resources: Resources) -> str:
    """The conversation of whoever is asking; the first word of an account that never talked opens it.

    Raises:
        NotFound: if there is no such user any more.
    """
    if owner.conversation_id is not None:
        return owner.conversation_id
    return await resources.signing_in.home(owner.user_id)


Conversing = Annotated[str, Depends(conversation_of)]
