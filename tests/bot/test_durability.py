"""Nothing acknowledged is lost, and nothing is done twice."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from advisor.domain.message import Channel, Inbound, Visitor
from tests.bot.conftest import Bench
from tests.bot_api_server import BotApiServer

pytestmark = pytest.mark.slow  # waits for repeats and pauses of real length


async def test_an_update_is_in_the_inbox_before_it_is_confirmed(bench: Bench, server: BotApiServer) -> None:
    for number in range(3):
        await server.user(7).send(f"m{number}")
    known_when_confirmed: list[set[str]] = []
    poll = server.methods._get_updates  # observed, not replaced: the server's own method still answers

    async def watched(arguments: dict[str, str]) -> object:
        if int(arguments.get("offset", 0)) > 0:
            known_when_confirmed.append({key[2] for key in bench.storage.inbox})
        return await poll(arguments)

    server.methods._methods["getUpdates"] = watched
    bench.start()
    await bench.until(lambda: len(known_when_confirmed) > 0)
    assert known_when_confirmed[0] >= {"1000", "1001", "1002"}


async def test_killed_between_storing_and_handling_the_message_is_handled_after_the_restart(
    bench: Bench, server: BotApiServer
) -> None:
    reached = asyncio.Event()

    async def never(address: str, inbound: Inbound) -> None:
        reached.set()
        await asyncio.Event().wait()

    bench.dialogue.before = never
    bench.start()
    await server.user(7).send("important")
    await reached.wait()
    await server.state.until(lambda: server.state.updates == [])  # Telegram was told that we have it
    await bench.kill()
    assert [row.status for row in bench.storage.inbox.values()] == ["waiting"]
    bench.dialogue.before = None
    bench.start()
    assert (await server.user(7).wait_count(1))[0].text == "heard important"


async def test_the_same_update_twice_is_handled_once(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    await server.user(7).send("once")
    await server.user(7).wait_count(1)
    update = {"update_id": 1000, "message": server.state.as_api(server.user(7).own_messages()[0])}
    bench.storage.notes.clear()  # as after the loss of the offset
    await bench.stop()
    server.state.updates.append(update)
    bench.start()
    await server.user(7).send("next")
    await server.user(7).wait_count(2)
    assert [inbound.text for _, inbound in bench.dialogue.received] == ["once", "next"]


async def test_a_crash_after_sending_and_before_noting_it_doubles_at_most_that_part_and_is_listed(
    bench: Bench, server: BotApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.disturb("sendMessage", "drop_after")
    bench.start()
    await server.user(7).send("hello")
    messages = await server.user(7).wait_count(2)
    await bench.until(lambda: bench.statuses() == ["sent"])
    assert [message.text for message in messages] == ["heard hello", "heard hello"]
    assert caplog.text.count("possible_duplicate") == 1


async def test_a_lease_that_ran_out_is_listed_as_a_possible_duplicate_and_sent(
    bench: Bench, server: BotApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    await server.user(7).send("/start")
    await bench.dialogue.receive(Channel.TELEGRAM, "7", Visitor(), Inbound("x", text="hello"))
    crashed_at = datetime.now(UTC) - timedelta(minutes=10)
    assert len(await bench.storage.claim_outgoing(Channel.TELEGRAM, crashed_at, 60.0, 10)) == 1
    bench.start()
    await server.user(7).wait_count(1)
    assert caplog.text.count("possible_duplicate") == 1


async def test_a_connection_lost_before_sending_is_tried_again_without_a_double(
    bench: Bench, server: BotApiServer
) -> None:
    server.disturb("sendMessage", "drop_before", times=2)
    bench.start()
    await server.user(7).send("hello")
    await bench.until(lambda: bench.statuses() == ["sent"])
    assert server.user(7).texts() == ["heard hello"]


async def test_polling_goes_on_after_lost_connections_and_server_errors(bench: Bench, server: BotApiServer) -> None:
    server.disturb("getUpdates", "drop_before")
    server.fail("getUpdates", 502, "Bad Gateway")
    bench.start()
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)


async def test_a_second_poller_is_waited_out(
    bench: Bench, server: BotApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail("getUpdates", 409, "Conflict: terminated by other getUpdates request")
    bench.start()
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)
    assert caplog.text.count("telegram_conflict") == 1


async def test_an_offset_older_than_a_week_is_not_used(bench: Bench, server: BotApiServer) -> None:
    """Telegram may number anew after a week: an old, higher offset would confirm the new updates unseen."""
    old = datetime.now(UTC) - timedelta(days=8)
    bench.storage.notes["telegram:offset:4242"] = json.dumps({"offset": 999_999_999, "at": old.isoformat()})
    await server.user(7).send("after a quiet week")
    bench.start()
    await server.user(7).wait_count(1)


async def test_a_fresh_offset_is_used_again_after_a_restart(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)
    await bench.stop()
    polls = len(server.calls("getUpdates"))
    bench.start(poll_seconds=0)
    await server.state.until(lambda: len(server.calls("getUpdates")) > polls)
    assert server.calls("getUpdates")[polls].arguments["offset"] == "1001"


async def test_a_message_that_fails_every_time_is_given_up_with_a_sentence_and_the_next_is_handled(
    bench: Bench, server: BotApiServer
) -> None:
    async def before(address: str, inbound: Inbound) -> None:
        if inbound.text == "poison":
            raise RuntimeError("a bug")

    bench.dialogue.before = before
    bench.start()
    await server.user(7).send("poison")
    await server.user(7).send("fine")
    messages = await server.user(7).wait_count(2, seconds=20)
    assert "Please send it again" in messages[0].text
    assert messages[1].text == "heard fine"
