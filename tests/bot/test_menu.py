"""The menu of commands that Telegram shows, against the dialogue that has to answer them: in each language, at any moment."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from advisor.replies.wording import say
from bot.wording import languages, wording
from tests.bot.talk import Investor, talking

# Beside the menu: commands of parts that come later, which say so.
COMMANDS = ("start", "help", "plan", "portfolio", "forecast", "alerts", "language", "privacy", "export", "link", "stop")
UNREAD = {
    "en": ("I could not read", "I could not place", "I do not know that command"),
    "de": ("fand ich kein", "fand ich nichts", "nicht einordnen", "Diesen Befehl kenne ich nicht"),
}
# What is said of parts that come later.
LATER = (
    "not_yet.holdings",
    "not_yet.alerts",
    "not_yet.rebalance",
    "not_yet.signals",
    "not_yet.performance",
    "talk.later",
)
ANSWERS = {
    "en": ("a house", "10 years", "20,000", "300 a month", "skip all", "yes"),
    "de": ("ein Haus", "10 Jahre", "USD", "20.000", "300 im Monat", "alles überspringen", "ja"),
}
ERASE = {"en": ("No, keep it", "Yes, delete everything"), "de": ("Nein, behalten", "Ja, alles löschen")}


def test_every_language_has_the_same_menu() -> None:
    menus = [[name for name, _ in wording(language).commands] for language in languages()]
    assert all(menu == menus[0] for menu in menus)
    assert {"start", "help", "plan", "forecast", "language", "privacy", "export", "delete", "stop", "link"} <= {
        *menus[0]
    }
    assert len({text for language in languages() for _, text in wording(language).commands}) == 2 * len(menus[0])


async def answers_all(investor: Investor, language: str, commands: Sequence[str]) -> None:
    """Every command is understood, and leaves at most one question with buttons."""
    for name in commands:
        replies = await investor.say(f"/{name}")
        said = "\n".join(message.text for message in replies)
        assert replies, f"/{name} is not answered"
        assert not any(unread in said for unread in UNREAD[language]), f"/{name}: {said}"
        in_menu = name in {command for command, _ in wording(language).commands}
        assert not (in_menu and any(say(language, key) in said for key in LATER)), f"/{name} is in the menu: {said}"
        assert len(investor.questions()) <= 1, f"/{name} leaves {len(investor.questions())} questions"


async def until_there_is_a_plan(investor: Investor, language: str) -> None:
    """Answer what is asked, with skips after the first questions."""
    for answer in itertools.chain(
        ANSWERS[language][:-2], itertools.repeat({"en": "skip", "de": "überspringen"}[language], 20)
    ):
        await investor.say(answer)
        conversation = await investor.conversation()
        assert conversation is not None
        if conversation.state["asking"] == "confirm_summary":
            break
    await investor.say(ANSWERS[language][-1])
    conversation = await investor.conversation()
    assert conversation is not None
    assert conversation.state["facts"].get("plan_id")


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("language", languages())
async def test_every_command_is_answered_at_every_moment(tmp_path: Path, language: str) -> None:
    menu = [name for name, _ in wording(language).commands if name != "delete"]
    every = tuple(dict.fromkeys((*menu, *COMMANDS)))
    assert every[-1] != "start"
    no, yes = ERASE[language]
    async with talking(tmp_path) as talk:
        investor = talk.investor(7, language)
        await investor.say("/start")
        (unknown,) = await investor.say("/nonsense")
        assert any(words in unknown.text for words in UNREAD[language]), "else this test looks for the wrong words"
        await answers_all(investor, language, every)  # a question is open; the last but one says stop
        await answers_all(investor, language, ["stop", *(name for name in every if name != "stop"), "delete"])
        await investor.tap(no)
        await until_there_is_a_plan(investor, language)
        await answers_all(investor, language, [*every, "delete"])
        erased = await investor.conversation()
        await investor.tap(yes)
        assert erased is not None
        assert await investor.conversation() is None


@pytest.mark.slow
async def test_a_command_of_a_part_that_comes_later_says_so(tmp_path: Path) -> None:
    async with talking(tmp_path) as talk:
        for chat, language in enumerate(languages(), 7):
            investor = talk.investor(chat, language)
            await investor.say("/start")
            for name, key in (("portfolio", "not_yet.holdings"), ("alerts", "not_yet.alerts")):
                said = await investor.say(f"/{name}")
                assert any(say(language, key) in message.text for message in said)
                assert name not in {command for command, _ in wording(language).commands}
