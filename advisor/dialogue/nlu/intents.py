"""What somebody wants besides answering: a table of patterns, never a guess."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from rapidfuzz import fuzz, process

from advisor.dialogue.nlu.lexer import Lexed, lex
from advisor.dialogue.nlu.lexicon import language, packaged, table
from advisor.dialogue.nlu.phrases import PhraseTable
from advisor.dialogue.nlu.spans import Cut, cut_span
from advisor.dialogue.nlu.templates import ARGUMENT, expand

# A message of 8 to 60 characters that is 90 % like a pattern (Indel likeness) means it, e.g. "compare strategys"; shorter
# ones count only with two neighbouring letters exchanged ("hlep"), because a short word is too near to others.
NEAR = 90.0
_NEAR_LENGTH = range(8, 61)
_SWAP_LENGTH = range(4, 9)
_ANYTHING = "anything"  # an argument nobody needs
_MOST_WORDS = 40
_MOST_ARGUMENT_WORDS = 12
_MOST_TERM_WORDS = 4
_MOST_SYMBOL_WORDS = 8  # "Apple, Microsoft and the S&P 500"
_PRICED = frozenset({"price", "look_up"})
_NAMED = frozenset({"instrument", "instruments"})
_JOINING = frozenset({"and", "with", "to", "vs", "versus", "against", "or", "&", ","})
_COMMAND = re.compile(r"/([A-Za-z][A-Za-z0-9_]{0,31})(?:@\w{1,64})?(?:\s+(\S.{0,199}))?")
_SILENT = frozenset(".,!?:;\"'()")


@dataclass(frozen=True, slots=True)
class Recognised:
    """An intent with its arguments as they were written. `score` is 1 for a pattern, less for one with a slip."""

    intent: str
    score: float
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Opening:
    """A pattern with an argument: words before it are the key it is stored under, `tail` come after it."""

    intent: str
    argument: str
    tail: tuple[str, ...]


@dataclass(frozen=True)
class IntentTable:
    """All patterns of a language, ready to be looked up."""

    phrases: Mapping[str, str]
    openings: Mapping[tuple[str, ...], Sequence[_Opening]]
    swaps: Mapping[str, Sequence[str]]
    near: Mapping[str, Sequence[str]]
    commands: Mapping[str, str]
    command_arguments: Mapping[str, str]
    not_arguments: Mapping[str, frozenset[str]]
    numbered: frozenset[str]
    openers: PhraseTable[str]
    closers: PhraseTable[str]


def intent_table(locale: str) -> IntentTable:
    """The patterns for a locale's language, expanded once."""
    return _loaded(language(locale))


@cache
def _loaded(name: str) -> IntentTable:
    raw: dict[str, Any] = packaged(name, "intents.yaml")
    phrases: dict[str, str] = {}
    openings: dict[tuple[str, ...], list[_Opening]] = defaultdict(list)
    for intent, patterns in raw["intents"].items():
        for pattern in patterns:
            for words in expand(pattern):
                _file(words, intent, phrases, openings)
    swaps: dict[str, list[str]] = defaultdict(list)
    for phrase in phrases:
        if len(phrase) in _SWAP_LENGTH and phrase.isalpha():
            swaps["".join(sorted(phrase))].append(phrase)
    # by first letter, which a slip of the finger rarely hits
    near: dict[str, list[str]] = defaultdict(list)
    for phrase in phrases:
        if len(phrase) in _NEAR_LENGTH:
            near[phrase[0]].append(phrase)
    not_arguments = {name: frozenset(words) for name, words in raw["not_arguments"].items()}
    return IntentTable(
        phrases,
        openings,
        swaps,
        near,
        raw["commands"],
        raw["command_arguments"],
        not_arguments,
        frozenset(raw["numbered"]),
        table(raw["openers"]),
        table(raw["closers"]),
    )


def _file(
    words: Sequence[str], intent: str, phrases: dict[str, str], openings: dict[tuple[str, ...], list[_Opening]]
) -> None:
    places = [index for index, word in enumerate(words) if word.startswith(ARGUMENT)]
    if not places:
        if words:
            phrases.setdefault(" ".join(words), intent)
        return
    # Of two arguments ("someone on {place} promised me {offer}") only the last is kept; what stands before the first is the key.
    first, last = places[0], places[-1]
    tail = tuple(words[last + 1 :])
    openings[tuple(words[:first])].append(_Opening(intent, words[last][len(ARGUMENT) :], tail))


def recognise(text: str, locale: str = "en") -> Recognised | None:
    """The intent of a message, None rather than a guess.

    The whole message has to be the pattern, greetings and politeness around it apart; a sentence that merely holds its words
    is left to the readers of answers. Arguments are given as they were written.
    """
    return recognised(lex(text), locale)


def recognised(lexed: Lexed, locale: str = "en") -> Recognised | None:
    """`recognise` for a message that is already cut into tokens."""
    known = intent_table(locale)
    command = _command(lexed.text, known, locale)
    if command:
        return command
    tokens = [index for index, word in enumerate(lexed.words) if word not in _SILENT]
    if not tokens or len(tokens) > _MOST_WORDS:
        return None
    for part in _trimmed(tokens, lexed, known):
        words = tuple(lexed.words[index] for index in part)
        found = _whole(words, known) or _priced(part, lexed, known, locale) or _with_argument(words, part, lexed, known)
        if found:
            return found
    return _near(" ".join(lexed.words[index] for index in tokens), known)


def _command(text: str, known: IntentTable, locale: str) -> Recognised | None:
    match = _COMMAND.fullmatch(text)
    if match is None:
        return None
    name, rest = match.group(1).lower(), match.group(2)
    intent = known.commands.get(name)
    if intent is None:
        return Recognised("unknown_command", 1.0, {"name": name})
    argument = known.command_arguments.get(name)
    if not (argument and rest):
        return Recognised(intent, 1.0)
    return Recognised(intent, 1.0, named(rest, locale) if argument in _NAMED else {argument: rest.strip()})


def named(text: str, locale: str = "en") -> dict[str, str]:
    """What a text names, as `instrument`, with the span of time said along with it as `period`; each left out if it is not said."""
    lexed = lex(text)
    tokens = [index for index, word in enumerate(lexed.words) if word not in _SILENT]
    cut = _cut(tokens, lexed, locale)
    kept = tokens[cut.first : cut.last] if cut else tokens
    found = {"instrument": _raw(lexed, kept)} if kept else {}
    return found | ({"period": cut.span} if cut else {})


def _cut(part: Sequence[int], lexed: Lexed, locale: str) -> Cut | None:
    """The span at the end of these tokens; none that is glued to a name ("US10Y")."""
    cut = cut_span([lexed.words[index] for index in part], locale)
    if cut is None or cut.last in (0, len(part)):
        return cut
    return None if lexed.tokens[part[cut.last - 1]].end == lexed.tokens[part[cut.last]].start else cut


def _raw(lexed: Lexed, part: Sequence[int]) -> str:
    """What was said in these tokens, as it was written; the signs of a symbol ("^GSPC", "BRK.B") belong to it."""
    return lexed.text[lexed.tokens[part[0]].start : lexed.tokens[part[-1]].end]


def _priced(part: list[int], lexed: Lexed, known: IntentTable, locale: str) -> Recognised | None:
    """A question for prices with the span of time it is asked for."""
    cut = _cut(part, lexed, locale)
    if cut is None or cut.first == cut.last:
        return None
    kept = part[cut.first : cut.last]
    words = tuple(lexed.words[index] for index in kept)
    if cut.first:  # "5 year chart of gold": the words between were cut with the span
        asked = may_name(_raw(lexed, kept), known)
        return Recognised("price", 1.0, {"instrument": _raw(lexed, kept), "period": cut.span}) if asked else None
    found = _with_argument(words, kept, lexed, known, _PRICED)
    return replace(found, arguments={**found.arguments, "period": cut.span}) if found else None


def _trimmed(tokens: list[int], lexed: Lexed, known: IntentTable) -> Iterator[list[int]]:
    """The message whole, then without closing words, then without opening ones, step by step."""
    words = tuple(lexed.words[index] for index in tokens)
    last = len(words)
    ends = [last]
    while (hit := known.closers.before(words[:last], last)) and hit.first > 0:
        last = hit.first
        ends.append(last)
    first = 0
    while True:
        for end in ends:
            if end > first:
                yield tokens[first:end]
        hit = known.openers.at(words, first)
        if hit is None or hit.last >= len(words):
            return
        first = hit.last


def _whole(words: tuple[str, ...], known: IntentTable) -> Recognised | None:
    intent = known.phrases.get(" ".join(words))
    return Recognised(intent, 1.0) if intent else None


def _with_argument(
    words: tuple[str, ...], part: list[int], lexed: Lexed, known: IntentTable, only: frozenset[str] | None = None
) -> Recognised | None:
    """The pattern with the longest words before its argument, then with the longest ones behind it; of `only` these intents."""
    for size in range(min(len(words) - 1, 8), -1, -1):
        fits = [item for item in known.openings.get(words[:size], ()) if _ends(words, size, item.tail)]
        if only is not None:
            fits = [item for item in fits if item.intent in only]
        for item in sorted(fits, key=lambda item: len(item.tail), reverse=True):
            end = len(words) - len(item.tail)
            held = words[size:end]
            if len(held) <= _MOST_ARGUMENT_WORDS and _allowed(held, item.argument, known, _raw(lexed, part[size:end])):
                if item.argument == _ANYTHING:
                    return Recognised(item.intent, 1.0)
                argument = "instrument" if item.argument in _NAMED else item.argument
                return Recognised(item.intent, 1.0, {argument: _raw(lexed, part[size:end])})
    return None


def _ends(words: tuple[str, ...], size: int, tail: tuple[str, ...]) -> bool:
    return len(words) > size + len(tail) and (not tail or words[-len(tail) :] == tail)


def _allowed(held: tuple[str, ...], argument: str, known: IntentTable, raw: str) -> bool:
    """Terms, symbols and topics are short and hold none of the words that make a sentence of them."""
    if argument in _NAMED:
        return may_name(raw, known) and (argument != "instruments" or not _JOINING.isdisjoint(held[1:-1]))
    barred = known.not_arguments.get(argument)
    if barred is None:
        return True
    if argument == "change":
        return " ".join(held) not in barred and held[-1] not in barred
    if any(word in barred for word in held):
        return False
    if argument == "symbol":  # "US10Y", "the S&P 500"; not "10,000"
        return len(held) <= _MOST_SYMBOL_WORDS and not held[0][:1].isdecimal()
    return len(held) <= _MOST_TERM_WORDS and not any(word.isdecimal() for word in held)


def may_name(raw: str, known: IntentTable) -> bool:
    """Whether a text may be the name of something with a price: "the S&P", "INE002A01018"; not "it" or "happiness"."""
    held = [word.strip(",.!?:;") for word in raw.casefold().split()]
    bare = held[1:] if held[0] == "the" else held
    if not bare or len(bare) > _MOST_SYMBOL_WORDS or bare[0] == "of":
        return False
    if bare[0][:1].isdecimal() and bare[0] not in known.numbered:
        return False
    barred = known.not_arguments["instrument"]
    _, _, of = " ".join(bare).rpartition(" of ")  # "price of happiness", but not "bank of america"
    other = known.not_arguments["no_instrument"]
    return " ".join(bare) not in other and of not in other and not any(word in barred for word in bare)


def _near(said: str, known: IntentTable) -> Recognised | None:
    if any(char.isdigit() for char in said):
        return None
    for phrase in known.swaps.get("".join(sorted(said)), ()):
        if _swapped(said, phrase):
            return Recognised(known.phrases[phrase], 0.95)
    if len(said) not in _NEAR_LENGTH:
        return None
    best = process.extractOne(said, known.near.get(said[0], ()), scorer=fuzz.ratio, score_cutoff=NEAR)
    return Recognised(known.phrases[best[0]], best[1] / 100) if best else None


def _swapped(said: str, phrase: str) -> bool:
    """Whether exactly two neighbouring letters are exchanged."""
    wrong = [index for index, (one, other) in enumerate(zip(said, phrase, strict=True)) if one != other]
    return len(wrong) == 2 and wrong[1] == wrong[0] + 1
