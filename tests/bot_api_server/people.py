"""People to script: they write, tap, send pictures, edit, block, and see what the bot sent them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.bot_api_server.state import BOT_ID, ChatMessage, State

_MEDIA: dict[str, Any] = {
    "photo": [{"file_id": "p", "file_unique_id": "pu", "width": 90, "height": 90}],
    "sticker": {"file_id": "s", "file_unique_id": "su", "width": 9, "height": 9, "type": "regular"},
    "voice": {"file_id": "v", "file_unique_id": "vu", "duration": 3},
    "location": {"latitude": 1.0, "longitude": 2.0},
}


class ScriptedUser:
    """One chat seen from the other side. Methods that act return the update id they caused."""

    def __init__(self, state: State, chat_id: int) -> None:
        self._state, self.chat_id = state, chat_id
        self._person = state.people[chat_id]

    async def send(self, text: str) -> int:
        """Write a message."""
        return await self._say(text=text, extra=_command_entity(text))

    async def open_link(self, payload: str) -> int:
        """Follow https://t.me/local_bot?start=PAYLOAD and press Start."""
        if not re.fullmatch("[A-Za-z0-9_-]{1,64}", payload):
            raise LookupError(f"Telegram takes no payload like {payload!r}")
        return await self.send(f"/start {payload}")

    def remove(self, message_id: int) -> None:
        """Delete a message from the chat, also for the bot; it is not told."""
        messages = self._state.messages[self.chat_id]
        messages[:] = [message for message in messages if message.message_id != message_id]

    async def send_media(self, kind: str, caption: str = "") -> int:
        """Send a photo, sticker, voice or location."""
        extra: dict[str, Any] = {kind: _MEDIA[kind]} | ({"caption": caption} if caption else {})
        return await self._say(text="", extra=extra)

    async def edit(self, message_id: int, text: str) -> int:
        """Edit a message sent before."""
        message = self._state.find(self.chat_id, message_id)
        if message is None or message.from_bot:
            raise LookupError(f"user {self.chat_id} has no message {message_id}")
        message.text = text
        return await self._state.add_update("edited_message", self._state.as_api(message) | {"edit_date": message.date})

    async def tap(self, label: str, message_id: int | None = None) -> int:
        """Tap a button: on this message, or on the latest that shows it."""
        message, button = self._button(label, message_id)
        return await self.tap_data(button["callback_data"], message.message_id)

    async def tap_data(self, data: str, message_id: int) -> int:
        """Tap with this callback data, also one that is on the message no more (an old screen, a forged tap)."""
        message = self._state.find(self.chat_id, message_id)
        body: dict[str, Any] = {
            "id": self._state.new_query(),
            "from": self._person.sender(),
            "chat_instance": "1",
            "data": data,
        }
        body["message"] = (
            self._state.as_api(message)
            if message is not None
            else {"chat": self._person.chat(), "message_id": message_id, "date": 0}
        )
        return await self._state.add_update("callback_query", body)

    async def block(self) -> int:
        """Block the bot."""
        self._person.blocked = True
        return await self._membership("member", "kicked")

    async def unblock(self) -> int:
        """Unblock the bot."""
        self._person.blocked = False
        return await self._membership("kicked", "member")

    def deactivate(self) -> None:
        """Delete the account; the bot is not told."""
        self._person.deactivated = True

    def messages(self) -> list[ChatMessage]:
        """What the bot sent to this chat, oldest first."""
        return [message for message in self._state.messages.get(self.chat_id, []) if message.from_bot]

    def texts(self) -> list[str]:
        """The words of these messages."""
        return [message.text for message in self.messages()]

    def own_messages(self) -> list[ChatMessage]:
        """What this user wrote."""
        return [message for message in self._state.messages.get(self.chat_id, []) if not message.from_bot]

    async def wait(self, condition: Callable[[list[ChatMessage]], bool], seconds: float = 10.0) -> list[ChatMessage]:
        """Wait until the bot's messages fulfil a condition; those messages.

        Raises:
            TimeoutError: if they do not in time.
        """
        await self._state.until(lambda: condition(self.messages()), seconds)
        return self.messages()

    async def wait_count(self, count: int, seconds: float = 10.0) -> list[ChatMessage]:
        """Wait until the bot has sent so many messages."""
        return await self.wait(lambda messages: len(messages) >= count, seconds)

    def _button(self, label: str, message_id: int | None) -> tuple[ChatMessage, dict[str, Any]]:
        for message in reversed(self.messages()):
            if message_id in (None, message.message_id) and (button := message.button(label)):
                if "callback_data" not in button:
                    raise LookupError(f"the button {label!r} opens a page")
                return message, button
        raise LookupError(f"no button {label!r} in chat {self.chat_id}")

    async def _say(self, *, text: str, extra: dict[str, Any]) -> int:
        self._person.started, self._person.blocked = True, False
        message = ChatMessage(self._state.next_message_id(), self.chat_id, from_bot=False, text=text, extra=extra)
        self._state.add_message(message)
        return await self._state.add_update("message", self._state.as_api(message))

    async def _membership(self, old: str, new: str) -> int:
        bot = {"id": BOT_ID, "is_bot": True, "first_name": "Bot", "username": "local_bot"}
        body = {
            "chat": self._person.chat(),
            "from": self._person.sender(),
            "date": 1_700_000_000,
            "old_chat_member": {"user": bot, "status": old},
            "new_chat_member": {"user": bot, "status": new, "until_date": 0},
        }
        return await self._state.add_update("my_chat_member", body)


def _command_entity(text: str) -> dict[str, Any]:
    if not text.startswith("/"):
        return {}
    return {"entities": [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]}
