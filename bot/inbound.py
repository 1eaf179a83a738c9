"""What an update means. Pure and tolerant: any JSON object is read without an exception.

The few fields needed are read by hand instead of `Update.de_json`, which raises for a chat without a type or a message
without a date, both of which have been seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from advisor.domain.message import Inbound, Received, Visitor
from bot.callback import ButtonData, decode
from bot.needs import CHANNEL
from bot.richtext import sendable

MAX_CHARACTERS = 16_384
_MEDIA = ("animation", "audio", "document", "paid_media", "photo", "sticker", "story", "video", "video_note", "voice")
_OTHER_CONTENT = ("checklist", "contact", "dice", "game", "invoice", "location", "poll", "venue")
_CONTENT = frozenset((*_MEDIA, *_OTHER_CONTENT))
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?=\s|$)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# The only deep link that means something hands in a code. What else follows "/start" came from links that are not ours.
_LINK_PAYLOAD = re.compile(r"link_[A-Za-z0-9_-]{1,59}")
_GONE = frozenset({"kicked", "left"})


@dataclass(frozen=True, slots=True)
class Said:
    """Words for the dialogue. `text` is empty where something without words came (a photo, a voice message)."""

    chat: str
    visitor: Visitor
    text: str
    starts: bool = False

    def inbound(self, external_id: str) -> Inbound:
        """As the dialogue takes it."""
        return Inbound(external_id, text=self.text)


@dataclass(frozen=True, slots=True)
class Screen:
    """A message of ours as the investor saw it when he tapped. `sent` is in Unix seconds, 0 where Telegram hides the message."""

    message_id: int
    text: str = ""
    entities: Any = None
    markup: Any = None
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button and the message it hung on; None where Telegram does not say which."""

    chat: str
    visitor: Visitor
    query_id: str
    button: ButtonData | None
    data: str
    screen: Screen | None

    @property
    def message_id(self) -> int | None:
        """The message the button hung on."""
        return self.screen.message_id if self.screen else None

    @property
    def markup(self) -> Any:
        """The keyboard as the investor saw it."""
        return self.screen.markup if self.screen else None


@dataclass(frozen=True, slots=True)
class Membership:
    """Somebody blocked or unblocked us."""

    chat: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class Remark:
    """Something we answer with one sentence and no dialogue."""

    chat: str
    kind: Literal["group", "edited"]
    locale: str | None
    query_id: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do, and why."""

    reason: str


Event = Said | Tapped | Membership | Remark | Ignored


def received_from_update(raw: dict[str, Any]) -> Received | None:
    """An update as the inbox keeps it; None without an update id, by which it is told from its repeats."""
    update_id = raw.get("update_id")
    if not isinstance(update_id, int) or isinstance(update_id, bool):
        return None
    return Received(CHANNEL, str(update_id), chat_of(raw), raw)


def chat_of(raw: dict[str, Any]) -> str:
    """The chat an update belongs to, "" where it names none: the lane that keeps its order."""
    for kind in ("message", "edited_message", "my_chat_member", "callback_query"):
        if body := _mapping(raw.get(kind)):
            chat = _mapping(body.get("chat")) or _mapping(_mapping(body.get("message")).get("chat"))
            return _chat_id(chat) or (_chat_id(_mapping(body.get("from"))) if kind == "callback_query" else "")
    return ""


def interpret(raw: dict[str, Any]) -> Event:
    """What an update asks of us."""
    if message := _mapping(raw.get("message")):
        return _message(message)
    if query := _mapping(raw.get("callback_query")):
        return _tap(query)
    if change := _mapping(raw.get("my_chat_member")):
        return _membership(change)
    if edited := _mapping(raw.get("edited_message")):
        return _edit(edited)
    return Ignored("no kind of update that we use")


def query_of(event: Event) -> str:
    """The callback query that wants an answer, "" if there is none."""
    return event.query_id if isinstance(event, Tapped | Remark) else ""


def _message(message: dict[str, Any]) -> Event:
    chat, sender = _mapping(message.get("chat")), _mapping(message.get("from"))
    address = _chat_id(chat)
    if not address:
        return Ignored("a message without a chat")
    if sender.get("is_bot") is True:
        return Ignored("a message of a bot")
    text = next((message[key] for key in ("text", "caption") if isinstance(message.get(key), str)), None)
    if text is None and not _CONTENT & message.keys():
        return Ignored("a service message")
    if not _is_private(chat):
        return Remark(address, "group", _language(sender))
    words = _clean(text or "")
    return Said(address, Visitor(_language(sender)), words, starts=words.startswith("/start"))


def _tap(query: dict[str, Any]) -> Event:
    message, sender = _mapping(query.get("message")), _mapping(query.get("from"))
    chat = _mapping(message.get("chat"))
    address, query_id = _chat_id(chat) or _chat_id(sender), str(query.get("id", ""))
    if not address or not query_id:
        return Ignored("a tap without a sender")
    if chat and not _is_private(chat):
        return Remark(address, "group", _language(sender), query_id)
    data = query.get("data")
    words = data if isinstance(data, str) else ""
    return Tapped(
        chat=address,
        visitor=Visitor(_language(sender)),
        query_id=query_id,
        button=decode(words),
        data=words,
        screen=_screen(message),
    )


def _screen(message: dict[str, Any]) -> Screen | None:
    number, text, sent = message.get("message_id"), message.get("text"), message.get("date")
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return Screen(
        number,
        text if isinstance(text, str) else "",
        message.get("entities"),
        message.get("reply_markup"),
        sent if isinstance(sent, int) else 0,
    )


def _membership(change: dict[str, Any]) -> Event:
    chat = _mapping(change.get("chat"))
    address = _chat_id(chat)
    status = _mapping(change.get("new_chat_member")).get("status")
    if not address or not _is_private(chat) or not isinstance(status, str):
        return Ignored("a change in a group")
    return Membership(address, reachable=status not in _GONE)


def _edit(message: dict[str, Any]) -> Event:
    chat = _mapping(message.get("chat"))
    address = _chat_id(chat)
    if not address or not _is_private(chat) or not isinstance(message.get("text"), str):
        return Ignored("an edit that changes no words of an investor")
    return Remark(address, "edited", _language(_mapping(message.get("from"))))


def _clean(text: str) -> str:
    """Text without control characters; commands lose the bot's name, and deep links their payload if it is not one."""
    words = sendable(text)[:MAX_CHARACTERS].strip()
    match = _COMMAND.match(words)
    if match is None:
        return words
    command, rest = f"/{match[1].lower()}", words[match.end() :].strip()
    if command == "/start" and not _LINK_PAYLOAD.fullmatch(rest):
        rest = ""
    return f"{command} {rest}".strip()


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _chat_id(chat: dict[str, Any]) -> str:
    number = chat.get("id")
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else ""


def _is_private(chat: dict[str, Any]) -> bool:
    """Private chats have positive ids, groups and channels negative ones; the type is missing from some old recordings."""
    number = chat.get("id")
    return chat.get("type") in (None, "private") and isinstance(number, int) and number > 0


def _language(sender: dict[str, Any]) -> str | None:
    code = sender.get("language_code")
    return code if isinstance(code, str) and len(code) <= 35 and _LANGUAGE.fullmatch(code) else None
