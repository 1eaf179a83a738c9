"""Numbers written as one word: "zweihundertfünfzig", "zweieinhalbtausend", "fivehundred"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from advisor.dialogue.nlu.spelling import plainly

_THOUSAND = Decimal(1000)


@dataclass(frozen=True, eq=False)
class Compounds:
    """What such a word is made of: parts below a hundred, sizes (largest first) that multiply what stands before them, and what
    may stand between a size and what follows it."""

    parts: Mapping[str, Decimal]
    sizes: tuple[tuple[str, Decimal], ...]
    joiner: str


def compounds(raw: Mapping[str, Any], units: Mapping[str, int], tens: Mapping[str, int]) -> Compounds:
    """The compounds of a language: its digits, its tens, and both together in the order the language says them in."""
    ones = {plainly(word): value for word, value in {**units, **raw["ones"]}.items()}
    parts = {word: Decimal(value) for word, value in ones.items()}
    for ten, size in tens.items():
        parts[plainly(ten)] = Decimal(size)
        for one, value in ones.items():
            if 1 <= value <= 9:
                word = (
                    f"{one}{raw['between']}{plainly(ten)}" if raw["order"] == "ones_first" else f"{plainly(ten)}{one}"
                )
                parts[word] = Decimal(size + value)
    for ending, share in raw["halves"].items():
        parts |= {f"{one}{ending}": value + Decimal(str(share)) for one, value in ones.items() if value >= 1}
    parts |= {plainly(word): Decimal(str(value)) for word, value in raw["parts"].items()}
    sizes = sorted(((plainly(word), Decimal(size)) for word, size in raw["sizes"].items()), key=lambda row: -row[1])
    return Compounds(parts, tuple(sizes), raw["joiner"])


@lru_cache(maxsize=4096)
def compound(word: str, known: Compounds) -> tuple[Decimal, Decimal] | None:
    """The value of a word and the largest size of a thousand or more in it (1 where there is none); None if it is no number."""
    plain = plainly(word)
    value = _value(plain, known, 0)
    if value is None:
        return None
    return value, next((size for name, size in known.sizes if size >= _THOUSAND and name in plain), Decimal(1))


def _value(word: str, known: Compounds, at: int) -> Decimal | None:
    """Depth is bounded: each step has one size less."""
    if word in known.parts:
        return known.parts[word]
    for place, (name, size) in enumerate(known.sizes[at:], at + 1):
        before, found, behind = word.partition(name)
        if not found:
            continue
        times = _value(before, known, place) if before else Decimal(1)
        behind = behind.removeprefix(known.joiner)
        rest = _value(behind, known, place) if behind else Decimal(0)
        if times is None or rest is None or rest >= size or (rest and times != int(times)):
            return None
        return times * size + rest
    return None
