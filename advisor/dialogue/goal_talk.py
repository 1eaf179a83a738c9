"""What a text says about goals and about changes in somebody's life, as commands. Pure.

An order about a goal counts only where it names one: other words that merely look like an order are left to the other readers.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal, get_args

from advisor.dialogue import asking, engine, goals, reading, reassessing
from advisor.dialogue import commands as c
from advisor.dialogue.flows import Flow
from advisor.dialogue.nlu.goal_words import goal_words
from advisor.dialogue.nlu.intents import Recognised
from advisor.dialogue.nlu.mentions import is_repaid
from advisor.dialogue.nlu.slots import named_slot
from advisor.dialogue.state import State

_PREFIX = "goal_"
_Order = Literal["switch", "pause", "close", "resume", "rename", "first"]
_ORDERS: dict[str, _Order] = {f"{_PREFIX}{order}": order for order in get_args(_Order)}
_BUTTON = re.compile(r"goal_(\d{1,3})")


def is_about_goals(found: Recognised | None) -> bool:
    """Whether an intent belongs here, so that it means nothing where no command comes of it."""
    return found is not None and found.intent.startswith((_PREFIX, "life_"))


def said_of_goals(text: str, found: Recognised | None, state: State, flow: Flow, today: date) -> tuple[c.Command, ...]:
    """The commands that an intent about goals stands for; empty if it is none, or names no goal."""
    if found is None:
        return ()
    whole = found.intent != "life_debt_free" or found.score == 1 or is_repaid(text, state.locale)
    changed = reassessing.meant(found.intent, state) if whole else None
    if changed is not None:
        return (changed,)
    if found.intent == "goal_new":
        return _new(text, state, flow, today)
    order, named, name = _order(found, state)
    if order is None or _means_another_thing(text, order, named, state):
        return ()
    keys = goals.meant(named, state)
    return (c.GoalOrder(order, keys, name),) if keys else ()


def _order(found: Recognised, state: State) -> tuple[_Order | None, str, str]:
    """What is to be done, with which goal, and its new name; no order where it is about something else."""
    if found.intent == "reopen":  # "go back to the car" names no question
        asked = found.arguments.get("question", "")
        return (None if named_slot(asked, state.locale) else "switch"), asked, ""
    order, named = _ORDERS.get(found.intent), found.arguments.get("aim", "")
    if order == "rename":
        parts = goal_words(state.locale).to.split(named, maxsplit=1)
        return (order, parts[0], parts[1]) if len(parts) == 2 else (order, "", named)
    return order, named, ""


def _means_another_thing(text: str, order: str, named: str, state: State) -> bool:
    """ "Drop it" gives up a question and no goal; and with one goal there is none to switch to."""
    if order == "switch":
        return len(goals.book(state)) == 1 or goals.is_pronoun(named, state)
    return order != "rename" and goals.is_pronoun(named, state) and goal_words(state.locale).goal.search(text) is None


def button(choice: str, state: State) -> c.Command | None:
    """The goal behind a button of the list of goals; None if it is no such button, or of a goal that is not there."""
    found = _BUTTON.fullmatch(choice)
    return c.GoalOrder("switch", (found[1],)) if found and found[1] in goals.book(state) else None


def _new(text: str, state: State, flow: Flow, today: date) -> tuple[c.Command, ...]:
    """A further goal, with what was said of it in the same breath; while the first one is still to be named, an answer."""
    if state.asking == "goal" and not state.goals:
        return ()
    if state.value("goal") is None:
        return (c.GoalOrder("new"),)
    fresh = engine.advance(goals.begin(state), flow).state
    read = reading.answers(text, fresh, asking.expects(fresh, flow), today)
    told = tuple(item for item in read if isinstance(item, c.Fill | c.Partial) and item.slot not in goals.PERSON)
    return (c.GoalOrder("new"), *told)
