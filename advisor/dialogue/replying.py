"""Answers to system questions, and what any other message does to them. What an answer brings about is data (flows/system.yaml).

An answer takes the question off the stack; then its words are said, its work is asked for and its commands are executed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from advisor.dialogue import commands as c
from advisor.dialogue import encoding, frame_asking, presence
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.frames import ANY, Action, Frame, definition
from advisor.dialogue.state import State

# What leaves every system question as it is: it says something, and nothing changes. A question is repeated by itself.
_BESIDE = (c.Talk, c.Repeat, c.Unreadable, c.Wait, c.Happened, c.SwitchLanguage, c.Quiet, c.Wake, c.EndSession)
# The order that brings a question up: said again, it asks again.
_ASKS: dict[str, type] = {"confirm_erase": c.Erase, "handoff_topic": c.Handoff, "satisfaction": c.Rate}
# What is said to the system question itself.
_ABOUT_IT = (c.Why, c.Unsure, c.Skip, c.Back, c.Cancel)
# What is said to a message that is no answer, in the terms of the question that is asked.
_UNREAD = {"confirm": "unread.confirm", "choice": "not_an_option"}
# What is wrong with a message whatever is asked.
_IN_ITSELF = frozenset({"unreadable.empty", "unreadable.too_long"})
_SUGGESTED: dict[str, c.Command] = {
    "what_if": c.WhatIf(),
    "goal_new": c.GoalOrder("new"),
    "activate": c.Show("activate"),
    "plan_why": c.Show("plan_why"),
    "shopping_list": c.Show("shopping_list"),
}


@dataclass(frozen=True, slots=True)
class Replied:
    """The state after an answer, what is said and asked for, and commands still to be executed; `said` tells that all is done."""

    state: State
    effects: tuple[Effect, ...] = ()
    commands: tuple[c.Command, ...] = ()
    said: bool = True


def over(state: State, command: c.Settled) -> Replied:
    """What a command means while a system question is open. Not `said`: the command itself is still to be executed."""
    frame = state.frame
    if isinstance(command, c.Reply):
        return _answered(state, command)
    if frame is not None and isinstance(command, c.Unreadable):
        return Replied(state, (_unread(frame, command),))
    if frame is None or isinstance(command, _BESIDE):
        return Replied(state, said=False)
    asked = definition(frame)
    if isinstance(command, _ABOUT_IT) and not asked.passing:
        return _about(state, frame, command)
    if isinstance(command, c.Skip) and asked.skip:
        return _acted(state, frame, asked.skip)
    if asked.otherwise == "stays":
        return Replied(state, said=False)
    again = asks_again(frame, command)  # the same question once more: nothing was given up
    dropped = (Say(asked.dropped),) if asked.dropped and not again else ()
    return Replied(state.without_frame(), dropped, said=False)


def asks_again(frame: Frame, command: c.Command | None) -> bool:
    """Whether an order is the one that brought the question up."""
    return isinstance(command, _ASKS.get(frame.name, ()))


def _about(state: State, frame: Frame, command: c.Command) -> Replied:
    """Why it is asked, a skip, or leaving it."""
    if isinstance(command, c.Why | c.Unsure):
        return Replied(state, (Say(f"frames.why.{frame.name}"),))
    asked = definition(frame)
    return _acted(state, frame, asked.skip) if isinstance(command, c.Skip) and asked.skip else _left(state, frame)


def _unread(frame: Frame, command: c.Unreadable) -> Say:
    """What is wrong with a message, in the terms of the question that is asked."""
    asked = definition(frame)
    if command.key in _IN_ITSELF or asked.passing:
        return Say(command.key, dict(command.values))
    key = asked.unread or _UNREAD.get(asked.kind, command.key)
    return Say(key, dict(command.values) if key == command.key else {})


def _answered(state: State, reply: c.Reply) -> Replied:
    frame = state.frame
    if frame is None or frame.name != reply.frame:
        return Replied(state, (Say("stale_button"),))
    return _acted(state, frame, reply.answer)


def _left(state: State, frame: Frame) -> Replied:
    """Going back from a question, or stopping it, is the same as a no where there is one."""
    asked = definition(frame)
    if asked.kind == "confirm":
        return _acted(state, frame, "no")
    back = (Say("frames.back"),) if state.asking is not None else ()
    return Replied(state.without_frame(), (Say("frames.left"), *back))


def _acted(state: State, frame: Frame, answer: str) -> Replied:
    """What an answer does, in the order of the data."""
    asked = definition(frame)
    allowed = {option.id for option in frame_asking.options(frame, state)} | ({asked.skip} if asked.skip else set())
    if (allowed and asked.kind != "text" and answer not in allowed) or not answer.strip():
        return Replied(state, (Say("not_an_option"),))
    done = Replied(state.without_frame())
    for action in asked.answers.get(answer, asked.answers.get(ANY, ())):
        done = _then(done, frame, action, answer)
    if asked.returns and state.asking is not None:
        done = replace(done, effects=(*done.effects, Say("frames.back")))
    return done


def _then(done: Replied, frame: Frame, action: Action, answer: str) -> Replied:
    if action.say:
        return replace(done, effects=(*done.effects, Say(action.say)))
    if action.do:
        argument = answer if action.argument == ANY else str(frame.values.get(action.argument, ""))
        return replace(done, effects=(*done.effects, Do(action.do, argument)))
    return _RUN[action.run](done, frame, answer)


def _clarified(done: Replied, frame: Frame, answer: str) -> Replied:
    if answer == frame_asking.NONE:
        return replace(done, effects=(*done.effects, Say("frames.say_otherwise")))
    place = int(answer.removeprefix(frame_asking.CLARIFIED)) - 1
    try:
        meant = tuple(encoding.from_json(raw) for raw in frame.values["options"][place]["commands"])
    except (KeyError, TypeError):  # stored by a version whose commands were others
        return replace(done, effects=(*done.effects, Say("frames.say_otherwise")))
    return replace(done, commands=meant)


def _language(done: Replied, _frame: Frame, answer: str) -> Replied:
    return replace(done, commands=(c.SwitchLanguage(answer),))


def _rate(done: Replied, frame: Frame, answer: str) -> Replied:
    return replace(done, commands=(c.Rate(int(answer), str(frame.values.get("comment", ""))),))


def _changed(done: Replied, frame: Frame, _answer: str) -> Replied:
    kept = frame.values
    return replace(done, commands=(c.Fill(kept["slot"], kept["value"], kept.get("raw", "")),))


def _resumed(done: Replied, frame: Frame, answer: str) -> Replied:
    key = frame.values["goal"] if "goal" in frame.values else answer.removeprefix(frame_asking.GOAL)
    if key == done.state.goal:
        return replace(done, effects=(*done.effects, Say("resumed")))
    return replace(done, commands=(c.GoalOrder("switch", (key,)),))


def _suggested(done: Replied, _frame: Frame, answer: str) -> Replied:
    return replace(done, commands=(_SUGGESTED[answer],))


def _finished(done: Replied, _frame: Frame, _answer: str) -> Replied:
    """That is all: of a plan in use it is asked once how it was, else a goodbye."""
    if presence.may_be_rated(done.state):
        asked = presence.rated(done.state).with_frame(Frame("satisfaction"))
        return replace(done, state=asked, effects=(*done.effects, Say("session.all_done")))
    return replace(done, effects=(*done.effects, Say("session.goodbye_all_done")))


def _person(done: Replied, _frame: Frame, _answer: str) -> Replied:
    return replace(done, commands=(c.Handoff(),))


_RUN: dict[str, Callable[[Replied, Frame, str], Replied]] = {
    "clarified": _clarified,
    "language": _language,
    "rate": _rate,
    "changed": _changed,
    "resumed": _resumed,
    "suggested": _suggested,
    "finished": _finished,
    "person": _person,
}
