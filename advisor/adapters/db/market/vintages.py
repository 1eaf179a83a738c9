"""How a figure that is stated again and again becomes a history of what was known when. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Vintage:
    """A figure and the day (since 1970) from which on it was known. `stated`: the source itself told that day."""

    value: float
    unit: str
    known_from: int
    stated: bool

    def says(self, other: Vintage) -> bool:
        """Whether it is the same figure; unknown equals unknown."""
        same = self.value == other.value or (math.isnan(self.value) and math.isnan(other.value))
        return same and self.unit == other.unit


def further(newest: Vintage | None, coming: Sequence[Vintage], fetched: int) -> list[Vintage]:
    """The vintages to add where one period's `newest` stored one meets what came for it on the day `fetched`.

    Of a period not stored yet everything is taken as it came. Of a stored one are taken: later publications, on the day that the
    source states for them; and the source's last word, if it is another one, as known from the day of the fetch: before it we
    knew the old figure, whatever day the source gives the new one. Days never go back, and a figure said twice is one vintage.
    """
    ordered = sorted(coming, key=lambda each: each.known_from)
    added: list[Vintage] = []
    last, first_time = newest, newest is None
    for each in ordered:
        later = first_time or (each.stated and last is not None and each.known_from > last.known_from)
        if later and (last is None or not each.says(last)):
            added.append(each)
            last = each
    if last is not None and ordered and not ordered[-1].says(last):
        word = ordered[-1]
        added.append(Vintage(word.value, word.unit, max(fetched, last.known_from), stated=True))
    return added
