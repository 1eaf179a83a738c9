"""A tapped button as commands: an answer to what is open, one that is always good, or an old one. Pure.

An old button never fills another question's slot. It is told by the turn that it belongs to: since when a question is open is
kept in the state.
"""

from __future__ import annotations

from dataclasses import replace

from advisor.dialogue import asking, buttons, reading
from advisor.dialogue import commands as c
from advisor.dialogue.flows import Flow
from advisor.dialogue.state import State
from advisor.domain.message import Inbound
from advisor.domain.reply import Expects
from advisor.replies.questionnaire import question

_STALE = c.Talk("stale_button")
_MOVES = (c.Skip, c.Back)


def tapped(inbound: Inbound, state: State, flow: Flow) -> tuple[c.Command, ...]:
    """What a tap means: the system question first, then the flow's, then the buttons that are always good, then an old answer."""
    chosen = inbound.choice or ()
    frame = state.frame  # also in a moment's pause
    there = replace(state, paused=False)
    asked = asking.expects(there, flow) if frame is not None and _is_current(inbound, state.framed) else None
    if frame is not None and len(chosen) == 1 and _are_options(chosen, asked):
        return (c.Reply(frame.name, chosen[0]),)
    expected = asking.beneath(state, flow)
    ours = _are_options(chosen, expected)
    if len(chosen) == 1 and not ours and (always := buttons.tapped(chosen[0], state)) is not None:
        return (always,)
    if chosen and not (ours and _is_current(inbound, state.since)):
        return _old(inbound, state, flow, expected)
    if expected is None or not chosen:
        return (c.Unreadable(reading.complaint(state, expected)),)
    return _answer(chosen, state, expected)


def still_means(inbound: Inbound, commands: tuple[c.Command, ...], state: State) -> tuple[c.Command, ...]:
    """A button that came as words ("skip"): an old one must not skip, or go back from, what is open now."""
    opened = state.framed if asking.shown(state) is not None else state.since
    if _is_current(inbound, opened) or not any(isinstance(command, _MOVES) for command in commands):
        return commands
    return (_STALE,)


def _is_current(inbound: Inbound, opened: int) -> bool:
    return inbound.seen_turn is None or inbound.seen_turn >= opened


def _are_options(chosen: tuple[str, ...], expected: Expects | None) -> bool:
    known = {option.id for option in expected.options} if expected is not None else set()
    return bool(chosen) and known.issuperset(chosen)


def _answer(chosen: tuple[str, ...], state: State, expected: Expects) -> tuple[c.Command, ...]:
    if state.pending and state.pending["kind"] == "currency":
        return reading.settle_currency(chosen[0], state)
    if expected.kind == "multichoice":
        return (c.Fill(expected.slot, list(chosen), ", ".join(chosen)),)
    if len(chosen) > 1:
        return (c.Unreadable("not_an_option"),)
    return (c.Fill(expected.slot, chosen[0], chosen[0]),)


def _old(inbound: Inbound, state: State, flow: Flow, expected: Expects | None) -> tuple[c.Command, ...]:
    """An old button: its question was answered since, so another answer may be meant. It is offered, and never taken at once."""
    chosen, seen = inbound.choice or (), inbound.seen_turn
    if seen is None:
        return (_STALE,) if expected is None else (c.Unreadable("not_an_option"),)
    answered = [
        (answer.turn, slot)
        for slot, answer in state.slots.items()
        if answer.turn >= seen and _may_be_chosen(slot, chosen, state, flow)
    ]
    if not answered:
        return (_STALE,)
    _, slot = min(answered)
    several = flow.slot(slot).kind == "multichoice"
    return (c.OfferChange(slot, list(chosen) if several else chosen[0], ", ".join(chosen)),)


def _may_be_chosen(slot: str, chosen: tuple[str, ...], state: State, flow: Flow) -> bool:
    """Whether these are answers to a question of the questionnaire."""
    part = next((part for part in flow.slots() if part.slot == slot and part.options is None), None)
    if part is None or part.kind not in ("choice", "multichoice") or (len(chosen) > 1 and part.kind == "choice"):
        return False
    return {option.id for option in question(state.locale, slot).options}.issuperset(chosen)
