"""Messages of two clauses: one speaks of a part of the money, or says that there is none, and the other one tells more."""

from __future__ import annotations

from advisor.dialogue.nlu.money import MoneyReading, nothing_in
from advisor.dialogue.nlu.slots import slot_words
from advisor.dialogue.nlu.utterance import Utterance, utterance


def without_parts(text: str, locale: str) -> str | None:
    """A message without its clause about a part of an amount ("20k, but I need 5k of it next year"); None if it has no such clause.

    A part is no answer of its own, and the time that it is needed at is not when all of it is.
    """
    said = utterance(text, locale)
    hits = slot_words(locale).part_of.scan(said.lexed.words)
    parts = [
        (item, hit)
        for hit in hits
        for item in said.quantities
        if item.kind == "plain" and 0 <= hit.first - item.last <= 1
    ]
    if not parts or len(said.quantities) == 1:
        return None
    first, last = _clause(said, parts[0][0].first)
    if first == 0:
        return None
    return f"{said.lexed.text[: said.lexed.tokens[first].start]}{said.lexed.text[said.lexed.tokens[last - 1].end :]}"


def nothing_at_first(said: Utterance) -> MoneyReading | None:
    """A reading of 0 where the clause before the first amount says that there is nothing: "nothing yet, but 300 a month"."""
    but = slot_words(said.locale).but
    end = next((index for index, word in enumerate(said.lexed.words) if word in but), 0)
    if not end or any(item.first < end for item in said.quantities):
        return None
    return nothing_in(utterance(said.lexed.raw(0, end), said.locale))


def _clause(said: Utterance, inside: int) -> tuple[int, int]:
    """The tokens from the word that parts off a clause to the next one that does."""
    but, tokens = slot_words(said.locale).but, said.lexed.words
    first = next((index for index in range(inside - 1, -1, -1) if tokens[index] in but), 0)
    last = next((index for index in range(inside + 1, len(tokens)) if tokens[index] in but), len(tokens))
    return first, last
