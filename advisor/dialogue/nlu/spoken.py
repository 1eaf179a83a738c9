"""Numbers in words: "twenty-five hundred", "a couple of thousand", "two thirds", "zweihundertfünfzig"."""

from __future__ import annotations

from decimal import Decimal

from advisor.dialogue.nlu.compounds import compound
from advisor.dialogue.nlu.figures import Number
from advisor.dialogue.nlu.lexer import Lexed
from advisor.dialogue.nlu.lexicon import NumberWords


class SpokenNumbers:
    """Reads the words of a number up to its first scale; scales and fractions behind it are for those who build on this."""

    def __init__(self, lexed: Lexed, words: NumberWords) -> None:
        self._lexed = lexed
        self._words = words

    def in_words(self, start: int) -> Number | None:
        """The number whose words begin at a token."""
        words, word = self._words, self._lexed.word(start)
        if word not in words.starts:
            return self._in_one_word(start)
        behind = self._lexed.word(start + 1)
        if word in words.articles and (behind in words.vague or behind in words.notes):
            return self._behind_article(start, start + 1)
        if word in words.units or word in words.tens:
            return self._shares(start) or self._small(start)
        if word in words.notes:
            return Number(words.notes[word], start, start + 1)
        return self._behind_article(start, start + 1 if word in words.articles else start)

    def _behind_article(self, start: int, index: int) -> Number | None:
        """ "a hundred", "a couple", "a third", "a tenner", "a million"; some of them without the article as well."""
        words, word, article = self._words, self._lexed.word(index), index > start
        if word in words.vague:
            return self._vague(start, index, words.vague[word])
        if word in words.hundred:
            return self._small(start, index)
        if word in words.scales and (word not in words.short_scales or (article and len(word) > 2)):
            return Number(Decimal(1), start, index)
        if article and word in words.notes:
            return Number(words.notes[word], start, index + 1)
        if article and word in words.fractions:
            return Number(words.fractions[word], start, index + 1, share=True)
        return None

    def _in_one_word(self, start: int) -> Number | None:
        found = compound(self._lexed.word(start), self._words.compounds)
        if found is None:
            return None
        value, size = found
        if size > 1 or value != int(value):
            return Number(value, start, start + 1, scale=size)
        return self._small(start)

    def _shares(self, start: int) -> Number | None:
        """ "three quarters of a million", "two thirds"."""
        part = self._words.fractions.get(self._lexed.word(start + 1))
        times = self._words.units.get(self._lexed.word(start))
        if part is None or times is None:
            return None
        value, end = (times * part).quantize(Decimal("1e-9")), self._past_of(start + 2)
        word = self._lexed.word(end)
        if word in self._words.scales and word not in self._words.short_scales:
            return Number(value, start, end)
        return Number(value, start, start + 2, share=True) if 0 < value < 1 else None

    def _past_of(self, index: int) -> int:
        """The token behind "of", "a" or "of a"."""
        if self._lexed.word(index) in self._words.of:
            index += 1
        return index + 1 if self._lexed.word(index) in self._words.articles else index

    def _vague(self, start: int, index: int, value: Decimal) -> Number:
        """ "half a million", "a couple of thousand", "a few hundred", "half a dozen"; "half" and "a couple" alone as well."""
        after = self._past_of(index + 1)
        word = self._lexed.word(after)
        if word in self._words.hundred:
            return Number(value * 100, start, after + 1)
        if word in self._words.scales and len(word) > 2:
            return Number(value, start, after)
        if value < 1:
            return Number(value, start, index + 1, share=True)
        return Number(value, start, index + 2 if self._lexed.word(index + 1) in self._words.of else index + 1)

    def _small(self, start: int, hundred: int | None = None) -> Number:
        """Up to 9,900 in words: "twenty-five", "a hundred and fifty", "fifteen hundred", "two point five", "two fifty"."""
        words, lexed = self._words, self._lexed
        value, index = self._simple(start) if hundred is None else (1, hundred)
        at = self._past_hyphen(index)
        hundreds = False
        if value and lexed.word(at) in words.hundred:
            value, index = value * 100, at + 1
            end = index
            value, index = self._rest_of_hundred(value, index, start)
            hundreds = index == end and value < 1000
        elif value >= 100 and value % 100 == 0:
            value, index = self._rest_of_hundred(value, index, start)
        elif words.unsaid_hundred and self._leaves_out_the_hundred(value, start, index):
            rest, index = self._simple(index)
            value = value * 100 + rest
        if lexed.word(index) in words.point:
            decimals, end = self._decimals(index + 1)
            if decimals:
                return Number(Decimal(f"{value}.{decimals}"), start, end)
        return Number(Decimal(value), start, index, hundreds=hundreds)

    def _leaves_out_the_hundred(self, value: int, start: int, index: int) -> bool:
        """ "two fifty" is 250, but "two fifty-year bonds" are two."""
        words, lexed = self._words, self._lexed
        if not (1 <= value <= 9 and index == start + 1 and lexed.word(index) in words.tens):
            return False
        _, end = self._simple(index)
        return lexed.word(end) not in words.time_units and not (lexed.word(end) == "-" and lexed.glued(end + 1))

    def _past_hyphen(self, index: int) -> int:
        """The token behind a hyphen inside of a word ("six-hundred"), else the token itself."""
        lexed = self._lexed
        return index + 1 if lexed.word(index) == "-" and lexed.glued(index) and lexed.glued(index + 1) else index

    def _simple(self, index: int) -> tuple[int, int]:
        """A number below a hundred, or below a thousand where it is one word; 0 where there is none."""
        words, lexed = self._words, self._lexed
        word = lexed.word(index)
        if word in words.units:
            return words.units[word], index + 1
        if word not in words.tens:
            found = compound(word, words.compounds)
            whole = found is not None and found[1] == 1 and found[0] == int(found[0])
            return (int(found[0]), index + 1) if found is not None and whole else (0, index)
        value, index = words.tens[word], index + 1
        unit = index + 1 if lexed.word(index) == "-" else index
        digit = words.units.get(lexed.word(unit), 0) if words.tens_then_units else 0
        return (value + digit, unit + 1) if 1 <= digit <= 9 else (value, index)

    def _rest_of_hundred(self, value: int, index: int, start: int) -> tuple[int, int]:
        words, lexed = self._words, self._lexed
        after = index
        if lexed.word(index) in words.conjunctions:
            if lexed.word(start - 1) in words.between:
                return value, index
            after = index + 1
        rest, end = self._simple(after)
        # "one hundred and two hundred" are two numbers
        return (value, index) if not 0 < rest < 100 or lexed.word(end) in words.hundred else (value + rest, end)

    def _decimals(self, index: int) -> tuple[str, int]:
        digits = ""
        while len(digits) < 12 and self._words.units.get(self._lexed.word(index), 10) < 10:
            digits += str(self._words.units[self._lexed.word(index)])
            index += 1
        return digits, index
