"""The server: the CSV of a graph, by series, on a free local port, in a thread."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

Rows = dict[str, str]


class FredServer:
    """Serves `series` by id; `every` (status, body) takes precedence.

    `header` is the name of the date column, which FRED has changed. `asked` lists the queries.
    """

    def __init__(self) -> None:
        self.series: dict[str, Rows] = {}
        self.header = "observation_date"
        self.every: tuple[int, bytes] | None = None
        self.release = threading.Event()
        self.held = False
        self.asked: list[dict[str, str]] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> FredServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, target: str) -> tuple[int, bytes]:
        """Status and body for a path with its query."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(query)
        if self.held:
            self.release.wait(60)
        if self.every is not None:
            return self.every
        name = query.get("id", "")
        if parts.path == "/graph/fredgraph.csv" and name in self.series:
            first = query.get("cosd", "")
            return 200, self._csv(name, {day: value for day, value in self.series[name].items() if day >= first})
        return 404, b"<!DOCTYPE html><html>not here</html>"

    def _csv(self, column: str, rows: Rows) -> bytes:
        return "".join(f"{day},{value}\n" for day, value in {self.header: column, **rows}.items()).encode()


def _handler(server: FredServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, body = server.answer(self.path)
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/csv" if status == 200 else "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client gave up waiting, as some tests want it to

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
            """Silent: a test's output is its own."""

    return Handler
