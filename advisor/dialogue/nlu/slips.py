"""Sentences that a message with a slip of the finger was meant to be: "compare strategys", "hlep"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz, process

# A message of 8 to 60 characters that is 90 % like a sentence (Indel likeness) means it, e.g. "compare strategys"; shorter
# ones count only with two neighbouring letters exchanged ("hlep"), because a short word is too near to others.
NEAR = 90.0
_NEAR_LENGTH = range(8, 61)
# Letters at the beginning and at the end by which sentences are kept; the longer ones where one slip cannot hit both.
_SHORT, _LONG, _LONG_FROM = 4, 7, 16
_SWAP_LENGTH = range(4, 9)
_SWAP_SCORE = 0.95
_SHORTEST_NEAR = NEAR / (
    200 - NEAR
)  # the length of the shorter of two texts that are so alike, as a share of the longer one


class Slips:
    """Known sentences, ready to be found by what is like them.

    They are kept by their beginning, by their end and by length: one slip leaves the one or the other as it is.
    """

    def __init__(self, sentences: Iterable[str]) -> None:
        swaps: dict[str, list[str]] = defaultdict(list)
        near: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for sentence in sentences:
            if len(sentence) in _SWAP_LENGTH and sentence.isalpha():
                swaps["".join(sorted(sentence))].append(sentence)
            if len(sentence) in _NEAR_LENGTH:
                for key in {*_keys(sentence, _SHORT), *_keys(sentence, _LONG)}:
                    near[key][len(sentence)].append(sentence)
        self._swaps: Mapping[str, Sequence[str]] = dict(swaps)
        self._near: Mapping[str, Mapping[int, Sequence[str]]] = dict(near)

    def meant(self, said: str) -> tuple[str, float] | None:
        """The sentence that was meant and how like it is (0 to 1); None for figures, of which none is like another."""
        if any(char.isdigit() for char in said):
            return None
        for sentence in self._swaps.get("".join(sorted(said)), ()):
            if _swapped(said, sentence):
                return sentence, _SWAP_SCORE
        if len(said) not in _NEAR_LENGTH:
            return None
        lengths = range(int(len(said) * _SHORTEST_NEAR), int(len(said) / _SHORTEST_NEAR) + 1)
        kept = [self._near.get(key, {}) for key in _keys(said, _LONG if len(said) >= _LONG_FROM else _SHORT)]
        alike = [sentence for by_length in kept for length in lengths for sentence in by_length.get(length, ())]
        best = process.extractOne(said, alike, scorer=fuzz.ratio, score_cutoff=NEAR)
        return (best[0], best[1] / 100) if best else None


def _keys(sentence: str, size: int) -> tuple[str, str]:
    return f"{sentence[:size]}…", f"…{sentence[-size:]}"


def _swapped(said: str, sentence: str) -> bool:
    """Whether exactly two neighbouring letters are exchanged."""
    wrong = [index for index, (one, other) in enumerate(zip(said, sentence, strict=True)) if one != other]
    return len(wrong) == 2 and wrong[1] == wrong[0] + 1
