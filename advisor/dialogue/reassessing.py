"""Looking at the answers again: when something in somebody's life changes, and when a year has passed. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from advisor.dialogue import commands as c
from advisor.dialogue import retreat
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.flows import Flow
from advisor.dialogue.state import State
from advisor.profiling.reassessment import a_year_after

PROFILED = "profiled"
"""The fact that holds the day on which the answers about the person were last stated."""

LIFE_CHANGE = "life_change"
"""The fact that holds the slot that a change in life is about, until the plan is made anew."""

_OFFERED = "review_offered"
_CHANGES: dict[str, c.LifeChange] = {
    "life_income": c.LifeChange("income_stability", "life.income"),
    "life_debt_free": c.LifeChange("debt", "life.debt_free", 0.0),
    "life_debt": c.LifeChange("debt", "life.debt"),
    "life_cushion": c.LifeChange("emergency_fund", "life.cushion"),
    "life_savings": c.LifeChange("share_of_savings", "life.savings"),
}
_REVIEWS: dict[str, c.Command] = {"life_review": c.Show("review"), "life_same": c.Show("review_same")}


def meant(intent: str, state: State) -> c.Command | None:
    """The command that an intent about somebody's life stands for; None before there is a plan that it could change."""
    if not state.facts.get("plan_id"):
        return None
    return _CHANGES.get(intent) or _REVIEWS.get(intent)


def take_up(state: State, change: c.LifeChange, flow: Flow) -> tuple[State, tuple[Effect, ...]]:
    """The affected question open again, and what its answer changes."""
    former = state.slots.get(change.slot)
    if former is not None and not former.defaulted:
        state = retreat.remember(state, change.slot, former)
    state = retreat.reopen(state, change.slot, flow)
    return marked(state, change), (Say(change.said),)


def marked(state: State, change: c.LifeChange) -> State:
    """With the note that the next plan is made because of this change."""
    return replace(state, facts=state.facts | {LIFE_CHANGE: change.slot})


def remind(state: State, today: date) -> tuple[State, tuple[Effect, ...]]:
    """Once a year has passed: a check is offered, once."""
    made = state.facts.get(PROFILED)
    if made is None or state.facts.get(_OFFERED) == made or today < a_year_after(date.fromisoformat(made)):
        return state, ()
    return replace(state, facts=state.facts | {_OFFERED: made}), (Do("review_due", today.isoformat()),)
