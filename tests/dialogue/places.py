"""Every place a dialogue can stand at (an open question, a system question), each with a state, and samples of every command."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

from advisor.dialogue import commands as c
from advisor.dialogue.engine import advance, step
from advisor.dialogue.flows import load
from advisor.dialogue.frames import Frame, definitions
from advisor.dialogue.state import State
from advisor.profiling import load as questionnaire

FLOW = load("first_plan")
BAD_YEAR: dict[str, Any] = {
    "amount": "1700",
    "right": "loss_2",
    "options": [{"id": f"loss_{n}", "amount": a} for n, a in ((1, "600"), (2, "1700"), (3, "3900"))],
    "currency": "USD",
}
VALUES: dict[str, Any] = {
    "goal": "home",
    "horizon": {"years": 20.0, "said": "20 years"},
    "currency": "USD",
    "initial_amount": {"amount": "10000", "currency": None},
    "monthly_amount": {"amount": "250", "currency": None},
    "target_amount": {"amount": "60000", "currency": None},
    "income_wanted": {"amount": "900", "currency": None},
    "pension_monthly": {"amount": "300", "currency": None},
    "pension_from": {"years": 5.0, "said": "5 years"},
    "spending_years": {"years": 20.0, "said": "20 years"},
    "birth_year": 1970.0,
    "wanted_return": 0.04,
    "debt": 0.2,
    "debt_amount": {"amount": "6000", "currency": None},
    "emergency_fund": 0.5,
    "monthly_spending": {"amount": "1500", "currency": None},
    "loss_limit": 0.2,
    "exclusions": ["gold"],
    "settle_contradiction": "keep_first",
    "confirm_summary": "yes",
    "confirm_bad_year": "loss_2",
}
FRAME_VALUES: dict[str, dict[str, Any]] = {
    "link_join": {"code_hash": "c" * 64, "channel": "telegram"},
    "link_confirm": {"code_hash": "c" * 64, "channel": "web"},
    "clarify": {
        "options": [
            {
                "label": "A bond",
                "commands": [{"command": "Talk", "fields": {"key": "talk.thanks", "values": {"tuple": []}}}],
            },
            {"label": "My bonds", "commands": [{"command": "Skip", "fields": {}}]},
        ]
    },
    "change_answer": {"slot": "early_need", "value": "likely", "raw": "likely"},
    "resume": {"goal": "1"},
    "resume_which": {"goals": ["1", "2"]},
    "anything_else": {"suggestions": ["shopping_list", "what_if", "goal_new"]},
}
_KINDS = get_args(c.Settled)
_SAMPLES: dict[type, list[Any]] = {
    c.Fill: [c.Fill("horizon", {"years": 15.0, "said": "15 years"}, "15 years"), c.Fill("goal", "retirement", "x")],
    c.Reopen: [c.Reopen("horizon"), c.Reopen("nonsense")],
    c.Talk: [c.Talk("talk.small_talk"), c.Talk("talk.frustrated"), c.Talk("talk.greeting")],
    c.Show: [c.Show("plan_why"), c.Show("activate"), c.Show("price", "AAPL", "5y"), c.Show("full_scale")],
    c.GoalOrder: [c.GoalOrder("new"), c.GoalOrder("switch", ("2",)), c.GoalOrder("pause", ("1",)), c.GoalOrder("first", ())],
    c.LifeChange: [c.LifeChange("debt", "life.debt"), c.LifeChange("debt", "life.debt_free", 0.0)],
    c.WhatIf: [c.WhatIf(), c.WhatIf((c.Change("monthly_amount", "add", 100),))],
    c.SwitchLanguage: [c.SwitchLanguage("de"), c.SwitchLanguage(""), c.SwitchLanguage("klingon"), c.SwitchLanguage("en")],
    c.Link: [c.Link(), c.Link("abcd")],
    c.Sessions: [c.Sessions(), c.Sessions(1)],
    c.Handoff: [c.Handoff(), c.Handoff("my plan")],
    c.Rate: [c.Rate(4), c.Rate(None, "useless"), c.Rate(9)],
    c.OfferChange: [c.OfferChange("early_need", "likely", "likely"), c.OfferChange("gone", "x", "x")],
    c.Clarify: [c.Clarify((("one", (c.Skip(),)), ("other", (c.Clarify((("deeper", (c.Why(),)),)),)))), c.Clarify(())],
    c.Reply: [
        *(c.Reply(name, answer) for name in definitions() for answer in ("yes", "no", "none", "1", "meant_1", "goal_1", "de")),
        c.Reply("anything_else", "what_if"),
        c.Reply("help_offered", "person"),
        c.Reply("gone", "yes"),
    ],
    c.Happened: [
        c.Happened("silence"),
        c.Happened("satisfaction"),
        c.Happened("link_asked", (("code_hash", "c" * 64), ("channel", "web"))),
        c.Happened("link_asked", (("code_hash", 7),)),
        c.Happened("from_a_later_version", (("x", None),)),
    ],
    c.Unreadable: [c.Unreadable("unreadable.empty")],
    c.Ambiguous: [c.Ambiguous(("home", "retirement"))],
    c.Partial: [c.Partial("horizon", "age", {"age": 65})],
}  # fmt: skip


def kinds() -> tuple[type, ...]:
    """Every kind of command."""
    return tuple(_KINDS)


def samples(kind: type) -> list[Any]:
    """Commands of a kind; those without fields have one sample."""
    return _SAMPLES.get(kind) or [kind()]


def start(**fields: Any) -> State:
    """A new dialogue."""
    return advance(replace(State(locale="en-US", currency="USD", turn=1), **fields), FLOW).state


def value_of(slot: str) -> Any:
    """An answer that is taken."""
    if slot in VALUES:
        return VALUES[slot]
    return questionnaire("en")[slot].options[0].id


def as_computed(state: State) -> State:
    """With the facts that making a plan leaves, once the summary was confirmed."""
    if "confirm_summary" not in state.slots or "plan_id" in state.facts:
        return state
    missing = ["debt_amount", "monthly_spending"]
    return state.with_facts(plan_id="p1", goal_id="g1", active=False, bad_year=BAD_YEAR, missing=missing)


def places() -> dict[str, State]:
    """A state for every question of the flow and for every system question, over an open question and over none."""
    found: dict[str, State] = {}
    for state in (start(), start(currency=None, served=("USD", "EUR"))):
        for goal in ("home", "income", "retirement"):
            for form in ("short", "full", "contradicting"):
                _walk(state, goal, form, found)
    _on_demand(found)
    found |= _halves(found)
    asked, done = found["emergency_fund"], found["idle"]
    for name in definitions():
        frame = Frame(name, FRAME_VALUES.get(name, {}))
        found[f"frame {name}"] = replace(done, frames=(frame,))
        found[f"frame {name}, question open"] = replace(asked, frames=(frame,))
    return found


def _halves(found: dict[str, State]) -> dict[str, State]:
    """Questions of which half an answer is there."""
    euros = c.Fill("initial_amount", {"amount": "5000", "currency": "EUR"}, "€5000")
    halves: dict[str, tuple[str, c.Command]] = {
        "horizon, age missing": ("horizon", c.Partial("horizon", "age", {"age": 65})),
        "initial_amount, currency to confirm": ("initial_amount", euros),
        "goal, one of two": ("goal", c.Ambiguous(("home", "retirement"))),
        "debt, skip offered": ("debt", c.Unsure()),
    }
    return {name: step(found[slot], [command], FLOW).state for name, (slot, command) in halves.items()}


def _walk(state: State, goal: str, form: str, found: dict[str, State]) -> None:
    contradicting = {
        "risk_3": "sell_all",
        "risk_1": "seeks",
        "risk_4": "huge_swing",
        "loss_limit": 0.9,
        "wanted_return": 0.2,
    }
    for _ in range(60):
        if state.asking is None:
            found.setdefault("idle", state)
            return
        found.setdefault(state.asking, state)
        asked = state.asking
        value = goal if asked == "goal" else value_of(asked)
        if form == "contradicting" and asked in contradicting:
            value = contradicting[asked]
        state = step(state, [c.Fill(asked, value, "said")], FLOW).state
        if asked in state.slots:
            pass
        elif asked == state.asking:
            state = step(state, [c.Skip()], FLOW).state
        if asked == "loss_limit" and form == "full":
            state = step(state, [c.Show("full_scale")], FLOW).state
        state = as_computed(replace(state, turn=state.turn + 2, frames=()))


def _on_demand(found: dict[str, State]) -> None:
    """What is asked again only by somebody who spoke of it."""
    living = step(found["pension_monthly"], [c.Fill("pension_monthly", VALUES["pension_monthly"], "300")], FLOW).state
    for slot in ("pension_from", "spending_years"):
        told = step(living, [c.Fill(slot, VALUES[slot], "x"), c.Reopen(slot)], FLOW).state
        if told.asking == slot:
            found.setdefault(slot, told)
