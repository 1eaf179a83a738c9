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
    """Every percentage of a text. With `bare`, for when a percentage was asked for, plain numbers and shares ("a third") count as
    well."""
    return [placed.reading for placed in percents_in(utterance(text, locale), bare=bare)]


def percents_in(said: Utterance, *, bare: bool = False) -> list[PlacedPercent]:
    """The percentages of an utterance with their tokens."""
    wanted = ("percent", "plain", "share") if bare else ("percent",)
    found: list[PlacedPercent] = []
    for item in said.quantities:
        # the "one" of "half of one percent" is said already
        if item.kind in wanted and (not found or item.first >= found[-1].last):
            found.append(_read(item, said))
    return found


def _read(item: Quantity, said: Utterance) -> PlacedPercent:
    hit = said.words.percent.at(said.lexed.words, item.last)
    share = hit is None and item.kind == "share"
    last = hit.last if hit else item.last
    # 150 basis points are 1.5 %, a third is 33.3 %
    factor = Decimal(1) / int(hit.tag) if hit else Decimal(100 if share else 1)
    reading = PercentReading(
        value=item.value * factor if factor != 1 else item.value,
        span=said.lexed.span(item.first, last),
        raw=said.lexed.raw(item.first, last),
        low=None if item.low is None else item.low * factor,
        high=None if item.high is None else item.high * factor,
        marked=hit is not None or share,
        fraction=hit is None and not share and 0 < item.value < 1,
    )
    return PlacedPercent(reading, item.first, last)
