"""Numbers in digits and in words, and ranges of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from advisor.dialogue.nlu.figures import Number, figure
from advisor.dialogue.nlu.lexer import Lexed, lex
from advisor.dialogue.nlu.lexicon import NumberWords, Separators, lexicon, separators
from advisor.dialogue.nlu.spelling import repaired
from advisor.dialogue.nlu.spoken import SpokenNumbers

__all__ = ["Number", "find_numbers", "numbers_in"]

_DECIMALS = 3
_NO_LIMIT = Decimal("Infinity")


def find_numbers(text: str, locale: str = "en") -> list[Number]:
    """Every number of a text from left to right. Negative and absurd numbers are returned as such."""
    return numbers_in(repaired(lex(text), lexicon(locale).spelling), locale)


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


class _Reader(SpokenNumbers):
    """A recursive reader over tokens; depth is bounded because each step needs a smaller scale."""

    def __init__(self, lexed: Lexed, words: NumberWords, marks: Separators) -> None:
        super().__init__(lexed, words)
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
        match self._lexed.kind(start):
            case "word" | "ideogram":
                return self.in_words(start)
            case "number":
                return self._figure(start)
            case "fraction":
                return self._fraction(start)
            case "ordinal" if self._lexed.word(start + 1) in self._words.after_ordinals:
                digits = "".join(char for char in self._lexed.word(start) if char.isdecimal())
                return Number(Decimal(digits), start, start + 1, digits=True, whole=True)
        return None

    def _figure(self, start: int) -> Number:
        raw = self._lexed.word(start)
        value, thousands = figure(raw, self._marks)
        if self._lexed.kind(start + 1) == "fraction" and raw.isdecimal():
            part = self._fraction(start + 1)
            if part is not None:
                return Number(value + part.value, start, start + 2, digits=True)
        if raw.isdecimal() and self._lexed.word(start + 1) in self._words.point:
            decimals = self._lexed.word(start + 2)
            if decimals.isdecimal() and len(decimals) <= _DECIMALS:  # "3 point 4"
                return Number(Decimal(f"{raw}.{decimals}"), start, start + 3, digits=True)
        return Number(value, start, start + 1, thousands=thousands, digits=True, whole=raw.isdecimal())

    def _fraction(self, start: int) -> Number | None:
        over, under = (int(part) for part in self._lexed.word(start).split("/"))
        if not 0 < over < under:
            return None
        return Number(Decimal(over) / Decimal(under), start, start + 1, digits=True)

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
            at = self._past_hyphen(head.last)
            word = lexed.word(at)
            scale = words.scales.get(word)
            if word in words.hundred and head.digits and head.scale == 1:
                scale = Decimal(100)
            if scale is None or head.suffix or head.scale * scale >= below or (head.scale > 1 and scale == 12):
                return head
            short = word in words.short_scales
            if short and len(word) == 1 and not head.digits and word not in words.spoken_scales:
                return head
            head = replace(
                head,
                value=head.value * scale,
                last=at + 1,
                scale=head.scale * scale,
                suffix=word if short and head.digits else "",
                thousands=None,
                whole=False,
                share=False,
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
