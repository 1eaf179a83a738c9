"""The outbox over the real protocol: limits, refusals, pictures."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from advisor.domain.chart import ChartSpec, Donut
from advisor.domain.errors import Conflict, StorageError
from advisor.domain.message import Channel, Inbound, Outgoing, Visitor
from advisor.domain.reply import Chart, Link, Option, Text
from tests.bot.conftest import Bench, always, asks
from tests.bot_api_server import BotApiServer
from tests.storage_fake import MemoryStorage

pytestmark = pytest.mark.slow

DONUT = ChartSpec(
    "allocation", "Your mix", "Shares 60 %, bonds 40 %.", Donut((("S", 0.6, "equity"), ("B", 0.4, "bond")))
)


async def test_a_429_is_obeyed_and_other_chats_are_not_held_up(bench: Bench, server: BotApiServer) -> None:
    server.fail("sendMessage", 429, "Too Many Requests: retry after 2", chat_id=1, retry_after=2)
    bench.start()
    await server.user(1).send("first")
    await server.state.until(lambda: bool(server.calls("sendMessage", ok=False)))
    refused_at = server.calls("sendMessage", ok=False)[0].at
    await server.user(2).send("second")
    await server.user(2).wait_count(1)
    assert server.user(1).messages() == []
    await server.user(1).wait_count(1)
    accepted = next(call for call in server.calls("sendMessage", ok=True) if call.arguments["chat_id"] == "1")
    assert accepted.at - refused_at >= 2.0
    assert len(server.calls("sendMessage", ok=False)) == 1


async def test_our_own_pace_keeps_within_telegrams_limits(bench: Bench, server: BotApiServer) -> None:
    bench.dialogue.script = always(*(Chart(f"c{n}", DONUT) for n in range(6)))
    bench.start()
    await server.user(7).send("many pictures")
    await server.user(7).wait_count(6, seconds=20)
    assert [call for call in server.state.calls if not call.ok] == []


async def test_a_blocked_bot_buries_the_reply_and_never_tries_again(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)
    server.state.people[7].blocked = True
    await bench.dialogue.push("7", Text("Rebalancing is due."))
    await bench.until(lambda: bench.statuses() == ["sent", "dead"])
    assert (Channel.TELEGRAM, "7") in bench.storage.unreachable
    refused = len(server.calls("sendMessage", ok=False))
    await bench.dialogue.push("7", Text("Once more."))
    await bench.until(lambda: bench.statuses() == ["sent", "dead", "dead"])
    assert len(server.calls("sendMessage", ok=False)) == refused == 1


async def test_a_deactivated_account_is_treated_like_a_block(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)
    server.user(7).deactivate()
    await bench.dialogue.push("7", Text("Rebalancing is due."))
    await bench.until(lambda: bench.statuses() == ["sent", "dead"])


async def test_blocking_and_unblocking_is_noted_and_writing_again_is_answered(
    bench: Bench, server: BotApiServer
) -> None:
    bench.start()
    user = server.user(7)
    await user.send("hello")
    await user.wait_count(1)
    await user.block()
    await bench.until(lambda: (Channel.TELEGRAM, "7") in bench.storage.unreachable)
    await user.unblock()
    await user.send("back again")
    assert (await user.wait_count(2))[1].text == "heard back again"
    assert bench.storage.unreachable == set()


async def test_text_that_telegram_refuses_is_sent_plain(bench: Bench, server: BotApiServer) -> None:
    bench.dialogue.script = always(Text("**bold** & plain"))
    server.fail("sendMessage", 400, "Bad Request: can't parse entities: Unclosed start tag at byte offset 3")
    bench.start()
    await server.user(7).send("hello")
    message = (await server.user(7).wait_count(1))[0]
    assert (message.text, message.entities) == ("bold & plain", [])


async def test_what_is_refused_plain_as_well_is_buried_with_the_reason(bench: Bench, server: BotApiServer) -> None:
    server.fail("sendMessage", 400, "Bad Request: something new", times=2)
    bench.start()
    await server.user(7).send("hello")
    await bench.until(lambda: bench.statuses() == ["dead"])
    (row,) = bench.storage.outbox.values()
    assert row.reason == "Something new"
    await server.user(7).send("again")
    assert (await server.user(7).wait_count(1))[0].text == "heard again"


async def test_a_long_text_arrives_whole_in_several_messages_with_buttons_on_the_last(
    bench: Bench, server: BotApiServer
) -> None:
    paragraphs = [f"**{number}** " + "ü😀 & <word> " * 40 for number in range(30)]
    question = asks(kind="choice", options=(Option("a", "A"),))
    bench.dialogue.script = always(Text("\n\n".join(paragraphs)), expects=question)
    bench.start()
    await server.user(7).send("tell me all")
    await bench.until(lambda: bench.statuses() == ["sent"], seconds=20)
    messages = server.user(7).messages()
    assert len(messages) > 3
    assert [bool(message.keyboard) for message in messages] == [False] * (len(messages) - 1) + [True]
    assert " ".join(message.text for message in messages).split() == "\n\n".join(paragraphs).replace("*", "").split()


async def test_a_chart_is_a_photo_whose_caption_states_the_data(bench: Bench, server: BotApiServer) -> None:
    bench.dialogue.script = always(Text("Here is your plan."), Chart("c1", DONUT), Text("Track it?"))
    bench.start()
    await server.user(7).send("plan")
    messages = await server.user(7).wait_count(3)
    assert [bool(message.photo) for message in messages] == [False, True, False]
    assert messages[1].text == "Your mix\nShares 60 %, bonds 40 %."


async def test_the_same_chart_is_drawn_and_uploaded_once_even_over_a_restart(
    bench: Bench, server: BotApiServer
) -> None:
    bench.dialogue.script = always(Chart("c1", DONUT))
    bench.start()
    await server.user(7).send("plan")
    await server.user(7).wait_count(1)
    await bench.until(lambda: bench.statuses() == ["sent"])
    await bench.stop()
    bench.start()
    await server.user(8).send("plan")
    await server.user(8).wait_count(1)
    assert len(bench.charts.drawn) == 1
    photos = [call.arguments["photo"] for call in server.calls("sendPhoto")]
    assert isinstance(photos[0], bytes)
    assert isinstance(photos[1], str)


async def test_a_file_id_that_telegram_no_longer_takes_is_drawn_anew(bench: Bench, server: BotApiServer) -> None:
    bench.storage.notes[f"telegram:photo:4242:{DONUT.digest()}"] = "from another bot"
    bench.dialogue.script = always(Chart("c1", DONUT))
    bench.start()
    await server.user(7).send("plan")
    assert (await server.user(7).wait_count(1))[0].photo
    assert len(bench.charts.drawn) == 1


async def test_a_picture_that_cannot_be_drawn_is_replaced_by_its_data_and_says_so(
    bench: Bench, server: BotApiServer
) -> None:
    bench.charts.broken = True
    bench.dialogue.script = always(Chart("c1", DONUT), expects=asks(kind="choice", options=(Option("a", "A"),)))
    bench.start()
    await server.user(7).send("plan")
    message = (await server.user(7).wait_count(1))[0]
    assert "Shares 60 %, bonds 40 %." in message.text
    assert "could not be drawn" in message.text
    assert message.labels == ["A", "Why?"]


async def test_after_a_crash_in_the_middle_only_the_missing_parts_are_sent(bench: Bench, server: BotApiServer) -> None:
    bench.dialogue.script = always(Text("one"), Chart("c1", DONUT), Text("three"))
    server.disturb("sendPhoto", "delay", seconds=30)
    bench.start()
    await server.user(7).send("plan")
    await bench.until(lambda: server.state.faults[0].times == 0)
    await bench.kill()
    assert [row.outgoing.progress for row in bench.storage.outbox.values()] == [1]
    for row in bench.storage.outbox.values():
        row.lease_until = row.not_before = None
        row.status = "pending"
    bench.start()
    messages = await server.user(7).wait_count(3)
    assert [message.text.split("\n")[0] for message in messages] == ["one", "Your mix", "three"]


async def test_a_reply_that_can_never_be_sent_is_buried_with_its_reason(bench: Bench, server: BotApiServer) -> None:
    await bench.dialogue.receive(Channel.TELEGRAM, "no number", Visitor(), Inbound("1", text="a"))
    await bench.dialogue.receive(Channel.TELEGRAM, "7", Visitor(), Inbound("2", text="b"))
    unreadable = list(bench.storage.outbox.values())[1]
    unreadable.outgoing = replace(unreadable.outgoing, expects={"slot": "goal"})
    bench.start()
    await bench.until(lambda: bench.statuses() == ["dead", "dead"])
    assert all(row.reason for row in bench.storage.outbox.values())


async def test_a_claim_that_is_heard_of_after_its_lease_sends_nothing(bench: Bench, server: BotApiServer) -> None:
    """As after a stop of the whole process: somebody else may be sending it by then."""

    class Stopped(MemoryStorage):
        heard: list[int]

        async def claim_outgoing(self, *arguments: Any, **options: Any) -> list[Outgoing]:
            claimed = await super().claim_outgoing(*arguments, **options)
            if claimed:
                self.heard.append(len(server.calls("sendMessage")))
                await asyncio.sleep(2.0 if len(self.heard) == 1 else 0.0)
            return claimed

    bench.storage = bench.dialogue.storage = stopped = Stopped()
    stopped.heard = []
    bench.start(lease_seconds=1.5)
    await server.user(7).send("hello")
    await bench.until(lambda: bench.statuses() == ["sent"])
    assert stopped.heard[:2] == [0, 0]
    assert server.user(7).texts() == ["heard hello"]


async def test_a_reply_taken_over_by_another_sender_is_left_to_it(bench: Bench, server: BotApiServer) -> None:
    class TakenOver(MemoryStorage):
        async def part_sent(self, outgoing_id: str, progress: int) -> None:
            raise Conflict("Another sender has taken this reply over.")

    bench.storage = bench.dialogue.storage = TakenOver()
    bench.dialogue.script = always(Text("one"), Chart("c1", DONUT))
    bench.start()
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)
    await bench.stop()
    assert bench.statuses() == ["sending"]
    assert len(server.user(7).messages()) == 1


async def test_storage_that_fails_for_a_moment_costs_a_delay_and_nothing_else(
    bench: Bench, server: BotApiServer
) -> None:
    class Failing(MemoryStorage):
        failures = 2

        async def claim_outgoing(
            self, channel: Channel, now: datetime, lease_seconds: float, limit: int, *, unprompted: int | None = None
        ) -> list[Outgoing]:
            if self.failures:
                self.failures -= 1
                raise StorageError("The database did not answer.")
            return await super().claim_outgoing(channel, now, lease_seconds, limit, unprompted=unprompted)

    bench.storage = bench.dialogue.storage = Failing()
    bench.start()
    await server.user(7).send("hello")
    assert (await server.user(7).wait_count(1))[0].text == "heard hello"


async def test_a_link_is_a_button_that_opens_the_page(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    user = server.user(7)
    await user.send("hello")
    await user.wait_count(1)
    await bench.until(lambda: bench.statuses() == ["sent"])
    await bench.dialogue.push("7", Link("Our site", "https://example.org/plan"))
    message = (await user.wait_count(2))[1]
    assert message.keyboard[0][0]["url"] == "https://example.org/plan"
