"""The event stream over real connections: what it tells, how it resumes, and that it costs nothing once its reader is gone."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.api.conftest import VisitorClient, new_visitor
from tests.running import Server

pytestmark = pytest.mark.slow
STREAM = "/api/v1/chat/stream"
READERS = 300
MEBIBYTE = 2**20


class Events:
    """What a stream tells, event by event; comments are left out."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()

    async def next(self) -> dict[str, str]:
        event: dict[str, str] = {}
        async with asyncio.timeout(10):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if name:
                    event[name] = value
                elif event:
                    return event
        raise EOFError

    async def some(self, count: int) -> list[dict[str, str]]:
        return [await self.next() for _ in range(count)]


@asynccontextmanager
async def connected(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=server.url, timeout=60, limits=limits) as client:
        yield client


@asynccontextmanager
async def listening(visitor: VisitorClient, last: int | None = None) -> AsyncIterator[Events]:
    headers = visitor.headers | ({"Last-Event-ID": str(last)} if last is not None else {})
    async with visitor.client.stream("GET", STREAM, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Events(answer)


async def test_it_tells_typing_and_turns_and_goes_on_after_the_last_event_seen(server: Server) -> None:
    async with connected(server) as client:
        visitor, stranger = await new_visitor(client), await new_visitor(client)
        async with listening(visitor) as events, listening(stranger) as others:
            turn = await visitor.say("a house")
            told = [await events.next()]
            while told[-1]["event"] == "typing":
                told.append(await events.next())
            assert (told[-1]["event"], told[-1]["id"]) == ("blocks", "3")
            assert json.loads(told[-1]["data"]) == turn
            await stranger.say("retirement")
            while (heard := await others.next())["event"] == "typing":
                pass
            assert heard["data"] != told[-1]["data"]
        await visitor.say("10 years")
        async with listening(visitor, last=3) as events:
            missed = await events.next()
            assert (missed["event"], missed["id"]) == ("blocks", "5")
        async with listening(visitor, last=0) as events:
            assert [(e["event"], e["id"]) for e in await events.some(3)] == [
                ("push", "1"),
                ("blocks", "3"),
                ("blocks", "5"),
            ]


async def test_a_long_dialogue_is_told_in_full_and_answers_are_never_taken_for_pushes(server: Server) -> None:
    async with connected(server) as client:
        visitor = await new_visitor(client)
        for _ in range(60):
            await visitor.say("why?")
        async with listening(visitor, last=1) as events:
            told = await events.some(60)
        assert [int(event["id"]) for event in told] == list(range(3, 122, 2))
        assert {event["event"] for event in told} == {"blocks"}


async def test_readers_that_left_are_forgotten_and_others_are_served_meanwhile(server: Server) -> None:
    api = _api(server)
    async with connected(server) as client:
        visitor = await new_visitor(client)
        await _readers(visitor, READERS)  # whatever is made once is made now
        before = api.memory_info().rss
        for _ in range(3):
            await _readers(visitor, READERS)
        until = time.monotonic() + 20
        while len(_connections(api)) > 20 and time.monotonic() < until:
            await asyncio.sleep(0.1)
        assert len(_connections(api)) <= 20, "closed connections are kept"
        grown = (api.memory_info().rss - before) / MEBIBYTE
        assert grown < 20, f"{grown:.0f} MiB for {3 * READERS} readers that left"


async def test_a_stop_ends_open_streams_and_the_process_within_two_seconds(tmp_path: Path) -> None:
    server = Server(tmp_path / "data").start()
    try:
        async with connected(server) as client, AsyncExitStack() as stack:
            visitor = await new_visitor(client)
            for _ in range(50):
                await stack.enter_async_context(listening(visitor))
            api, told = _api(server), time.monotonic()
            api.terminate()
            await asyncio.to_thread(psutil.wait_procs, [api], 10)
            assert time.monotonic() - told < 2
            assert not api.is_running()
    finally:
        server.stop()
    assert "Traceback" not in server.log.read_text()
    assert "Task was destroyed" not in server.log.read_text()


async def _readers(visitor: VisitorClient, count: int) -> None:
    """So many readers at once; a message is answered quickly and heard by every one of them; then all leave without a word."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(listening(visitor)) for _ in range(count)]
        asked = time.monotonic()
        turn = await visitor.say("why?")
        assert time.monotonic() - asked < 3
        heard = await asyncio.gather(*(_turn(events) for events in opened))
        assert {event["id"] for event in heard} == {str(turn["turn"])}


async def _turn(events: Events) -> dict[str, str]:
    while (event := await events.next())["event"] == "typing":
        pass
    return event


def _api(server: Server) -> Any:
    """The api process of a running product."""
    assert server._process is not None
    return next(p for p in psutil.Process(server._process.pid).children() if p.cmdline()[-1] == "api")


def _connections(api: Any) -> list[Any]:
    return [one for one in api.net_connections("tcp") if one.status == psutil.CONN_ESTABLISHED]
