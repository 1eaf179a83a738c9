"""Files to send: those stored for who reads in a chat."""

from __future__ import annotations

from advisor.domain.records import Document
from advisor.ports.storage import Storage
from bot.needs import CHANNEL


class Documents:
    """Stored files by the chat of their owner."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def of(self, chat: str, document_id: str) -> Document | None:
        """The file, None if it is not stored for this chat's owner."""
        conversation = await self._storage.find_conversation(CHANNEL, chat)
        if conversation is None:
            return None
        return await self._storage.document(conversation.user_id, document_id)
