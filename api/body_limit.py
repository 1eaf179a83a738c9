"""Bounds on what is read from a client, before anything is parsed."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import plain

MAX_TEXT = 16 * 1024
# A text of 16 KiB may be written with six bytes for each of its own ("\u0000"), plus the rest of the body.
MAX_BODY = 6 * MAX_TEXT + 8 * 1024
# Who sends slower than this holds a connection for nothing.
BODY_SECONDS = 20.0


def check_text(text: str) -> None:
    """Raise 413 for a text above 16 KiB."""
    if len(text.encode("utf-8", "replace")) > MAX_TEXT:
        raise HTTPException(413)


class BodyLimit:
    """Answers 413 to a body above the limit, whether its length was announced or not, and 408 to one that does not come."""

    def __init__(self, app: ASGIApp, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what it brings."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if len(announced) > 18 or (announced.isdigit() and int(announced) > MAX_BODY):
            await plain(413)(scope, receive, send)
            return
        until = asyncio.get_running_loop().time() + self._seconds
        read, whole = 0, False

        async def counted() -> Message:
            nonlocal read, whole
            if whole:  # what comes now is the end of the connection, and that may take its time
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, headers={"Connection": "close"}) from None
            read += len(message.get("body", b""))
            if read > MAX_BODY:
                raise HTTPException(413)
            whole = not message.get("more_body", False)
            return message

        await self._app(scope, counted, send)
