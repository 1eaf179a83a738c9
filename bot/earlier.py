"""Taps on buttons of earlier questions: a hint above the chat says at once what is open. The dialogue answers the tap itself."""

from __future__ import annotations

import logging

from advisor.domain.errors import SmartInvestError
from advisor.domain.message import Turn
from advisor.domain.reply import Text
from advisor.ports.storage import Storage
from bot.callback import ButtonData, offered
from bot.inbound import Tapped
from bot.languages import spoken_in
from bot.needs import CHANNEL
from bot.questions import Asked, OpenQuestions
from bot.richtext import Run, from_markup, split, to_plain, utf16_length
from bot.wording import wording

MAX_HINT = 200
"""UTF-16 units that an answer to a tap may have."""

_log = logging.getLogger(__name__)


class EarlierTaps:
    """Tells taps on earlier questions from those on the open one and from buttons that are good at any time."""

    def __init__(self, storage: Storage, questions: OpenQuestions) -> None:
        self._storage, self._questions = storage, questions

    async def hint(self, tap: Tapped) -> str:
        """What to show over the chat for this tap, at most `MAX_HINT` UTF-16 units; "" where there is nothing to say."""
        button = tap.button
        if button is None:
            return ""
        try:
            asked = await self._questions.current(tap.chat)
            return await self._said(tap, button, asked) if asked and button.turn < asked.since else ""
        except SmartInvestError as error:
            _log.warning("hint_not_given chat=%s: %s", tap.chat, error.message)
            return ""

    async def _said(self, tap: Tapped, button: ButtonData, asked: Asked) -> str:
        conversation = await self._storage.find_conversation(CHANNEL, tap.chat)
        if conversation is None:
            return ""
        tapped, current = [await self._turn(conversation.id, number) for number in (button.turn, asked.turn)]
        if tapped is None or current is None or not _asks(tapped, button) or _slot(tapped) == _slot(current):
            return ""
        words = wording(spoken_in(conversation, tap.visitor.locale)).earlier
        return shortened(words.format(question=_question(current))) if _question(current) else ""

    async def _turn(self, conversation_id: str, number: int) -> Turn | None:
        found = await self._storage.history(conversation_id, number - 1, 1)
        return found[0] if found and found[0].number == number else None


def _slot(turn: Turn) -> str | None:
    return (turn.expects or {}).get("slot")


def _asks(turn: Turn, button: ButtonData) -> bool:
    """Whether the button answered the question of its turn; others are good at any time."""
    if button.action == "system":
        return True
    options = [str(option.get("id")) for option in (turn.expects or {}).get("options", ())]
    if button.index is None:
        return button.option in options
    every = offered(turn.blocks or (), turn.expects)
    return button.index < len(every) and every[button.index].id in options


def _question(turn: Turn) -> str:
    """The words of a turn's question: the first paragraph of its last text."""
    texts = [str(block.get("text", "")) for block in turn.blocks or () if block.get("kind") == Text.kind]
    return to_plain(from_markup(texts[-1].partition("\n\n")[0])).strip() if texts else ""


def shortened(text: str) -> str:
    """The text as a hint: what is too long for one ends at a word, with an ellipsis."""
    if utf16_length(text) <= MAX_HINT:
        return text
    pieces = split((Run(text),), MAX_HINT - 1)
    return f"{to_plain(pieces[0])}…" if pieces else ""
