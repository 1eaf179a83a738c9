"""Durable turns a second on the web route at 100 clients: ours, the same without storage, and LangGraph with AsyncSqliteSaver.

Every client is one visitor who waits for each reply before he speaks again. Servers and clients share the machine, each server is
one process, and one runs at a time; the messages are those of somebody who answers, asks why, goes back and corrects himself.

    .venv/bin/python -m benchmarks.bench_durable_turn [--clients 100] [--seconds 15]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

from advisor.adapters.db.migrate import migrate

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "var" / "bench" / "durable_turn.json"
SAID: tuple[dict[str, str], ...] = (
    {"choice": "home"},
    {"text": "10 years"},
    {"text": "why?"},
    {"text": "back"},
    {"text": "in 12 years"},
    {"text": "20,000"},
    {"text": "make it 15 years"},
    {"text": "back"},
    {"text": "15k"},
    {"text": "back"},
    {"text": "back"},
    {"text": "back"},
)
REACH = {"of LangGraph": 10.0, "of no storage": 0.3}


class Client:
    """One visitor over one connection that stays open: HTTP/1.1 by hand, so that the load costs the machine little."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._token = ""
        self._numbers = count()

    async def open(self) -> None:
        """Connect and be greeted."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._token = json.loads(await self._post("/api/v1/chat/sessions", {"locale": "en-US"}))["token"]

    async def talk(self, until: float, taken: list[float]) -> None:
        """Say one thing after the other until the time is up."""
        for number in self._numbers:
            if time.perf_counter() > until:
                break
            started = time.perf_counter()
            said = {"client_id": f"m{number}", **SAID[number % len(SAID)]}
            await self._post("/api/v1/chat/messages", said)
            taken.append(time.perf_counter() - started)
        self._writer.close()

    async def _post(self, path: str, body: dict[str, Any]) -> bytes:
        content = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        )
        self._writer.write(f"{head}Authorization: Bearer {self._token}\r\n\r\n".encode() + content)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        status, *lines = answer.split(b"\r\n")
        length = next(int(line[15:]) for line in lines if line.lower().startswith(b"content-length:"))
        got = await self._reader.readexactly(length)
        if not status.startswith(b"HTTP/1.1 20"):
            raise RuntimeError(f"{status!r} {got!r}")
        return got


async def measure(port: int, clients: int, seconds: float) -> dict[str, float]:
    """Turns a second and their times, after a warm-up of two seconds."""
    visitors = [Client(port) for _ in range(clients)]
    for visitor in visitors:
        await visitor.open()
    await asyncio.gather(*(visitor.talk(time.perf_counter() + 2, []) for visitor in visitors[:4]))
    taken: list[float] = []
    started = time.perf_counter()
    await asyncio.gather(*(visitor.talk(started + seconds, taken) for visitor in visitors[4:]))
    elapsed = time.perf_counter() - started
    taken.sort()
    return {
        "turns_per_second": len(taken) / elapsed,
        "p50_ms": taken[len(taken) // 2] * 1e3,
        "p99_ms": taken[int(len(taken) * 0.99)] * 1e3,
    }


def serve(kind: str, folder: Path, port: int) -> subprocess.Popen[bytes]:
    """One of the servers, in a process of its own."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.durable_routes", kind, str(folder), str(port)]
    return subprocess.Popen(command, cwd=ROOT, env=environment)


async def reachable(port: int) -> None:
    """Wait until the server takes connections."""
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise RuntimeError("the server did not start")


def one(kind: str, port: int, clients: int, seconds: float) -> dict[str, float]:
    """Start a server, load it, stop it."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(migrate(f"sqlite:///{Path(folder) / 'smartinvest.db'}"))
        server = serve(kind, Path(folder), port)
        try:
            asyncio.run(reachable(port))
            return asyncio.run(measure(port, clients, seconds))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def main() -> None:
    """Measure all three and print their table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=15.0)
    asked = parser.parse_args()
    found = {
        kind: one(kind, 8471 + place, asked.clients + 4, asked.seconds)
        for place, kind in enumerate(("ours", "memory", "langgraph"))
    }
    print(f"{'':12}{'turns/s':>10}{'p50 ms':>10}{'p99 ms':>10}")
    for kind, values in found.items():
        print(f"{kind:12}{values['turns_per_second']:10.0f}{values['p50_ms']:10.1f}{values['p99_ms']:10.1f}")
    ours = found["ours"]["turns_per_second"]
    ratios = {
        "of LangGraph": ours / found["langgraph"]["turns_per_second"],
        "of no storage": ours / found["memory"]["turns_per_second"],
    }
    for name, ratio in ratios.items():
        print(f"ours is {ratio:.2f}x {name} (asked: {REACH[name]:g}x)")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"figures": found, "ratios": ratios, "asked": REACH}, indent=1))


if __name__ == "__main__":
    main()
