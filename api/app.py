"""The HTTP application: routes, errors, and the resources it holds while it lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from advisor.config import Settings, load_settings
from advisor.container import open_container
from api import errors
from api.body_limit import BodyLimit
from api.manners import Manners
from api.rate_limits import AddressLimits
from api.routes import (
    analytics,
    auth,
    chat,
    documents,
    feedback,
    goals,
    health,
    links,
    me,
    plans,
    profile,
    stocks,
    stream,
    telegram,
    web,
)

_DESCRIPTION = """An investment advisor people talk to. It advises; it never trades and never holds money.

Private routes take `Authorization: Bearer <token>` with the token of `POST /api/v1/chat/sessions`, or with the access token of
`POST /api/v1/auth/login`. Writes take an `Idempotency-Key`: sent again with the same key, they have no second effect. Errors come
as `{"error": {"code", "message", "field?", "details?"}}`."""

_ROUTES = (
    *(chat, documents, stream),
    *(auth, me, links, feedback, profile),
    *(goals, plans, analytics, stocks),
    *(telegram, health, web),
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application. Its resources are opened when it starts and closed when it ends."""
    chosen = settings or load_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with open_container(chosen) as container:
            app.state.container = container
            await container.warm()
            fetching = asyncio.create_task(container.fetch_market())
            # The server sets "stopping" before it waits for connections, so that streams can end by themselves.
            yield {"stopping": asyncio.Event()}
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)

    app = FastAPI(
        title="SmartInvest",
        version="0.1.0",
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own pages load their scripts from other sites
        redoc_url=None,
        redirect_slashes=False,  # an address with a slash too many is a 404, and not a redirect to where the caller says we are
    )
    for module in _ROUTES:
        app.include_router(module.router)
    errors.install(app)
    _add_middleware(app, chosen)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # FastAPI's documented way to adjust the document
    return app


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """What every request passes, the last one first."""
    app.add_middleware(BodyLimit)
    app.add_middleware(AddressLimits, settings=settings)
    app.add_middleware(Manners)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.allowed_origins),
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
        max_age=600,
    )


def _openapi(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document without its own validation-error schemas, which are never sent: ours are."""
    document = FastAPI.openapi(app)
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    return document
