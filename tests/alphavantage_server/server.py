"""The server: one path, a function in the query, errors with status 200, on a free local port, in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.local_http import Answer, LocalServer

INVALID_CALL = {
    "Error Message": "Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/)."
}
BAD_KEY = {"Error Message": "the parameter apikey is invalid or missing. Please claim your free API key."}


class AlphaVantageServer(LocalServer):
    """Serves `bodies` by function and subject (symbol, pair or keywords); `answers` by function take precedence.

    Without a body it answers as they do: an empty quote or overview, an invalid call for prices. Search looks through `names`
    (symbol, name, currency) where it has no body. `asked` lists the queries that came, without the key.
    """

    def __init__(self, key: str = "local-key-4711") -> None:
        super().__init__()
        self.key = key
        self.bodies: dict[tuple[str, str], Any] = {}
        self.answers: dict[str, Answer | Any] = {}
        self.names: list[tuple[str, str, str]] = []
        self.every: Answer | Any = None
        self.asked: list[dict[str, str]] = []

    @property
    def functions(self) -> list[str]:
        """The functions asked for, in order."""
        return [query["function"] for query in self.asked]

    def fixed(self) -> Iterator[Answer]:
        """The answers that were set by hand."""
        return (answer for answer in (*self.answers.values(), self.every) if isinstance(answer, Answer))

    def answer(self, target: str) -> Answer:
        """What is sent for a path with its query."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        key = query.pop("apikey", "")
        self.asked.append(query)
        if parts.path != "/query":
            return Answer(404, b"<html>not here</html>", "text/html")
        found: Any = BAD_KEY if key != self.key else self._found(query)
        return found if isinstance(found, Answer) else Answer.of(found)

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
