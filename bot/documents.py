"""Files to send: those stored for who reads in a chat, and Telegram's own copies of those sent there before."""

from __future__ import annotations

from advisor.domain.records import Document
from advisor.ports.storage import Storage
from bot.needs import CHANNEL


class Documents:
    """Stored files by the chat of their owner. The note of Telegram's copy ends with the chat, so that it is erased with it."""

    def __init__(self, storage: Storage, bot_id: str) -> None:
        self._storage = storage
        self._prefix = f"telegram:document:{bot_id}:"

    async def of(self, chat: str, document_id: str) -> Document | None:
        """The file, None if it is not stored for this chat's owner."""
        conversation = await self._storage.find_conversation(CHANNEL, chat)
        if conversation is None:
            return None
        return await self._storage.document(conversation.user_id, document_id)

    async def file_id(self, chat: str, document_id: str) -> str:
        """Telegram's name of this file, "" if it was not sent to this chat yet."""
        return await self._storage.note(self._key(chat, document_id)) or ""

    async def remember(self, chat: str, document_id: str, file_id: str) -> None:
        """Keep Telegram's name of a file that was just sent; "" forgets one that Telegram no longer takes."""
        await self._storage.set_note(self._key(chat, document_id), file_id)

    def _key(self, chat: str, document_id: str) -> str:
        return f"{self._prefix}{document_id}:{chat}"
