"""Broken updates through the whole channel: none stops it, none is left lying, and none is given up."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from advisor.domain.message import Received
from advisor.domain.reply import Option, Text
from bot.inbound import received_from_update
from tests.bot.conftest import Bench, always, asks
from tests.bot.mutated import mutated, recorded
from tests.bot_api_server import BotApiServer
from tests.promises import soak_count

UPDATES = soak_count("SOAK_UPDATES", 300)
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")


def ours(update: dict[str, Any]) -> bool:
    return any(kind in update for kind in KINDS)


def privately(update: dict[str, Any]) -> dict[str, Any]:
    """The same in the chat of somebody known, so that it is not put aside as a group's."""
    body = next(update[kind] for kind in KINDS if kind in update)
    for holder in (body, body.get("message", {})):
        if isinstance(holder, dict) and "chat" in holder:
            holder["chat"] = {"id": 7, "type": "private"}
    return update


@pytest.mark.slow
@pytest.mark.timeout(60 + UPDATES // 2)
async def test_no_broken_update_stops_the_bot_or_is_lost(
    bench: Bench, server: BotApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.state.flood.enabled = False
    dice, known = Random(5), [update for update in recorded() if ours(update)]
    question = asks(kind="multichoice", options=(Option("a", "A"), Option("b", "B")), skippable=True)
    bench.dialogue.script = always(Text("Which?"), expects=question)
    bench.start(per_chat_seconds=0.0)
    await server.user(7).send("/start")
    await server.user(7).wait_count(1)
    sent: list[Received] = []
    for number in range(UPDATES):
        update = mutated(privately(known[number % len(known)]), dice) | {"update_id": 50_000 + number}
        received = received_from_update(update)
        assert received is not None
        sent.append(received)
        server.state.updates.append(update)
    sound = {
        "message_id": 1,
        "date": 1,
        "chat": {"id": 7, "type": "private"},
        "from": {"id": 7},
        "text": "are you there?",
    }
    server.state.updates.append({"update_id": 50_000 + UPDATES, "message": sound})
    await server.state.tell()
    await bench.until(
        lambda: (
            len(bench.storage.inbox) == UPDATES + 2
            and all(row.status != "waiting" for row in bench.storage.inbox.values())
        ),
        seconds=30 + UPDATES / 4,
    )
    assert "are you there?" in [inbound.text for _, inbound in bench.dialogue.received]
    assert {item.external_id for item in sent} <= {key[2] for key in bench.storage.inbox}
    for line in ("message_failed", "message_given_up", "lane_interrupted", "drain_failed", "poll_failed"):
        assert line not in caplog.text, line
