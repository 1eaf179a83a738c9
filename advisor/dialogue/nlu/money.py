"""Amounts of money, with their currency and how often they come."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Literal, get_args

from advisor.dialogue.nlu.currencies import currency_at, shared_currency
from advisor.dialogue.nlu.utterance import Quantity, Utterance, utterance
from advisor.domain.money import minor_digits

__all__ = [
    "Cadence", "MoneyReading", "PlacedMoney", "currency_at", "find_money", "money_in", "monthly_equivalent", "nothing_in",
    "shared_currency",
]  # fmt: skip
Cadence = Literal["once", "day", "week", "fortnight", "month", "quarter", "halfyear", "year"]

_CADENCES: tuple[Cadence, ...] = get_args(Cadence)
# Payments in a year of 365 days over the twelve months.
_PER_MONTH = {
    "day": Decimal(365) / 12,
    "week": Decimal(365) / 84,
    "fortnight": Decimal(365) / 168,
    "month": Decimal(1),
    "quarter": Decimal(1) / 3,
    "halfyear": Decimal(1) / 6,
    "year": Decimal(1) / 12,
}


@dataclass(frozen=True, slots=True)
class MoneyReading:
    """An amount as it was said.

    `amount` is the amount, of a range its midpoint; `low` and `high` are a range's ends. "100 twice a month" is 200 a month.
    `currency` is the ISO code that was said, None where none was. `per` is how often it comes; `monthly` is what that makes
    a month (None for "once"), to the cent. `marked` is true where a currency, a scale or a cadence leaves no doubt that
    money is meant. `span` counts characters of the cleaned text.
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
    return list(_money_in(said, currency))


@lru_cache(maxsize=8)  # several readers look at one message
def _money_in(said: Utterance, currency: str | None) -> tuple[PlacedMoney, ...]:
    finder = _Finder(said, currency)
    found: list[PlacedMoney] = []
    for index, item in enumerate(said.quantities):
        # the cents of "thirteen dollars and forty-five cents" are part of the amount before
        end = found[-1].last if found else 0
        placed = finder.read(index, end) if item.first >= end else None
        if placed:
            found.append(placed)
    return tuple(found)


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


class _Finder:
    def __init__(self, said: Utterance, settled: str | None) -> None:
        self._said = said
        self._lexed = said.lexed
        self._settled = settled

    def read(self, index: int, start: int) -> PlacedMoney | None:
        """The amount of a quantity; words before `start` belong to the amount before."""
        item = self._said.quantities[index]
        if item.kind in ("percent", "cadence", "date", "share"):
            return None
        currency, first, last, negative = self._currency(item, start)
        if item.kind != "plain" and currency is None:
            return None
        cents, last = self._cents(item, last) if currency else (Decimal(0), last)
        value, low, high = (self._value(number, item, currency) for number in (item.value, item.low, item.high))
        # plain sums round to 28 digits, and an absurd amount is to be shown as it was said
        amount = (value or Decimal(0)) + cents if cents else value or Decimal(0)
        amount = amount.copy_negate() if negative else amount
        minor = self._minor(item.last)
        if minor and currency is None and item.low is None:
            amount, last, currency = amount / minor[0], item.last + 1, minor[1] or None  # "50 cents"
        (per, often), last = self._cadence(index, last, currency)
        if often != 1:
            amount, low, high = amount * often, _multiple(low, often), _multiple(high, often)
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
        right = currency_at(self._said, item.last, self._settled) or self._in_the_number(item)
        first, negative = (left[1], left[2]) if left else (item.first, False)
        if right is None:
            return (left[0] if left else None), first, item.last, negative
        currency, last = self._after_code(*right)
        shared = left is None or self._lexed.word(item.first - 1) in self._said.words.money.shared
        return (currency if shared or left is None else left[0]), first, last, negative

    def _in_the_number(self, item: Quantity) -> tuple[str, int] | None:
        """ "a tenner", "50 TEUR": a last word that tells both how much and of what."""
        words, word = self._said.words, self._lexed.word(item.last - 1)
        if word not in words.numbers.notes and word not in words.numbers.scales:
            return None
        hit = words.money.currencies.at((word,), 0)
        return (shared_currency(hit.tag, self._said, self._settled), item.last) if hit else None

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
            if not (found[1] == end or dot) or lexed.word(first) in self._said.words.money.behind_only:
                continue
            minus = lexed.word(first - 1) == "-" and lexed.glued(first) and not lexed.glued(first - 1)
            return found[0], first - 1 if minus else first, minus
        return None

    def _after_code(self, currency: str, last: int) -> tuple[str, int]:
        """ "$200 CAD", "200$ US": a code right behind a shared sign says which one it is."""
        more = currency_at(self._said, last, self._settled)
        return more if more else (currency, last)

    def _minor(self, index: int) -> tuple[int, str] | None:
        """The minor unit said at a token; a single letter only right behind the figure ("50p")."""
        word = self._lexed.word(index)
        minor = self._said.words.money.minor_units.get(word)
        return minor if minor and (len(word) > 1 or self._lexed.glued(index)) else None

    def _cents(self, item: Quantity, last: int) -> tuple[Decimal, int]:
        """ "thirteen dollars and forty-five cents", "two pounds fifty"."""
        joined = self._lexed.word(last) in self._said.words.numbers.conjunctions
        start = last + 1 if joined else last
        for other in self._said.quantities:
            if other.first != start or start <= item.first:
                continue
            minor = self._minor(other.last)
            if minor and 0 < other.value < minor[0]:
                return other.value / minor[0], other.last + 1
            named = not joined and item.last < last and self._lexed.word(last - 1).isalpha()
            if named and other.kind == "plain" and self._is_change(item, other):
                return other.value / 100, other.last
        return Decimal(0), last

    def _is_change(self, item: Quantity, other: Quantity) -> bool:
        """Whether a number right behind "2 pounds" is the rest of that amount and none of its own."""
        alone = currency_at(self._said, other.last, self._settled) is None
        two_digits = other.value == int(other.value) and 10 <= other.value <= 99 and other.head.scale == 1
        return alone and two_digits and item.low is other.low is None and item.value == int(item.value)

    def _cadence(self, index: int, last: int, currency: str | None) -> tuple[tuple[Cadence, Decimal], int]:
        """How often: said right behind the amount, or anywhere else in its clause if no other amount is nearer."""
        words, money = self._lexed.words, self._said.words.money
        short = money.glued_cadence.get(self._lexed.word(last))
        if short and currency:
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
        return ("once", Decimal(1)), last

    def _taken(self, start: int) -> bool:
        """Whether a cadence follows a number directly, and so belongs to that one."""
        return any(item.last == start for item in self._said.quantities)


def _as_cadence(tag: str) -> tuple[Cadence, Decimal]:
    """A tag's cadence, and how many payments there are in it: "2/month"."""
    often, slash, per = tag.rpartition("/")
    for name in _CADENCES:
        if per == name:
            return name, Decimal(often) if slash else Decimal(1)
    return "once", Decimal(1)


def _multiple(amount: Decimal | None, often: Decimal) -> Decimal | None:
    return None if amount is None else amount * often


def monthly_equivalent(amount: Decimal, per: Cadence) -> Decimal | None:
    """What a payment makes a month, to the cent; None for a single one."""
    if per == "once":
        return None
    monthly = amount * _PER_MONTH[per]
    return monthly.quantize(Decimal("0.01"), ROUND_HALF_EVEN) if abs(monthly) < Decimal("1e15") else monthly
