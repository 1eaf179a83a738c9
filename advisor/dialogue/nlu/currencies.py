"""Currencies by their signs, codes and names."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from advisor.dialogue.nlu.lexicon import territory
from advisor.dialogue.nlu.packaged import packaged
from advisor.dialogue.nlu.utterance import Utterance


def shared_currency(name: str, said: Utterance, settled: str | None) -> str:
    """The currency meant by a name that several countries use; a name of one country only is its code already."""
    readings = said.words.money.shared.get(name)
    if readings is None:
        return said.words.money.same_as.get(name, name)
    if settled in readings.values():
        return str(settled)
    return readings.get(territory(said.locale), readings["default"])


def currency_at(said: Utterance, index: int, settled: str | None = None) -> tuple[str, int] | None:
    """The currency said from a token on (sign, code or name) and the token after it."""
    lexed, money = said.lexed, said.words.money
    word = lexed.word(index)
    if word not in money.currency_starts:
        return None
    prefix = money.prefixes.get(lexed.word(index + 1), {}).get(word)
    if prefix and lexed.glued(index + 1):
        return prefix, index + 2
    behind = money.prefixes.get(word, {}).get(lexed.word(index + 1))
    if behind and lexed.glued(index + 1):
        return behind, index + 2  # "$CA", as in French
    if word in money.signs:
        return money.signs[word], index + 1
    hit = money.currencies.at(lexed.words, index)
    if hit:
        code = shared_currency(hit.tag, said, settled)
        return code, hit.last
    if word in money.shared:
        return shared_currency(word, said, settled), index + 1
    if word in money.codes or (word.upper() in money.capital_codes and lexed.raw(index, index + 1).isupper()):
        return money.same_as.get(word.upper(), word.upper()), index + 1
    return None


def unit(code: str) -> Decimal:
    """Roughly how many of a currency are worth a dollar, to a power of ten or half of one; for what is much, never for sums."""
    return Decimal(_units().get(code, 1))


@cache
def _units() -> Mapping[str, int]:
    units: Mapping[str, int] = packaged("currencies.yaml")["units"]
    return units
