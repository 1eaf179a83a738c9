"""Webhook delivery as Telegram does it: one update of a chat at a time, retried until a 2xx answer."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.bot_api_server.state import State

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class WebhookDelivery:
    """Posts waiting updates while a webhook is set. Retries begin at `first_retry` seconds and double up to a minute."""

    def __init__(self, state: State, first_retry: float = 1.0) -> None:
        self._state, self._first_retry = state, first_retry
        self._busy: set[tuple[str, int]] = set()
        self.deliveries: list[tuple[int, int]] = []

    async def run(self) -> None:
        """Deliver until cancelled."""
        state = self._state
        async with httpx.AsyncClient(timeout=60.0) as client, asyncio.TaskGroup() as group:
            while True:
                await state.until(lambda: bool(state.webhook and self._next() is not None), float("inf"))
                update = self._next()
                if update is not None:
                    self._busy.add(_queue(update))
                    group.create_task(self._deliver(client, update))

    def _next(self) -> dict[str, Any] | None:
        return next((update for update in self._state.updates if _queue(update) not in self._busy), None)

    async def _deliver(self, client: httpx.AsyncClient, update: dict[str, Any]) -> None:
        wait = self._first_retry
        while hook := self._state.webhook:
            status = await self._post(client, hook, update)
            self.deliveries.append((update["update_id"], status))
            if 200 <= status < 300:
                self._state.updates.remove(update)
                break
            await asyncio.sleep(wait)
            wait = min(60.0, 2 * wait)
        self._busy.discard(_queue(update))
        await self._state.tell()

    @staticmethod
    async def _post(client: httpx.AsyncClient, hook: dict[str, Any], update: dict[str, Any]) -> int:
        headers = {SECRET_HEADER: hook["secret"]} if hook["secret"] else {}
        try:
            return (await client.post(hook["url"], json=update, headers=headers)).status_code
        except httpx.HTTPError:
            return 0


def _queue(update: dict[str, Any]) -> tuple[str, int]:
    """Messages and taps of one chat are two queues, so their order is not guaranteed between them."""
    kind = next(key for key in update if key != "update_id")
    body = update[kind]
    chat = body.get("chat") or body.get("message", {}).get("chat") or body.get("from", {})
    return ("tap" if kind == "callback_query" else "message", int(chat.get("id", 0)))
