"""What the server knows: people, messages, updates waiting to be fetched, files, limits, faults, and every call made."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

BOT_ID = 4242
PHOTO, DOCUMENT = "AgAC", "BQAC"
CALL_METHODS_COUNTED = frozenset({"sendMessage", "sendPhoto", "sendDocument"})


class ApiError(Exception):
    """An answer that is not ok, as the Bot API words it."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


@dataclass
class ChatMessage:
    """A message in a chat."""

    message_id: int
    chat_id: int
    from_bot: bool
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    photo: str = ""
    document: str = ""
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    date: int = field(default_factory=lambda: int(time.time()))
    edits: int = 0

    @property
    def labels(self) -> list[str]:
        """The buttons' labels, row by row."""
        return [button["text"] for row in self.keyboard for button in row]

    def button(self, label: str) -> dict[str, Any] | None:
        """The button with this label, ticked or not."""
        buttons = [button for row in self.keyboard for button in row]
        return next((b for b in buttons if b["text"] == label or b["text"].removeprefix("✓ ") == label), None)

    def summary(self) -> dict[str, Any]:
        """As the control API tells it."""
        names = ("message_id", "chat_id", "from_bot", "text", "entities", "photo", "document", "keyboard", "edits")
        return {name: getattr(self, name) for name in names}


@dataclass
class Person:
    """A user or a group the bot may meet."""

    chat_id: int
    type: str = "private"
    language: str = "en"
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    def chat(self) -> dict[str, Any]:
        """As the API shows the chat."""
        if self.type == "private":
            return {"id": self.chat_id, "type": "private", "first_name": f"User {self.chat_id}"}
        return {"id": self.chat_id, "type": self.type, "title": f"Group {abs(self.chat_id)}"}

    def sender(self) -> dict[str, Any]:
        """As the API shows the one who writes."""
        number = abs(self.chat_id)
        return {"id": number, "is_bot": False, "first_name": f"User {number}", "language_code": self.language}


@dataclass
class Fault:
    """Something that goes wrong `times` times with calls of a method (and chat, if given).

    `kind` is "error" (answer with `error`), "drop_after" (do it, then close the connection without an answer),
    "drop_before" (close the connection and do nothing), "delay" (wait `seconds` first).
    """

    method: str
    kind: str
    times: int = 1
    chat_id: int | None = None
    error: ApiError | None = None
    seconds: float = 0.0


@dataclass
class Call:
    """One call of the bot."""

    method: str
    arguments: dict[str, Any]
    ok: bool
    at: float


class Flood:
    """Telegram's sending limits: per chat one a second after a short burst, and so many a second over all chats."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.enabled, self.burst, self.per_second = True, 5, 30
        self._now = now
        self._due: dict[int, float] = {}
        self._recent: list[float] = []

    def check(self, chat_id: int) -> None:
        """Count a message to this chat.

        Raises:
            ApiError: 429 with `retry_after`, when it is too soon.
        """
        if not self.enabled:
            return
        now = self._now()
        due = max(self._due.get(chat_id, now), now)
        self._recent = [at for at in self._recent if at > now - 1.0]
        wait = max(due - now - (self.burst - 1), 1.0 if len(self._recent) >= self.per_second else 0.0)
        if wait > 0:
            seconds = max(1, math.ceil(wait))
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
        self._due[chat_id] = due + 1.0
        self._recent.append(now)


class State:
    """All of it, with a condition that tells of changes."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.people: dict[int, Person] = {}
        self.messages: dict[int, list[ChatMessage]] = {}
        self.updates: list[dict[str, Any]] = []
        self.allowed: list[str] = []
        self.queries: dict[str, float] = {}
        self.query_seconds = 60.0
        self.edit_seconds = float("inf")
        self.answered: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self.settings: dict[str, Any] = {}
        self.webhook: dict[str, Any] = {}
        self.flood = Flood(time.monotonic)
        self.poll_number = 0
        self.changed = asyncio.Condition()
        self._message_ids = itertools.count(1)
        self._update_ids = itertools.count(1000)
        self._query_ids = itertools.count(7_000_001)
        self._file_ids = itertools.count(1)

    async def tell(self) -> None:
        """Wake all who wait for a change."""
        async with self.changed:
            self.changed.notify_all()

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait for a condition on this state.

        Raises:
            TimeoutError: if it does not come true in time.
        """
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(condition)

    def add_message(self, message: ChatMessage) -> ChatMessage:
        """Put a message into its chat."""
        self.messages.setdefault(message.chat_id, []).append(message)
        return message

    def find(self, chat_id: int, message_id: int) -> ChatMessage | None:
        """A message of a chat."""
        return next((m for m in self.messages.get(chat_id, []) if m.message_id == message_id), None)

    def next_message_id(self) -> int:
        """A new message id."""
        return next(self._message_ids)

    def add_file(self, content: bytes, kind: str = PHOTO) -> str:
        """Keep a file; its id, which tells a photo from a document."""
        file_id = f"{kind}AgQAAx{next(self._file_ids):08d}"
        self.files[file_id] = content
        return file_id

    async def add_update(self, kind: str, body: dict[str, Any]) -> int:
        """Queue an update for the bot, unless it does not want this kind; its id."""
        update_id = next(self._update_ids)
        if not self.allowed or kind in self.allowed:
            self.updates.append({"update_id": update_id, kind: body})
        await self.tell()
        return update_id

    def new_query(self) -> str:
        """A callback query that may be answered for a while."""
        query_id = str(next(self._query_ids))
        self.queries[query_id] = time.monotonic()
        return query_id

    def take_fault(self, method: str, chat_id: int | None) -> Fault | None:
        """The next fault planned for such a call; it is used up."""
        for fault in self.faults:
            if fault.times > 0 and fault.method in (method, "*") and fault.chat_id in (None, chat_id):
                fault.times -= 1
                return fault
        return None

    def as_api(self, message: ChatMessage) -> dict[str, Any]:
        """A message as the API shows it."""
        person = self.people[message.chat_id]
        sender = {"id": BOT_ID, "is_bot": True, "first_name": "Bot"} if message.from_bot else person.sender()
        body: dict[str, Any] = {
            "message_id": message.message_id,
            "date": message.date,
            "chat": person.chat(),
            "from": sender,
            **message.extra,
        }
        media = bool(message.photo or message.document)
        if message.text:
            body["caption" if media else "text"] = message.text
            body["caption_entities" if media else "entities"] = message.entities
        if message.photo:
            sizes = ((320, 200, "s"), (1280, 800, ""))
            body["photo"] = [
                {"file_id": message.photo + tail, "file_unique_id": f"u{message.photo}{tail}", "width": w, "height": h}
                for w, h, tail in sizes
            ]
        if message.document:
            body["document"] = {"file_id": message.document, "file_unique_id": f"u{message.document}"}
        if message.keyboard:
            body["reply_markup"] = {"inline_keyboard": message.keyboard}
        return body
