"""The message with the question after it was answered, and taps on questions that are past."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.domain.message import Inbound
from advisor.domain.reply import Choices, Option, Reply, Text
from bot.earlier import MAX_HINT, shortened
from bot.richtext import utf16_length
from tests.bot.conftest import Bench, Script, always, asks
from tests.bot_api_server import BotApiServer
from tests.bot_api_server.people import ScriptedUser

HORIZON = asks("horizon", kind="choice", options=(Option("5", "5 years"), Option("10", "10 years")), skippable=True)
AMOUNT = asks("amount", skippable=True, step=2)
SEVERAL = asks("exclusions", kind="multichoice", options=(Option("gold", "Gold"), Option("oil", "Oil")))


def in_turn(*replies: Reply) -> Script:
    """A script that says one after the other, and the last again and again."""
    left = list(replies)

    def script(inbound: Inbound) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    return script


def horizon_then_amount() -> Script:
    return in_turn(
        Reply((Text("When do you **need** it?"),), HORIZON),
        Reply((Text("Noted."), Text("How much?\n\nOr skip.")), AMOUNT),
    )


async def begun(bench: Bench, script: Script) -> ScriptedUser:
    bench.dialogue.script = script
    bench.start(per_chat_seconds=0.0)
    user = bench.server.user(7)
    await user.send("/start")
    await user.wait_count(1)
    return user


pytestmark = pytest.mark.slow


async def test_a_tapped_answer_takes_the_place_of_the_buttons(bench: Bench, server: BotApiServer) -> None:
    user = await begun(bench, horizon_then_amount())
    await user.tap("10 years")
    question, following = await user.wait(lambda found: len(found) == 2 and "✓" in found[0].text)
    assert question.text == "When do you need it?\n\n✓ 10 years"
    assert question.entities == [{"type": "bold", "offset": 12, "length": 4}]
    assert (question.labels, following.labels) == ([], ["Skip", "Why?", "Back"])
    await user.tap("Skip")
    await user.wait(lambda found: found[1].text.endswith("✓ Skip"))


async def test_a_typed_answer_stands_in_the_chat_already_so_the_buttons_only_go(
    bench: Bench, server: BotApiServer
) -> None:
    user = await begun(bench, horizon_then_amount())
    await user.send("10 years")
    question, _ = await user.wait(lambda found: len(found) == 2 and not found[0].keyboard)
    assert question.text == "When do you need it?"


async def test_several_answers_are_all_shown(bench: Bench, server: BotApiServer) -> None:
    user = await begun(bench, in_turn(Reply((Text("What to leave out?"),), SEVERAL), Reply((Text("Noted."),))))
    await user.tap("Oil")
    await user.tap("Gold")
    await user.wait(lambda found: found[0].labels[:2] == ["✓ Gold", "✓ Oil"])
    await user.tap("Done")
    await user.wait(lambda found: found[0].text == "What to leave out?\n\n✓ Gold, Oil")


async def test_why_and_back_answer_nothing(bench: Bench, server: BotApiServer) -> None:
    user = await begun(bench, always(Text("How much?"), expects=AMOUNT))
    for count, label in enumerate(("Why?", "Back"), 2):
        await user.tap(label)
        await user.wait(lambda found, count=count: len(found) == count and not found[-2].keyboard)  # type: ignore[misc]
    assert all(message.text == "How much?" for message in user.messages())


@pytest.mark.parametrize(
    "refusal",
    ["message is not modified", "message can't be edited", "message to edit not found", "there is no text to edit"],
)
async def test_an_edit_that_telegram_refuses_costs_no_answer(bench: Bench, server: BotApiServer, refusal: str) -> None:
    for method in ("editMessageText", "editMessageReplyMarkup"):
        server.fail(method, 400, f"Bad Request: {refusal}", times=5)
    user = await begun(bench, horizon_then_amount())
    await user.tap("10 years")
    await user.wait_count(2)
    await bench.until(lambda: bench.statuses() == ["sent", "sent"])
    assert [row.status for row in bench.storage.inbox.values()] == ["handled", "handled"]


async def test_a_question_that_the_investor_deleted_is_let_go(bench: Bench, server: BotApiServer) -> None:
    user = await begun(bench, horizon_then_amount())
    question = user.messages()[0]
    user.remove(question.message_id)
    await user.tap_data("t3:10", question.message_id)
    await user.wait(lambda found: [message.text for message in found] == ["Noted.\n\nHow much?\n\nOr skip."])


async def test_an_old_question_only_loses_its_buttons(bench: Bench, server: BotApiServer) -> None:
    user = await begun(bench, horizon_then_amount())
    user.messages()[0].date -= 3 * 24 * 3600
    await user.tap("10 years")
    question, _ = await user.wait(lambda found: len(found) == 2 and not found[0].keyboard)
    assert question.text == "When do you need it?"
    assert server.calls("editMessageText") == []


async def test_a_long_question_only_loses_its_buttons(bench: Bench, server: BotApiServer) -> None:
    user = await begun(bench, in_turn(Reply((Text("Long. " * 200),), HORIZON), Reply((Text("Noted."),))))
    await user.tap("10 years")
    await user.wait(lambda found: len(found) == 2 and not found[0].keyboard)
    assert server.calls("editMessageText") == []


async def test_a_turn_that_asks_nothing_leaves_no_question_behind(bench: Bench, server: BotApiServer) -> None:
    user = await begun(bench, in_turn(Reply((Text("When?"),), HORIZON), Reply((Text("We pause here."),))))
    await user.send("stop")
    await user.wait(lambda found: len(found) == 2 and not found[0].keyboard)
    await bench.until(lambda: bench.storage.notes["telegram:question:4242:7"] == "")


async def test_buttons_that_are_good_at_any_time_stay(bench: Bench, server: BotApiServer) -> None:
    plan = Reply((Text("Your plan."), Choices((Option("compare", "Compare"),)), Text("How much?")), AMOUNT)
    user = await begun(bench, in_turn(plan, Reply((Text("Compared."), Text("How much?")), AMOUNT)))
    await user.wait_count(2)
    for count in (3, 4):
        await user.tap("Compare")
        await user.wait(lambda found, count=count: len(found) == count and not found[1].keyboard)  # type: ignore[misc]
    assert user.messages()[0].labels == ["Compare"]
    assert [answer.get("text") for answer in server.state.answered] == [None, None]


async def test_a_tap_on_an_earlier_question_is_told_what_is_open_and_still_reaches_the_dialogue(
    bench: Bench, server: BotApiServer
) -> None:
    user = await begun(bench, horizon_then_amount())
    await user.send("10 years")
    messages = await user.wait(lambda found: len(found) == 2 and not found[0].keyboard)
    messages[0].keyboard = [
        [{"text": "5 years", "callback_data": "t3:5"}, {"text": "Skip", "callback_data": "t3!skip"}]
    ]
    await user.tap("5 years")
    await user.wait(lambda found: len(found) == 3 and not found[0].keyboard)
    await server.state.until(lambda: len(server.state.answered) == 1)
    assert server.state.answered[0]["text"] == "This button is from further up. Open now: How much?"
    assert server.state.answered[0].get("show_alert") in (None, False, "false")
    assert (bench.dialogue.received[-1][1].choice, bench.dialogue.received[-1][1].seen_turn) == (("5",), 3)
    assert messages[0].text == "When do you need it?", "it was not taken as the answer"


async def test_a_hint_that_comes_too_late_costs_nothing(bench: Bench, server: BotApiServer) -> None:
    server.state.query_seconds = 0.0
    user = await begun(bench, horizon_then_amount())
    await user.send("10 years")
    await user.wait_count(2)
    await user.tap_data("t3:5", user.messages()[0].message_id)
    await user.wait_count(3)
    assert server.state.answered == []


async def test_a_question_asked_again_is_no_earlier_one(bench: Bench, server: BotApiServer) -> None:
    user = await begun(bench, always(Text("When?"), expects=HORIZON))
    await user.send("why?")
    await user.wait_count(2)
    await user.tap_data("t3:5", user.messages()[0].message_id)
    await server.state.until(lambda: len(server.state.answered) == 1)
    assert server.state.answered[0].get("text") is None


async def test_a_note_of_an_earlier_version_still_takes_the_buttons_away(bench: Bench, server: BotApiServer) -> None:
    user = await begun(bench, horizon_then_amount())
    await bench.until(lambda: "telegram:question:4242:7" in bench.storage.notes)
    bench.storage.notes["telegram:question:4242:7"] = str(user.messages()[0].message_id)
    await user.send("10 years")
    await user.wait(lambda found: len(found) == 2 and not found[0].keyboard)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=600))
def test_a_hint_is_never_longer_than_telegram_takes(text: str) -> None:
    said: Any = shortened(text)
    assert utf16_length(said) <= MAX_HINT
