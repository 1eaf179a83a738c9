"""The parts of a sentence about holdings: names, prices and days, each found from a token on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from advisor.dialogue.nlu.lexicon import packaged, table, tagged
from advisor.dialogue.nlu.money import currency_at
from advisor.dialogue.nlu.phrases import PhraseTable
from advisor.dialogue.nlu.templates import spelled
from advisor.dialogue.nlu.utterance import Quantity, Utterance

Action = Literal["own", "bought", "sold", "deposit", "withdrawal"]

_MOST_NAME_TOKENS = 9
_SYMBOL_LENGTHS = range(2, 7)
_MOST_SHOUTED = 3  # more words in capitals are no symbols but somebody who shouts


@dataclass(frozen=True)
class HoldingWords:
    """Words of a language around holdings."""

    actions: PhraseTable[str]
    behind: PhraseTable[str]
    units: PhraseTable[str]
    of: frozenset[str]
    worth: PhraseTable[str]
    cash: PhraseTable[str]
    each: PhraseTable[str]
    total: PhraseTable[str]
    apiece: PhraseTable[str]
    all_of: PhraseTable[str]
    joiners: frozenset[str]
    days: PhraseTable[str]
    day_openers: frozenset[str]
    not_after: PhraseTable[str]
    no_names: frozenset[str]
    triggers: frozenset[str]
    capitals_name: bool
    numbered: frozenset[str]


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid, the price of one or of all, and the token behind it; 0 where nothing is said of it."""

    price: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None
    last: int = 0


@cache
def holding_words(name: str) -> HoldingWords:
    """The words of a language by its name."""
    raw: dict[str, Any] = packaged(name, "holdings.yaml")
    phrases = {key: table(spelled(raw[key])) for key in ("units", "worth", "cash", "each", "total", "apiece", "all_of")}
    return HoldingWords(
        **phrases,
        actions=tagged(raw["actions"]),
        behind=tagged(raw["behind"]),
        of=frozenset(raw["of"]),
        joiners=frozenset(raw["joiners"]),
        days=table(spelled(raw["days"])),
        day_openers=frozenset(raw["day_openers"]),
        not_after=table(raw["not_after"]),
        no_names=frozenset(raw["no_names"]),
        triggers=frozenset(raw["triggers"]),
        capitals_name=raw["capitals_name"] == "true",
        numbered=frozenset(raw["numbered"]),
    )


def day_end(said: Utterance, words: HoldingWords, index: int) -> int | None:
    """The token behind the words for a day that begin here: "yesterday", "on 3 March 2026", "2026-03-02"."""
    lexed = said.lexed
    hit = words.days.at(lexed.words, index)
    if hit is not None:
        return hit.last
    at = index + 1 if lexed.word(index) in words.day_openers else index
    if lexed.kind(at) == "date":
        return at + 1
    if lexed.kind(at) in ("number", "ordinal"):
        month = at + 2 if lexed.word(at + 1) == "." else at + 1
        return _year_end(said, month + 1) if lexed.word(month) in said.words.times.calendar else None
    if at == index or lexed.word(at) not in said.words.times.calendar:
        return None
    return _year_end(said, at + 2 if lexed.kind(at + 1) in ("number", "ordinal") else at + 1)


def _year_end(said: Utterance, last: int) -> int:
    after = last + 1 if said.lexed.word(last) == "," else last
    word = said.lexed.word(after)
    return after + 1 if word.isdecimal() and len(word) == 4 else last


def name_end(said: Utterance, words: HoldingWords, start: int) -> int:
    """The token behind the name that may begin here; `start` where none does."""
    lexed, end = said.lexed, start
    while end < len(lexed.words) and end - start < _MOST_NAME_TOKENS and not _stops(said, words, start, end):
        end += 1
    while end > start and lexed.kind(end - 1) == "sign":
        end -= 1
    return end


def _stops(said: Utterance, words: HoldingWords, start: int, index: int) -> bool:
    """Whether no name goes on at this token. A sign between letters ("Coca-Cola", "BRK.B") and "&" before a word belong to it."""
    lexed, word = said.lexed, said.lexed.word(index)
    if lexed.kind(index) == "sign":
        inside = start < index and lexed.kind(index + 1) == "word"
        return not (inside and (word == "&" or (lexed.glued(index) and lexed.glued(index + 1))))
    if lexed.kind(index) == "number":
        return not _is_numbered(said, words, index)
    tables = (words.each, words.total, words.apiece, words.actions, words.behind, words.days)
    return (
        (word in words.joiners or word in words.no_names or word in words.day_openers)
        or any(phrases.at(lexed.words, index) for phrases in tables)
        or (index > start and words.cash.at(lexed.words, index) is not None)
    )


def _is_numbered(said: Utterance, words: HoldingWords, index: int) -> bool:
    """ "3M" begins with a figure that is part of the name."""
    return said.lexed.glued(index + 1) and said.lexed.raw(index, index + 2).casefold() in words.numbered


def is_numbered(said: Utterance, words: HoldingWords, item: Quantity) -> bool:
    """Whether a number is the beginning of a name, and so counts nothing."""
    return said.lexed.raw(item.first, item.last).casefold() in words.numbered


def is_symbol(said: Utterance, words: HoldingWords, first: int, last: int) -> bool:
    """Whether a name is written as a symbol: "VTI", "BRK.B", "3M"; in a text that is all capitals nothing is."""
    name = said.lexed.raw(first, last) if first < last else ""
    if name.casefold() in words.numbered:
        return True
    text = said.lexed.text
    shouted = text == text.upper() and len(text.split()) > _MOST_SHOUTED and not any(char.isdigit() for char in text)
    written = name == name.upper() and name[:1].isalpha() and " " not in name and len(name) in _SYMBOL_LENGTHS
    return written and not shouted and currency_at(said, first) is None


def may_be_named(said: Utterance, words: HoldingWords, bounds: tuple[int, int], *, sure: bool, traded: bool) -> bool:
    """Whether tokens are the name of something that can be owned.

    A symbol always; any name where the words beside it leave no doubt (`sure`); a capital letter behind a verb such as "bought"
    (`traded`) in languages that write only names so.
    """
    first, last = bounds
    if first >= last or (currency_at(said, first) is not None and last - first == 1):
        return False
    if is_symbol(said, words, first, last) or sure:
        return True
    return traded and words.capitals_name and said.lexed.raw(first, last)[0].isupper()


def paid_at(said: Utterance, words: HoldingWords, index: int) -> Paid:
    """The price or amount that begins here: "at 72.10", "for $520", "@ 230 each"."""
    tokens = said.lexed.words
    whole, each = words.total.at(tokens, index), words.each.at(tokens, index)
    opened = max((hit for hit in (whole, each) if hit is not None), key=lambda hit: hit.last, default=None)
    if opened is None:
        return Paid()
    at, left = opened.last, currency_at(said, opened.last)
    if left is not None:
        at = left[1]
    item = next((item for item in said.quantities if item.first == at and item.low is None), None)
    if item is None:
        return Paid()
    right = currency_at(said, item.last)
    last = right[1] if right else item.last
    currency = (left or right or (None, 0))[0]
    apiece = words.apiece.at(tokens, last)
    if opened is whole and opened is not each and apiece is None:
        return Paid(None, item.value, currency, last)
    return Paid(item.value, None, currency, apiece.last if apiece else last)


def counted(said: Utterance, words: HoldingWords) -> Mapping[int, Quantity]:
    """The numbers that may count shares or money, by their first token."""
    never = ("percent", "time", "age", "old", "date", "year", "cadence")
    return {
        item.first: item
        for item in said.quantities
        if item.kind not in never and item.low is None and item.value > 0 and not is_numbered(said, words, item)
    }
