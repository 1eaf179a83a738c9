"""Questions to us, in which a number is no answer: "what does 8 in 10 mean", "was heißt 8 von 10"."""

from __future__ import annotations

from advisor.dialogue.nlu.lexer import Lexed
from advisor.dialogue.nlu.slots import slot_words
from advisor.dialogue.nlu.utterance import utterance

_OPENING = 3  # words that may stand before a question: "ok but what does ..."


def asks_of_us(text: str, locale: str) -> bool:
    """Whether a message as a whole asks what something is, does or means; not "why not 300", nor with an answer behind it."""
    lexed, words = utterance(text, locale).lexed, slot_words(locale)
    first = next((index for index in range(_OPENING) if words.asking.at(lexed.words, index)), None)
    if first is None or words.asking_not.at(lexed.words, first) or not _only_opens(lexed, first, locale):
        return False
    behind = lexed.words[lexed.words.index("?") + 1 :] if "?" in lexed.words else ()
    return not any(word[0].isalnum() for word in behind)


def _only_opens(lexed: Lexed, first: int, locale: str) -> bool:
    openers = slot_words(locale).asking_openers
    return all(word in openers or not word[0].isalnum() for word in lexed.words[:first])
