"""What somebody says to own, and what was bought, sold, paid in or taken out: "12 VTI and 500 cash", "sold 5 BND at 72.10".

Names are taken as they were said; what they stand for, the market knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from advisor.dialogue.nlu.holding_parts import (
    Action,
    HoldingWords,
    Paid,
    counted,
    day_end,
    holding_words,
    is_symbol,
    may_be_named,
    name_end,
    paid_at,
)
from advisor.dialogue.nlu.lexer import Lexed
from advisor.dialogue.nlu.lexicon import language
from advisor.dialogue.nlu.money import PlacedMoney, money_in
from advisor.dialogue.nlu.utterance import Quantity, Utterance, utterance

_SYMBOL = re.compile(r"\b[A-Z]{2,6}\b")
_TRADES = ("bought", "sold")
_CASH_MOVES = ("deposit", "withdrawal")


@dataclass(frozen=True, slots=True)
class HoldingMention:
    """One thing that is owned or was traded.

    `name` as it was said, "" for cash. `quantity` is a number of shares, None where only an amount was said (or `whole`: all
    that there was). `price` is that of one share, `amount` of all of it; both in `currency`, None where none was said. `when`
    are the words for the day, "" where none were said. `span` counts characters of the cleaned text.
    """

    action: Action
    name: str
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal | None
    currency: str | None
    when: str
    span: tuple[int, int]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Placed:
    """A mention with its tokens, and whether a verb stands before it in its own clause."""

    mention: HoldingMention
    first: int
    last: int
    has_verb: bool


def find_holdings(text: str, locale: str = "en") -> tuple[HoldingMention, ...]:
    """Everything a message says to be owned, bought, sold, paid in or taken out, in the order it was said.

    Empty rather than a guess: a number counts only beside a symbol, a word for shares, a price or, after a verb such as
    "bought", a name. Trials ("what if I sold ...") and questions say nothing of what is.
    """
    said, words = utterance(text, locale), holding_words(language(locale))
    tokens = said.lexed.words
    if not tokens or "?" in tokens or words.not_after.at(tokens, 0) is not None:
        return ()
    return _Reader(said, words).read()


def may_hold(lexed: Lexed, locale: str = "en") -> bool:
    """Whether a message is worth reading for holdings: a verb of trading, a word for shares, or a symbol beside a figure."""
    words = holding_words(language(locale))
    if any(word in words.triggers for word in lexed.words):
        return True
    return any(token.kind == "number" for token in lexed.tokens) and _SYMBOL.search(lexed.text) is not None


class _Reader:
    """One pass over the tokens; each step takes a verb, a day, or one thing with all that belongs to it."""

    def __init__(self, said: Utterance, words: HoldingWords) -> None:
        self._said, self._lexed, self._words = said, said.lexed, words
        self._quantities = counted(said, words)
        self._amounts = {item.first: item for item in money_in(said) if item.reading.currency is not None}
        self._action: Action | None = None
        self._found: list[_Placed] = []
        self._when = ""
        self._verb_at = -1

    def read(self) -> tuple[HoldingMention, ...]:
        index = 0
        while index < len(self._lexed.words):
            # a number in front of a month is a day before it is anything else
            index = self._day(index) or self._thing(index) or self._verb(index) or index + 1
        return tuple(self._with_the_verb_behind(item) for item in self._found)

    def _verb(self, index: int) -> int | None:
        hit = self._words.actions.at(self._lexed.words, index)
        if hit is None:
            return None
        self._action, self._verb_at = _as_action(hit.tag), index
        return hit.last

    def _day(self, index: int) -> int | None:
        """A day belongs to what was said before it, unless a new verb or nothing at all was."""
        last = day_end(self._said, self._words, index)
        if last is None:
            return None
        when = self._lexed.raw(index, last)
        placed = self._found[-1] if self._found else None
        if placed is None or placed.mention.when or self._verb_at >= placed.last:
            self._when = when
        else:
            self._found[-1] = replace(placed, mention=replace(placed.mention, when=when))
        return last

    def _thing(self, index: int) -> int | None:
        whole = self._words.all_of.at(self._lexed.words, index)
        if whole is not None:
            return self._all_of_it(index, whole.last)
        if index in self._amounts:
            return self._amount(self._amounts[index])
        item = self._quantities.get(index)
        if item is not None:
            return self._counted(item)
        return self._cash_first(index) or self._name_first(index)

    def _all_of_it(self, first: int, start: int) -> int | None:
        """ "Sold all my Tesla"."""
        end = name_end(self._said, self._words, start)
        if start == end or "sold" not in (self._action, self._behind(end)):
            return None
        paid = paid_at(self._said, self._words, end)
        return self._take((first, max(end, paid.last)), (start, end), None, paid, whole=True)

    def _counted(self, item: Quantity) -> int | None:
        """ "12 VTI", "10.5 shares of Apple at 200", "500 cash", "paid in 500"."""
        tokens, at = self._lexed.words, item.last
        cash = self._words.cash.at(tokens, at)
        if cash is not None:
            return self._take_cash((item.first, cash.last), item.value, None)
        unit = self._words.units.at(tokens, at)
        at = unit.last if unit else at
        if unit and self._lexed.word(at) in self._words.of:
            at += 1
        end = stop = name_end(self._said, self._words, at)
        after = self._words.units.before(tokens, end)  # "12 Apple shares"
        if after is not None and at < after.first:
            end = after.first - 1 if self._lexed.kind(after.first - 1) == "sign" else after.first  # "4 Nike-Aktien"
        paid = self._paid(stop)
        sure = unit is not None or end < stop or paid.price is not None or (paid.last > 0 and self._trades(paid.last))
        if self._named(at, end, sure=sure):
            return self._take((item.first, max(stop, paid.last)), (at, end), item.value, paid)
        if unit is None and end == at and item.kind == "plain" and self._moves_cash(item.last):
            return self._take_cash((item.first, item.last), item.value, None)
        return None

    def _paid(self, index: int) -> Paid:
        """What was paid, also behind the day: "7 MSFT on 2026-03-02 for 2,900"."""
        paid, day = paid_at(self._said, self._words, index), day_end(self._said, self._words, index)
        if paid.last or day is None:
            return paid
        paid = paid_at(self._said, self._words, day)
        if paid.last:
            self._when = self._lexed.raw(index, day)
        return paid

    def _amount(self, item: PlacedMoney) -> int | None:
        """ "500 euros of Apple", "$1,000 worth of VTI", "for 500 euros Apple", "500 euros in cash"."""
        money, tokens = item.reading, self._lexed.words
        if money.per != "once" or money.low is not None:
            return None
        cash = self._words.cash.at(tokens, item.last)
        if cash is not None:
            return self._take_cash((item.first, cash.last), money.amount, money.currency)
        worth = self._words.worth.at(tokens, item.last)
        start = worth.last if worth else item.last
        opened = worth is not None or self._words.total.before(tokens, item.first) is not None
        end = name_end(self._said, self._words, start)
        if opened and start < end and self._trades(end):
            return self._take((item.first, end), (start, end), None, Paid(None, money.amount, money.currency, end))
        if self._moves_cash(item.last) or (self._found and self._action in (None, "own")):
            return self._take_cash((item.first, item.last), money.amount, money.currency)
        return None

    def _cash_first(self, index: int) -> int | None:
        """ "Cash 500"."""
        cash = self._words.cash.at(self._lexed.words, index)
        item = self._quantities.get(cash.last) if cash else None
        if item is None or item.kind != "plain":
            return None
        amount = self._amounts.get(item.first)
        last, currency = (amount.last, amount.reading.currency) if amount else (item.last, None)
        return self._take_cash((index, last), item.value, currency)

    def _name_first(self, index: int) -> int | None:
        """ "VTI 12", "AAPL: 10", "bought Apple for 500 dollars"."""
        end = name_end(self._said, self._words, index)
        at = end + 1 if self._lexed.word(end) in (":", "=") else end
        item = self._quantities.get(at)
        if item is not None and at not in self._amounts and is_symbol(self._said, self._words, index, end):
            return self._take((index, item.last), (index, end), item.value, paid_at(self._said, self._words, item.last))
        paid = paid_at(self._said, self._words, end)
        if paid.amount is not None and self._verb_at == index - 1 and self._named(index, end, sure=False):
            return self._take((index, paid.last), (index, end), None, paid)
        return None

    def _named(self, first: int, last: int, *, sure: bool) -> bool:
        traded = self._action is not None and self._action not in _CASH_MOVES
        return may_be_named(self._said, self._words, (first, last), sure=sure, traded=traded)

    def _behind(self, index: int) -> str | None:
        hits = self._words.behind.scan(self._lexed.words[index:])
        return hits[0].tag if hits else None

    def _trades(self, index: int) -> bool:
        return self._action in _TRADES or self._behind(index) in _TRADES

    def _moves_cash(self, index: int) -> bool:
        return self._action in _CASH_MOVES or self._behind(index) in _CASH_MOVES

    def _take_cash(self, tokens: tuple[int, int], amount: Decimal, currency: str | None) -> int:
        return self._take(tokens, None, None, Paid(None, amount, currency))

    def _take(
        self,
        tokens: tuple[int, int],
        name: tuple[int, int] | None,
        quantity: Decimal | None,
        paid: Paid,
        *,
        whole: bool = False,
    ) -> int:
        said = self._lexed.raw(*name) if name else ""
        action = self._action or "own"
        mention = HoldingMention(
            action, said, quantity, paid.price, paid.amount, paid.currency, self._when, self._lexed.span(*tokens), whole
        )
        self._found.append(_Placed(mention, *tokens, self._action is not None))
        self._when = ""
        return tokens[1]

    def _with_the_verb_behind(self, item: _Placed) -> HoldingMention:
        """ "Ich habe 20 Allianz gekauft": the first verb behind decides, unless another one begins in between."""
        tokens = self._lexed.words
        behind = next(iter(self._words.behind.scan(tokens[item.last :])), None)
        if behind is None:
            return item.mention
        between = tokens[item.last : item.last + behind.first]
        begun = item.has_verb and bool(self._words.actions.scan(between))
        return item.mention if begun else replace(item.mention, action=_as_action(behind.tag))


def _as_action(tag: str) -> Action:
    actions: tuple[Action, ...] = ("own", "bought", "sold", "deposit", "withdrawal")
    return next(action for action in actions if action == tag)
