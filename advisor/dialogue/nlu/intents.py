"""What somebody wants besides answering: a table of patterns, never a guess."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from advisor.dialogue.nlu.arguments import NAMED, ArgumentWords, may_fill, may_name
from advisor.dialogue.nlu.holdings import find_holdings, may_hold
from advisor.dialogue.nlu.lexer import Lexed, lex
from advisor.dialogue.nlu.lexicon import language, packaged, table
from advisor.dialogue.nlu.phrases import PhraseTable
from advisor.dialogue.nlu.slips import Slips
from advisor.dialogue.nlu.spans import Cut, cut_span
from advisor.dialogue.nlu.templates import ARGUMENT, expand
from advisor.dialogue.nlu.tongues import is_code

_ANYTHING = "anything"  # an argument nobody needs
_MOST_WORDS = 40
_PERHAPS = 0.9
_PRICED = frozenset({"price", "look_up"})
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
    stated: Mapping[str, Mapping[str, str]]
    openings: Mapping[tuple[str, ...], Mapping[str, Sequence[_Opening]]]
    slips: Slips
    commands: Mapping[str, str]
    command_arguments: Mapping[str, str]
    arguments: ArgumentWords
    openers: PhraseTable[str]
    closers: PhraseTable[str]
    particles: frozenset[str]
    dropped: frozenset[str]


def intent_table(locale: str) -> IntentTable:
    """The patterns for a locale's language, expanded once."""
    return _loaded(language(locale))


@cache
def _loaded(name: str) -> IntentTable:
    raw: dict[str, Any] = packaged(name, "intents.yaml")
    phrases: dict[str, str] = {}
    stated: dict[str, dict[str, str]] = {}
    openings: dict[tuple[str, ...], dict[str, list[_Opening]]] = defaultdict(lambda: defaultdict(list))
    for meaning, patterns in raw["intents"].items():
        intent, *values = meaning.split()
        for pattern in patterns:
            for words in expand(pattern):
                phrase = _file(words, intent, phrases, openings)
                if phrase and values:
                    stated.setdefault(phrase, dict(value.split("=", 1) for value in values))
    for by_last in openings.values():
        for fits in by_last.values():
            fits.sort(key=lambda item: len(item.tail), reverse=True)
    return IntentTable(
        phrases,
        stated,
        openings,
        Slips(phrases),
        raw["commands"],
        raw["command_arguments"],
        ArgumentWords(
            {kind: frozenset(words) for kind, words in raw["not_arguments"].items()},
            *(frozenset(raw[key]) for key in ("numbered", "joining", "articles", "of")),
        ),
        table(raw["openers"]),
        table(raw["closers"]),
        frozenset(raw["particles"]),
        frozenset(raw["dropped"]),
    )


def _file(
    words: Sequence[str],
    intent: str,
    phrases: dict[str, str],
    openings: dict[tuple[str, ...], dict[str, list[_Opening]]],
) -> str:
    """Put a sentence where it is looked up; the sentence itself if it has no argument."""
    places = [index for index, word in enumerate(words) if word.startswith(ARGUMENT)]
    if not places:
        phrase = " ".join(words)
        if phrase:
            phrases.setdefault(phrase, intent)
        return phrase
    # Of two arguments ("someone on {place} promised me {offer}") only the last is kept; what stands before the first is the key.
    first, last = places[0], places[-1]
    tail = tuple(words[last + 1 :])
    by_last = openings[tuple(words[:first])]
    by_last[tail[-1] if tail else ""].append(_Opening(intent, words[last][len(ARGUMENT) :], tail))
    return ""


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
    found = _patterned(tokens, lexed, known, locale)
    if found is None and not known.particles.isdisjoint(lexed.words):
        bare = [index for index in tokens if lexed.words[index] not in known.particles]
        found = _patterned(bare, lexed, known, locale) if bare else None
    if found:
        return found
    return _of_holdings(lexed, locale) or _near(" ".join(lexed.words[index] for index in tokens), known)


def _patterned(tokens: list[int], lexed: Lexed, known: IntentTable, locale: str) -> Recognised | None:
    for part in _trimmed(tokens, lexed, known):
        words = tuple(lexed.words[index] for index in part)
        found = _whole(words, known) or _priced(part, lexed, known, locale) or _with_argument(words, part, lexed, known)
        if found:
            return found
    return None


def _of_holdings(lexed: Lexed, locale: str) -> Recognised | None:
    """ "I own 12 VTI and 30 BND": what is told of holdings follows no pattern."""
    told = find_holdings(lexed.text, locale) if may_hold(lexed, locale) else ()
    if not told:
        return None
    # "500 cash" may be an answer as well
    return Recognised("holdings", 1.0 if any(item.name for item in told) else _PERHAPS)


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
    return Recognised(intent, 1.0, named(rest, locale) if argument in NAMED else {argument: rest.strip()})


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
        asked = may_name(_raw(lexed, kept), known.arguments)
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
    phrase = " ".join(words)
    intent = known.phrases.get(phrase)
    return Recognised(intent, 1.0, known.stated.get(phrase, {})) if intent else None


def _with_argument(
    words: tuple[str, ...], part: list[int], lexed: Lexed, known: IntentTable, only: frozenset[str] | None = None
) -> Recognised | None:
    """The pattern with the longest words before its argument, then with the longest ones behind it; of `only` these intents."""
    for size in range(min(len(words) - 1, 8), -1, -1):
        by_last = known.openings.get(words[:size])
        if by_last is None:
            continue
        for item in (*by_last.get(words[-1], ()), *by_last.get("", ())):
            if (only is not None and item.intent not in only) or not _ends(words, size, item.tail):
                continue
            end = len(words) - len(item.tail)
            held = words[size:end]
            if item.argument == "language" and size == 0 and is_code(_raw(lexed, part[:end])):
                continue  # "de": an answer to the question for a language, but no wish for one
            if may_fill(held, item.argument, known.arguments, _raw(lexed, part[size:end])):
                if item.argument == _ANYTHING:
                    return Recognised(item.intent, 1.0)
                if item.argument not in NAMED:
                    return Recognised(item.intent, 1.0, {item.argument: _raw(lexed, part[size:end])})
                first = size + 1 if held[0] in known.dropped and len(held) > 1 else size
                return Recognised(item.intent, 1.0, {"instrument": _raw(lexed, part[first:end])})
    return None


def _ends(words: tuple[str, ...], size: int, tail: tuple[str, ...]) -> bool:
    return len(words) > size + len(tail) and (not tail or words[-len(tail) :] == tail)


def _near(said: str, known: IntentTable) -> Recognised | None:
    meant = known.slips.meant(said)
    if meant is None:
        return None
    phrase, score = meant
    return Recognised(known.phrases[phrase], score, known.stated.get(phrase, {}))
