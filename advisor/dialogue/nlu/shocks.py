"""Shocks that are tried on a plan: "rates go up 2 points", "oil halves", "the dollar falls 15 %"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from advisor.dialogue.nlu.lexicon import language, packaged, table, tagged
from advisor.dialogue.nlu.phrases import Hit, PhraseTable
from advisor.dialogue.nlu.slots import slot_words
from advisor.dialogue.nlu.utterance import Utterance

_FAR = 6  # words between what moves and by how much
_LARGEST = Decimal(5)


@dataclass(frozen=True, slots=True)
class Shock:
    """One thing that moves. `kind` is "rates", "spreads", "oil", "shares", "currency" or a currency ("currency.USD").

    `size` is a change: points of interest as a fraction (0.02 = 2 points), else a share of the price (-0.5 = halved); None where a
    level was said instead ("if oil falls to 40"), which cannot be tried. `first` and `last` are the tokens that say so.
    """

    kind: str
    size: Decimal | None
    first: int
    last: int

    @property
    def name(self) -> str:
        """As one word: "oil:-0.5"."""
        return f"{self.kind}:{(self.size or Decimal(0)).normalize():f}"


@dataclass(frozen=True)
class _Words:
    near: int  # words between what moves and how
    kinds: PhraseTable[str]
    up: PhraseTable[str]
    down: PhraseTable[str]
    factors: PhraseTable[Decimal]
    usual: Mapping[str, Decimal]
    in_points: frozenset[str]
    points: PhraseTable[Decimal]
    level: PhraseTable[str]


def shocks_in(said: Utterance) -> list[Shock]:
    """Every shock of an utterance, each kind once, those with a level instead of a change included."""
    words = _words(language(said.locale))
    found: dict[str, Shock] = {}
    counted = {item.last for item in said.quantities}  # "200 dollars" are an amount, not what moves
    kinds = [hit for hit in words.kinds.scan(said.lexed.words) if hit.first not in counted]
    for index, kind in enumerate(kinds):
        end = kinds[index + 1].first if index + 1 < len(kinds) else len(said.lexed.words)
        shock = _shock(said, kind, end, words)
        if shock is not None:
            found.setdefault(kind.tag, shock)
    return list(found.values())


def _shock(said: Utterance, kind: Hit[str], end: int, words: _Words) -> Shock | None:
    stem = kind.tag.partition(".")[0]
    after = said.lexed.words[kind.last : end]
    factor = next((hit for hit in words.factors.scan(after) if hit.first <= words.near), None)
    if factor is not None:
        size = None if stem in words.in_points else factor.tag
        return Shock(kind.tag, size, kind.first, end if size is None else kind.last + factor.last)
    way = _way(said, kind, end, words)
    if way is None:
        return None
    sign, first, last = way
    size, last = _size(said, stem, (kind.last, last, end), words)
    if size is None:
        # shares that fall, no word of how far, are a crash of the past
        return Shock(kind.tag, None, first, end) if stem in words.usual else None
    return Shock(kind.tag, sign * size, first, last)


def _way(said: Utterance, kind: Hit[str], end: int, words: _Words) -> tuple[int, int, int] | None:
    """+1 or -1 with the tokens from which and to which it is said: behind what moves, or right before it ("higher rates")."""
    tokens = said.lexed.words
    for sign, table_ in ((1, words.up), (-1, words.down)):
        behind = [hit for hit in table_.scan(tokens[kind.last : end]) if hit.first <= words.near]
        if behind:
            return sign, kind.first, kind.last + behind[0].last
    for sign, table_ in ((1, words.up), (-1, words.down)):
        before = table_.before(tokens, kind.first) or table_.before(tokens[: kind.first - 1], kind.first - 1)
        if before is not None:
            return sign, before.first, kind.last
    return None


def _size(said: Utterance, stem: str, bounds: tuple[int, int, int], words: _Words) -> tuple[Decimal | None, int]:
    """How far, and the token behind it; the usual size where none is said, None where what is said is no change.

    `bounds` are the tokens behind what moves, behind which way it moves, and where the next thing begins.
    """
    low, way, high = bounds
    tokens = said.lexed.words
    if any(hit.first <= 1 for hit in words.level.scan(tokens[way:high])):
        return None, way
    share = next(iter(slot_words(said.locale).shares.scan(tokens[low:high])), None)
    said_in_figures = [item for item in said.quantities if item.kind != "share"]
    quantity = next((item for item in said_in_figures if low <= item.first < min(high, low + _FAR)), None)
    if quantity is None:
        if share is not None and stem not in words.in_points:
            return share.tag / 100, low + share.last
        return words.usual.get(stem), way
    if quantity.first < way and words.level.before(tokens, quantity.first) is not None:
        return None, way  # "auf 40 fällt"
    points = words.points.at(tokens, quantity.last)
    if quantity.kind != "percent" and points is None:
        return None, way
    unit = Decimal(1) if points is None else points.tag
    size = abs(quantity.value) * unit / 100
    last = points.last if points is not None else quantity.last + 1
    return (size if 0 < size <= _LARGEST else None), max(way, last)


@cache
def _words(name: str) -> _Words:
    raw: dict[str, Any] = packaged(name, "shocks.yaml")
    points = [(phrase, Decimal(1)) for phrase in raw["points"]]
    points += [(phrase, Decimal("0.01")) for phrase in raw["basis_points"]]
    return _Words(
        near=int(raw["near"]),
        kinds=tagged(raw["kinds"]),
        up=table(raw["up"]),
        down=table(raw["down"]),
        factors=PhraseTable((phrase, Decimal(str(value))) for phrase, value in raw["factors"].items()),
        usual={kind: Decimal(str(value)) for kind, value in raw["usual"].items()},
        in_points=frozenset(raw["in_points"]),
        points=PhraseTable(points),
        level=table(raw["level"]),
    )
