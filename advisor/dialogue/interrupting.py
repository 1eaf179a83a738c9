"""Several things under way: what was left for something else, and going on with it. Pure."""

from __future__ import annotations

from advisor.dialogue import commands as c
from advisor.dialogue import goal_orders, goals
from advisor.dialogue.advancing import Step, advance
from advisor.dialogue.effects import Effect, Say
from advisor.dialogue.flows import Flow
from advisor.dialogue.frames import Frame
from advisor.dialogue.state import State
from advisor.domain.records import GoalStatus
from advisor.profiling import SCALE_SLOTS

LEFT_AT = "left_at"
"""The fact that holds the question that was open when the thirteen questions were asked for."""
RESUME, RESUME_WHICH, COMPLETED = "resume", "resume_which", "anything_else"


def left_open(state: State, flow: Flow) -> tuple[str, ...]:
    """Keys of the other goals whose questions are not all answered, as they come first; one that is put on hold is not minded."""
    others = [key for key in goals.listed(state) if key != state.goal]
    return tuple(key for key in others if _is_open(state, key, flow))


def resume(state: State, flow: Flow) -> Step:
    """Go on: with the open question, with what was left for something else, or with one of several."""
    others = left_open(state, flow)
    if state.asking is not None and not others:
        return Step(state, (Say("resumed"),))
    here = (state.goal,) if state.asking is not None else ()
    if len((*here, *others)) > 1:
        return Step(state.with_frame(Frame(RESUME_WHICH, {"goals": [*here, *others]})))
    if others:
        return Step(*goal_orders.carry_out(state, c.GoalOrder("switch", others), flow))
    return Step(state, (Say("nothing_open"),))


def completed(before: State, after: State, flow: Flow) -> State:
    """Once the last question of a plan is answered: what was left for it is offered, else whether there is anything else."""
    ends = (*flow.confirmations, *flow.afterwards)
    if before.asking not in ends or after.asking is not None or after.goal != before.goal or goals.is_closed(after):
        return after
    if not after.facts.get("plan_id") or after.paused or after.frame is not None:
        return after
    others = left_open(after, flow)
    if others:
        frame = Frame(RESUME, {"goal": others[0]}) if len(others) == 1 else Frame(RESUME_WHICH, {"goals": [*others]})
        return after.with_frame(frame)
    return after.with_frame(Frame(COMPLETED, {"suggestions": list(_fitting(after))}))


def returned(before: State, after: State) -> tuple[Effect, ...]:
    """A word on being back, once the thirteen questions are through that were asked for in the middle of something else."""
    left = before.facts.get(LEFT_AT)
    through = before.asking in SCALE_SLOTS and after.asking not in SCALE_SLOTS
    return (Say("frames.back"),) if through and left is not None and left == after.asking else ()


def _fitting(state: State) -> tuple[str, ...]:
    """What people often want next, the likeliest first: to act on a plan in use, or to look again at one that is not."""
    return (
        ("shopping_list", "what_if", "goal_new") if state.facts.get("active") else ("activate", "what_if", "plan_why")
    )


def _is_open(state: State, key: str, flow: Flow) -> bool:
    if goals.book(state)[key].status != GoalStatus.OPEN or goals.kind(state, key) is None:
        return False
    return advance(goals.as_left(state, key), flow).state.asking is not None
