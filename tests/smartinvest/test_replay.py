"""`smartinvest replay` as one runs it: the market's day walks, plans are of that day, tokens and timers keep our time."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.running import Server

pytestmark = pytest.mark.slow  # a whole tree of processes
FIRST = date(2008, 1, 2)


class Replaying(Server):
    """The product as `smartinvest replay` starts it."""

    command = ("replay", "--from", FIRST.isoformat(), "--speed", "5")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Replaying(tmp_path_factory.mktemp("replay") / "var").start()
    try:
        yield running
    finally:
        running.stop()


def ask(server: Server, path: str, body: Any = None, token: str = "") -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(server.url + path, data, headers), timeout=30) as answer:
        return json.load(answer)


def market_day(server: Server) -> date:
    return date.fromisoformat(ask(server, "/readyz")["market_date"])


def test_the_market_walks_and_the_rest_keeps_our_time(server: Server) -> None:
    start = market_day(server)
    assert FIRST <= start < date(2008, 6, 1)
    until = time.monotonic() + 30
    while market_day(server) == start and time.monotonic() < until:
        time.sleep(0.2)
    assert market_day(server) > start
    session = ask(server, "/api/v1/chat/sessions", {"currency": "USD"})
    expires = datetime.fromisoformat(session["expires_at"])
    assert abs((expires - datetime.now(UTC)).days - 90) <= 1, "a token lives by our clock"

    def say(number: int, text: str) -> Any:
        return ask(server, "/api/v1/chat/messages", {"client_id": f"c{number}", "text": text}, session["token"])

    said = json.dumps(say(1, "price of SP500")["blocks"])
    assert "This is a replay: the market as it stood on" in said
    assert "2008" in said
    assert "Rehearsal on old data" in said
    assert "2012" in json.dumps(say(2, "10000 to grow by 2012")["blocks"] + say(3, "what do you know?")["blocks"])


def test_the_log_says_how_far_it_has_come(server: Server) -> None:
    until = time.monotonic() + 30
    while "Replay: it is 2008-" not in server.log.read_text() and time.monotonic() < until:
        time.sleep(0.2)
    assert "Replay: it is 2008-" in server.log.read_text()
    assert "Traceback" not in server.log.read_text()
