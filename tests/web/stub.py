"""A small advisor that speaks the chat contract over HTTP, with canned turns and faults on demand.

The widget's promises about the network (nothing lost, nothing doubled, back by itself) need a server that fails at a chosen moment:
after it has stored a message and before it has answered, for instance. The product cannot be told to do that; this stand-in can.
It is the other end of a protocol, as a local Bot API server is for Telegram. What the product answers is tested in test_widget.py.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.web.canned import CHART, GREETING, QUESTIONS, plan_blocks

EMBED = Path(__file__).parents[2] / "web" / "embed"
MEDIA_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
}
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
Json = dict[str, Any]


@dataclass
class Talk:
    """One visitor's dialogue."""

    key: str
    token: str
    step: int = 0
    turns: list[Json] = field(default_factory=list)
    replies: dict[str, tuple[Json, Json]] = field(default_factory=dict)
    events: list[tuple[str, Json]] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def advise(self, blocks: list[Json], *, asks: bool = True) -> Json:
        """Append an advisor's turn; with `asks` it holds the open question."""
        question = QUESTIONS[self.step] if self.step < len(QUESTIONS) else None
        turn: Json = {"turn": len(self.turns) + 1, "blocks": blocks}
        if asks:
            turn["expects"] = question
        self.turns.append({"author": "advisor", "at": "2026-11-20T09:00:00Z", **turn})
        return turn

    def emit(self, name: str, data: Json) -> None:
        """Hand an event to whoever listens, now or after a reconnection."""
        with self.news:
            self.events.append((name, data))
            self.news.notify_all()

    def hear(self, body: Json) -> Json:
        """One message of the investor and the answer to it."""
        said = {key: value for key, value in body.items() if key != "client_id"}
        self.turns.append({"turn": len(self.turns) + 1, "author": "investor", "at": "2026-11-20T09:00:00Z", **said})
        question = QUESTIONS[self.step] if self.step < len(QUESTIONS) else None
        text = str(said.get("text", "")).strip().lower()
        if question is None:
            return self.advise([{"kind": "text", "text": "Your plan stands. You can ask **why**, or what if."}])
        if text == "why?":
            return self.advise(
                [{"kind": "text", "text": f"We ask for the {question['slot']} because the plan depends on it."}]
            )
        if text == "back":
            self.step = max(0, self.step - 1)
        elif text == "skip" and not question["skippable"]:
            return self.advise([{"kind": "notice", "level": "info", "text": "This one is needed."}])
        elif text != "skip" and "options" in question and not _chosen(question, said):
            return self.advise([{"kind": "text", "text": "Please choose one of these, or type its number."}])
        else:
            self.step += 1
        if self.step == len(QUESTIONS):
            return self.advise(plan_blocks(self.key))
        return self.advise([{"kind": "text", "text": QUESTIONS[self.step]["question"]}])


def _chosen(question: Json, said: Json) -> bool:
    ids = [option["id"] for option in question["options"]]
    if "choice" in said:
        given = said["choice"] if isinstance(said["choice"], list) else [said["choice"]]
        return set(given) <= set(ids)
    labels = [option["label"].lower() for option in question["options"]]
    words = [word.strip().lower() for word in str(said["text"]).split(",")]
    return all(word in labels or word in ids or word in {str(n + 1) for n in range(len(ids))} for word in words)


class Advisor:
    """The stand-in.

    Faults: `lose` (so many answers are dropped after the message was stored), `silent` (every connection is cut), `gate`
    (answers wait until it is set, though the message is stored and its event sent), `pieces` (events arrive in pieces of
    this many bytes), `no_pictures`, `expire()` (all tokens become unknown). `posts`, `wishes` (for new sessions) and
    `addresses` are what was asked for.
    """

    def __init__(self, port: int = 0, policy: str = PAGE_POLICY) -> None:
        self.talks: dict[str, Talk] = {}
        self.posts: list[Json] = []
        self.addresses: list[str] = []
        self.lose = 0
        self.silent = False
        self.pieces = 0
        self.no_pictures = False
        self.gate = threading.Event()
        self.gate.set()
        self.wishes: list[Json] = []
        self.policy = policy
        self.ended = threading.Event()
        advisor = self

        class Handler(_Handler):
            house = advisor

        self._http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self.ended.set()
        self._http.shutdown()
        self._http.server_close()

    def expire(self) -> None:
        """Forget every session."""
        self.talks.clear()

    @property
    def talk(self) -> Talk:
        """The newest visitor's dialogue."""
        return list(self.talks.values())[-1]

    def say(self, *blocks: Json) -> None:
        """The advisor says this without being asked, in the middle of a question."""
        self.talk.emit("push", self.talk.advise(list(blocks), asks=False))

    def push(self, text: str) -> None:
        """The same with a warning."""
        self.say({"kind": "notice", "level": "warning", "text": text})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    house: Advisor

    def log_message(self, *args: Any) -> None:
        """Quiet."""

    def do_OPTIONS(self) -> None:
        self._head(204, "text/plain", 0)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if self.house.silent:
            self.close_connection = True
            return
        body = json.loads(raw)
        if self.path == "/api/v1/chat/sessions":
            self.house.wishes.append(body)
            talk = Talk(secrets.token_hex(8), secrets.token_urlsafe(24))
            self.house.talks[talk.token] = talk
            turn = talk.advise([{"kind": "text", "text": GREETING}, {"kind": "text", "text": QUESTIONS[0]["question"]}])
            self._json(201, {"session_id": talk.key, "token": talk.token, "expires_at": "2027-01-01T00:00:00Z", **turn})
            return
        self.house.posts.append(body)
        if found := self._talk():
            self._answer(found, body)

    def _answer(self, talk: Talk, body: Json) -> None:
        said = {key: value for key, value in body.items() if key != "client_id"}
        known = talk.replies.get(body["client_id"])
        if known and known[0] != said:
            self._error(422, "idempotency_mismatch", "The same id came with other content.")
            return
        if not known:
            turn = talk.hear(body)
            known = talk.replies[body["client_id"]] = (said, turn)
            talk.emit("blocks", turn)
        self.house.gate.wait(10)
        if self.house.lose:
            self.house.lose -= 1
            self.close_connection = True
            return
        self._json(200, known[1])

    def do_GET(self) -> None:
        self.house.addresses.append(self.path)
        url = urlsplit(self.path)
        if self.house.silent:
            self.close_connection = True
        elif not url.path.startswith("/api/"):
            self._file("index.html" if url.path == "/" else url.path.removeprefix("/embed/"))
        elif talk := self._talk():
            if url.path.endswith("/stream"):
                self._stream(talk)
            elif url.path.endswith("/history"):
                query = {key: int(values[0]) for key, values in parse_qs(url.query).items()}
                later = [turn for turn in talk.turns if turn["turn"] > query["after"]]
                self._json(200, {"turns": later[: query["limit"]]})
            elif f"/charts/{talk.key}-" in url.path and not self.house.no_pictures:
                self._bytes(200, "image/svg+xml", CHART.encode())
            else:
                self._error(404, "not_found", "There is no such picture.")

    def _stream(self, talk: Talk) -> None:
        self._head(200, "text/event-stream", None)
        seen = int(self.headers.get("Last-Event-ID") or len(talk.turns))
        at = sum(data["turn"] <= seen for _, data in talk.events)
        try:
            self._write(b": hello\r\nretry: 200\r\n\r\n")
            while not self.house.ended.is_set() and not self.house.silent and talk.token in self.house.talks:
                with talk.news:
                    talk.news.wait(timeout=0.1)
                    due = talk.events[at:]
                for name, data in due:
                    at += 1
                    lines = json.dumps(data, indent=1).splitlines()
                    text = (
                        f"event: {name}\r\nid: {data['turn']}\r\n"
                        + "".join(f"data: {line}\r\n" for line in lines)
                        + "\r\n"
                    )
                    self._write(text.encode())
        except OSError:
            pass  # the listener has gone
        self.close_connection = True

    def _write(self, data: bytes) -> None:
        size = self.house.pieces or len(data)
        for start in range(0, len(data), size):
            self.wfile.write(data[start : start + size])
            self.wfile.flush()

    def _talk(self) -> Talk | None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        talk = self.house.talks.get(token)
        if talk is None:
            self._error(401, "unauthorised", "This session is unknown.")
        return talk

    def _file(self, name: str) -> None:
        path = EMBED / name
        if path.parent != EMBED or not path.is_file():
            self._error(404, "not_found", "There is no such page.")
            return
        self._bytes(200, MEDIA_TYPES[path.suffix], path.read_bytes())

    def _error(self, status: int, code: str, message: str) -> None:
        self._json(status, {"error": {"code": code, "message": message}})

    def _json(self, status: int, body: Json) -> None:
        self._bytes(status, "application/json", json.dumps(body).encode())

    def _bytes(self, status: int, media_type: str, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):  # a reloaded page does not wait for its answer
            self._head(status, media_type, len(data))
            self.wfile.write(data)

    def _head(self, status: int, media_type: str, length: int | None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        if length is None:
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(length))
        self.send_header("Content-Security-Policy", self.house.policy)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID")
        self.end_headers()
