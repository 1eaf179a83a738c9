"""Percentages."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from advisor.dialogue.nlu.utterance import Quantity, Utterance, utterance


@dataclass(frozen=True, slots=True)
class PercentReading:
    """A percentage as it was said: `value` 7 means 7 %, of a range it is the midpoint.

    `marked` is true where "%" or a word for it was said. `fraction` is true for an unmarked number between 0 and 1: "0.07"
    may mean 7 % or 0.07 %, so it is returned as said and whoever asked has to ask again.
    """

    value: Decimal
    span: tuple[int, int]
    raw: str
    low: Decimal | None = None
    high: Decimal | None = None
    marked: bool = True
    fraction: bool = False


@dataclass(frozen=True, slots=True)
class PlacedPercent:
    """A reading with its tokens."""

    reading: PercentReading
    first: int
    last: int


def find_percents(text: str, locale: str = "en", *, bare: bool = False) -> list[PercentReading]:
    """Every percentage of a text. With `bare`, for when a percentage was asked for, plain numbers count as well."""
    return [placed.reading for placed in percents_in(utterance(text, locale), bare=bare)]


def percents_in(said: Utterance, *, bare: bool = False) -> list[PlacedPercent]:
    """The percentages of an utterance with their tokens."""
    wanted = ("percent", "plain") if bare else ("percent",)
    return [_read(item, said) for item in said.quantities if item.kind in wanted]


def _read(item: Quantity, said: Utterance) -> PlacedPercent:
    hit = said.words.percent.at(said.lexed.words, item.last)
    last = hit.last if hit else item.last
    # "half a percent": the article belongs to the unit
    reading = PercentReading(
        value=item.value,
        span=said.lexed.span(item.first, last),
        raw=said.lexed.raw(item.first, last),
        low=item.low,
        high=item.high,
        marked=hit is not None,
        fraction=hit is None and 0 < item.value < 1,
    )
    return PlacedPercent(reading, item.first, last)
