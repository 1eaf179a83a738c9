"""The server: chart API, cookie and crumb, on a free local port, in a thread."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.yahoo_server.charts import Body, cut, error_body

_CHART = "/v8/finance/chart/"


@dataclass(frozen=True)
class Answer:
    """A fixed answer instead of a chart. `release` holds it back until the event is set (or the server closes)."""

    status: int = 200
    body: bytes = b""
    media_type: str = "application/json;charset=utf-8"
    release: threading.Event | None = None

    @staticmethod
    def of(body: Any, status: int = 200) -> Answer:
        """A JSON answer."""
        return Answer(status, json.dumps(body).encode())


_NOT_HERE = Answer(404, b"<html>not here</html>", "text/html")
_ELSEWHERE = {
    "/v1/test/getcrumb": Answer(200, b"local.crumb", "text/plain"),
    "/consent": Answer(
        200, b'<form><input name="csrfToken" value="t"><input name="sessionId" value="s"></form>', "text/html"
    ),
}


class YahooServer:
    """Serves `charts` by symbol; `answers` by symbol take precedence, `every` precedes all of them.

    `elsewhere` answers whatever is not a chart (cookies, consent, crumb). `asked` and `others` list what
    was asked for: symbols of charts, paths of the rest.
    """

    def __init__(self, charts: dict[str, Body] | None = None) -> None:
        self.charts = charts or {}
        self.answers: dict[str, Answer] = {}
        self.every: Answer | None = None
        self.elsewhere: Answer | None = None
        self.asked: list[str] = []
        self.others: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> YahooServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for answer in (*self.answers.values(), self.every, self.elsewhere):
            if answer is not None and answer.release is not None:
                answer.release.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, target: str) -> Answer:
        """What is sent for a path with its query."""
        parts = urlsplit(target)
        if not parts.path.startswith(_CHART):
            self.others.append(parts.path)
            return self.elsewhere or _ELSEWHERE.get(parts.path, _NOT_HERE)
        symbol = unquote(parts.path.removeprefix(_CHART))
        self.asked.append(symbol)
        if self.every is not None:
            return self.every
        if symbol in self.answers:
            return self.answers[symbol]
        if symbol not in self.charts:
            return Answer.of(error_body("Not Found", "No data found, symbol may be delisted"), 404)
        query = parse_qs(parts.query)
        if "period1" not in query:
            return Answer.of(cut(self.charts[symbol], 0, 2**40))
        return Answer.of(cut(self.charts[symbol], int(query["period1"][0]), int(query["period2"][0])))


def _handler(server: YahooServer) -> type[BaseHTTPRequestHandler]:
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
                self.send_header("Content-Length", str(len(answer.body)))
                self.send_header("Set-Cookie", "A3=local; Path=/")
                self.end_headers()
                self.wfile.write(answer.body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client gave up waiting, as some tests want it to

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
            """Silent: a test's output is its own."""

    return Handler
