"""Making a plan: computed, kept with its goal and with the answers about the person, and put to use."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from advisor.dialogue import goals, risk_form
from advisor.dialogue.answers import to_answers
from advisor.dialogue.effects import Do
from advisor.dialogue.flows import Flow
from advisor.dialogue.outcome import Outcome
from advisor.dialogue.reassessing import LIFE_CHANGE, PROFILED
from advisor.dialogue.state import State
from advisor.domain.circumstances import person_of
from advisor.domain.message import Conversation
from advisor.domain.plan import Plan, PlanStatus
from advisor.domain.records import ProfileRecord
from advisor.domain.reply import Block, Notice
from advisor.ports.storage import Storage
from advisor.ports.system import Clock
from advisor.profiling.reassessment import due
from advisor.replies import goals as goal_words
from advisor.replies import plan as plan_words
from advisor.replies.wording import say
from advisor.services.goals import stated_answers
from advisor.services.plan import PlanService
from advisor.services.profiles import stated


class Proposing:
    """The part of the actions that makes plans."""

    def __init__(
        self, storage: Storage, plans: PlanService, clock: Clock, flow: Flow, today: Callable[[], date]
    ) -> None:
        self._storage = storage
        self._plans = plans
        self._clock = clock
        self._flow = flow
        self._today = today

    async def plan(self, state: State, _do: Do, conversation: Conversation) -> Outcome:
        """The plan for the answers; with it the goal it is made for, and the profile if that is new."""
        proposal = await self._plans.propose(to_answers(state, self._flow))
        goal_id = str(state.facts.get(goals.GOAL_ID) or secrets.token_hex(16))
        plan = Plan(
            id=secrets.token_hex(16),
            user_id=conversation.user_id,
            status=PlanStatus.PROPOSED,
            created_at=self._clock.now(),
            inputs=proposal.inputs,
            data_hash=proposal.data_hash,
            code_version=proposal.code_version,
            result=proposal.result,
            goal_id=goal_id,
        )
        facts: dict[str, Any] = {goals.GOAL_ID: goal_id, "plan_id": plan.id, "active": False, LIFE_CHANGE: None}
        facts["bad_year"] = _bad_year_question(plan)
        facts["missing"] = (plan.result["first_steps"] or {}).get("missing", [])
        facts["market"] = risk_form.market_of_plan(plan.result)
        profile, profiles = await self._profile(plan, facts["market"])
        return Outcome(
            (*plan_words.present(plan.result, state.locale), *await self._beside(state, plan)),
            facts | {PROFILED: profile.created_at.date().isoformat()},
            plan,
            (plan.data_hash, proposal.snapshot),
            goals={goal_id: await self._goal(state, plan)},
            profiles=profiles,
        )

    async def activate(self, state: State, _do: Do, _conversation: Conversation) -> Outcome:
        """The plan at hand becomes the one in use."""
        plan_id = str(state.facts["plan_id"])
        return Outcome(plan_words.activated(state.locale), {"in_use": plan_id}, activate=plan_id)

    async def restate(self, state: State, _do: Do, conversation: Conversation) -> Outcome:
        """The same answers about the person, stated today."""
        former = await self._storage.profile(conversation.user_id)
        if former is None:
            return Outcome(goal_words.restated(state.locale))
        now = self._clock.now()
        market = state.facts.get("market", former.market)
        record = stated(conversation.user_id, former.answers, former, market, now)
        facts = {PROFILED: now.date().isoformat()}
        return Outcome(goal_words.restated(state.locale), facts, profiles=(record,))

    async def _goal(self, state: State, plan: Plan) -> dict[str, Any]:
        """The goal's fields that this plan was made from. What was changed elsewhere (its name, its rank) stays."""
        kept, before = goals.current(state), await self._storage.goal(plan.user_id, str(plan.goal_id))
        fields = {"kind": plan.inputs["goal"], "answers": stated_answers(plan.inputs, self._today())}
        if before is None:
            fields["priority"] = kept.rank
        if before is None or kept.name or before.kind != plan.inputs["goal"]:
            fields["name"] = goals.title(state, state.goal)
        return fields

    async def _profile(self, plan: Plan, market: dict[str, Any]) -> tuple[ProfileRecord, tuple[ProfileRecord, ...]]:
        """The profile that counts, and what of it is to be stored: nothing where the same was said within a year."""
        person, former = person_of(plan.inputs), await self._storage.profile(plan.user_id)
        if former is not None and former.answers == person and due(former, plan.created_at.date()) is None:
            return former, ()
        record = stated(plan.user_id, person, former, market, plan.created_at)
        return record, (record,)

    async def _beside(self, state: State, plan: Plan) -> tuple[Block, ...]:
        """What a change in life did to the plan, and that the former one is still in use."""
        blocks: list[Block] = []
        if state.facts.get(LIFE_CHANGE):
            former = await self._storage.plan(plan.user_id, str(state.facts["plan_id"]))
            others = len(goals.listed(state)) > 1
            blocks += goal_words.what_changed(former.result, plan.result, state.locale, others=others) if former else ()
        if state.facts.get("in_use"):
            blocks.append(Notice("info", say(state.locale, "former_in_use")))
        return tuple(blocks)


def _bad_year_question(plan: Plan) -> dict[str, Any]:
    """The teach-back: the computed amount among two that are clearly wrong, in an order that the plan's id decides.

    Amounts only: they are put into words when they are asked for, in the language of then.
    """
    right, wrong = plan_words.bad_year_amounts(plan.result)
    amounts = [(right, True), *((amount, False) for amount in wrong)]
    shift = int(plan.id[:4], 16) % len(amounts)
    turned = amounts[shift:] + amounts[:shift]
    options = [{"id": f"loss_{number}", "amount": str(amount)} for number, (amount, _) in enumerate(turned, start=1)]
    position = next(number for number, (_, is_right) in enumerate(turned) if is_right)
    return {
        "amount": str(Decimal(right)),
        "right": options[position]["id"],
        "options": options,
        "currency": plan.result["currency"],
    }
