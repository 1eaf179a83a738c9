"""From a message to commands, by rules alone: buttons, intents, and what a text says about slots. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from advisor.dialogue import asking, reading
from advisor.dialogue import commands as c
from advisor.dialogue.flows import Flow
from advisor.dialogue.intended import command_of
from advisor.dialogue.nlu.intents import recognise
from advisor.dialogue.nlu.text import SCANNED, clean
from advisor.dialogue.state import State
from advisor.domain.message import Inbound
from advisor.domain.reply import Expects
from advisor.replies.what_if import EXAMPLES

# Intents that mean themselves whatever is asked; all others give way to an answer.
_STEERING = frozenset(
    {
        "back",
        "skip",
        "why",
        "help",
        "cancel",
        "stop_messages",
        "restart",
        "repeat",
        "undo",
        "continue",
        "unknown_command",
    }
)
_BUTTONS: dict[str, c.Command] = {
    "skip": c.Skip(),
    "why": c.Why(),
    "back": c.Back(),
    "what_if": c.WhatIf(),
    "apply_what_if": c.ApplyWhatIf(),
    **{name: c.WhatIf((c.Change(*change),)) for name, change in EXAMPLES.items()},
    **{
        name: c.Show(name)
        for name in ("plan_why", "compare", "history", "costs", "frontier", "shopping_list", "show_plan", "activate")
    },
}


def is_start(inbound: Inbound) -> bool:
    """Whether a first message says no more than "let us begin"."""
    found = recognise(inbound.text or "")
    return found is not None and found.intent in ("start", "greeting", "restart")


def understand(inbound: Inbound, state: State, flow: Flow, today: date) -> tuple[c.Command, ...]:
    """What an investor meant. Always at least one command; what cannot be read is said to be unreadable, never guessed."""
    expected = asking.expects(replace(state, paused=False), flow)
    if inbound.choice is not None:
        return _tapped(inbound, state, expected)
    raw = inbound.text or ""
    text = clean(raw)
    if not text:
        return (c.Unreadable("unreadable.empty"),)
    if len(raw) > SCANNED:
        return (c.Unreadable("unreadable.too_long"),)
    return _said(text, state, expected, today)


def _said(text: str, state: State, expected: Expects | None, today: date) -> tuple[c.Command, ...]:
    """A text: orders to the dialogue first, then half-given answers, what-ifs, answers, and all other intents."""
    found = recognise(text, state.locale)
    if found is not None and found.intent in _STEERING and not _names_an_option(text, expected):
        return (command_of(found, state),)
    completed: tuple[c.Command, ...] = ()
    if state.pending and state.pending["kind"] in ("age", "currency"):
        completed = reading.complete(text, state, expected, today)
    meant = (
        completed
        or reading.what_if(text, found, state, expected, today)
        or reading.answers(text, state, expected, today)
    )
    if meant:
        return meant
    return (command_of(found, state) if found is not None else c.Unreadable(reading.complaint(state, expected)),)


def _tapped(inbound: Inbound, state: State, expected: Expects | None) -> tuple[c.Command, ...]:
    """A button: an option of the open question, or one of those that are always good. An old one is told apart by its turn."""
    chosen = inbound.choice or ()
    if len(chosen) == 1 and chosen[0] in _BUTTONS and not _is_option(chosen[0], expected):
        return (_BUTTONS[chosen[0]],)
    if inbound.seen_turn is not None and inbound.seen_turn != state.turn:
        return (c.Unreadable("stale_button"),)
    if expected is None or not chosen:
        return (c.Unreadable(reading.complaint(state, expected)),)
    if not all(_is_option(item, expected) for item in chosen):
        return (c.Unreadable("not_an_option"),)
    if state.pending and state.pending["kind"] == "currency":
        return reading.settle_currency(chosen[0], state)
    if expected.kind == "multichoice":
        return (c.Fill(expected.slot, list(chosen), ", ".join(chosen)),)
    if len(chosen) > 1:
        return (c.Unreadable("not_an_option"),)
    return (c.Fill(expected.slot, chosen[0], chosen[0]),)


def _is_option(choice: str, expected: Expects | None) -> bool:
    return expected is not None and any(option.id == choice for option in expected.options)


def _names_an_option(text: str, expected: Expects | None) -> bool:
    """Whether the text is an option's very label or id, which then wins over the same word as an order ("Stop")."""
    said = text.casefold()
    return expected is not None and any(said in (option.label.casefold(), option.id) for option in expected.options)
