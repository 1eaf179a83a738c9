"""The Bot API's methods, with its limits and its words of refusal."""

from __future__ import annotations

import io
import json
import time
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.bot_api_server.checks import Arguments, bad, commands_of, keyboard_of, language_of, number, parsed
from tests.bot_api_server.entities import utf16
from tests.bot_api_server.state import BOT_ID, DOCUMENT, PHOTO, ApiError, ChatMessage, State

_NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_TERMINATED = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK_SET = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
_KINDS = {PHOTO: "Photo", DOCUMENT: "Document"}
_TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


class Methods:
    """Answers calls. `call` raises ApiError for what the real server refuses."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._methods: dict[str, Callable[[Arguments], Awaitable[Any]]] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendDocument": self._send_document,
            "sendChatAction": self._chat_action,
            "editMessageText": self._edit_text,
            "editMessageReplyMarkup": self._edit_markup,
            "answerCallbackQuery": self._answer_query,
            "editMessageCaption": self._edit_caption,
            "setMyCommands": self._set_commands,
            "setMyDescription": self._set_text("description", 512),
            "setMyShortDescription": self._set_text("short_description", 120),
        }

    async def call(self, method: str, arguments: Arguments) -> Any:
        """The result of a call.

        Raises:
            ApiError: as the real server answers it.
        """
        if method not in self._methods:
            raise ApiError(404, "Not Found")
        return await self._methods[method]({**arguments, "__method__": method})

    def _addressee(self, arguments: Arguments, *, counted: bool = True) -> int:
        chat_id = number(arguments, "chat_id")
        person = self.state.people.get(chat_id)
        if person is None:
            raise bad("chat not found")
        if person.deactivated:
            raise ApiError(403, "Forbidden: user is deactivated")
        if person.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if not person.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        if counted:
            self.state.flood.check(chat_id)
        return chat_id

    async def _post(self, message: ChatMessage) -> dict[str, Any]:
        self.state.add_message(message)
        await self.state.tell()
        return self.state.as_api(message)

    async def _get_me(self, arguments: Arguments) -> dict[str, Any]:
        return {
            "id": BOT_ID,
            "is_bot": True,
            "first_name": "Bot",
            "username": "local_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def _get_updates(self, arguments: Arguments) -> list[dict[str, Any]]:
        state = self.state
        if state.webhook:
            raise ApiError(409, _WEBHOOK_SET)
        state.poll_number += 1
        mine = state.poll_number
        await state.tell()
        if arguments.get("allowed_updates"):
            state.allowed = json.loads(arguments["allowed_updates"])
        offset = number(arguments, "offset", 0)
        if offset > 0:
            state.updates = [update for update in state.updates if update["update_id"] >= offset]
        until = time.monotonic() + number(arguments, "timeout", 0)
        while not state.updates and state.poll_number == mine and (left := until - time.monotonic()) > 0:
            try:
                await state.until(lambda: bool(state.updates) or state.poll_number != mine, left)
            except TimeoutError:
                break
        if state.poll_number != mine:
            raise ApiError(409, _TERMINATED)
        return state.updates[: number(arguments, "limit", 100)]

    async def _set_webhook(self, arguments: Arguments) -> bool:
        if not arguments.get("url"):
            return await self._delete_webhook(arguments)
        self.state.webhook = {"url": arguments["url"], "secret": arguments.get("secret_token", "")}
        if arguments.get("allowed_updates"):
            self.state.allowed = json.loads(arguments["allowed_updates"])
        await self.state.tell()
        return True

    async def _delete_webhook(self, arguments: Arguments) -> bool:
        self.state.webhook = {}
        if str(arguments.get("drop_pending_updates", "")).lower() == "true":
            self.state.updates.clear()
        await self.state.tell()
        return True

    async def _webhook_info(self, arguments: Arguments) -> dict[str, Any]:
        return {
            "url": self.state.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.state.updates),
            "allowed_updates": self.state.allowed,
        }

    async def _send_message(self, arguments: Arguments) -> dict[str, Any]:
        text, entities = parsed(arguments.get("text", ""), arguments.get("parse_mode"), 4096, "message is too long")
        if not text:
            raise bad("message text is empty")
        keyboard = keyboard_of(arguments)
        chat_id = self._addressee(arguments)
        return await self._post(
            ChatMessage(self.state.next_message_id(), chat_id, True, text, entities, keyboard=keyboard)
        )

    async def _send_photo(self, arguments: Arguments) -> dict[str, Any]:
        file_id = self._photo(arguments.get("photo"))
        return await self._send_media(arguments, photo=file_id)

    async def _send_document(self, arguments: Arguments) -> dict[str, Any]:
        raw = arguments.get("document")
        return await self._send_media(arguments, document=self._known_file(raw, DOCUMENT) or self._document(raw))

    async def _send_media(self, arguments: Arguments, *, photo: str = "", document: str = "") -> dict[str, Any]:
        caption, entities = parsed(
            arguments.get("caption", ""), arguments.get("parse_mode"), 1024, "message caption is too long"
        )
        keyboard = keyboard_of(arguments)
        chat_id = self._addressee(arguments)
        message_id = self.state.next_message_id()
        message = ChatMessage(message_id, chat_id, True, caption, entities, photo, document, keyboard)
        return await self._post(message)

    def _known_file(self, raw: Any, kind: str) -> str:
        if not isinstance(raw, str):
            return ""
        if raw.removesuffix("s") not in self.state.files:
            raise bad("wrong file identifier/HTTP URL specified")
        if not raw.startswith(kind):
            raise bad(f"can't use file of type {_KINDS[raw[: len(kind)]]} as {_KINDS[kind]}")
        return raw

    def _document(self, raw: Any) -> str:
        content = _content(raw)
        if not content:
            raise bad("file must be non-empty")
        if len(content) > 50 * 1024 * 1024:
            raise ApiError(413, "Request Entity Too Large")
        return self.state.add_file(content, DOCUMENT)

    def _photo(self, raw: Any) -> str:
        if known := self._known_file(raw, PHOTO):
            return known
        content = _content(raw)
        if len(content) > 10 * 1024 * 1024:
            raise bad("file is too big")
        try:
            with warnings.catch_warnings():
                # A picture of hostile dimensions is refused below; the library's own warning is not ours to raise.
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                width, height = Image.open(io.BytesIO(content)).size
        except UnidentifiedImageError:
            raise bad("IMAGE_PROCESS_FAILED") from None
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad("PHOTO_INVALID_DIMENSIONS")
        return self.state.add_file(content)

    async def _chat_action(self, arguments: Arguments) -> bool:
        self._addressee(arguments, counted=False)
        if arguments.get("action") != "typing":
            raise bad("wrong parameter action in request")
        await self.state.tell()
        return True

    async def _edit_text(self, arguments: Arguments) -> dict[str, Any]:
        message = self._editable(arguments)
        if message.photo or message.document:
            raise bad("there is no text in the message to edit")
        text, entities = parsed(arguments.get("text", ""), arguments.get("parse_mode"), 4096, "message is too long")
        if not text:
            raise bad("message text is empty")
        entities = entities or json.loads(arguments.get("entities") or "[]")
        return await self._rewrite(message, text, entities, arguments)

    async def _edit_caption(self, arguments: Arguments) -> dict[str, Any]:
        message = self._editable(arguments)
        if not (message.photo or message.document):
            raise bad("there is no caption in the message to edit")
        text, entities = parsed(
            arguments.get("caption", ""), arguments.get("parse_mode"), 1024, "message caption is too long"
        )
        return await self._rewrite(message, text, entities, arguments)

    async def _rewrite(
        self, message: ChatMessage, text: str, entities: list[dict[str, Any]], arguments: Arguments
    ) -> dict[str, Any]:
        keyboard = keyboard_of(arguments)
        if (text, entities, keyboard) == (message.text, message.entities, message.keyboard):
            raise bad(_NOT_MODIFIED.removeprefix("Bad Request: "))
        message.text, message.entities, message.keyboard = text, entities, keyboard
        return await self._edited(message)

    async def _edit_markup(self, arguments: Arguments) -> dict[str, Any]:
        message = self._editable(arguments)
        keyboard = keyboard_of(arguments)
        if keyboard == message.keyboard:
            raise bad(_NOT_MODIFIED.removeprefix("Bad Request: "))
        message.keyboard = keyboard
        return await self._edited(message)

    def _editable(self, arguments: Arguments) -> ChatMessage:
        chat_id = self._addressee(arguments, counted=False)
        message = self.state.find(chat_id, number(arguments, "message_id"))
        if message is None:
            raise bad("message to edit not found")
        if not message.from_bot or time.time() - message.date >= self.state.edit_seconds:
            raise bad("message can't be edited")
        return message

    async def _edited(self, message: ChatMessage) -> dict[str, Any]:
        message.edits += 1
        await self.state.tell()
        return self.state.as_api(message) | {"edit_date": int(time.time())}

    async def _answer_query(self, arguments: Arguments) -> bool:
        asked = self.state.queries.pop(str(arguments.get("callback_query_id")), None)
        if asked is None or time.monotonic() - asked > self.state.query_seconds:
            raise ApiError(400, _TOO_OLD)
        if utf16(arguments.get("text") or "") > 200:
            raise bad("MESSAGE_TOO_LONG")
        self.state.answered.append({key: value for key, value in arguments.items() if key != "__method__"})
        await self.state.tell()
        return True

    async def _set_commands(self, arguments: Arguments) -> bool:
        return await self._keep(arguments, commands_of(arguments))

    def _set_text(self, name: str, limit: int) -> Callable[[Arguments], Awaitable[bool]]:
        async def kept(arguments: Arguments) -> bool:
            if utf16(arguments.get(name) or "") > limit:
                raise bad(f"{name.replace('_', ' ')} is too long")
            return await self._keep(arguments, arguments.get(name) or "")

        return kept

    async def _keep(self, arguments: Arguments, value: Any) -> bool:
        self.state.settings.setdefault(arguments["__method__"], {})[language_of(arguments)] = value
        await self.state.tell()
        return True


def _content(raw: Any) -> bytes:
    if not isinstance(raw, bytes):
        raise bad("there is no file in the request")
    return raw
