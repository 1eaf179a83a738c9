"""Amounts that are hardly meant as they were read: asked about once before they are taken. Pure.

An amount of a month that few could save, a target that is reached already, what comes on top of the money that is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from advisor.dialogue import commands as c
from advisor.dialogue import encoding
from advisor.dialogue.clarifying import CLARIFY
from advisor.dialogue.conditions import CONDITIONS
from advisor.dialogue.frame_asking import CLARIFIED
from advisor.dialogue.nlu.clauses import without_parts
from advisor.dialogue.nlu.currencies import unit
from advisor.dialogue.nlu.lengths import LONG, years_alone
from advisor.dialogue.nlu.mentions import comes_on_top
from advisor.dialogue.nlu.slots import MONTHLY_SLOTS
from advisor.dialogue.state import State
from advisor.replies.format import money, number
from advisor.replies.wording import say

# In dollars, or what is about as much: plausible as they are, none of these limits refuses anything.
_MUCH_A_MONTH = 100_000
_MUCH_BESIDE = 20_000  # a month, of somebody who has less than that in all
_MUCH = {"initial_amount": 10**8, "debt_amount": 10**8, "target_amount": 10**9}
_MOST = 10**12  # above it is refused anyway
_THOUSAND = 1_000
_GROWN_UP = 25  # years: a younger one does not live on savings


def doubted(commands: Sequence[c.Command], text: str, state: State, today: date) -> tuple[c.Command, ...]:
    """The commands, each amount that is hardly meant so behind them as a question; a second time it is taken as it was said.

    What was said of a part of the money is not taken, which is told.
    """
    taken: list[c.Command] = []
    asked: list[c.Command] = []
    for command in commands:
        if isinstance(command, c.Tentative):
            taken.append(c.Tentative(command.show, doubted(command.otherwise, text, state, today), command.exact))
            continue
        question: tuple[c.Command, ...] = ()
        if isinstance(command, c.Fill):
            question = _age_or_span(command, text, state, today) or _question(command, text, commands, state)
        asked += question
        taken += () if question else (command,)
    filled = any(isinstance(command, c.Fill) for command in taken)
    if filled and without_parts(text, state.locale) is not None:
        taken.append(c.Talk("doubts.part"))
    return (*taken, *asked)


def _age_or_span(fill: c.Fill, text: str, state: State, today: date) -> tuple[c.Command, ...]:
    """ "34 years" to "how old are you, or for how many years should it last?": either, unless it is too long or too short."""
    asked = fill.slot == "spending_years" and state.asking == "birth_year" and isinstance(fill.value, dict)
    if not (asked and years_alone(text, state.locale) and _GROWN_UP <= fill.value["years"] < LONG):
        return ()
    years = number(state.locale, fill.value["years"])
    aged = c.Fill("birth_year", float(today.year - int(fill.value["years"])), fill.raw)
    meanings = (("aged", aged), ("lasts", fill))
    return (
        c.Clarify(tuple((say(state.locale, f"doubts.options.{key}", years=years), (item,)) for key, item in meanings)),
    )


def _question(fill: c.Fill, text: str, commands: Sequence[c.Command], state: State) -> tuple[c.Command, ...]:
    """What is said and asked about an amount; nothing where there is no doubt."""
    amount = _amount(fill)
    if amount is None or fill.value.get("currency") not in (None, state.currency) or not 0 < amount <= _MOST:
        return ()
    told = {
        other.slot: held for other in commands if isinstance(other, c.Fill) and (held := _amount(other)) is not None
    }
    doubt = _doubt(
        fill, amount, _held("initial_amount", told if fill.slot != "initial_amount" else {}, state), text, state
    )
    if doubt is None:
        return ()
    again = _asked_before(fill, state)
    if again is not None:
        return (c.Reply(CLARIFY, again),)
    key, held = doubt
    values = (("amount", _money(amount, state)), ("held", _money(held, state)))
    return (c.Talk(f"doubts.{key}", values), c.Clarify(tuple(_meanings(key, fill, amount, held, state))))


def _doubt(fill: c.Fill, amount: Decimal, held: Decimal, text: str, state: State) -> tuple[str, Decimal] | None:
    """Why an amount is doubted, and the money that there is."""
    size = amount / unit(state.currency or state.served[0])
    beside = fill.slot == "monthly_amount" and size >= _MUCH_BESIDE and amount > held
    if fill.slot in MONTHLY_SLOTS and (size >= _MUCH_A_MONTH or beside):
        return "much_a_month", held
    if (
        fill.slot == "target_amount" and amount <= held and not CONDITIONS["is_spent"](state)
    ):  # what is left may be less
        return "reached", held
    if fill.slot == "initial_amount" and held > 0 and comes_on_top(text, state.locale):
        return "on_top", held
    return ("much", held) if size >= _MUCH.get(fill.slot, _MOST) else None


def _meanings(
    key: str, fill: c.Fill, amount: Decimal, held: Decimal, state: State
) -> Iterator[tuple[str, tuple[c.Command, ...]]]:
    """What may be meant, the likeliest first."""
    if key == "on_top":
        yield _said("in_all", held + amount, state), (_with(fill, fill.slot, held + amount),)
        yield _said("in_all", amount, state), (_with(fill, fill.slot, amount),)
        return
    monthly = key == "much_a_month"
    yield _said("yes_a_month" if monthly else "yes", amount, state), (fill,)
    if monthly and fill.slot == "monthly_amount":
        yield _said("once", amount, state), (_with(fill, "initial_amount", amount),)
    thousands = amount * _THOUSAND
    if key == "reached" and amount < _THOUSAND and thousands > held:
        yield _money(thousands, state), (_with(fill, fill.slot, thousands),)


def _said(key: str, amount: Decimal, state: State) -> str:
    return say(state.locale, f"doubts.options.{key}", amount=_money(amount, state))


def _with(fill: c.Fill, slot: str, amount: Decimal) -> c.Fill:
    return c.Fill(slot, {"amount": str(amount), "currency": None}, fill.raw)


def _asked_before(fill: c.Fill, state: State) -> str | None:
    """The answer to the question that is open about this very amount."""
    frame = state.frame
    if frame is None or frame.name != CLARIFY:
        return None
    for place, option in enumerate(frame.values["options"], 1):
        if any(_is_same(kept, fill) for kept in option["commands"]):
            return f"{CLARIFIED}{place}"
    return None


def _is_same(kept: dict[str, Any], fill: c.Fill) -> bool:
    try:
        meant = encoding.from_json(kept)
    except (KeyError, TypeError):  # stored by a version whose commands were others
        return False
    return isinstance(meant, c.Fill) and meant.slot == fill.slot and _amount(meant) == _amount(fill)


def _held(slot: str, told: dict[str, Decimal], state: State) -> Decimal:
    """The money that there is, as it is said along or was said before."""
    value = state.value(slot)
    return told.get(slot) or (Decimal(value["amount"]) if value else Decimal(0))


def _amount(fill: c.Fill) -> Decimal | None:
    return Decimal(fill.value["amount"]) if isinstance(fill.value, dict) and "amount" in fill.value else None


def _money(amount: Decimal, state: State) -> str:
    return money(state.locale, amount, state.currency or state.served[0])
