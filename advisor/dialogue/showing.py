"""What is shown on demand, and what is tried out: as far as there is something to show. Pure."""

from __future__ import annotations

from dataclasses import replace

from advisor.dialogue import answering, filling, risk_form
from advisor.dialogue import commands as c
from advisor.dialogue.advancing import Step
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.flows import Flow
from advisor.dialogue.state import State

# What can be shown to somebody who has no plan.
_WITHOUT_PLAN = frozenset({"forecast", "price", "goals"})
# What shows no plan, and so cannot show an old one.
_OF_THE_PERSON = _WITHOUT_PLAN | {"review", "review_same"}


def show(state: State, command: c.Show) -> Step:
    """A view, a price, a form, or why it cannot be shown yet."""
    if command.what == "activate":
        return _ask_to_activate(state)
    if command.what in risk_form.FORMS:
        turned, said = risk_form.turn_to(state, command.what)
        return Step(turned.with_facts(left_at=state.asking), (said,))
    if command.what not in _WITHOUT_PLAN and not state.facts.get("plan_id"):
        return Step(state, (Say("no_plan_yet"),))
    if command.what == "shopping_list":
        return _shopping_list(state, command.argument)
    shown = Do(command.what, command.argument, period=command.period)
    waits = command.what not in _OF_THE_PERSON and "plan" not in state.done
    return Step(state, (Say("plan.answers_wait"), shown) if waits else (shown,))


def what_if(state: State, command: c.WhatIf | c.ApplyWhatIf, flow: Flow) -> Step:
    """A plan under other answers, beside the present one; or those answers taken over."""
    if not state.facts.get("plan_id"):
        return Step(state, (Say("no_plan_yet"),))
    if isinstance(command, c.WhatIf):
        refused = _impossible(state, command, flow)
        state = _without_what_if(state)  # what is taken over is what was tried last
        if refused:
            return Step(state, (Say(refused.key, refused.values),))
        changes = [[change.slot, change.operation, change.value] for change in command.changes]
        facts = state.facts | ({"what_if": changes} if changes else {})
        return Step(replace(state, facts=facts), (Do("what_if"),))
    wished = [c.Change(*change) for change in state.facts.get("what_if", [])]
    if not wished:
        return Step(state, (Say("no_what_if"),))
    effects: list[Effect] = []
    for change in wished:
        for fill in filling.as_fill(change, state):
            done = answering.fill(state, fill, flow)
            state, effects = done.state, [*effects, *done.effects]
    return Step(_without_what_if(state), tuple(effects))


def _ask_to_activate(state: State) -> Step:
    if not state.facts.get("plan_id"):
        return Step(state, (Say("no_plan_yet"),))
    if state.facts.get("active"):
        return Step(state, (Say("already_active"),))
    return Step(state.without("confirm_bad_year"))


def _shopping_list(state: State, wish: str) -> Step:
    """A rehearsal shows its list only when it is asked for a second time, and of another plan that is the first time again."""
    plan = state.facts["plan_id"]
    argument = "again" if state.facts.get("shopping_asked") == plan else ""
    argument = f"{argument} {wish}".strip()
    return Step(replace(state, facts=state.facts | {"shopping_asked": plan}), (Do("shopping_list", argument),))


def _without_what_if(state: State) -> State:
    return replace(state, facts={name: value for name, value in state.facts.items() if name != "what_if"})


def _impossible(state: State, command: c.WhatIf, flow: Flow) -> filling.Refused | None:
    """Why a what-if cannot be computed: its values keep the same limits as answers do."""
    for change in command.changes:
        for fill in filling.as_fill(change, state):
            outcome = filling.check(flow.slot(fill.slot), fill, state)
            if isinstance(outcome, filling.Refused):
                return outcome
    return None
