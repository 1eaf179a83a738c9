"""What an investor lives through on Telegram, with the real dialogue behind it, in English and in German."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from advisor.domain.delivery import Occurrence
from advisor.domain.message import Channel, Inbound, Visitor
from tests.bot.talk import Investor, Talk, talking

pytestmark = pytest.mark.slow

GREETING = {"en": "Hello. I am SmartInvest", "de": "Guten Tag. Ich bin SmartInvest"}
GONE = {"en": "is gone", "de": "ist gelöscht"}
LABELS = {"en": ["Skip", "Why?", "Back"], "de": ["Überspringen", "Warum?", "Zurück"]}
BEGINNING = {"en": ("a house", "10 years"), "de": ("ein Haus", "10 Jahre", "USD")}
DELETE = {"en": "Yes, delete everything", "de": "Ja, alles löschen"}


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talking(tmp_path) as opened:
        yield opened


async def begun(talk: Talk, chat: int, language: str) -> Investor:
    investor = talk.investor(chat, {"en": "en-US", "de": "de"}[language])  # so that the one is not asked for a currency
    await investor.say("/start")
    for answer in BEGINNING[language]:
        await investor.say(answer)
    return investor


async def code_from_the_web(talk: Talk, language: str) -> tuple[str, str]:
    """A code that a visitor of the website was given, and the visitor's conversation."""
    dialogue = talk.container.dialogue
    web = await dialogue.open(Channel.WEB, f"web-{language}", Visitor(language))
    turn = await dialogue.handle(web.id, Inbound("1", text="/link"))
    words = " ".join(str(block.get("text", "")) for block in turn.blocks or ())
    return next(part for part in words.split("**")[1::2]), web.id


@pytest.mark.parametrize("language", ["en", "de"])
async def test_every_label_speaks_the_language_of_the_talk(talk: Talk, language: str) -> None:
    investor = await begun(talk, 7, language)
    assert investor.current().labels == LABELS[language]
    last = await investor.conversation()
    assert last is not None
    open_question = last.state["asking"]
    await investor.tap(LABELS[language][1])
    await investor.tap(LABELS[language][0])
    last = await investor.conversation()
    assert last is not None
    assert last.state["asking"] != open_question
    await investor.tap(LABELS[language][2])
    last = await investor.conversation()
    assert last is not None
    assert last.state["asking"] == open_question


async def test_after_a_switch_labels_and_own_sentences_follow_the_talk_not_the_telephone(talk: Talk) -> None:
    investor = await begun(talk, 7, "en")
    await investor.say("auf Deutsch")
    assert investor.current().labels == LABELS["de"]
    update = await investor.user.edit(investor.user.own_messages()[1].message_id, "another text")
    await investor.settled(update)
    assert "eigene Nachricht" in investor.user.texts()[-1]


@pytest.mark.parametrize("language", ["en", "de"])
async def test_never_more_than_one_question_has_buttons(talk: Talk, language: str) -> None:
    investor = await begun(talk, 7, language)
    for text in ("blah blah", "/language", "/help", "/plan", "auf Deutsch", "in English", "/export", "/stop", "/start"):
        await investor.say(text)
        assert len(investor.questions()) <= 1, text


@pytest.mark.parametrize("language", ["en", "de"])
async def test_a_code_from_the_web_greets_a_newcomer_and_asks_both_sides(talk: Talk, language: str) -> None:
    code, web = await code_from_the_web(talk, language)
    investor = talk.investor(7, language)
    greeting, question = await investor.open_link(f"link_{code}")
    assert greeting.text.startswith(GREETING[language])
    assert (greeting.keyboard, question.labels[:2]) == ([], [["Yes", "No"], ["Ja", "Nein"]][language == "de"])
    await investor.tap(question.labels[0])
    assert question.text.endswith(f"✓ {'Ja' if language == 'de' else 'Yes'}")
    before = len(investor.user.messages())
    await talk.container.dialogue.handle(web, Inbound("2", text="yes" if language == "en" else "ja"))
    await investor.user.wait_count(before + 1)
    conversation = await investor.conversation()
    assert conversation is not None
    assert conversation.id == web, "the talk begun on the web goes on here"
    await investor.user.wait(lambda _: len(investor.questions()) == 1)


async def test_a_payload_that_is_not_ours_only_starts(talk: Talk) -> None:
    investor = talk.investor(7)
    (greeting,) = await investor.open_link("some_advertisement")
    assert greeting.text.startswith(GREETING["en"])


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("by", ["tap", "text"])
async def test_after_a_deletion_comes_the_goodbye_alone_and_then_a_greeting(talk: Talk, language: str, by: str) -> None:
    investor = await begun(talk, 7, language)
    await investor.say("/delete")
    before = len(investor.user.messages())
    await (investor.tap(DELETE[language]) if by == "tap" else investor.say("ja" if language == "de" else "yes"))
    (goodbye,) = (await investor.user.wait_count(before + 1))[before:]
    assert GONE[language] in goodbye.text
    assert "?" not in goodbye.text
    await investor.user.wait(lambda _: investor.questions() == [])
    assert await investor.conversation() is None
    assert [key for key in ("question", "document", "group") if await investor.noted(key)] == []
    replies = await investor.say("hello" if language == "en" else "hallo")
    assert replies[0].text.startswith(GREETING[language])


async def test_a_goodbye_that_telegram_refuses_for_a_moment_still_comes(talk: Talk) -> None:
    investor = await begun(talk, 7, "en")
    await investor.say("/delete")
    talk.server.fail("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    await investor.tap(DELETE["en"])
    await investor.user.wait(lambda found: GONE["en"] in found[-1].text)


async def test_a_button_of_a_talk_that_was_deleted_answers_nothing(talk: Talk) -> None:
    investor = await begun(talk, 7, "en")
    old = next(message for message in investor.user.messages())
    data = investor.current().keyboard[0][0]["callback_data"]
    await investor.say("/delete")
    await investor.tap(DELETE["en"])
    await investor.user.wait(lambda found: GONE["en"] in found[-1].text)
    await investor.tap_data("t1:retirement", old.message_id)
    await investor.tap_data(data, old.message_id)
    conversation = await investor.conversation()
    assert conversation is not None
    assert (conversation.state["asking"], conversation.state["slots"]) == ("goal", {})


async def test_a_stale_tap_is_told_what_is_open_and_changes_nothing_by_itself(talk: Talk) -> None:
    investor = talk.investor(7)
    await investor.say("/start")
    first = investor.current()
    await investor.tap("2. A home")
    assert first.text.endswith("✓ A home")
    (asked,) = await investor.tap_data("t1:retirement", first.message_id)
    assert "from A home to Retirement?" in asked.text
    assert talk.server.state.answered[-1]["text"].startswith(
        "This button is from further up. Open now: When do you need it?"
    )
    await investor.tap("No")
    conversation = await investor.conversation()
    assert conversation is not None
    assert conversation.state["slots"]["goal"]["value"] == "home"


async def test_what_nobody_asked_for_comes_with_its_buttons_behind_what_is_unsent(talk: Talk) -> None:
    investor = await begun(talk, 7, "en")
    conversation = await investor.conversation()
    assert conversation is not None
    talk.server.disturb("sendMessage", "delay", seconds=0.5)
    update = await investor.user.send("20,000")
    while (current := await investor.conversation()) is None or current.turn == conversation.turn:
        await asyncio.sleep(0.01)
    assert await talk.container.dialogue.happen(conversation.id, Occurrence("timer:silence:1", "silence")) is not None
    await investor.settled(update)
    reply, reminder = investor.user.messages()[-2:]
    assert "$20,000" in reply.text
    assert reminder.text.startswith("We stopped in the middle.")
    assert (reply.keyboard, reminder.labels) == ([], LABELS["en"])


async def test_nothing_is_sent_to_who_blocked_us_and_start_wakes_the_chat(talk: Talk) -> None:
    investor = await begun(talk, 7, "en")
    conversation = await investor.conversation()
    assert conversation is not None
    await investor.settled(await investor.user.block())
    sent = len(talk.server.calls("sendMessage"))
    happened = await talk.container.dialogue.happen(conversation.id, Occurrence("timer:silence:1", "silence"))
    await asyncio.sleep(0.3)
    assert happened is not None
    assert len(talk.server.calls("sendMessage")) == sent
    replies = await investor.say("/start")
    assert replies
    assert investor.current().labels == LABELS["en"]
