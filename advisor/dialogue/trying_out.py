"""What is to be tried out on a plan, as commands: what-ifs, and scenarios of the market."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from advisor.dialogue import commands as c
from advisor.dialogue.mentioned import context_of
from advisor.dialogue.nlu import what_if as wished
from advisor.dialogue.nlu.durations import HorizonReading, find_horizon
from advisor.dialogue.nlu.intents import Recognised
from advisor.dialogue.nlu.lexer import lex
from advisor.dialogue.nlu.money import MoneyReading, find_money
from advisor.dialogue.nlu.percent import PercentReading, find_percents
from advisor.dialogue.nlu.slots import MONTHLY_SLOTS, SlotValue, only_tries, says_nothing_yet, slot_words
from advisor.dialogue.reading import fraction, stake
from advisor.dialogue.state import State
from advisor.domain.reply import Expects

_MORE_RISK, _LESS_RISK = 1.5, 0.5
_MOST_WORDS = 5  # of another value: "and 300 a month?"
_TIMES = frozenset({"horizon", "pension_from", "spending_years"})
_SHARES = frozenset({"wanted_return", "loss_limit", "debt"})


def what_if(
    text: str, found: Recognised | None, state: State, expected: Expects | None, today: date
) -> tuple[c.Command, ...]:
    """A wish to try something out, once there is a plan to try it on."""
    if found is None:
        return _again(text, state, today)
    if found.intent != "what_if":
        return ()
    if not state.facts.get("plan_id"):
        # "without gold" may answer the question; what is only to be tried must not change an answer
        return (c.WhatIf(),) if only_tries(text, state.locale) else ()
    if expected is not None and expected.slot == "exclusions" and not only_tries(text, state.locale):
        return ()  # "without gold" answers the question
    changes = wished.find_what_if(text, context_of(state, expected, today))
    scenarios = [str(change.value) for change in changes if change.what == "scenario"]
    if scenarios:
        return (c.Show("stress", " ".join(scenarios)),)
    if any(isinstance(change.value, HorizonReading) and change.value.years is None for change in changes):
        return (c.Talk("what_if.needs_years"),)
    unmade = _cannot_be_made(changes, text, state)
    if unmade:
        return _again(text, state, today) or (c.Talk(unmade), c.WhatIf())
    return (c.WhatIf(tuple(_change(change, state) for change in changes)),)


def _again(text: str, state: State, today: date) -> tuple[c.Command, ...]:
    """ "And 300?" after "what if I save 200 more?": the same with another value."""
    tried = state.facts.get("what_if", ())
    if len(tried) != 1 or not state.facts.get("plan_id") or not text.rstrip().endswith("?"):
        return ()
    slot, operation, before = tried[0]
    words = lex(text).words
    hit = slot_words(state.locale).what_if["further"].at(words, 0)
    if (
        hit is None
        or len(words) - hit.last > _MOST_WORDS
        or not isinstance(before, int | float)
        or operation == "times"
    ):
        return ()
    value = _valued(text, slot, state, today)
    number = _number(wished.Change(slot, "set", value, text, (0, 0)), state) if value is not None else 0.0
    sign = -1 if operation == "add" and before < 0 else 1
    return (c.WhatIf((c.Change(slot, operation, sign * number),)),) if number else ()


def _valued(text: str, slot: str, state: State, today: date) -> SlotValue | None:
    """The value of a slot's kind in a text, None if there is none."""
    if slot in _TIMES:
        found = find_horizon(text, today, locale=state.locale, asked=True)
        return found if found is not None and found.years is not None else None
    if slot in _SHARES:
        return next((item for item in find_percents(text, state.locale, bare=True) if fraction(item) < 1), None)
    return next(iter(find_money(text, state.locale, state.currency)), None)


def _cannot_be_made(changes: list[wished.Change], text: str, state: State) -> str | None:
    """The wording key for why nothing can be tried, so that what was tried before is not shown for it; None if it can."""
    if not changes:
        return None if says_nothing_yet(text, state.locale) else "what_if.not_found"
    if any(change.what == wished.INFLATION for change in changes):
        return "what_if.no_inflation"
    more_of_it = any(change.what == "income_wanted" and change.how in ("add", "subtract") for change in changes)
    return "what_if.needs_income" if more_of_it and state.value("income_wanted") is None else None


def _change(change: wished.Change, state: State) -> c.Change:
    value = change.value
    if change.what == "risk":
        factor = {"more": _MORE_RISK, "less": _LESS_RISK}.get(change.how)
        return c.Change("risk", "times", factor or float(str(value)))
    if change.how in ("exclude", "include"):
        return c.Change(
            "exclusions",
            "add" if change.how == "exclude" else "remove",
            list(value if isinstance(value, tuple) else ()),
        )
    number = _number(change, state)
    if change.how == "subtract":
        return c.Change(change.what, "add", -number)
    return c.Change(change.what, {"multiply": "times"}.get(change.how, change.how), number)


def _number(change: wished.Change, state: State) -> float:
    match change.value:
        case MoneyReading() as amount if change.what == "loss_limit":
            invested = stake(state)
            return float(abs(amount.amount) / invested) if invested else 0.0
        case MoneyReading() as amount:
            monthly = amount.monthly if change.what in MONTHLY_SLOTS else None
            return float(amount.amount if monthly is None else monthly)
        case PercentReading() as share:
            return fraction(share)
        case HorizonReading() as time:
            return float(time.years or 0)
        case Decimal() as factor:
            return float(factor)
    return 0.0
