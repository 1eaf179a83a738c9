"""What routes are given: the container, and who is asking."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from advisor.container import Container
from advisor.domain.errors import Unauthorised
from advisor.ports.storage import ChatSession

_bearer = HTTPBearer(auto_error=False, description="The token of POST /api/v1/chat/sessions")


def container_of(request: Request) -> Container:
    """The application's resources."""
    container: Container = request.app.state.container
    return container


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


Resources = Annotated[Container, Depends(container_of)]


async def session_of(
    resources: Resources, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> ChatSession:
    """The chat session whose token came with the request.

    Raises:
        Unauthorised: without a token, or with one that is unknown or expired.
    """
    if credentials is None:
        raise Unauthorised("Please send the session's token as a Bearer token.")
    session = await resources.storage.session(token_hash(credentials.credentials), resources.clock.now())
    if session is None:
        raise Unauthorised("This session is unknown or has expired. Please start a new one.")
    return session


Session = Annotated[ChatSession, Depends(session_of)]
