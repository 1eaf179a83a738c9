"""Ticks, groups, edits and everything that is not a plain message, over the real protocol."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.domain.reply import Option, Text
from tests.bot.conftest import Bench, always, asks
from tests.bot_api_server import BotApiServer

EXCLUSIONS = (Option("none", "None"), Option("gold", "Gold"), Option("oil", "Oil"))


def several() -> Any:
    """A question with several answers."""
    return always(Text("What shall we leave out?"), expects=asks("exclusions", kind="multichoice", options=EXCLUSIONS))


async def test_several_answers_are_ticked_in_place_and_sent_together(bench: Bench, server: BotApiServer) -> None:
    bench.dialogue.script = several()
    bench.start()
    user = server.user(7)
    await user.send("/start")
    question = (await user.wait_count(1))[0]
    assert question.labels == ["None", "Gold", "Oil", "Done", "Why?"]
    await user.tap("Oil")
    await user.wait(lambda found: found[0].labels[:3] == ["None", "Gold", "✓ Oil"])
    await user.tap("None")
    await user.wait(lambda found: found[0].labels[:3] == ["✓ None", "Gold", "✓ Oil"])
    await user.tap("None")
    await user.wait(lambda found: found[0].labels[:3] == ["None", "Gold", "✓ Oil"])
    await user.tap("Gold")
    await user.wait(lambda found: found[0].labels[:3] == ["None", "✓ Gold", "✓ Oil"])
    await user.tap("Done")
    await user.wait_count(2)
    assert [(inbound.choice, inbound.seen_turn) for _, inbound in bench.dialogue.received[1:]] == [(("gold", "oil"), 3)]


async def test_ticks_survive_a_restart(bench: Bench, server: BotApiServer) -> None:
    bench.dialogue.script = several()
    bench.start()
    user = server.user(7)
    await user.send("/start")
    await user.wait_count(1)
    await user.tap("Gold")
    await user.wait(lambda found: "✓ Gold" in found[0].labels)
    await bench.stop()
    bench.start()
    await user.tap("Done")
    await user.wait_count(2)
    assert bench.dialogue.received[1][1].choice == ("gold",)


async def test_two_quick_ticks_both_count_though_the_second_tap_shows_the_old_keyboard(
    bench: Bench, server: BotApiServer
) -> None:
    bench.dialogue.script = several()
    bench.start()
    user = server.user(7)
    await user.send("/start")
    await user.wait_count(1)
    await user.tap("Gold")
    await user.tap("Oil")
    messages = await user.wait(lambda found: found[0].edits == 2)
    assert messages[0].labels[:3] == ["None", "✓ Gold", "✓ Oil"]


async def test_the_same_tick_delivered_twice_stays_ticked(bench: Bench, server: BotApiServer) -> None:
    bench.dialogue.script = several()
    bench.start()
    user = server.user(7)
    await user.send("/start")
    question = (await user.wait_count(1))[0]
    await user.tap_data("t3+gold", question.message_id)
    await user.tap_data("t3+gold", question.message_id)
    await bench.until(lambda: [row.status for row in bench.storage.inbox.values()][1:] == ["discarded"] * 2)
    assert question.labels[:3] == ["None", "✓ Gold", "Oil"]
    assert len(bench.dialogue.received) == 1


async def test_done_without_an_answer_asks_again(bench: Bench, server: BotApiServer) -> None:
    bench.dialogue.script = several()
    bench.start()
    user = server.user(7)
    await user.send("/start")
    await user.wait_count(1)
    await user.tap("Done")
    await user.wait_count(2)
    inbound = bench.dialogue.received[1][1]
    assert (inbound.text, inbound.choice, inbound.seen_turn) == ("", None, 3)


async def test_an_option_with_a_long_id_is_found_by_its_number(bench: Bench, server: BotApiServer) -> None:
    options = (Option("short", "Short"), Option("ü" * 40, "Long"))
    bench.dialogue.script = always(Text("Which?"), expects=asks(kind="choice", options=options))
    bench.start()
    user = server.user(7)
    await user.send("/start")
    question = (await user.wait_count(1))[0]
    assert [row[0]["callback_data"] for row in question.keyboard[:1]] == ["t3:short"]
    await user.tap("Long")
    await user.wait_count(2)
    assert bench.dialogue.received[1][1].choice == ("ü" * 40,)


async def test_a_number_that_means_nothing_any_more_asks_again(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    user = server.user(7)
    await user.send("/start")
    message = (await user.wait_count(1))[0]
    await user.tap_data("t3#9", message.message_id)
    await user.wait_count(2)
    assert (bench.dialogue.received[1][1].text, bench.dialogue.received[1][1].seen_turn) == ("", 3)


async def test_a_button_that_is_not_ours_changes_nothing(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    user = server.user(7)
    await user.send("/start")
    message = (await user.wait_count(1))[0]
    await user.tap_data("buy-now", message.message_id)
    await bench.until(lambda: [row.status for row in bench.storage.inbox.values()] == ["handled", "discarded"])
    await server.state.until(lambda: len(server.state.answered) == 1)


async def test_a_tap_on_a_message_too_old_to_be_shown_is_still_an_answer(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    user = server.user(7)
    await user.send("/start")
    await user.wait_count(1)
    await user.tap_data("t3:growth", 999)
    await user.wait_count(2)
    assert bench.dialogue.received[1][1].choice == ("growth",)


@pytest.mark.parametrize("kind", ["photo", "sticker", "voice", "location"])
async def test_something_without_words_reaches_the_dialogue_as_empty_text(
    bench: Bench, server: BotApiServer, kind: str
) -> None:
    bench.start()
    await server.user(7).send_media(kind)
    await server.user(7).wait_count(1)
    assert bench.dialogue.received[0][1].text == ""


async def test_a_caption_counts_as_words(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    await server.user(7).send_media("photo", caption="5000 euros")
    assert (await server.user(7).wait_count(1))[0].text == "heard 5000 euros"


async def test_a_deep_link_carries_a_code_and_nothing_else(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    code = "link_" + "aB3-_xyz" * 4
    await server.user(7).open_link(code)
    await server.user(7).open_link("from_some_advertisement")
    texts = [message.text for message in await server.user(7).wait_count(2)]
    assert texts == [f"heard /start {code}", "heard /start"]


async def test_a_group_gets_one_sentence_a_day_and_no_dialogue(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    group = server.user(-1007)
    await group.send("hello bot")
    await group.send("are you there")
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)
    await bench.until(lambda: all(row.status != "waiting" for row in bench.storage.inbox.values()))
    assert len(group.messages()) == 1
    assert "private chats only" in group.texts()[0]
    assert [address for address, _ in bench.dialogue.received] == ["7"]


async def test_a_tap_in_a_group_gets_a_pop_up_and_no_dialogue(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    await server.user(-1007).tap_data("t3:a", 5)
    await server.state.until(lambda: len(server.state.answered) == 1)
    assert "private chats only" in server.state.answered[0]["text"]
    assert bench.dialogue.received == []


async def test_a_tick_that_could_not_be_shown_does_not_count(bench: Bench, server: BotApiServer) -> None:
    bench.dialogue.script = several()
    bench.start()
    user = server.user(7)
    await user.send("/start")
    await user.wait_count(1)
    server.fail("editMessageReplyMarkup", 429, "Too Many Requests: retry after 5", retry_after=5)
    await user.tap("Gold")
    await user.tap("Oil")
    await user.wait(lambda found: found[0].labels[:3] == ["None", "Gold", "✓ Oil"])
    await user.tap("Done")
    await user.wait_count(2)
    assert bench.dialogue.received[1][1].choice == ("oil",)


async def test_an_edit_is_not_an_answer_and_is_told_so(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    user = server.user(7)
    await user.send("5k")
    await user.wait_count(1)
    await user.edit(user.own_messages()[0].message_id, "50k")
    messages = await user.wait_count(2)
    assert "cannot see changes" in messages[1].text
    assert len(bench.dialogue.received) == 1


async def test_updates_nobody_can_read_are_put_aside(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    strange: list[dict[str, Any]] = [
        {"update_id": 5000, "something unknown to us": 17},
        {"update_id": 5001, "message": {"some fields are missing": True}},
        {"update_id": 5002, "message": []},
        {"update_id": 5003, "callback_query": {"id": "1"}},
    ]
    server.state.updates.extend(strange)
    await server.state.tell()
    await bench.until(lambda: [row.status for row in bench.storage.inbox.values()] == ["discarded"] * 4)
    assert bench.dialogue.received == []
