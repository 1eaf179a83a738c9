"""The server: one path, a function in the query, errors with status 200, on a free local port, in a thread."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

INVALID_CALL = {
    "Error Message": "Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/)."
}
BAD_KEY = {"Error Message": "the parameter apikey is invalid or missing. Please claim your free API key."}


@dataclass(frozen=True)
class Answer:
    """A fixed answer. `release` holds it back until the event is set (or the server closes); `cut` ends it early."""

    status: int = 200
    body: bytes = b""
    media_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    release: threading.Event | None = None
    cut: bool = False


class AlphaVantageServer:
    """Serves `bodies` by function and subject (symbol, pair or keywords); `answers` by function take precedence.

    Without a body it answers as they do: an empty quote or overview, an invalid call for prices. Search looks through `names`
    (symbol, name, currency) where it has no body. `asked` lists the queries that came, without the key.
    """

    def __init__(self, key: str = "local-key-4711") -> None:
        self.key = key
        self.bodies: dict[tuple[str, str], Any] = {}
        self.answers: dict[str, Answer | Any] = {}
        self.names: list[tuple[str, str, str]] = []
        self.every: Answer | Any = None
        self.asked: list[dict[str, str]] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def functions(self) -> list[str]:
        """The functions asked for, in order."""
        return [query["function"] for query in self.asked]

    def __enter__(self) -> AlphaVantageServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for answer in (*self.answers.values(), self.every):
            if isinstance(answer, Answer) and answer.release is not None:
                answer.release.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, target: str) -> Answer:
        """What is sent for a path with its query."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        key = query.pop("apikey", "")
        self.asked.append(query)
        if parts.path != "/query":
            return Answer(404, b"<html>not here</html>", "text/html")
        found: Any = BAD_KEY if key != self.key else self._found(query)
        return found if isinstance(found, Answer) else Answer(body=json.dumps(found).encode())

    def _found(self, query: dict[str, str]) -> Any:
        if self.every is not None:
            return self.every
        function = query.get("function", "")
        subject = (
            query.get("symbol") or query.get("keywords") or query.get("from_symbol", query.get("from_currency", ""))
        )
        subject += query.get("to_symbol", query.get("to_currency", ""))
        narrow = f"{function} {query['outputsize']}" if "outputsize" in query else function
        for name in (narrow, function):
            if name in self.answers:
                return self.answers[name]
        nothing = {
            "GLOBAL_QUOTE": {"Global Quote": {}},
            "OVERVIEW": {},
            "SYMBOL_SEARCH": {"bestMatches": self._matches(subject)},
        }
        body = self.bodies.get((function, subject), nothing.get(function, INVALID_CALL))
        return _compact(body) if query.get("outputsize") == "compact" else body

    def _matches(self, text: str) -> list[dict[str, str]]:
        return [
            {"1. symbol": symbol, "2. name": name, "3. type": "Equity", "8. currency": currency}
            for symbol, name, currency in self.names
            if text.lower() in f"{symbol} {name}".lower()
        ]


def _compact(body: Any) -> Any:
    """The last 100 days of a series."""
    return {
        name: dict(sorted(value.items(), reverse=True)[:100]) if name.startswith("Time Series") else value
        for name, value in body.items()
    }


def _handler(server: AlphaVantageServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = server.answer(self.path)
            if answer.release is not None:
                answer.release.wait(60)
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.media_type)
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client gave up waiting, as some tests want it to
            self.close_connection = self.close_connection or answer.cut

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
            """Silent: a test's output is its own."""

    return Handler
