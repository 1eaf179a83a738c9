"""Views of a plan that need a computation of their own: it is made on the plan's own prices, shown, and stored with the turn."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.dialogue.effects import Do
from advisor.dialogue.outcome import Outcome
from advisor.dialogue.state import State
from advisor.domain.chart import ChartSpec
from advisor.domain.errors import NotFound
from advisor.domain.message import Conversation
from advisor.domain.plan import Plan
from advisor.domain.records import Computation
from advisor.domain.reply import Block
from advisor.ports.storage import Storage
from advisor.ports.system import Clock
from advisor.replies import beside, calmest, costs, explain, shopping, stress
from advisor.replies.plan import Result
from advisor.replies.wording import say
from advisor.services.plan import PlanService

Shown = tuple[Block | ChartSpec, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One view: the examination it needs, how its result is told, what of the argument it takes, and what later turns may use."""

    kind: str
    told: Callable[[Result, dict[str, Any], str], Shown]
    wish: Callable[[str], dict[str, Any]] = lambda _argument: {}
    facts: Callable[[dict[str, Any]], dict[str, Any]] = lambda _found: {}


def _shopping_wish(argument: str) -> dict[str, Any]:
    words = argument.split()
    least = next((word.removeprefix(shopping.MINIMUM) for word in words if word.startswith(shopping.MINIMUM)), "0")
    return {"fractions": shopping.FRACTIONS in words, "minimum": least}


def _to_take_over(found: dict[str, Any]) -> dict[str, Any]:
    """The wish under which the plan becomes the one found, for "take it over"."""
    return {} if found["wanted_return"] is None else {"what_if": [["wanted_return", "set", found["wanted_return"]]]}


EXAMINED: Mapping[str, View] = {
    "plan_why": View("why", explain.why),
    "costs": View("costs", costs.costs),
    "shopping_list": View("shopping_list", shopping.shopping_list, _shopping_wish),
    "stress": View("stress", stress.stress, lambda argument: {"scenarios": argument.split()}),
    "calmest": View("calmest", calmest.calmest, facts=_to_take_over),
    "compare": View("strategies", beside.compare),
    "frontier": View("strategies", beside.frontier),
}


class Examining:
    """The part of the actions that looks closer at a plan."""

    def __init__(self, storage: Storage, plans: PlanService, clock: Clock) -> None:
        self._storage = storage
        self._plans = plans
        self._clock = clock

    async def show(self, plan: Plan, do: Do, state: State, conversation: Conversation) -> Outcome:
        """The view that was asked for.

        Raises:
            NotFound: if the plan's prices are not stored any more.
        """
        if (
            do.what == "shopping_list"
            and plan.result["source"]["rehearsal"]
            and shopping.AGAIN not in do.argument.split()
        ):
            return Outcome(shopping.held_back(state.locale))
        snapshot = await self._storage.snapshot(plan.data_hash)
        if snapshot is None:
            raise NotFound(say(state.locale, "prices_not_kept"))
        view = EXAMINED[do.what]
        found = await self._plans.examine(view.kind, plan, snapshot, view.wish(do.argument))
        computation = Computation(
            id=secrets.token_hex(16),
            user_id=conversation.user_id,
            kind=f"plan.{view.kind}",
            created_at=self._clock.now(),
            inputs=found.inputs,
            data_hash=found.data_hash,
            code_version=found.code_version,
            result=found.result,
        )
        blocks = view.told(plan.result, found.result, state.locale)
        return Outcome(blocks, view.facts(found.result), computations=(computation,))
