"""Messages in and out over the real protocol."""

from __future__ import annotations

import asyncio
import logging

import pytest

from advisor.domain.errors import SettingsError
from advisor.domain.message import Inbound
from advisor.domain.reply import Option, Text
from bot.wording import languages, wording
from tests.bot.conftest import Bench, always, asks
from tests.bot_api_server import BotApiServer

pytestmark = pytest.mark.slow


async def test_a_message_is_answered(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    await server.user(7).send("hello")
    messages = await server.user(7).wait_count(1)
    assert messages[0].text == "heard hello"
    assert bench.dialogue.visitors[0].locale == "en"


async def test_many_chats_each_get_their_answers_in_order(bench: Bench, server: BotApiServer) -> None:
    server.state.flood.enabled = False
    for number in range(5):
        for chat in range(1, 9):
            await server.user(chat).send(f"{chat}-{number}")
    bench.start()
    for chat in range(1, 9):
        await server.user(chat).wait_count(4)
    await bench.until(lambda: len(bench.dialogue.received) == 40)
    for chat in range(1, 9):
        said = [inbound.text for address, inbound in bench.dialogue.received if address == str(chat)]
        assert said == [f"{chat}-{number}" for number in range(5)]


async def test_a_slow_chat_does_not_hold_up_the_others(bench: Bench, server: BotApiServer) -> None:
    gate = asyncio.Event()

    async def before(address: str, inbound: Inbound) -> None:
        if address == "1":
            await gate.wait()

    bench.dialogue.before = before
    bench.start()
    await server.user(1).send("slow")
    await server.user(2).send("quick")
    assert (await server.user(2).wait_count(1))[0].text == "heard quick"
    assert server.user(1).messages() == []
    gate.set()
    assert (await server.user(1).wait_count(1))[0].text == "heard slow"


async def test_typing_shows_while_an_answer_takes_long_and_not_before(bench: Bench, server: BotApiServer) -> None:
    gate = asyncio.Event()

    async def before(address: str, inbound: Inbound) -> None:
        if inbound.text == "plan":
            await gate.wait()

    bench.dialogue.before = before
    bench.start()
    await server.user(7).send("quick")
    await server.user(7).wait_count(1)
    assert server.calls("sendChatAction") == []
    await server.user(7).send("plan")
    await server.state.until(lambda: len(server.calls("sendChatAction")) == 1)
    gate.set()
    await server.user(7).wait_count(2)


async def test_a_tap_reaches_the_dialogue_with_its_turn_and_is_answered(bench: Bench, server: BotApiServer) -> None:
    options = (Option("growth", "Grow my savings"), Option("home", "A home"))
    question = asks(kind="choice", options=options, skippable=True, step=2)
    bench.dialogue.script = always(Text("What is it for?"), expects=question)
    bench.start()
    user = server.user(7)
    await user.send("/start")
    first = (await user.wait_count(1))[0]
    assert first.labels == ["Grow my savings", "A home", "Skip", "Why?", "Back"]
    await user.tap("A home")
    await user.wait_count(2)
    tapped = bench.dialogue.received[1][1]
    assert (tapped.choice, tapped.seen_turn) == (("home",), 3)
    await server.state.until(lambda: len(server.state.answered) == 1)
    for count, (label, words) in enumerate({"Skip": "skip", "Why?": "why?", "Back": "back"}.items(), 3):
        await user.tap(label)
        await user.wait_count(count)
        assert bench.dialogue.received[-1][1].text == words


async def test_buttons_of_an_answered_question_go_away(bench: Bench, server: BotApiServer) -> None:
    options = (Option("a", "A"), Option("b", "B"))
    bench.dialogue.script = always(Text("Which?"), expects=asks(kind="choice", options=options))
    bench.start()
    user = server.user(7)
    await user.send("/start")
    await user.wait_count(1)
    await user.send("A")
    messages = await user.wait(lambda found: len(found) == 2 and not found[0].keyboard)
    assert messages[1].labels[:2] == ["A", "B"]


async def test_a_stale_button_keeps_its_old_turn_and_a_second_tap_is_a_second_message(
    bench: Bench, server: BotApiServer
) -> None:
    options = (Option("a", "A"),)
    bench.dialogue.script = always(Text("Which?"), expects=asks(kind="choice", options=options))
    bench.start()
    user = server.user(7)
    await user.send("/start")
    first = (await user.wait_count(1))[0]
    await user.tap_data("t3:a", first.message_id)
    await user.tap_data("t3:a", first.message_id)
    await bench.until(lambda: len(bench.dialogue.received) == 3)
    taps = [inbound for _, inbound in bench.dialogue.received[1:]]
    assert [tap.seen_turn for tap in taps] == [3, 3]
    assert taps[0].external_id != taps[1].external_id


async def test_a_tap_whose_query_is_too_old_is_still_handled(bench: Bench, server: BotApiServer) -> None:
    user = server.user(7)
    await user.send("/start")
    bench.start()
    first = (await user.wait_count(1))[0]
    await bench.stop()
    server.state.query_seconds = 0.0
    await user.tap_data("t3:a", first.message_id)
    bench.start()
    await bench.until(lambda: len(bench.dialogue.received) == 2)
    await server.state.until(lambda: bool(server.calls("answerCallbackQuery", ok=False)))
    assert bench.dialogue.received[1][1].choice == ("a",)


async def test_the_genuine_name_is_left_for_the_web_page(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    await server.user(7).send("hi")
    await server.user(7).wait_count(1)
    assert bench.storage.notes["telegram:name"] == "local_bot"


async def test_menu_and_descriptions_are_set_once_in_every_language(bench: Bench, server: BotApiServer) -> None:
    bench.start()
    await bench.until(
        lambda: sum(key.startswith("telegram:profile") for key in bench.storage.notes) == len(languages())
    )
    shown = server.state.settings
    assert {name: set(values) for name, values in shown.items()} == {
        method: {"", "de"} for method in ("setMyCommands", "setMyDescription", "setMyShortDescription")
    }
    for code, language in (("", "en"), ("de", "de")):
        menu = [(command["command"], command["description"]) for command in shown["setMyCommands"][code]]
        assert menu == list(wording(language).commands)
        assert shown["setMyDescription"][code] == wording(language).description
    await bench.stop()
    bench.start()
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)
    assert len(server.calls("setMyCommands")) == len(languages())


async def test_a_failing_profile_does_not_keep_the_bot_from_answering(bench: Bench, server: BotApiServer) -> None:
    server.fail("setMyCommands", 429, "Too Many Requests: retry after 3000", retry_after=3000)
    bench.start()
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)


async def test_a_wrong_token_ends_the_bot_with_one_line_without_the_token(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    task = bench.start(token="1:wrong-token")
    with pytest.raises(SettingsError) as raised:
        await task
    assert "SMARTINVEST_TELEGRAM_TOKEN" in raised.value.message
    assert "wrong-token" not in raised.value.message + caplog.text


async def test_a_token_revoked_while_running_ends_the_bot(bench: Bench, server: BotApiServer) -> None:
    task = bench.start()
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)
    server.token = "4242:another"
    with pytest.raises(SettingsError):
        await asyncio.wait_for(task, 10)


async def test_the_token_is_never_logged(bench: Bench, server: BotApiServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.DEBUG)
    server.disturb("getUpdates", "drop_before")
    bench.start()
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)
    await bench.stop()
    assert "local-test-token" not in caplog.text


async def test_starting_without_a_network_waits_for_it(bench: Bench, server: BotApiServer) -> None:
    server.disturb("getMe", "drop_before", times=2)
    bench.start()
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)


async def test_stopping_is_quick_and_loses_nothing(bench: Bench, server: BotApiServer) -> None:
    task = bench.start(poll_seconds=25)
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)
    async with asyncio.timeout(5):
        await bench.stop()
    assert task.done()
    assert task.exception() is None
    assert bench.statuses() == ["sent"]


@pytest.mark.parametrize("missing", ["public_url", "webhook_secret"])
async def test_webhook_mode_without_address_or_secret_is_a_setting_error(bench: Bench, missing: str) -> None:
    fields = {"public_url": "https://example.org", "webhook_secret": "s"} | {missing: ""}
    with pytest.raises(SettingsError) as raised:
        await bench.start(mode="webhook", **fields)
    assert missing.upper() in raised.value.message
