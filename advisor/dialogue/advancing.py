"""Walking the flow to the question that comes next. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from advisor.dialogue import goals
from advisor.dialogue.effects import Do, Effect
from advisor.dialogue.flows import DoStep, Flow
from advisor.dialogue.retreat import applies
from advisor.dialogue.state import State


@dataclass(frozen=True, slots=True)
class Step:
    """The next state, and the effects in the order in which they are shown."""

    state: State
    effects: tuple[Effect, ...] = field(default=())


def advance(state: State, flow: Flow) -> Step:
    """Walk the flow to the first question that applies and is open; collect what is to be done on the way."""
    effects: list[Effect] = []
    asking: str | None = None
    for part in flow.steps if not goals.is_closed(state) else ():
        if isinstance(part, DoStep):
            if part.do not in state.done:
                effects.append(Do(part.do))
                state = replace(state, done=(*state.done, part.do))
        elif part.slot not in state.slots and applies(part, state):
            asking = part.slot
            break
    if state.pending and state.pending["kind"] == "age" and "horizon" not in state.slots:
        asking = "horizon"  # half of it was volunteered: its other half is asked first
    if asking != state.asking:
        state = replace(state, asking=asking, pending=None, tries=0)
    return Step(state, tuple(effects))
