"""Drawing on behalf of channels: once per picture, off the event loop, and nobody's cancelled request hurts another's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import ParamSpec, TypeVar

import pytest

from advisor.charts import ChartRenderer, render
from advisor.domain.chart import ChartSpec, Donut
from advisor.domain.errors import InvalidInput

P = ParamSpec("P")
R = TypeVar("R")
SPEC = ChartSpec("allocation", "Your mix", "Cash 100%", Donut((("Cash", 1.0, "cash"),)))


class Threads:
    """An offload into real threads that counts its calls and can hold them back."""

    def __init__(self) -> None:
        self.calls = 0
        self.names: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.started = asyncio.Event()

    async def thread(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        self.calls += 1
        self.started.set()

        def run() -> R:
            self.gate.wait(10)
            self.names.add(threading.current_thread().name)
            return function(*args, **kwargs)

        return await asyncio.to_thread(run)

    async def process(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.thread(function, *args, **kwargs)

    async def close(self) -> None:
        """Nothing is held."""


async def test_a_picture_is_drawn_once_and_remembered() -> None:
    offload = Threads()
    renderer = ChartRenderer(offload)
    first = await renderer.draw(SPEC, "svg", "auto")
    assert first == render(SPEC, "svg", "auto")
    assert await renderer.draw(replace(SPEC), "svg", "auto") is first
    assert offload.calls == 1
    assert threading.main_thread().name not in offload.names


async def test_format_and_theme_are_pictures_of_their_own_but_png_auto_is_light() -> None:
    offload = Threads()
    renderer = ChartRenderer(offload)
    light = await renderer.draw(SPEC, "png", "light")
    assert await renderer.draw(SPEC, "png", "auto") is light
    assert await renderer.draw(SPEC, "png", "dark") != light
    await renderer.draw(SPEC, "svg", "light")
    assert offload.calls == 3


async def test_many_who_ask_at_once_share_one_drawing() -> None:
    offload = Threads()
    renderer = ChartRenderer(offload)
    pictures = await asyncio.gather(*(renderer.draw(SPEC, "png", "light") for _ in range(20)))
    assert offload.calls == 1
    assert len(set(pictures)) == 1


async def test_a_cancelled_request_leaves_the_drawing_to_the_others() -> None:
    offload = Threads()
    offload.gate.clear()
    renderer = ChartRenderer(offload)
    first = asyncio.create_task(renderer.draw(SPEC, "svg", "light"))
    second = asyncio.create_task(renderer.draw(SPEC, "svg", "light"))
    await asyncio.wait_for(offload.started.wait(), 10)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    offload.gate.set()
    assert await second == render(SPEC, "svg", "light")
    assert offload.calls == 1


async def test_a_failure_reaches_everyone_who_asked_and_is_not_remembered() -> None:
    offload = Threads()
    renderer = ChartRenderer(offload)
    broken = replace(SPEC, picture=Donut((("Cash", 0.4, "cash"),)))
    results = await asyncio.gather(*(renderer.draw(broken, "svg") for _ in range(3)), return_exceptions=True)
    assert all(isinstance(result, InvalidInput) for result in results)
    with pytest.raises(InvalidInput):
        await renderer.draw(broken, "svg")
    assert offload.calls == 2


async def test_only_the_latest_pictures_are_kept() -> None:
    offload = Threads()
    renderer = ChartRenderer(offload, capacity=2)
    specs = [replace(SPEC, title=f"Mix {i}") for i in range(3)]
    for spec in specs:
        await renderer.draw(spec, "svg")
    await renderer.draw(specs[2], "svg")
    assert offload.calls == 3
    await renderer.draw(specs[0], "svg")
    assert offload.calls == 4


async def test_warming_up_draws_in_a_thread() -> None:
    offload = Threads()
    await ChartRenderer(offload).warm()
    assert offload.calls == 2
    assert threading.main_thread().name not in offload.names
