"""A local server of real HTTP on a free port, in a thread: the base of those that speak a source's protocol."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self


@dataclass(frozen=True)
class Answer:
    """What is sent. `release` holds it back until the event is set (or the server closes).

    `missing` announces that many bytes more than are sent: a body cut short on the way.
    """

    status: int = 200
    body: bytes = b""
    media_type: str = "application/json;charset=utf-8"
    release: threading.Event | None = None
    headers: tuple[tuple[str, str], ...] = ()
    missing: int = 0

    @staticmethod
    def of(body: Any, status: int = 200) -> Answer:
        """A JSON answer; plain text where the body is text."""
        if isinstance(body, str):
            return Answer(status, body.encode(), "text/plain")
        return Answer(status, json.dumps(body).encode())


class LocalServer:
    """Serves what `answer` says while it is entered. The headers `always` go along with every answer."""

    always: ClassVar[tuple[tuple[str, str], ...]] = ()

    def __init__(self) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for answer in self.fixed():
            if answer.release is not None:
                answer.release.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, target: str) -> Answer:
        """What is sent for a path with its query."""
        raise NotImplementedError

    def fixed(self) -> Iterable[Answer]:
        """The answers that were set by hand: those held back are let go at the end."""
        return ()


def _handler(server: LocalServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._drain()  # yfinance sends the consent form's fields along when it follows up with a GET
            answer = server.answer(self.path)
            if answer.release is not None:
                answer.release.wait(60)
            self._send(answer)

        def do_POST(self) -> None:
            self._drain()
            self._send(Answer(200, b"", "text/html"))

        def _drain(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def _send(self, answer: Answer) -> None:
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.media_type)
                self.send_header("Content-Length", str(len(answer.body) + answer.missing))
                for name, value in (*answer.headers, *server.always):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)
                self.close_connection = self.close_connection or answer.missing > 0
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client gave up waiting, as some tests want it to

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
            """Silent: a test's output is its own."""

    return Handler
