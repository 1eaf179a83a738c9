"""Decades: "the end of the 2030s", "in the 2040s", "mid thirties"."""

from __future__ import annotations

from advisor.dialogue.nlu.utterance import Utterance

IN_A_DECADE = {"start": 2, "early": 2, "middle": 5, "late": 8, "end": 8}
"""Years into a decade, of a year or of an age: "mid thirties" is about 35."""


def year_in_decade(year: int, said: Utterance, first: int, last: int) -> int | None:
    """The year that is meant by a decade said over these tokens, its middle where no part of it was said; None for a plain year."""
    endings = said.words.times.decade_endings
    if year % 10 or not said.lexed.glued(last) or said.lexed.word(last) not in endings:
        return None
    part = said.words.times.parts.at(said.lexed.words, first)
    return year + IN_A_DECADE.get(part.tag if part else "middle", 0)
