"""A number that was said, and the value of digits with separators."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from advisor.dialogue.nlu.lexicon import Separators


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was said, over the tokens `first` up to but not including `last`.

    `scale` is what it was multiplied by ("5k": 1000). `suffix` is a short scale said right behind a figure ("k", "m").
    `thousands` is the other reading of "12.000", a figure that may be twelve or twelve thousand, None where there is none.
    `digits` tells figures from words, `whole` a plain whole figure without grouping or scale (a year, an age). `share` marks
    a part of something that was not said ("a third"), `hundreds` a number such as "three hundred".
    """

    value: Decimal
    first: int
    last: int
    scale: Decimal = Decimal(1)
    suffix: str = ""
    thousands: Decimal | None = None
    digits: bool = False
    whole: bool = False
    share: bool = False
    hundreds: bool = False


def figure(raw: str, marks: Separators) -> tuple[Decimal, Decimal | None]:
    """The value of digits with separators, and its other reading if it has one.

    Two kinds of separator: the last one is decimal. One kind, several times: grouping. One separator: decimal, unless it is
    the locale's grouping sign before exactly three digits; "12.000" then also has the reading 12000. Strokes in place of
    cents ("500.-", "5.000,--", "5000/-") say nothing.
    """
    if "e" in raw:
        return Decimal(raw), None
    plain = raw.rstrip("-/").rstrip(".,").replace(" ", "").replace("'", "")
    dots, commas = plain.count("."), plain.count(",")
    if dots and commas:
        decimal = max(".", ",", key=plain.rfind)
        return _without(plain, decimal), None
    if dots + commas != 1:
        return Decimal(plain.replace(",", "").replace(".", "")), None
    mark = "." if dots else ","
    head, tail = plain.split(mark)
    looks_grouped = len(tail) == 3 and 1 <= len(head) <= 3 and not head.startswith("0")
    if not looks_grouped:
        return _without(plain, mark), None
    if mark == marks.group:
        return Decimal(head + tail), None
    if mark != marks.decimal:
        # Neither sign is this locale's: a comma before three digits groups, as it does in most of the world's bank letters.
        return Decimal(head + tail), None
    return _without(plain, mark), Decimal(head + tail)


def _without(plain: str, decimal: str) -> Decimal:
    other = "," if decimal == "." else "."
    return Decimal(plain.replace(other, "").replace(decimal, "."))
