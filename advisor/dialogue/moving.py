"""Moving about in the questions: skip, why, stop, go on, back, begin again, take back. Pure."""

from __future__ import annotations

from dataclasses import replace

from advisor.dialogue import answering, filling, goal_orders, interrupting, presence, retreat, risk_form, showing
from advisor.dialogue import commands as c
from advisor.dialogue.advancing import Step
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.flows import Flow
from advisor.dialogue.retreat import applies
from advisor.dialogue.state import LAST_CORRECTION, Answered, State

Move = c.Skip | c.Unsure | c.Why | c.Repeat | c.Cancel | c.Resume | c.Wait | c.EndSession
Retreat = c.Back | c.Reopen | c.Restart | c.Undo
# Questions that half an answer is waiting for, which not knowing does not answer.
_HALVES = frozenset({"age", "currency"})


def move(state: State, command: Move, flow: Flow) -> Step:
    """A step that gives no answer of the investor's own."""
    match command:
        case c.Skip():
            return _skip(state, flow)
        case c.Unsure():
            return _offer_to_skip(state, flow)
        case c.Why() if state.asking:
            return Step(state, (Do("why_asked", state.asking),))
        case c.Why():
            return showing.show(state, c.Show("plan_why"))
        case c.Resume():
            return interrupting.resume(state, flow)
        case c.Repeat():
            return Step(state, (Do("said_last"),))
        case _:
            return _leave(state, command)


def retreat_to(state: State, command: Retreat, flow: Flow) -> Step:
    """A question before, a question by its name, the beginning, or what was before."""
    match command:
        case c.Back() if state.pending and state.pending["kind"] != "skip":
            return Step(replace(state, pending=None))
        case c.Back() if found := retreat.back(state, flow):
            return Step(found[0], (found[1],))
        case c.Back() if not state.shelved:
            return Step(state, (Say("first_question"),))
        case c.Reopen(slot=slot):
            return _reopened(state, slot, flow)
        case c.Undo() if "goals" in state.facts.get(LAST_CORRECTION, {}):
            return Step(*goal_orders.undo(state, state.facts[LAST_CORRECTION], flow))
        case c.Undo() if LAST_CORRECTION in state.facts:
            return _taken_back(state, flow)
    after, said = retreat.restart(state) if isinstance(command, c.Restart) else retreat.undo(state)
    return Step(after, (said,))


def _leave(state: State, command: c.Command) -> Step:
    """Stopping keeps the place, whatever it is called; so does a moment's pause."""
    said = {c.Wait: "session.wait", c.EndSession: "session.goodbye"}.get(type(command), "paused")
    if isinstance(command, c.EndSession) and state.asking is None:
        said = "session.goodbye_all_done"
    if isinstance(command, c.EndSession):
        state = presence.without_passing(state)
    return Step(replace(state, paused=True), (Say(said),))


def _skip(state: State, flow: Flow) -> Step:
    if state.asking is None:
        return Step(state, (Say("nothing_to_skip"),))
    part = flow.slot(state.asking)
    if part.required:
        return Step(state, (Do("needed", part.slot),))
    value = filling.default(part, state)
    if part.slot == "currency":
        state = replace(state, currency=value)
    state = state.with_answer(part.slot, Answered(value, "", state.turn, defaulted=True))
    state = replace(state, pending=None, tries=0)
    if part.slot not in (*flow.confirmations, *flow.afterwards):
        state = retreat.refresh(state, flow, part.slot, correction=False)
    return Step(state, (Do("default_taken", part.slot),))


def _offer_to_skip(state: State, flow: Flow) -> Step:
    """Not knowing is an answer too: say what a skip would stand for, and take a "yes" for it."""
    if state.asking is None:
        return Step(state, (Say("unreadable.idle"),))
    if state.pending and state.pending["kind"] in _HALVES:
        return Step(state, (Say("unreadable.age"),) if state.pending["kind"] == "age" else ())
    part = flow.slot(state.asking)
    if part.slot in flow.confirmations:
        return Step(state, (Say(f"unreadable.{part.slot}"),))
    if part.required:
        return Step(state, (Do("needed", part.slot),))
    return Step(replace(state, pending={"kind": "skip", "slot": part.slot}), (Do("skip_offered", part.slot),))


def _reopened(state: State, slot: str, flow: Flow) -> Step:
    if not any(part.slot == slot and applies(part, state) for part in flow.slots()):
        return Step(state, (Say("say_what_to_change"),))
    former = state.slots.get(slot)
    kept = retreat.remember(state, slot, former) if former is not None else state
    return Step(retreat.reopen(kept, slot, flow))


def _taken_back(state: State, flow: Flow) -> Step:
    """What the last correction replaced, the latest first."""
    effects: list[Effect] = []
    for kept in reversed(state.facts[LAST_CORRECTION]["answers"]):
        taken = retreat.unsaid(state, kept, flow)
        again = c.Fill(kept["slot"], kept.get("value"), kept.get("raw", ""))
        done = Step(*taken) if taken else answering.fill(state, again, flow)
        state = done.state
        effects.extend(effect for effect in done.effects if not risk_form.is_caution(effect))
    return Step(retreat.forget(state), tuple(effects))
