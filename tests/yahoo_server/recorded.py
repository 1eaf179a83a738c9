"""The recorded exchanges beside the repository (../shared/data/yahoo), found by what was asked for. Nothing of them is copied."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Body = dict[str, Any]

INTERFACES = {
    "/v8/finance/chart/": "chart",
    "/v7/finance/quote": "quote",
    "/v10/finance/quoteSummary/": "summary",
    "/v1/finance/search": "search",
    "/ws/fundamentals-timeseries/v1/finance/timeseries/": "statements",
}


def target_of(url: str) -> tuple[str, str, dict[str, str]]:
    """What an address asks for: the interface ("" for none of those with data), the symbol or text, and the parameters."""
    parts = urlsplit(url)
    values = {key: found[0] for key, found in parse_qs(parts.query).items()}
    interface = next((name for start, name in INTERFACES.items() if parts.path.startswith(start)), "")
    subject = values.get("symbols") or values.get("q") or unquote(parts.path.rsplit("/", 1)[-1])
    return interface, subject, values


class Recordings:
    """Recorded answers by interface and subject. Those edited by their authors (`.fake`) are served by name only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[str, str], list[tuple[dict[str, str], int, Any]]] = {}
        for path in sorted(folder.glob("2025_*.json*")):
            request, response = self._read(path)["request"], self._read(path)["response"]
            interface, subject, asked = target_of(request["url"])
            if ".fake." not in path.name and asked.get("interval", "1d") == "1d" and "fields" not in asked:
                self._known.setdefault((interface, subject), []).append((asked, response["status"], _body(response)))

    def named(self, name: str) -> tuple[int, Any]:
        """Status and body of one file."""
        response = self._read(self._folder / name)["response"]
        return response["status"], _body(response)

    def reported(self, name: str) -> tuple[int, Any]:
        """Status and body (JSON, or plain text) of an error that people have reported."""
        item = self._read(self._folder / "errors_reported.json")[name]
        return item["status"], item.get("body", item.get("body_text"))

    def subjects(self, interface: str) -> list[str]:
        """What was asked for at an interface."""
        return [subject for known, subject in self._known if known == interface]

    def find(self, interface: str, subject: str, asked: dict[str, str]) -> tuple[int, Any] | None:
        """The recorded answer: of several charts the one whose span is nearest, of statements the kinds asked for."""
        found = self._known.get((interface, subject))
        if not found:
            return None
        if interface == "statements":
            return 200, _statements([body for _, _, body in found], asked["type"].split(","))
        wanted = int(asked.get("period1", 2**40))
        _, status, body = min(found, key=lambda item: abs(int(item[0].get("period1", 0)) - wanted))
        return status, body

    @staticmethod
    def _read(path: Path) -> Any:
        raw = path.read_bytes()
        return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)


def _body(response: Body) -> Any:
    return response.get("bodyJson", response.get("body"))


def _statements(bodies: list[Body], kinds: list[str]) -> Body:
    """What Yahoo does with `type`: an entry per kind asked for, without figures where it has none."""
    series = {item["meta"]["type"][0]: item for body in bodies for item in body["timeseries"]["result"]}
    entries = [series.get(kind, {"meta": {"type": [kind]}}) for kind in kinds]
    return {"timeseries": {"result": entries, "error": None}}
