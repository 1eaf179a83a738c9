"""Bounds on what is read from a client, before anything is parsed."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import envelope

MAX_TEXT = 16 * 1024
# A text of 16 KiB may be written with six bytes for each of its own ("\u0000"), plus the rest of the body.
MAX_BODY = 6 * MAX_TEXT + 8 * 1024


def check_text(text: str) -> None:
    """Raise 413 for a text above 16 KiB."""
    if len(text.encode("utf-8", "replace")) > MAX_TEXT:
        raise HTTPException(413)


class BodyLimit:
    """Answers 413 to a body above the limit, whether its length was announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what it brings."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > MAX_BODY:
            await envelope(413, "content_too_large", "This message is too large.")(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MAX_BODY:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
