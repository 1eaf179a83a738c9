"""Goals as they are kept: shown together, renamed, ranked, paused and closed; and the yearly look at the answers."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from advisor.dialogue import goals
from advisor.dialogue.answers import listed
from advisor.dialogue.effects import Do
from advisor.dialogue.flows import Flow
from advisor.dialogue.outcome import Outcome
from advisor.dialogue.reassessing import PROFILED
from advisor.dialogue.state import State
from advisor.domain.errors import NotFound
from advisor.domain.message import Conversation
from advisor.domain.plan import Plan
from advisor.domain.records import Computation, Goal, GoalStatus
from advisor.ports.storage import Storage
from advisor.ports.system import Clock
from advisor.profiling.reassessment import due
from advisor.replies import goals as goal_words
from advisor.replies.goals import Seen
from advisor.replies.wording import say
from advisor.services.plan import PlanService

# Plans of goals that were made elsewhere are looked for among so many of the newest.
_LOOKED_THROUGH = 50


class GoalKeeping:
    """The part of the actions that concerns goals."""

    def __init__(self, storage: Storage, plans: PlanService, clock: Clock, flow: Flow) -> None:
        self._storage = storage
        self._plans = plans
        self._clock = clock
        self._flow = flow

    def doers(self) -> dict[str, Callable[[State, Do, Conversation], Awaitable[Outcome]]]:
        """What each kind of work is done by."""
        return {
            "goals": self.show,
            "goal_name": self.name,
            "goal_rank": self.rank,
            "goal_status": self.status,
            "review_due": self.review_due,
            "review": self.review,
        }

    async def show(self, state: State, _do: Do, conversation: Conversation) -> Outcome:
        """All goals with their plans, and all of them taken together: computed on the newest plan's prices, and stored."""
        user_id = conversation.user_id
        kept = [goal for goal in await self._storage.goals(user_id) if goal.status is not GoalStatus.CLOSED]
        found = await self._newest_plans(user_id, kept, state)
        kept = [goal for goal in kept if goal.id in found]
        seen = [Seen(goal.name, goal.status, found[goal.id].inputs, found[goal.id].result, goal.id) for goal in kept]
        open_ones = [goals.title(state, key) for key in goals.listed(state) if not goals.fact(state, key, "plan_id")]
        if not seen:
            return Outcome(goal_words.none(state.locale))
        plan = max((found[item.id] for item in seen), key=lambda plan: (plan.result["source"]["last"], plan.created_at))
        snapshot = await self._storage.snapshot(plan.data_hash)
        if snapshot is None:
            raise NotFound(say(state.locale, "prices_not_kept"))
        positions = [_position(goal, found[goal.id]) for goal in kept]
        whole = await self._plans.examine("together", plan, snapshot, {"positions": positions})
        computation = Computation(
            id=secrets.token_hex(16),
            user_id=user_id,
            kind="goals.together",
            created_at=self._clock.now(),
            inputs=whole.inputs,
            data_hash=whole.data_hash,
            code_version=whole.code_version,
            result=whole.result,
        )
        others = [(key, goals.title(state, key)) for key in goals.listed(state) if key != state.goal]
        blocks = goal_words.together(seen, whole.result, plan.result, state.locale)
        return Outcome((*blocks, *goal_words.next_steps(open_ones, others, state.locale)), computations=(computation,))

    async def name(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        """A goal's new name is kept."""
        return await self._change(state, do, conversation, {"name": goals.title(state, do.argument)})

    async def rank(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        """A goal's new place in the order is kept."""
        return await self._change(state, do, conversation, {"priority": goals.book(state)[do.argument].rank})

    async def status(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        """That a goal is paused, closed or open is kept."""
        kept = goals.book(state)[do.argument].status
        return await self._change(state, do, conversation, {"status": GoalStatus(kept)})

    async def review_due(self, state: State, do: Do, conversation: Conversation) -> Outcome:
        """The offer to look at the answers again, if the latest profile is that old by the day that `do` names."""
        record = await self._storage.profile(conversation.user_id)
        reason = due(record, date.fromisoformat(do.argument)) if record else None
        if record is not None and reason is None:
            return Outcome(facts={PROFILED: record.created_at.date().isoformat()})
        return Outcome(goal_words.review_offer(reason, state.locale) if reason else ())

    async def review(self, state: State, _do: Do, _conversation: Conversation) -> Outcome:
        """All answers, to be changed where life has changed."""
        currency = state.currency or state.served[0]
        return Outcome(goal_words.review(listed(state, self._flow), state.locale, currency))

    async def changed(self, user_id: str, changes: Mapping[str, Mapping[str, Any]]) -> tuple[Goal, ...]:
        """Goals with the fields that a turn changed, each as the version after the stored one; what stays as it is is left out."""
        made = []
        for goal_id, fields in changes.items():
            before = await self._storage.goal(user_id, goal_id)
            blank = Goal(goal_id, user_id, "", "", 1, False, GoalStatus.OPEN, self._clock.now(), {}, 0)
            after = replace(before or blank, **fields)
            if after != before:
                made.append(replace(after, version=after.version + 1))
        return tuple(made)

    async def _change(self, state: State, do: Do, conversation: Conversation, fields: dict[str, Any]) -> Outcome:
        goal_id = goals.fact(state, do.argument, goals.GOAL_ID)
        if goal_id is None:
            return Outcome()  # it has no plan yet, and is kept with the first one
        if await self._storage.goal(conversation.user_id, goal_id) is None:
            raise NotFound(say(state.locale, "goals.gone"))
        return Outcome(goals={goal_id: fields})

    async def _newest_plans(self, user_id: str, kept: list[Goal], state: State) -> dict[str, Plan]:
        """The plan of each goal that has one: the one in use, else the latest."""
        found: dict[str, Plan] = {}
        for key in goals.book(state):
            plan_id = goals.fact(state, key, "in_use") or goals.fact(state, key, "plan_id")
            plan = await self._storage.plan(user_id, plan_id) if plan_id else None
            if plan is not None and plan.goal_id is not None:
                found[plan.goal_id] = plan
        if any(goal.id not in found for goal in kept):
            for plan in await self._storage.plans(user_id, None, _LOOKED_THROUGH):
                if plan.goal_id is not None:
                    found.setdefault(plan.goal_id, plan)
        return found


def _position(goal: Goal, plan: Plan) -> dict[str, Any]:
    """A goal as it counts among all: with the money that its bad year is said of."""
    return {
        "id": goal.id,
        "priority": goal.priority,
        "essential": goal.essential,
        "value": plan.result["stake"],
        "currency": plan.result["currency"],
        "weights": plan.result["weights"],
    }
