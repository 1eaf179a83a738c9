"""An answer to a question with options: by id, label, number, letter, position, another name, or with a slip of the finger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from rapidfuzz import fuzz

from advisor.dialogue.nlu.lexer import Lexed, lex
from advisor.dialogue.nlu.lexicon import language, packaged, table
from advisor.dialogue.nlu.phrases import Hit, PhraseTable
from advisor.dialogue.nlu.yesno import yes_no_in
from advisor.domain.reply import Option

# A slip counts when the likeness (Indel, 0-100) is at least NEAR and no other option comes within MARGIN. 84 admits one wrong
# letter from four letters on ("gole" 75 does not pass, "emergancy" 89 does); two options alike are never guessed between.
NEAR = 84.0
MARGIN = 6.0
_LONGEST_NEAR = 80
MOST_CANDIDATES = 3

How = Literal["id", "label", "number", "letter", "ordinal", "synonym", "near"]


@dataclass(frozen=True, slots=True)
class Match:
    """Option ids that were chosen and how they were named.

    Where several fit and only one may, `ids` is empty and `candidates` holds at most three of them to ask about.
    """

    ids: tuple[str, ...]
    how: How
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChoiceWords:
    """Words of a language around answers by choosing."""

    filler: PhraseTable[str]
    ordinals: Mapping[str, int]
    middle: frozenset[str]
    joiners: frozenset[str]
    negations: frozenset[str]
    negated_is_chosen: frozenset[str]
    not_none: PhraseTable[str]
    synonyms: Mapping[str, Mapping[str, Sequence[str]]]


def choice_words(locale: str) -> ChoiceWords:
    """The words for a locale's language."""
    return _loaded(language(locale))


@cache
def _loaded(name: str) -> ChoiceWords:
    raw: dict[str, Any] = packaged(name, "choices.yaml")
    return ChoiceWords(
        table(raw["filler"]),
        raw["ordinals"],
        frozenset(raw["middle"]),
        frozenset(raw["joiners"]),
        frozenset(raw["negations"]),
        frozenset(raw["negated_is_chosen"]),
        table(raw["not_none"]),
        raw["synonyms"],
    )


def match_options(
    text: str, options: Sequence[Option], *, multiple: bool = False, slot: str = "", locale: str = "en"
) -> Match | None:
    """The options named by a text, None if it names none.

    Tried in this order: id, label, number, letter, position ("the second one"), the beginning or a part of one label, other
    names of the slot's options wherever they stand in the text, and at last a slip of the finger. With `multiple` several
    may be named. Nothing is guessed: if the text fits several and only one may be chosen, they are the candidates.
    """
    return matched(lex(text), options, multiple=multiple, slot=slot, locale=locale)


def matched(
    lexed: Lexed, options: Sequence[Option], *, multiple: bool = False, slot: str = "", locale: str = "en"
) -> Match | None:
    """`match_options` for a message that is already cut into tokens."""
    if not lexed.tokens or not options:
        return None
    words = choice_words(locale)
    bare = _strip(lexed.words, words)
    exact = _exact(lexed, bare, options)
    if exact:
        return exact
    placed = _placed(bare, options, words, multiple=multiple)
    if placed:
        return placed
    named = _part_of_label(bare, options) or _named(
        lexed, options, _names(slot, locale, tuple(options)), words, slot, multiple=multiple
    )
    return named or _near(" ".join(bare), options, words, slot) or _affirmed(lexed, options, locale)


def _strip(words: Sequence[str], known: ChoiceWords) -> tuple[str, ...]:
    """The words without filler and punctuation at both ends."""
    first, last = 0, len(words)
    while last > first + 1:
        hit = known.filler.before(words[first:last], last - first)
        if hit and hit.first > 0:
            last = first + hit.first
        elif words[last - 1] in "\"')].,!?:;":
            last -= 1
        else:
            break
    while first < last:
        hit = known.filler.at(words, first)
        if hit and hit.last < last:
            first = hit.last
        elif words[first] in "\"'([#.,!?:;" and first + 1 < last:
            first += 1
        else:
            break
    return tuple(words[first:last])


@lru_cache(maxsize=1024)
def _label_words(label: str) -> tuple[str, ...]:
    return _spoken(lex(label).words)


def _spoken(words: Iterable[str]) -> tuple[str, ...]:
    """Words without punctuation; figures without their grouping, so that "1000" is "1,000"."""
    return tuple(word.replace(",", "") for word in words if word not in ".,!?:;")


def _exact(lexed: Lexed, bare: tuple[str, ...], options: Sequence[Option]) -> Match | None:
    text = lexed.text.lower()
    for option in options:
        if text == option.id.lower():
            return Match((option.id,), "id")
    for option in options:
        if _label_words(option.label) in (_spoken(lexed.words), _spoken(bare)):
            return Match((option.id,), "label")
    return None


def _placed(bare: tuple[str, ...], options: Sequence[Option], words: ChoiceWords, *, multiple: bool) -> Match | None:
    """By number, letter or position; several of them where several may be chosen."""
    parts = [word for word in bare if word not in words.joiners and word not in ").("]
    if not parts or (len(parts) > 1 and not multiple):
        return None
    found: list[tuple[int, How]] = []
    for part in parts:
        place = _place(part, len(options), words)
        if place is None:
            return None
        found.append(place)
    picked = tuple(dict.fromkeys(options[index].id for index, _ in found))
    if len(picked) > 1 and "none" in picked:
        return Match((), found[0][1], picked[:MOST_CANDIDATES])
    return Match(picked, found[0][1])


def _place(word: str, count: int, words: ChoiceWords) -> tuple[int, How] | None:
    if word.isdecimal() and len(word) <= 2:
        index = int(word) - 1
        return (index, "number") if 0 <= index < count else None
    if len(word) == 1 and "a" <= word <= "z":
        index = ord(word) - ord("a")
        return (index, "letter") if index < count else None
    if word in words.ordinals:
        place = words.ordinals[word]
        index = place - 1 if place > 0 else count - 1
        return (index, "ordinal") if index < count else None
    if word in words.middle and count % 2:
        return count // 2, "ordinal"
    return None


def _part_of_label(bare: tuple[str, ...], options: Sequence[Option]) -> Match | None:
    """The beginning of one label, or some words of it in a row."""
    said = " ".join(_spoken(bare))
    if len(said) < 3:
        return None
    begins = [option.id for option in options if f"{' '.join(_label_words(option.label))} ".startswith(said + " ")]
    if len(begins) == 1:
        return Match((begins[0],), "label")
    if len(bare) < 2:
        return None
    holds = [option.id for option in options if f" {said} " in f" {' '.join(_label_words(option.label))} "]
    return Match((holds[0],), "label") if len(holds) == 1 else None


@lru_cache(maxsize=256)
def _names(slot: str, locale: str, options: tuple[Option, ...]) -> PhraseTable[str]:
    known = choice_words(locale).synonyms.get(slot, {})
    entries: list[tuple[str, str]] = []
    for option in options:
        entries.append((option.label, option.id))
        entries.append((option.id.replace("_", " "), option.id))
        entries.extend((name, option.id) for name in known.get(option.id, ()))
    return PhraseTable(entries)


def _named(
    lexed: Lexed, options: Sequence[Option], names: PhraseTable[str], words: ChoiceWords, slot: str, *, multiple: bool
) -> Match | None:
    others = words.not_none.scan(lexed.words)
    hits = [hit for hit in names.scan(lexed.words) if not any(_within(hit, other) for other in others)]
    if slot not in words.negated_is_chosen:
        hits = [hit for hit in hits if not _negated(lexed, hit, words)]
    picked = tuple(dict.fromkeys(hit.tag for hit in hits))
    if len(picked) > 1 and multiple:
        picked = tuple(item for item in picked if item != "none")
    if not picked:
        return None
    if len(picked) == 1 or multiple:
        return Match(picked, "synonym")
    order = [option.id for option in options if option.id in picked]
    return Match((), "synonym", tuple(order[:MOST_CANDIDATES]))


def _affirmed(lexed: Lexed, options: Sequence[Option], locale: str) -> Match | None:
    """A yes where one option alone begins with one: "ja" to "Ja, 150.000 € im Monat"."""
    if yes_no_in(lexed, locale) != "yes":
        return None
    found = [option.id for option in options if yes_no_in(lex(option.label.partition(",")[0]), locale) == "yes"]
    return Match((found[0],), "label") if len(found) == 1 else None


def _within(hit: Hit[str], other: Hit[str]) -> bool:
    """ "No more than 3k" is no "no"."""
    return other.first <= hit.first and hit.last < other.last


def _negated(lexed: Lexed, hit: Hit[str], words: ChoiceWords) -> bool:
    return any(lexed.word(index) in words.negations for index in (hit.first - 1, hit.first - 2))


def _near(said: str, options: Sequence[Option], words: ChoiceWords, slot: str) -> Match | None:
    # figures that are alike are not the same
    if not 4 <= len(said) <= _LONGEST_NEAR or any(char.isdigit() for char in said):
        return None
    known = words.synonyms.get(slot, {})
    scores = sorted(
        (
            (_likeness(said, [option.label.lower(), option.id.replace("_", " "), *known.get(option.id, ())]), option.id)
            for option in options
        ),
        reverse=True,
    )
    best, name = scores[0]
    if best < NEAR:
        return None
    rivals = [other for score, other in scores[1:] if score > best - MARGIN]
    return Match((), "near", (name, *rivals)[:MOST_CANDIDATES]) if rivals else Match((name,), "near")


def _likeness(said: str, names: Iterable[str]) -> float:
    return max((fuzz.ratio(said, name, score_cutoff=NEAR - MARGIN) for name in names if len(name) >= 4), default=0.0)
