"""The server: charts, quotes, search, statements, cookie and crumb, on a free local port, in a thread."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from tests.yahoo_server.bodies import found, quote_of, statements
from tests.yahoo_server.charts import Body, cut, error_body
from tests.yahoo_server.recorded import Recordings, target_of


@dataclass(frozen=True)
class Answer:
    """A fixed answer instead of data. `release` holds it back until the event is set (or the server closes).

    `missing` announces that many bytes more than are sent: a body cut short on the way.
    """

    status: int = 200
    body: bytes = b""
    media_type: str = "application/json;charset=utf-8"
    release: threading.Event | None = None
    retry_after: str | None = None
    missing: int = 0

    @staticmethod
    def of(body: Any, status: int = 200) -> Answer:
        """A JSON answer; plain text where the body is text."""
        if isinstance(body, str):
            return Answer(status, body.encode(), "text/plain")
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

    Quotes and search speak of the same charts, `figures` are statements by symbol; `data` by interface ("quote", "search",
    "statements", "summary") and subject takes precedence, and `recordings` precede what is made up. `elsewhere` answers
    what brings no data (cookies, consent, crumb). `asked` lists the symbols of charts, `requests` interface and subject of
    all data, `others` the paths of the rest.
    """

    def __init__(self, charts: dict[str, Body] | None = None, recordings: Recordings | None = None) -> None:
        self.charts = charts or {}
        self.recordings = recordings
        self.figures: dict[str, dict[str, list[tuple[str, str, float]]]] = {}
        self.data: dict[tuple[str, str], Answer] = {}
        self.requests: list[tuple[str, str]] = []
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
        for answer in (*self.answers.values(), *self.data.values(), self.every, self.elsewhere):
            if answer is not None and answer.release is not None:
                answer.release.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, target: str) -> Answer:
        """What is sent for a path with its query."""
        interface, subject, asked = target_of(target)
        if not interface:
            path = urlsplit(target).path
            self.others.append(path)
            return self.elsewhere or _ELSEWHERE.get(path, _NOT_HERE)
        self.requests.append((interface, subject))
        if interface == "chart":
            self.asked.append(subject)
        fixed = self.every or (self.answers if interface == "chart" else {}).get(subject)
        fixed = fixed or self.data.get((interface, subject))
        if fixed is not None:
            return fixed
        recorded = self.recordings.find(interface, subject, asked) if self.recordings is not None else None
        if recorded is not None:
            status, body = recorded
            return Answer.of(body, status)
        return self._chart(subject, asked) if interface == "chart" else self._made_up(interface, subject, asked)

    def _chart(self, symbol: str, asked: dict[str, str]) -> Answer:
        if symbol not in self.charts:
            return Answer.of(error_body("Not Found", "No data found, symbol may be delisted"), 404)
        if "period1" not in asked:
            return Answer.of(cut(self.charts[symbol], 0, 2**40))
        return Answer.of(cut(self.charts[symbol], int(asked["period1"]), int(asked["period2"])))

    def _made_up(self, interface: str, subject: str, asked: dict[str, str]) -> Answer:
        if interface == "search":
            return Answer.of(found(self.charts, subject))
        if interface == "statements":
            return Answer.of(statements(asked["type"].split(","), self.figures.get(subject, {})))
        if interface == "quote":
            known = subject in self.charts
            return Answer.of(
                quote_of(self.charts[subject]) if known else {"quoteResponse": {"result": [], "error": None}}
            )
        return _NOT_HERE


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
                self.send_header("Content-Length", str(len(answer.body) + answer.missing))
                if answer.retry_after is not None:
                    self.send_header("Retry-After", answer.retry_after)
                self.send_header("Set-Cookie", "A3=local; Path=/")
                self.end_headers()
                self.wfile.write(answer.body)
                self.close_connection = self.close_connection or answer.missing > 0
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client gave up waiting, as some tests want it to

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
            """Silent: a test's output is its own."""

    return Handler
