"""Temporary: readers for the open question only."""

from __future__ import annotations

from datetime import date

from advisor.dialogue import commands as c
from advisor.dialogue.nlu.choices import match_options
from advisor.dialogue.nlu.durations import find_horizon
from advisor.dialogue.nlu.money import find_money
from advisor.dialogue.nlu.percent import find_percents
from advisor.dialogue.nlu.numbers import find_numbers
from advisor.dialogue.nlu.yesno import read_yes_no
from advisor.dialogue.state import State
from advisor.domain.reply import Expects


def answers(text, state: State, expected: Expects | None, today: date):
    if expected is None:
        return ()
    kind = expected.kind
    if kind == "money":
        m = find_money(text, state.locale, state.currency)
        return (c.Fill(expected.slot, {"amount": str(m[0].monthly if m[0].per != "once" else m[0].amount), "currency": m[0].currency}, text),) if m else ()
    if kind == "duration":
        h = find_horizon(text, today, None, state.locale, asked=True)
        return (c.Fill(expected.slot, {"years": h.years, "until": str(h.until), "said": h.said}, text),) if h and h.years is not None else ()
    if kind == "percent":
        p = find_percents(text, state.locale, bare=True)
        return (c.Fill(expected.slot, float(p[0].value) / 100, text),) if p else ()
    if kind == "number":
        n = find_numbers(text, state.locale)
        return (c.Fill(expected.slot, float(n[0].value), text),) if n else ()
    if kind == "confirm":
        y = read_yes_no(text, state.locale)
        return (c.Fill(expected.slot, y, text),) if y else ()
    m = match_options(text, expected.options, multiple=kind == "multichoice", slot=expected.slot, locale=state.locale)
    if m is None:
        return ()
    if m.candidates:
        return (c.Ambiguous(m.candidates),)
    return (c.Fill(expected.slot, list(m.ids) if kind == "multichoice" else m.ids[0], text),)


def what_if(text, found, state, expected, today):
    return ()


def complete(text, state, expected, today):
    return ()


def settle_currency(choice, state):
    p = state.pending
    if choice == "as_settled":
        return (c.Fill(p["slot"], {"amount": p["amount"], "currency": None}, choice),)
    return (c.Repeat(),)


def complaint(state, expected):
    return "unreadable.idle" if expected is None else "unreadable.money"
