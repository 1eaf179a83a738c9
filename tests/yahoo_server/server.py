"""The server: charts, quotes, search, statements, cookie and crumb, on a free local port, in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.local_http import Answer, LocalServer
from tests.yahoo_server.bodies import found, quote_of, statements
from tests.yahoo_server.charts import Body, cut, error_body
from tests.yahoo_server.recorded import Recordings, target_of

_NOT_HERE = Answer(404, b"<html>not here</html>", "text/html")
_ELSEWHERE = {
    "/v1/test/getcrumb": Answer(200, b"local.crumb", "text/plain"),
    "/consent": Answer(
        200, b'<form><input name="csrfToken" value="t"><input name="sessionId" value="s"></form>', "text/html"
    ),
}


class YahooServer(LocalServer):
    """Serves `charts` by symbol; `answers` by symbol take precedence, `every` precedes all of them.

    Quotes and search speak of the same charts, `figures` are statements by symbol; `data` by interface ("quote", "search",
    "statements", "summary") and subject takes precedence, and `recordings` precede what is made up. `elsewhere` answers
    what brings no data (cookies, consent, crumb). `asked` lists the symbols of charts, `requests` interface and subject of
    all data, `others` the paths of the rest.
    """

    always = (("Set-Cookie", "A3=local; Path=/"),)

    def __init__(self, charts: dict[str, Body] | None = None, recordings: Recordings | None = None) -> None:
        super().__init__()
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

    def fixed(self) -> Iterator[Answer]:
        """The answers that were set by hand."""
        kept = (*self.answers.values(), *self.data.values(), self.every, self.elsewhere)
        return (answer for answer in kept if answer is not None)

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
