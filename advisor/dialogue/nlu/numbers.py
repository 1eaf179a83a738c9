"""Numbers in digits and in words, and ranges of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from advisor.dialogue.nlu.lexer import Lexed, lex
from advisor.dialogue.nlu.lexicon import NumberWords, Separators, lexicon, separators

_NO_LIMIT = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was said, over the tokens `first` up to but not including `last`.

    `scale` is what it was multiplied by ("5k": 1000). `suffix` is a short scale said right behind a figure ("k", "m").
    `thousands` is the other reading of "12.000", a figure that may be twelve or twelve thousand, None where there is none.
    `digits` tells figures from words, `whole` a plain whole figure without grouping or scale (a year, an age).
    """

    value: Decimal
    first: int
    last: int
    scale: Decimal = Decimal(1)
    suffix: str = ""
    thousands: Decimal | None = None
    digits: bool = False
    whole: bool = False


def find_numbers(text: str, locale: str = "en") -> list[Number]:
    """Every number of a text from left to right. Negative and absurd numbers are returned as such."""
    return numbers_in(lex(text), locale)


def numbers_in(lexed: Lexed, locale: str = "en", most: int = 1_000) -> list[Number]:
    """The numbers among the tokens of a message, at most so many."""
    reader = _Reader(lexed, lexicon(locale).numbers, separators(locale))
    found: list[Number] = []
    index = 0
    while index < len(lexed.tokens) and len(found) < most:
        number = reader.number(index)
        if number is None:
            index += 1
            continue
        found.append(reader.signed(number))
        index = number.last
    return found


def figure(raw: str, marks: Separators) -> tuple[Decimal, Decimal | None]:
    """The value of digits with separators, and its other reading if it has one.

    Two kinds of separator: the last one is decimal. One kind, several times: grouping. One separator: decimal, unless it is
    the locale's grouping sign before exactly three digits; "12.000" then also has the reading 12000.
    """
    if "e" in raw:
        return Decimal(raw), None
    plain = raw.replace(" ", "").replace("'", "")
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


class _Reader:
    """A recursive reader over tokens; depth is bounded because each step needs a smaller scale."""

    def __init__(self, lexed: Lexed, words: NumberWords, marks: Separators) -> None:
        self._lexed = lexed
        self._words = words
        self._marks = marks

    def number(self, start: int, below: Decimal = _NO_LIMIT) -> Number | None:
        """The number that begins at a token, its scale being less than `below`."""
        head = self._head(start)
        if head is None:
            return None
        if head.scale == 1:
            head = self._with_fraction(head)
            head = self._scaled(head, below)
        if head.scale >= below:
            return None
        if head.scale >= 100 and not head.suffix:
            head = self._with_fraction(head)
            head = self._continued(head)
        return head

    def signed(self, number: Number) -> Number:
        """The number with the minus sign or word before it."""
        lexed, before = self._lexed, number.first - 1
        word = lexed.word(before)
        if word in self._words.minus:
            return replace(number, value=-number.value, first=before)
        if word != "-" or not lexed.glued(number.first):
            return number
        opens = not lexed.glued(before)
        after_sign = (
            lexed.kind(before - 1) == "sign" and lexed.word(before - 1) not in "%)" and not lexed.glued(before - 1)
        )
        if opens or after_sign:
            thousands = -number.thousands if number.thousands is not None else None
            return replace(number, value=-number.value, thousands=thousands, first=before, whole=False)
        return number

    def _head(self, start: int) -> Number | None:
        kind = self._lexed.kind(start)
        if kind == "number":
            return self._figure(start)
        if kind == "fraction":
            return self._fraction(start)
        return self._in_words(start) if kind == "word" else None

    def _figure(self, start: int) -> Number:
        raw = self._lexed.word(start)
        value, thousands = figure(raw, self._marks)
        if self._lexed.kind(start + 1) == "fraction" and raw.isdecimal():
            part = self._fraction(start + 1)
            if part is not None:
                return Number(value + part.value, start, start + 2, digits=True)
        return Number(value, start, start + 1, thousands=thousands, digits=True, whole=raw.isdecimal())

    def _fraction(self, start: int) -> Number | None:
        over, under = (int(part) for part in self._lexed.word(start).split("/"))
        if not 0 < over < under:
            return None
        return Number(Decimal(over) / Decimal(under), start, start + 1, digits=True)

    def _in_words(self, start: int) -> Number | None:
        words, word = self._words, self._lexed.word(start)
        if word in words.units or word in words.tens:
            return self._shares(start) or self._small(start)
        article = word in words.articles
        index = start + 1 if article else start
        word = self._lexed.word(index)
        if word in words.vague:
            return self._vague(start, index, words.vague[word])
        if word in words.hundred and (article or index == start):
            return self._small(start, index)
        if word in words.scales and (word not in words.short_scales or (article and len(word) > 2)):
            return Number(Decimal(1), start, index)
        return None

    def _shares(self, start: int) -> Number | None:
        """ "three quarters of a million"; without a scale behind it, "three quarters" is a time."""
        part = self._words.fractions.get(self._lexed.word(start + 1))
        times = self._words.units.get(self._lexed.word(start))
        if part is None or times is None:
            return None
        end = self._past_of(start + 2)
        word = self._lexed.word(end)
        scaled = word in self._words.scales and word not in self._words.short_scales
        return Number(times * part, start, end) if scaled else None

    def _past_of(self, index: int) -> int:
        """The token behind "of", "a" or "of a"."""
        if self._lexed.word(index) in self._words.of:
            index += 1
        return index + 1 if self._lexed.word(index) in self._words.articles else index

    def _vague(self, start: int, index: int, value: Decimal) -> Number | None:
        """ "half a million", "a couple of thousand", "a few hundred", "half a dozen"; "half" and "a couple" alone as well."""
        after = self._past_of(index + 1)
        word = self._lexed.word(after)
        if word in self._words.hundred or (word in self._words.scales and len(word) > 2):
            if word in self._words.hundred:
                return Number(value * 100, start, after + 1)
            return Number(value, start, after)
        if value >= 2:
            alone = index + 2 if self._lexed.word(index + 1) in self._words.of else index + 1
            return Number(value, start, alone)
        return Number(value, start, index + 1) if value == Decimal("0.5") else None

    def _small(self, start: int, hundred: int | None = None) -> Number:
        """Up to 9,900 in words: "twenty-five", "a hundred and fifty", "fifteen hundred", "two point five"."""
        if hundred is None:
            value, index = self._below_hundred(start)
        else:
            value, index = 1, hundred
        if value and self._lexed.word(index) in self._words.hundred:
            value, index = value * 100, index + 1
            value, index = self._rest_of_hundred(value, index, start)
        if self._lexed.word(index) in self._words.point:
            decimals, end = self._decimals(index + 1)
            if decimals:
                return Number(Decimal(f"{value}.{decimals}"), start, end)
        return Number(Decimal(value), start, index)

    def _below_hundred(self, index: int) -> tuple[int, int]:
        words, lexed = self._words, self._lexed
        word = lexed.word(index)
        if word in words.units:
            return words.units[word], index + 1
        value, index = words.tens[word], index + 1
        unit = index + 1 if lexed.word(index) == "-" else index
        digit = words.units.get(lexed.word(unit), 0)
        return (value + digit, unit + 1) if 1 <= digit <= 9 else (value, index)

    def _rest_of_hundred(self, value: int, index: int, start: int) -> tuple[int, int]:
        words, lexed = self._words, self._lexed
        after = index
        if lexed.word(index) in words.conjunctions:
            if lexed.word(start - 1) in words.between:
                return value, index
            after = index + 1
        if lexed.word(after) not in words.units and lexed.word(after) not in words.tens:
            return value, index
        rest, end = self._below_hundred(after)
        # "one hundred and two hundred" are two numbers
        return (value, index) if lexed.word(end) in words.hundred else (value + rest, end)

    def _decimals(self, index: int) -> tuple[str, int]:
        digits = ""
        while len(digits) < 12 and self._words.units.get(self._lexed.word(index), 10) < 10:
            digits += str(self._words.units[self._lexed.word(index)])
            index += 1
        return digits, index

    def _with_fraction(self, head: Number) -> Number:
        """ "2 and a half", "a million and a half", "one and three quarters": the part is of the scale just said."""
        words, lexed = self._words, self._lexed
        if lexed.word(head.last) not in words.conjunctions:
            return head
        index, times = head.last + 1, Decimal(1)
        if lexed.word(index) in words.articles:
            index += 1
        elif lexed.word(index) in words.units:
            times, index = Decimal(words.units[lexed.word(index)]), index + 1
        part = words.fractions.get(lexed.word(index))
        if (
            part is None
            or (lexed.word(index + 1) in words.scales and head.scale > 1)
            or lexed.word(index + 1) in words.of
        ):
            return head
        return replace(head, value=head.value + times * part * head.scale, last=index + 1, whole=False, thousands=None)

    def _scaled(self, head: Number, below: Decimal) -> Number:
        words, lexed = self._words, self._lexed
        while True:
            word = lexed.word(head.last)
            scale = words.scales.get(word)
            if word in words.hundred and head.digits and head.scale == 1:
                scale = Decimal(100)
            if scale is None or head.suffix or head.scale * scale >= below or (head.scale > 1 and scale == 12):
                return head
            short = word in words.short_scales
            if short and len(word) == 1 and not head.digits and word != "k":
                return head
            head = replace(
                head,
                value=head.value * scale,
                last=head.last + 1,
                scale=head.scale * scale,
                suffix=word if short and head.digits else "",
                thousands=None,
                whole=False,
            )

    def _continued(self, head: Number) -> Number:
        """ "4 thousand 3 hundred", "6 crore and two hundred"; a bare figure is never joined ("20 thousand and 300 a month")."""
        lexed, index = self._lexed, head.last
        if lexed.word(index) in self._words.conjunctions:
            if lexed.word(head.first - 1) in self._words.between:
                return head
            index += 1
        if head.scale <= 100:
            return head
        rest = self.number(index, head.scale)
        if (
            rest is None
            or rest.value >= head.scale
            or (rest.digits and rest.scale == 1)
            or rest.suffix
            or rest.value < 1
        ):
            return head
        return replace(head, value=head.value + rest.value, last=rest.last)
