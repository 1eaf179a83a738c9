"""The dialogue engine: a pure function from a state and what was meant to the next state and what is to be done.

It never raises on any sequence of commands, does no I/O and reads no clock, so that any turn can be replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from advisor.dialogue import (
    answering,
    clarifying,
    goal_orders,
    happening,
    interrupting,
    moving,
    own_data,
    replying,
    risk_form,
    showing,
    speaking,
)
from advisor.dialogue import commands as c
from advisor.dialogue.advancing import Step, advance
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.flows import Flow
from advisor.dialogue.frames import Frame, is_minded
from advisor.dialogue.state import TRIES_BEFORE_HELP, State

__all__ = ["Step", "advance", "step"]

# After these a dialogue that was stopped stays stopped; everything else goes on with it.
_STAYS_STOPPED = (c.Cancel, c.Restart, c.Wait, c.EndSession, c.Quiet, c.Wake, c.Happened, c.Reply)
# What only says something, so that it wakes nobody: except a greeting, which is how people come back.
_GREETING = "talk.greeting"
# Talk that is answered by a system question.
_OFFERED = {"talk.frustrated": "help_offered"}
# A chosen meaning may be one that has to be made clear in turn; deeper than this nothing is left to be meant.
_DEEPEST = 3


def step(state: State, commands: Sequence[c.Command], flow: Flow) -> Step:
    """Execute what was meant, in order, then move on to the next open question of the flow."""
    before, done = state, _all(state, commands, flow, _DEEPEST)
    state, effects = done.state, [*done.effects]
    if state.asking is not None and state.tries > before.tries and state.tries >= TRIES_BEFORE_HELP:
        effects.append(Do("more_help", state.asking))
    moved = advance(state, flow)
    returned = interrupting.returned(before, moved.state)
    ended = interrupting.completed(before, moved.state, flow)
    return Step(ended, (*effects, *risk_form.remarks(before, moved.state), *returned, *moved.effects))


def _all(state: State, commands: Sequence[c.Command], flow: Flow, depth: int) -> Step:
    """Commands one after the other; those that an answer to a system question stands for come in its place."""
    effects: list[Effect] = []
    for command in _settled(commands):
        replied = replying.over(_awake(state, command), command)
        state = replied.state
        effects.extend(replied.effects)
        if not replied.said:
            done = _execute(state, command, flow)
        elif replied.commands and depth > 0:
            done = _all(state, replied.commands, flow, depth - 1)
        else:
            continue
        state = done.state
        effects.extend(done.effects)
    return Step(state, tuple(effects))


def _awake(state: State, command: c.Settled) -> State:
    if not state.paused or (isinstance(command, c.Talk) and command.key != _GREETING):
        return state
    # What is only offered lies there during a moment's pause: its answer ends the pause.
    offered = isinstance(command, c.Reply) and state.frame is not None and not is_minded(state.frame)
    return replace(state, paused=False) if offered or not isinstance(command, _STAYS_STOPPED) else state


def _settled(commands: Sequence[c.Command]) -> Iterator[c.Settled]:
    """What was only tentative names nothing as far as anybody has found, and means the rest."""
    for command in commands:
        if isinstance(command, c.Tentative):
            yield from _settled(command.otherwise)
        else:
            yield command


def _execute(state: State, command: c.Settled, flow: Flow) -> Step:
    return _EXECUTED[type(command)](state, command, flow)


def _not_understood(state: State, command: c.Talk | c.Unreadable | c.Ambiguous | c.Partial, _flow: Flow) -> Step:
    """Half an answer, none, or something else altogether: the question stays open."""
    match command:
        case c.Talk(key=key) if key in _OFFERED:
            return Step(state.with_frame(Frame(_OFFERED[key])))
        case c.Talk(key=key, values=values):
            return Step(state, (Say(key, dict(values)),))
        case c.Unreadable(key=key, values=values):
            # tries count towards help with the open question, so that nothing said to a system question is one
            tries = state.tries if state.frame else state.tries + 1
            return Step(replace(state, tries=tries), (Say(key, dict(values)),))
        case c.Ambiguous(candidates=candidates):
            return Step(replace(state, pending={"kind": "which", "candidates": list(candidates)}), (Say("which"),))
        case c.Partial(slot=slot, need=need, value=value):
            return Step(replace(state.without(slot), asking=slot, pending={"kind": need, "slot": slot, "value": value}))


# Every command by its type: the functions take the state, the command of that type, and the flow.
_EXECUTED: dict[type, Callable[[State, Any, Flow], Step]] = {
    c.Fill: answering.fill,
    c.LifeChange: answering.change_of_life,
    **dict.fromkeys((c.Skip, c.Unsure, c.Why, c.Repeat, c.Cancel, c.Resume, c.Wait, c.EndSession), moving.move),
    **dict.fromkeys((c.Back, c.Reopen, c.Restart, c.Undo), moving.retreat_to),
    c.Show: lambda state, command, _flow: showing.show(state, command),
    **dict.fromkeys((c.WhatIf, c.ApplyWhatIf), showing.what_if),
    c.GoalOrder: lambda state, command, flow: Step(*goal_orders.carry_out(state, command, flow)),
    c.SwitchLanguage: lambda state, command, _flow: Step(*speaking.switch(state, command.locale)),
    c.Clarify: lambda state, command, _flow: clarifying.ask(state, command),
    c.OfferChange: clarifying.offer_change,
    c.Happened: lambda state, command, _flow: happening.happened(state, command),
    **dict.fromkeys(
        (c.Export, c.Erase, c.Link, c.Unlink, c.Sessions, c.Handoff, c.Quiet, c.Wake, c.Rate),
        lambda state, command, _flow: own_data.carry_out(state, command),
    ),
    **dict.fromkeys((c.Talk, c.Unreadable, c.Ambiguous, c.Partial), _not_understood),
}
