"""A message as tokens. One linear pass; every later reader works on these tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from advisor.dialogue.nlu.packaged import packaged
from advisor.dialogue.nlu.text import clean, fold


def _names(raw: list[str]) -> str:
    """Names that hold figures, their spaces optional."""
    return "|".join(re.escape(name).replace(r"\ ", r"\s?") for name in sorted(raw, key=len, reverse=True))


_WRITTEN = packaged("tokens.yaml")
# Repeats are bounded or possessive: no input makes this slow. The order of the alternatives matters.
_TOKEN = re.compile(
    rf"""
      (?P<other>  https?://\S++ | www\.\S++ | \d{{1,2}}:\d{{2}}(?!\d) | (?<![$€£¥₹\w])(?:{_names(_WRITTEN["names"])})(?!\w) )
    | (?P<date>   \d{{4}}-\d{{1,2}}-\d{{1,2}}(?![\d-]) | \d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{4}}(?!\d)
                | (?:19|2[0-2])\d\d/\d{{1,2}}/\d{{1,2}}(?![\d/])
                | (?:0?[1-9]|[12]\d|3[01])(?P<mark>[/.])(?:0?[1-9]|[12]\d|3[01])(?P=mark)\d{{2}}(?![\d/]|[.,]\d)
                | (?:0?[1-9]|1[0-2])/(?:19|2[0-2])\d\d(?![\d/])
                | (?:19|2[0-2])\d\d-(?:0[1-9]|1[0-2])(?![\d-]|[.,]\d) )
    | (?P<ordinal>\d{{1,2}}(?:{"|".join(_WRITTEN["ordinal_endings"])})\b )
    | (?P<fraction>\d{{1,3}}/\d{{1,3}}(?![\d/]) )
    | (?P<number> (?: \d{{1,3}}(?:,\d{{3}}){{1,12}}(?:\.\d++)?(?!\d|[.,]\d)
                    | \d{{1,2}}(?:,\d{{2}}){{1,12}},\d{{3}}(?:\.\d++)?(?!\d|[.,]\d)
                    | \d{{1,3}}(?:\.\d{{3}}){{1,12}}(?:,\d++)?(?!\d|[.,]\d)
                    | \d{{1,3}}(?:[ ']\d{{3}}){{1,12}}(?:[.,]\d++)?(?!\d|[.,]\d)
                    | \d{{1,9}}(?:\.\d{{1,9}})?e\d{{1,2}}(?!\w)
                    | (?<!\d[.,])\d++[.,]\d++(?![.,]\d)
                    | (?<![\w.,])\.\d++
                    | \d++ )
                  (?:(?:[.,]--?|/-)(?![\w-]))? )
    | (?P<ideogram>[\u4e00-\u9fff] )
    | (?P<word>   [^\W\d_\u4e00-\u9fff]++(?:'[^\W\d_]++)*+ )
    | (?P<sign>   \S )
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """One piece of a message, in lower case, with its place in the cleaned text."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lexed:
    """A cleaned message and its tokens; `words` are their texts."""

    text: str
    tokens: tuple[Token, ...]
    words: tuple[str, ...]

    def word(self, index: int) -> str:
        """The token's text, "" outside of the message."""
        return self.words[index] if 0 <= index < len(self.words) else ""

    def kind(self, index: int) -> str:
        """The token's kind, "" outside of the message."""
        return self.tokens[index].kind if 0 <= index < len(self.tokens) else ""

    def glued(self, index: int) -> bool:
        """Whether no space parts the token from the one before it; false at the start."""
        return 0 < index < len(self.tokens) and self.tokens[index].start == self.tokens[index - 1].end

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Characters of the tokens `first` up to but not including `last`."""
        return self.tokens[first].start, self.tokens[last - 1].end

    def raw(self, first: int, last: int) -> str:
        """What was said, as it was written."""
        start, end = self.span(first, last)
        return self.text[start:end]


@lru_cache(maxsize=8)  # several readers look at one message
def lex(text: str) -> Lexed:
    """The message, cleaned and cut into tokens: words (with their apostrophes), numbers, dates, ordinals, fractions, signs."""
    text = clean(text)
    tokens = tuple(
        Token(match.lastgroup or "sign", match.group(), match.start(), match.end())
        for match in _TOKEN.finditer(fold(text))
    )
    return Lexed(text, tokens, tuple(token.text for token in tokens))
