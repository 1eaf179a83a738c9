"""The server: the CSV of a graph, by series, on a free local port, in a thread."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.local_http import Answer, LocalServer

Rows = dict[str, str]


class FredServer(LocalServer):
    """Serves `series` by id; `every` takes precedence.

    `header` is the name of the date column, which FRED has changed. `asked` lists the queries.
    """

    def __init__(self) -> None:
        super().__init__()
        self.series: dict[str, Rows] = {}
        self.header = "observation_date"
        self.every: Answer | None = None
        self.asked: list[dict[str, str]] = []

    def fixed(self) -> tuple[Answer, ...]:
        """The one answer that stands for every one."""
        return (self.every,) if self.every is not None else ()

    def answer(self, target: str) -> Answer:
        """What is sent for a path with its query."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(query)
        if self.every is not None:
            return self.every
        name = query.get("id", "")
        if parts.path == "/graph/fredgraph.csv" and name in self.series:
            first = query.get("cosd", "")
            return self._csv(name, {day: value for day, value in self.series[name].items() if day >= first})
        return Answer(404, b"<!DOCTYPE html><html>not here</html>", "text/html")

    def _csv(self, column: str, rows: Rows) -> Answer:
        lines = (f"{day},{value}\n" for day, value in {self.header: column, **rows}.items())
        return Answer(200, "".join(lines).encode(), "application/csv")
