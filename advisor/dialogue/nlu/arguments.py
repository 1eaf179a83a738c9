"""What may fill the place of an argument in a pattern: a term, a name with a price, a language, a code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from advisor.dialogue.nlu.tongues import tongue

NAMED = frozenset({"instrument", "instruments"})
"""Names of what has a price; several of them, joined, are "instruments"."""

_MOST_WORDS = 12
_MOST_TERM_WORDS = 4
_MOST_SYMBOL_WORDS = 8  # "Apple, Microsoft and the S&P 500"
_MOST_DIGITS = 3
_CODE = re.compile(r"(?=.*[0-9A-Z])[A-Za-z0-9_-]{6,64}")


@dataclass(frozen=True)
class ArgumentWords:
    """Words of a language that tell what is no argument, that join names, and that stand before them."""

    barred: Mapping[str, frozenset[str]]
    numbered: frozenset[str]
    joining: frozenset[str]
    articles: frozenset[str]
    of: frozenset[str]


def may_fill(held: tuple[str, ...], argument: str, known: ArgumentWords, raw: str) -> bool:
    """Whether these words, written `raw`, can be such an argument.

    Terms, symbols and topics are short and hold none of the words that make a sentence of them.
    """
    if len(held) > _MOST_WORDS:
        return False
    check = _CHECKS.get(argument)
    return check(held, known, raw) if check else _is_free(held, argument, known)


def may_name(raw: str, known: ArgumentWords) -> bool:
    """Whether a text may be the name of something with a price: "the S&P", "INE002A01018"; not "it" or "happiness"."""
    held = [word.strip(",.!?:;") for word in raw.casefold().split()]
    bare = held[1:] if held[0] in known.articles else held
    if not bare or len(bare) > _MOST_SYMBOL_WORDS or bare[0] in known.of:
        return False
    if bare[0][:1].isdecimal() and bare[0] not in known.numbered:
        return False
    other = known.barred["no_instrument"]
    if " ".join(bare) in other or any(word in known.barred["instrument"] for word in bare):
        return False
    # "price of happiness", but not "bank of america"
    places = [index for index, word in enumerate(bare) if word in known.of]
    return not places or " ".join(bare[places[-1] + 1 :]) not in other


def _is_free(held: tuple[str, ...], argument: str, known: ArgumentWords) -> bool:
    barred = known.barred.get(argument)
    if barred is None:
        return True
    if any(word in barred for word in held):
        return False
    return len(held) <= _MOST_TERM_WORDS and not any(word.isdecimal() for word in held)


def _is_change(held: tuple[str, ...], known: ArgumentWords, _raw: str) -> bool:
    barred = known.barred["change"]
    return " ".join(held) not in barred and held[-1] not in barred


def _is_symbol(held: tuple[str, ...], known: ArgumentWords, _raw: str) -> bool:
    """ "US10Y", "the S&P 500"; not "10,000"."""
    barred = known.barred["symbol"]
    short = len(held) <= _MOST_SYMBOL_WORDS and not held[0][:1].isdecimal()
    return short and not any(word in barred for word in held)


def _is_instrument(_held: tuple[str, ...], known: ArgumentWords, raw: str) -> bool:
    return may_name(raw, known)


def _are_instruments(held: tuple[str, ...], known: ArgumentWords, raw: str) -> bool:
    return may_name(raw, known) and not known.joining.isdisjoint(held[1:-1])


def _is_language(_held: tuple[str, ...], _known: ArgumentWords, raw: str) -> bool:
    return tongue(raw) is not None


def _is_code(_held: tuple[str, ...], _known: ArgumentWords, raw: str) -> bool:
    return _CODE.fullmatch(raw) is not None


def _is_number(_held: tuple[str, ...], _known: ArgumentWords, raw: str) -> bool:
    return raw.isascii() and raw.isdecimal() and len(raw) <= _MOST_DIGITS


_CHECKS: dict[str, Callable[[tuple[str, ...], ArgumentWords, str], bool]] = {
    "change": _is_change,
    "symbol": _is_symbol,
    "instrument": _is_instrument,
    "instruments": _are_instruments,
    "language": _is_language,
    "code": _is_code,
    "number": _is_number,
}
