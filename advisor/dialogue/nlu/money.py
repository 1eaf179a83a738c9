"""Amounts of money, with their currency and how often they come."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from advisor.dialogue.nlu.lexicon import territory
from advisor.dialogue.nlu.utterance import Quantity, Utterance, utterance
from advisor.domain.money import minor_digits

Cadence = Literal["once", "day", "week", "fortnight", "month", "quarter", "year"]

# Payments in a year of 365 days over the twelve months.
_PER_MONTH = {
    "day": Decimal(365) / 12,
    "week": Decimal(365) / 84,
    "fortnight": Decimal(365) / 168,
    "month": Decimal(1),
    "quarter": Decimal(1) / 3,
    "year": Decimal(1) / 12,
}


@dataclass(frozen=True, slots=True)
class MoneyReading:
    """An amount as it was said.

    `amount` is the amount, of a range its midpoint; `low` and `high` are a range's ends. `currency` is the ISO code that was
    said, None where none was. `per` is how often it comes; `monthly` is what that makes a month (None for "once"), to the
    cent. `marked` is true where a currency, a scale or a cadence leaves no doubt that money is meant. `span` counts
    characters of the cleaned text.
    """

    amount: Decimal
    currency: str | None
    per: Cadence
    monthly: Decimal | None
    span: tuple[int, int]
    raw: str
    low: Decimal | None = None
    high: Decimal | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class PlacedMoney:
    """A reading with its tokens, for those who look at the words around it."""

    reading: MoneyReading
    first: int
    last: int


def find_money(text: str, locale: str = "en", currency: str | None = None) -> list[MoneyReading]:
    """Every amount in a text, from left to right; "nothing" and "none", said alone, are an amount of 0.

    `currency` is the one already settled: it decides what a sign that several countries share ("$", "kr") stands for, after
    it the locale. Percentages, times, ages and dates are left out. Negative and absurd amounts are returned as such.
    """
    said = utterance(text, locale)
    found = [placed.reading for placed in money_in(said, currency)]
    if not found and (zero := nothing_in(said)):
        return [zero]
    return found


def money_in(said: Utterance, currency: str | None = None) -> list[PlacedMoney]:
    """The amounts of an utterance with their tokens."""
    finder = _Finder(said, currency)
    found: list[PlacedMoney] = []
    for index, item in enumerate(said.quantities):
        # the cents of "thirteen dollars and forty-five cents" are part of the amount before
        end = found[-1].last if found else 0
        placed = finder.read(index, end) if item.first >= end else None
        if placed:
            found.append(placed)
    return found


def nothing_in(said: Utterance) -> MoneyReading | None:
    """A reading of 0 where the whole message says that there is nothing ("nothing right now", "none")."""
    words, money = said.lexed.words, said.words.money
    index, found = 0, False
    while index < len(words):
        hit = money.nothing.at(words, index) or money.nothing_filler.at(words, index)
        if hit is None and said.lexed.kind(index) != "sign":
            return None
        found = found or money.nothing.at(words, index) is not None
        index = hit.last if hit else index + 1
    if not found:
        return None
    return MoneyReading(Decimal(0), None, "once", None, said.lexed.span(0, len(words)), said.lexed.text)


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


class _Finder:
    def __init__(self, said: Utterance, settled: str | None) -> None:
        self._said = said
        self._lexed = said.lexed
        self._settled = settled

    def read(self, index: int, start: int) -> PlacedMoney | None:
        """The amount of a quantity; words before `start` belong to the amount before."""
        item = self._said.quantities[index]
        if item.kind in ("percent", "cadence", "date"):
            return None
        currency, first, last, negative = self._currency(item, start)
        if item.kind != "plain" and currency is None:
            return None
        cents, last = self._cents(last) if currency else (Decimal(0), last)
        value, low, high = (self._value(number, item, currency) for number in (item.value, item.low, item.high))
        # plain sums round to 28 digits, and an absurd amount is to be shown as it was said
        amount = (value or Decimal(0)) + cents if cents else value or Decimal(0)
        amount = amount.copy_negate() if negative else amount
        unit = self._said.words.money.minor_units.get(self._lexed.word(item.last))
        if unit and currency is None and item.low is None:
            amount, last = amount / unit, item.last + 1  # "50 cents"
        per, last = self._cadence(index, last, currency)
        reading = MoneyReading(
            amount=amount,
            currency=currency,
            per=per,
            monthly=monthly_equivalent(amount, per),
            span=self._lexed.span(first, last),
            raw=self._lexed.raw(first, last),
            low=low,
            high=high,
            marked=currency is not None or per != "once" or item.head.scale > 1,
        )
        return PlacedMoney(reading, first, last)

    def _currency(self, item: Quantity, start: int) -> tuple[str | None, int, int, bool]:
        """The currency beside a number, the tokens of both, and whether a minus stands before the currency.

        What stands behind says more than a shared sign before: "$200 CAD".
        """
        left = self._currency_left(item, start)
        right = currency_at(self._said, item.last, self._settled)
        first, negative = (left[1], left[2]) if left else (item.first, False)
        if right is None:
            return (left[0] if left else None), first, item.last, negative
        currency, last = self._after_code(*right)
        shared = left is None or self._lexed.word(item.first - 1) in self._said.words.money.shared
        return (currency if shared or left is None else left[0]), first, last, negative

    def _value(self, number: Decimal | None, item: Quantity, currency: str | None) -> Decimal | None:
        """Money has no third decimal in most currencies, so "12.000" of them is twelve thousand."""
        if number is None or item.low is not None or item.head.thousands is None or minor_digits(currency or "") == 3:
            return number
        return item.head.thousands

    def _currency_left(self, item: Quantity, start: int) -> tuple[str, int, bool] | None:
        """Currency before a number, the first token of it, and whether a minus stands before that."""
        lexed, end = self._lexed, item.first
        for first in range(max(start, end - 3), end):
            found = currency_at(self._said, first, self._settled)
            if found is None:
                continue
            # "rs. 5000", "$ 5", "usd 5", but not "dollars 5"
            dot = (
                found[1] == end - 1
                and lexed.word(end - 1) == "."
                and lexed.word(first) in self._said.words.money.shared
            )
            if not (found[1] == end or dot) or (
                found[1] - first == 1 and lexed.word(first).endswith("s") and not dot and len(lexed.word(first)) > 3
            ):
                continue
            minus = lexed.word(first - 1) == "-" and lexed.glued(first) and not lexed.glued(first - 1)
            return found[0], first - 1 if minus else first, minus
        return None

    def _after_code(self, currency: str, last: int) -> tuple[str, int]:
        """ "$200 CAD", "200$ US": a code right behind a shared sign says which one it is."""
        more = currency_at(self._said, last, self._settled)
        return more if more else (currency, last)

    def _cents(self, last: int) -> tuple[Decimal, int]:
        """ "thirteen dollars and forty-five cents"."""
        start = last + 1 if self._lexed.word(last) in self._said.words.numbers.conjunctions else last
        for item in self._said.quantities:
            if item.first == start:
                unit = self._said.words.money.minor_units.get(self._lexed.word(item.last))
                if unit and 0 < item.value < unit:
                    return item.value / unit, item.last + 1
        return Decimal(0), last

    def _cadence(self, index: int, last: int, currency: str | None) -> tuple[Cadence, int]:
        """How often: said right behind the amount, or anywhere else in its clause if no other amount is nearer."""
        words, money = self._lexed.words, self._said.words.money
        short = money.glued_cadence.get(self._lexed.word(last))
        if short and currency and self._lexed.glued(last):
            return _as_cadence(short), last + 1
        after, skipped = last, 0
        while skipped < 3 and (gap := money.cadence_gap.at(words, after)):
            after, skipped = gap.last, skipped + 1
        hit = money.cadence.at(words, after)
        if hit:
            return _as_cadence(hit.tag), hit.last
        low = self._said.quantities[index - 1].last if index else 0
        high = self._said.quantities[index + 1].first if index + 1 < len(self._said.quantities) else len(words)
        item = self._said.quantities[index]
        for hit in self._said.cadences:
            free = low <= hit.first and hit.last <= high and not self._taken(hit.first)
            between = words[min(hit.last, item.last) : max(hit.first, item.first)]
            if free and not any(word in money.breaks for word in between):
                return _as_cadence(hit.tag), last
        return "once", last

    def _taken(self, start: int) -> bool:
        """Whether a cadence follows a number directly, and so belongs to that one."""
        return any(item.last == start for item in self._said.quantities)


def _as_cadence(tag: str) -> Cadence:
    for name in ("day", "week", "fortnight", "month", "quarter", "year"):
        if tag == name:
            return name
    return "once"


def monthly_equivalent(amount: Decimal, per: Cadence) -> Decimal | None:
    """What a payment makes a month, to the cent; None for a single one."""
    if per == "once":
        return None
    monthly = amount * _PER_MONTH[per]
    return monthly.quantize(Decimal("0.01"), ROUND_HALF_EVEN) if abs(monthly) < Decimal("1e15") else monthly
