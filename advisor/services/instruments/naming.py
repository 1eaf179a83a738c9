"""Which instrument a text names: one, one of several, or none that is known. Pure; the candidates come from the market."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from advisor.domain.bars import InstrumentRecord
from advisor.ports.market import Listing

MOST_AT_ONCE = 3
MOST_CANDIDATES = 3

# A name counts when it is 88 % like a known one (Indel likeness) and begins as it does: "microsft" does, "amazon" is no "amd".
_NEAR_NAME = 88.0
_SHORTEST_NEAR = 4
_SEPARATORS = re.compile(
    r"\s*(?:[,;/+]|\band\b|\bor\b|\bvs\b\.?|\bversus\b|\bagainst\b|\bcompared (?:to|with)\b|\bwith\b|\bto\b)\s*",
    re.IGNORECASE,
)
_WITHIN_NAMES = frozenset({"and", "/", "+"})
# What is said around a name and is no part of it.
_AROUND = re.compile(
    r"^(?:the|compare|shares? (?:of|in)|stocks? of|price of|the price of)\s+|"
    r"(?:'s)?\s+(?:shares?|stocks?|index|price|prices|company|with)$",
    re.IGNORECASE,
)
_LEGAL = frozenset({
    "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "plc", "llc", "lp", "sa",
    "ag", "nv", "se", "spa",
})  # fmt: skip
# Beginnings that many names share: they single nobody out, even where only one such name is known.
_COMMON = frozenset({
    "american", "bank", "banks", "bonds", "capital", "china", "energy", "first", "fund", "gas", "general",
    "global", "group", "index", "india", "indian", "industries", "insurance", "international", "motor",
    "motors", "national", "new", "oil", "power", "real", "shares", "state", "steel", "treasury", "united",
    "us", "world"
})  # fmt: skip
_IN_BRACKETS = re.compile(r"\(([^()\s]{1,32})\)\s*$")
_SIGNED = re.compile(r"[0-9.=^]")  # in a word of any language they are rare
_SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9.^=&_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a text names: the one instrument in `found`, else those to choose from (at most three).

    `kind` "several": each of the candidates may be meant. "none": the candidates only resemble what was said. `exact` says that
    it was named by its symbol, its ISIN or a whole name, and not by a part of it or with a slip; `begun`, that several names begin
    with what was said ("tata").
    """

    said: str
    kind: Literal["one", "several", "none"]
    found: InstrumentRecord | None = None
    candidates: tuple[InstrumentRecord, ...] = ()
    exact: bool = False
    begun: bool = False


def parts_of(said: str) -> list[tuple[int, int]]:
    """Where the names in a text that may hold several begin and end."""
    found: list[tuple[int, int]] = []
    start = 0
    for gap in (*_SEPARATORS.finditer(said), None):
        end = gap.start() if gap else len(said)
        if said[start:end].strip().strip(" ?.!"):
            found.append((start, end))
        start = gap.end() if gap else end
    return found


def may_join(said: str, part: tuple[int, int], following: tuple[int, int]) -> bool:
    """Whether two neighbouring parts may be one name: "Procter and Gamble" may, "Apple vs Microsoft" may not."""
    return said[part[1] : following[0]].strip().casefold() in _WITHIN_NAMES


def bare(said: str) -> str:
    """A name without the words around it: "the price of Apple shares?" -> "Apple"."""
    kept, before = " ".join(said.strip(" ?.!,\"'“”").split()), ""
    while kept != before:
        before, kept = kept, _AROUND.sub("", kept).strip()
    return kept


def in_brackets(said: str) -> str:
    """The symbol behind a name, as we write it ourselves: "Apple (AAPL)" -> "AAPL"; "" if there is none."""
    found = _IN_BRACKETS.search(said)
    return found[1] if found else ""


def like_a_symbol(said: str) -> str:
    """The text as a symbol that a source may know though it was not found by name, "" if it is not written like one.

    A word is no symbol because it begins a sentence: "Divorced" is not to be looked up anywhere.
    """
    typed = said.strip(" ?!")
    written = typed == typed.upper() or _SIGNED.search(typed) is not None
    return typed.upper() if written and _SYMBOL.fullmatch(typed.upper()) and not typed.isdecimal() else ""


def decide(said: str, ranked: Sequence[InstrumentRecord], listings: Iterable[Listing]) -> Resolution:
    """What `said` names among the market's candidates, which come best first.

    In this order: symbol, ISIN, whole name or other name, symbol without its exchange, the beginning of a name, its words, a slip.
    A lower-case word is a name before it is a symbol ("gold" is gold and not the shares quoted as GOLD).
    """
    names = _names(ranked, listings)
    wanted = _plain(bare(said))
    for keys in ({_plain(said), wanted}, {_without_legal(wanted)}):
        whole = [record for record in ranked if not keys.isdisjoint(names[record.symbol])]
        by_symbol = [
            record for record in ranked if said.strip(" ?.!").upper() in (record.symbol.upper(), record.isin.upper())
        ]
        chosen = whole if whole and said == said.lower() else by_symbol or whole
        if chosen:
            return _settled(said, chosen, exact=True)
    stripped = [record for record in ranked if _without_exchange(record.symbol) == said.strip(" ?.!^").upper()]
    if stripped:
        return _settled(said, stripped, exact=True)
    return _partly(said, wanted, ranked, names)


def _partly(
    said: str, wanted: str, ranked: Sequence[InstrumentRecord], names: Mapping[str, frozenset[str]]
) -> Resolution:
    words = [word for word in wanted.split() if word != "the"]
    begins = [record for record in ranked if any(f"{name} ".startswith(f"{wanted} ") for name in names[record.symbol])]
    if words and len(begins) == 1 and not _COMMON.issuperset(words):
        return _settled(said, begins, exact=False)
    holds = [record for record in ranked if any(set(words) <= set(name.split()) for name in names[record.symbol])]
    near = [record for record in ranked if _likeness(wanted, names[record.symbol]) >= _NEAR_NAME]
    if not (words and (begins or holds)) and len(near) >= 1:
        best = max(_likeness(wanted, names[record.symbol]) for record in near)
        return _settled(said, [r for r in near if _likeness(wanted, names[r.symbol]) == best], exact=False)
    if words and (begins or holds):
        both = [record for record in ranked if record in begins or record in holds]
        return Resolution(said, "several", candidates=tuple(both[:MOST_CANDIDATES]), begun=len(begins) > 1)
    return Resolution(said, "none", candidates=tuple(ranked[:MOST_CANDIDATES]))


def _settled(said: str, records: Sequence[InstrumentRecord], *, exact: bool) -> Resolution:
    if len(records) == 1:
        return Resolution(said, "one", records[0], exact=exact)
    return Resolution(said, "several", candidates=tuple(records[:MOST_CANDIDATES]), exact=exact)


def _names(ranked: Sequence[InstrumentRecord], listings: Iterable[Listing]) -> dict[str, frozenset[str]]:
    """Every spelling of each candidate's names, by symbol."""
    also: dict[str, list[str]] = {}
    for item in listings:
        also.setdefault(item.symbol, []).extend((item.name, *item.also))
    found: dict[str, frozenset[str]] = {}
    for record in ranked:
        plain = {_plain(form) for name in (record.name, *also.get(record.symbol, ())) for form in (name, bare(name))}
        found[record.symbol] = frozenset(plain | {_without_legal(name) for name in plain}) - {""}
    return found


def _plain(text: str) -> str:
    """Lower-case words without accents and punctuation; "&" is a word."""
    kept = unicodedata.normalize("NFKD", text.casefold()).replace("&", " and ").replace("'", "")
    return " ".join(
        "".join(char if char.isalnum() else " " for char in kept if not unicodedata.combining(char)).split()
    )


def _without_legal(plain: str) -> str:
    words = plain.split()
    while len(words) > 1 and words[-1] in _LEGAL:
        words.pop()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


def _without_exchange(symbol: str) -> str:
    return re.sub(r"[.=][A-Z]{1,4}$", "", symbol.upper()).lstrip("^")


def _likeness(wanted: str, names: Iterable[str]) -> float:
    if len(wanted) < _SHORTEST_NEAR:
        return 0.0
    return max((fuzz.ratio(wanted, name) for name in names if name[:1] == wanted[:1]), default=0.0)
