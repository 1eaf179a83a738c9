"""The server's reading of HTTP, with bounds that uvicorn leaves to a proxy: how long a request's head may be and may take."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0
HEAD_BYTES = 64 * 1024


class BoundedHttp(HttpToolsProtocol):
    """Closes a connection whose request line and headers do not come, or do not end.

    Without it, a few thousand silent connections would keep everybody else out, and headers without an end would fill the memory.
    """

    head_seconds = HEAD_SECONDS
    _read = 0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        self._read += len(data)
        super().data_received(data)
        if self._timer is not None and self._read > HEAD_BYTES:  # only where the head has still not ended
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._timer is None:
            self._expect_head()

    def on_headers_complete(self) -> None:
        self._head_done()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_done()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._read = 0
        self._timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _head_done(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
