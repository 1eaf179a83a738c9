"""Which instruments a person means by a few words: a symbol, an ISIN, a name, part of a name, or one of these misspelt."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from advisor.domain.bars import InstrumentRecord

_NEAR = 75.0  # percent of likeness below which a word is another word
_NEAR_NAME = 80.0  # the same for whole names, which are longer
_SHORTEST_MISSPELT = 3  # of two letters every second pair is alike
_LONGEST = 100  # characters of a question that are looked at
_KEPT_WORDS = 500  # whose likes are remembered
_NEAR_WORDS = 50  # spellings taken as meant for one word of the question
# The legal form is rarely said and never tells two companies apart.
_LEGAL = frozenset(
    [
        *("inc", "incorporated", "corp", "corporation", "co", "company", "companies", "ltd", "limited", "plc", "llc"),
        *("lp", "sa", "ag", "nv", "se", "spa", "asa", "ab", "oyj", "kgaa", "the"),
    ]
)
_ENDING = re.compile(r"[.=][A-Z]{1,4}$")


class _Tier(IntEnum):
    """How an instrument was met, the best way first."""

    SYMBOL = 0
    ISIN = 1
    BARE_SYMBOL = 2
    NAME = 3
    PREFIX = 4
    WORDS = 5
    NEAR = 6


_Score = tuple[_Tier, float]


class Candidates:
    """Instruments ready for `rank`: built once (a fifth of a second for 10,000), asked often, never changed."""

    def __init__(self, instruments: Iterable[tuple[InstrumentRecord, Sequence[str]]]) -> None:
        """`instruments` are records with their other names ("oil")."""
        self.records: list[InstrumentRecord] = []
        self.symbols: dict[str, list[int]] = defaultdict(list)
        self.isins: dict[str, list[int]] = defaultdict(list)
        self.bare: dict[str, list[int]] = defaultdict(list)
        self.closed: dict[str, list[int]] = defaultdict(list)  # names without spaces
        self.words: dict[str, set[int]] = defaultdict(set)
        for position, (record, also) in enumerate(instruments):
            self.records.append(record)
            self._add(position, record, also)
        # For beginnings: a sorted list finds all words that begin alike in a few steps.
        self.sorted_bare = sorted(self.bare)
        self.sorted_closed = sorted(self.closed)
        self.sorted_words = sorted(self.words)
        # One message asks for the same words several times, whole and in parts.
        self.alike = lru_cache(_KEPT_WORDS)(self._alike)

    def __len__(self) -> int:
        """How many instruments."""
        return len(self.records)

    def _alike(self, word: str) -> tuple[tuple[str, float], ...]:
        """Words that are spelt nearly so, each with its likeness from 0 to 1."""
        found = process.extract(
            word,
            self.sorted_words,
            scorer=OSA.normalized_similarity,
            score_cutoff=_NEAR / 100,
            limit=_NEAR_WORDS,
        )
        return tuple((spelling, score) for spelling, score, _ in found)

    def _add(self, position: int, record: InstrumentRecord, also: Sequence[str]) -> None:
        bare = _ENDING.sub("", record.symbol.upper()).lstrip("^").casefold()
        self.symbols[record.symbol.upper()].append(position)
        self.bare[bare].append(position)
        self.words[bare].add(position)
        if record.isin:
            self.isins[record.isin.upper()].append(position)
        names: set[str] = set()
        for text in (record.name, *also):
            plain = _plain(text)
            names |= {plain, _without_legal_form(plain)} - {""}
        for name in names:
            self.closed[name.replace(" ", "")].append(position)
            for word in name.split():
                self.words[word].add(position)


def rank(text: str, candidates: Candidates, limit: int) -> tuple[InstrumentRecord, ...]:
    """The instruments that `text` may mean, best first, at most `limit`; empty if nothing is like it.

    Exact symbol, then ISIN, symbol without its exchange ("GOLDBEES" for GOLDBEES.NS), exact name or other name, beginning of a
    symbol or name, all words in any order, and last what is spelt nearly so: each word at least 75 % alike (optimal string
    alignment, which counts swapped neighbours once). Case, accents, punctuation and legal forms do not matter.
    """
    asked = text.strip()[:_LONGEST]
    if limit <= 0 or not asked:
        return ()
    plain = _plain(asked)
    words = tuple((_without_legal_form(plain) or plain).split())
    found = _exact(asked.upper(), "".join(words), candidates)
    if words:
        _add_parts(found, words, candidates)
        # Where something fits exactly, the misspelt are noise: AAPL does not mean VAPL.
        if len(found) < limit and not any(tier <= _Tier.NAME for tier, _ in found.values()):
            for position, score in _near(words, candidates).items():
                found.setdefault(position, (_Tier.NEAR, -score))
    records = candidates.records
    # Of equals the shorter name comes first: the company before the fund that is named after it.
    best = sorted(found, key=lambda at: (found[at], len(records[at].name), records[at].symbol))
    return tuple(records[position] for position in best[:limit])


def _exact(symbol: str, closed: str, candidates: Candidates) -> dict[int, _Score]:
    found: dict[int, _Score] = {}
    for tier, positions in (
        (_Tier.SYMBOL, candidates.symbols.get(symbol, ())),
        (_Tier.ISIN, candidates.isins.get(symbol, ())),
        (_Tier.BARE_SYMBOL, candidates.bare.get(symbol.lstrip("^").casefold(), ())),
        (_Tier.NAME, candidates.closed.get(closed, ()) if closed else ()),
    ):
        for position in positions:
            found.setdefault(position, (tier, 0.0))
    return found


def _add_parts(found: dict[int, _Score], words: Sequence[str], candidates: Candidates) -> None:
    """Add whose symbol or name begins with the question, and who has words that begin with each of its words."""
    closed = "".join(words)
    first = candidates.words.get(words[0], set())
    for keys, table in ((candidates.sorted_closed, candidates.closed), (candidates.sorted_bare, candidates.bare)):
        for key in _beginning(keys, closed):
            for position in table[key]:
                # "gold" means Gold Fund before Goldman.
                found.setdefault(position, (_Tier.PREFIX, 0.0 if position in first else 1.0))
    sets = [
        set().union(*(candidates.words[key] for key in _beginning(candidates.sorted_words, word))) for word in words
    ]
    for position in set.intersection(*sets):
        if position not in found:
            whole = sum(position in candidates.words.get(word, ()) for word in words)
            found[position] = (_Tier.WORDS, float(len(words) - whole))


def _near(words: Sequence[str], candidates: Candidates) -> Mapping[int, float]:
    """Likeness in percent by position, of those with a similar word for every word asked, or a similar name altogether."""
    found: dict[int, float] = {}
    alike = [_spellings(word, candidates) for word in words]
    if all(alike):
        for position in set.intersection(*(set(scores) for scores in alike)):
            found[position] = sum(scores[position] for scores in alike) / len(alike)
    closed = "".join(words)
    if len(closed) >= _SHORTEST_MISSPELT:
        for name, score, _ in process.extract(
            closed, candidates.sorted_closed, scorer=fuzz.ratio, score_cutoff=_NEAR_NAME, limit=_NEAR_WORDS
        ):
            for position in candidates.closed[name]:
                found[position] = max(found.get(position, 0.0), score)
    return found


def _spellings(word: str, candidates: Candidates) -> dict[int, float]:
    """Likeness in percent of the closest word, by position of those that have one."""
    if len(word) < _SHORTEST_MISSPELT or word.isdigit():  # another number is another thing, not a misspelling
        return dict.fromkeys(candidates.words.get(word, ()), 100.0)
    scores: dict[int, float] = {}
    for spelling, score in candidates.alike(word):
        for position in candidates.words[spelling]:
            scores[position] = max(scores.get(position, 0.0), 100.0 * score)
    return scores


def _beginning(keys: Sequence[str], start: str) -> Sequence[str]:
    """Those of the sorted keys that begin with `start`."""
    low = bisect_left(keys, start)
    return keys[low : bisect_left(keys, start + "\U0010ffff", low)]


def _plain(text: str) -> str:
    """Small letters without accents, "&" as a word, everything else that is no letter or digit as a space."""
    if not text.isascii():
        text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", text.casefold().replace("&", " and ")))


def _without_legal_form(plain: str) -> str:
    return " ".join(word for word in plain.split() if word not in _LEGAL)
