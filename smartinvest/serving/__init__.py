"""Serving an ASGI application the way our processes live and end."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import socket
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, Literal

import uvicorn

from advisor.domain.errors import SmartInvestError

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope

    from advisor.config import Settings


def serve_http(factory: str, settings: Settings) -> None:
    """Serve the ASGI application that `factory` ("module:function") makes. The port opens once its lifespan has started.

    An application whose lifespan state holds an `asyncio.Event` named "stopping" has it set before connections are waited for, so
    that streams can end by themselves. Addresses are not logged: an access log is a proxy's work, and would hold people's ids.

    Raises:
        SmartInvestError: what the application raised while it opened, so that it ends in one line and not in a trace.
    """
    config = uvicorn.Config(
        factory,
        factory=True,
        http=_protocol(),
        host=settings.host,
        port=settings.port,
        lifespan="on",
        ws="none",  # news travels by server-sent events; what is not there cannot be attacked
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # believing X-Forwarded-For from anyone would let anyone choose his address
        limit_concurrency=2_000,
        backlog=1_024,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=64 * 1024,  # where httptools is not to be had
    )
    logging.getLogger("uvicorn.error").addFilter(_worth_a_line)
    config.load()
    opening = _Opening(config.loaded_app)
    config.loaded_app = opening
    try:
        _Server(config).run()
    except SystemExit:
        if opening.error is not None:
            raise opening.error from None
        raise


def _protocol() -> type[asyncio.Protocol] | Literal["auto"]:
    """How HTTP is read: within bounds, where the parser that has them is installed."""
    if importlib.util.find_spec("httptools") is None:
        return "auto"
    from smartinvest.serving.patience import BoundedHttp

    return BoundedHttp


def _worth_a_line(record: logging.LogRecord) -> bool:
    """Whether a line tells the operator something. What strangers send is not his fault, and must not fill his disk."""
    noise = ("Invalid HTTP request", "Unsupported upgrade request", "No supported WebSocket library")
    return not record.getMessage().startswith(noise)


class _Server(uvicorn.Server):
    """Tells the application that the end is near before it waits for connections to close."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        stopping = self.lifespan.state.get("stopping")
        if stopping is not None:
            stopping.set()
        await super().shutdown(sockets)


class _Opening:
    """Remembers an error of ours that stopped the application from opening; others keep their trace in the log."""

    def __init__(self, application: ASGI3Application) -> None:
        self._application = application
        self.error: SmartInvestError | None = None

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "lifespan":
            await self._application(scope, receive, send)
            return
        failed: list[MutableMapping[str, Any]] = []

        async def held(message: Any) -> None:
            """The frameworks report a failure before they raise it: wait for what is raised."""
            if message["type"] == "lifespan.startup.failed":
                failed.append(message)
            else:
                await send(message)

        try:
            await self._application(scope, receive, held)
        except SmartInvestError as error:
            self.error = error
            logging.getLogger("uvicorn.error").disabled = True  # we say it ourselves, in one line
            await send({"type": "lifespan.startup.failed", "message": ""})
            raise
        except BaseException:
            for message in failed:
                await send(message)  # type: ignore[arg-type]  # as the framework sent it
            raise
