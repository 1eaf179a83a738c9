"""Drawing on behalf of channels: off the event loop, once per picture, remembered."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from advisor.charts.render import Format, Theme, render
from advisor.domain.chart import ChartSpec, Donut
from advisor.ports.system import Offload

_Key = tuple[str, Format, Theme]


class ChartRenderer:
    """Draws chart specs; the latest `capacity` pictures are kept under the digest of their spec.

    One renderer belongs to one event loop. Who asks for a picture that is being drawn waits for that drawing; a caller that
    is cancelled does not cancel it for the others.
    """

    def __init__(self, offload: Offload, capacity: int = 512) -> None:
        self._offload = offload
        self._capacity = capacity
        self._kept: OrderedDict[_Key, bytes] = OrderedDict()
        self._drawing: dict[_Key, asyncio.Task[bytes]] = {}

    async def draw(self, spec: ChartSpec, fmt: Format, theme: Theme = "auto") -> bytes:
        """The picture as bytes (see `render`).

        Raises:
            InvalidInput: if the spec cannot be drawn.
        """
        if fmt == "png" and theme == "auto":
            theme = "light"
        key = (spec.digest(), fmt, theme)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task = self._drawing.get(key)
        if task is None:
            task = asyncio.create_task(self._draw(key, spec))
            self._drawing[key] = task
        return await asyncio.shield(task)

    async def warm(self) -> None:
        """Load fonts and locale data, so that the first investor does not wait for them."""
        spec = ChartSpec("warm", "Warm", "Warm", Donut((("All", 1.0, "cash"),), "100"))
        for fmt in ("svg", "png"):
            await self._offload.thread(render, spec, fmt, "light")

    async def _draw(self, key: _Key, spec: ChartSpec) -> bytes:
        try:
            picture = await self._offload.thread(render, spec, key[1], key[2])
            self._kept[key] = picture
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
            return picture
        finally:
            del self._drawing[key]
