"""Pictures to send: Telegram's own copy where it has one, else drawn now."""

from __future__ import annotations

from collections import OrderedDict

from advisor.domain.chart import ChartSpec
from advisor.ports.storage import Storage
from bot.needs import Charts

_REMEMBERED = 2_000


class Pictures:
    """Charts by the digest of their spec. A `file_id` is valid for one bot and for ever, so it is kept in storage."""

    def __init__(self, charts: Charts, storage: Storage, bot_id: str) -> None:
        self._charts, self._storage = charts, storage
        self._prefix = f"telegram:photo:{bot_id}:"
        self._known: OrderedDict[str, str] = OrderedDict()

    async def file_id(self, spec: ChartSpec) -> str:
        """Telegram's name of this picture, "" if it has not been sent yet."""
        digest = spec.digest()
        if digest not in self._known:
            if stored := await self._storage.note(self._prefix + digest):
                self._keep(digest, stored)
            return stored or ""
        return self._known[digest]

    async def draw(self, spec: ChartSpec) -> bytes:
        """The picture as PNG on a light ground."""
        return await self._charts.draw(spec, "png", "light")

    async def remember(self, spec: ChartSpec, file_id: str) -> None:
        """Keep Telegram's name of a picture that was just sent; "" forgets one that Telegram no longer takes."""
        digest = spec.digest()
        await self._storage.set_note(self._prefix + digest, file_id)
        self._keep(digest, file_id)

    def _keep(self, digest: str, file_id: str) -> None:
        self._known[digest] = file_id
        self._known.move_to_end(digest)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
