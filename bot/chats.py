"""Whether a chat can be reached."""

from __future__ import annotations

from collections import OrderedDict

from advisor.ports.storage import Storage
from bot.needs import CHANNEL

_REMEMBERED = 50_000


class Reach:
    """Who can be written to. Somebody who writes is reachable, whatever was stored; somebody who blocked us is not.

    Storage is told once per chat and process, so that a message costs no further transaction.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._heard: OrderedDict[str, None] = OrderedDict()

    async def heard(self, chat: str, *, anew: bool = False) -> None:
        """Something came from this chat; `anew`: it may have been lost before, as another process knows."""
        known = chat in self._heard and not anew
        self._heard[chat] = None
        self._heard.move_to_end(chat)
        if len(self._heard) > _REMEMBERED:
            self._heard.popitem(last=False)
        if not known:
            await self._storage.set_reachable(CHANNEL, chat, reachable=True)

    async def lost(self, chat: str) -> None:
        """This chat blocked us or is gone."""
        self._heard.pop(chat, None)
        await self._storage.set_reachable(CHANNEL, chat, reachable=False)
