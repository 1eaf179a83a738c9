"""Views of a plan that need a computation of their own: it is made on the plan's own prices, shown, and stored with the turn."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from advisor.dialogue.effects import Do
from advisor.dialogue.outcome import Outcome
from advisor.dialogue.state import State
from advisor.domain.chart import ChartSpec
from advisor.domain.errors import NotFound
from advisor.domain.message import Conversation
from advisor.domain.plan import Plan, PlanStatus
from advisor.domain.records import Computation
from advisor.domain.reply import Block, Text
from advisor.ports.storage import Storage
from advisor.ports.system import Clock
from advisor.replies import beside, calmest, costs, difference, entering, explain, shopping, stress
from advisor.replies.plan import Result
from advisor.replies.wording import say
from advisor.services.plan import RESULT_FORMAT, Examined, PlanService

_LOOKED_BACK = 20
Shown = tuple[Block | ChartSpec, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One view: the examination it needs, how its result is told, what of the argument it takes, and what later turns may use.

    `instead` is what is said where there is nothing to compute; nothing where there is.
    """

    kind: str
    told: Callable[[Result, dict[str, Any], str], Shown]
    wish: Callable[[str], dict[str, Any]] = lambda _argument: {}
    facts: Callable[[dict[str, Any]], dict[str, Any]] = lambda _found: {}
    instead: Callable[[Plan, str, str], Shown] = lambda _plan, _argument, _locale: ()


def _shopping_wish(argument: str) -> dict[str, Any]:
    words = argument.split()
    least = next((word.removeprefix(shopping.MINIMUM) for word in words if word.startswith(shopping.MINIMUM)), "0")
    return {"fractions": shopping.FRACTIONS in words, "minimum": least}


def _to_take_over(found: dict[str, Any]) -> dict[str, Any]:
    """The wish under which the plan becomes the one found, for "take it over"."""
    return {} if found["wanted_return"] is None else {"what_if": [["wanted_return", "set", found["wanted_return"]]]}


def _held_back(plan: Plan, argument: str, locale: str) -> Shown:
    """The list of a rehearsal is shown only to those who ask twice."""
    rehearsal = plan.result["source"]["rehearsal"] and shopping.AGAIN not in argument.split()
    return shopping.held_back(locale) if rehearsal else ()


def _nothing_to_enter(plan: Plan, _argument: str, locale: str) -> Shown:
    if plan.result["save_first"]:
        return (Text(say(locale, "entering.save_first")),)
    if all(holding["group"] == "cash" for holding in plan.result["holdings"]):
        return (Text(say(locale, "entering.all_cash")),)
    return () if Decimal(plan.inputs["initial_amount"]) > 0 else (Text(say(locale, "entering.nothing")),)


def _nothing_to_reach(plan: Plan, _argument: str, locale: str) -> Shown:
    if plan.inputs.get("target_amount") is not None or plan.inputs.get("income_wanted") is not None:
        return ()
    return (Text(say(locale, f"calmest.no_{'income' if plan.inputs['goal'] == 'income' else 'target'}")),)


EXAMINED: Mapping[str, View] = {
    "plan_why": View("why", explain.why),
    "costs": View("costs", costs.costs),
    "shopping_list": View("shopping_list", shopping.shopping_list, _shopping_wish, instead=_held_back),
    "stress": View("stress", stress.stress, lambda argument: {"scenarios": argument.split()}),
    "calmest": View("calmest", calmest.calmest, facts=_to_take_over, instead=_nothing_to_reach),
    "entering": View("entering", entering.entering, instead=_nothing_to_enter),
    "compare": View("strategies", beside.compare),
    "frontier": View("strategies", beside.frontier),
}


BESIDE = "difference"
"""The view that sets two stored plans side by side; it computes nothing on prices."""


def _comparable(other: Plan, plan: Plan) -> bool:
    same_goal = other.goal_id == plan.goal_id
    return same_goal and other.id != plan.id and other.result.get("format") == RESULT_FORMAT


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
        if do.what == BESIDE:
            return await self._beside(plan, state, conversation)
        view = EXAMINED[do.what]
        instead = view.instead(plan, do.argument, state.locale)
        if instead:
            return Outcome(instead)
        snapshot = await self._storage.snapshot(plan.data_hash)
        if snapshot is None:
            raise NotFound(say(state.locale, "prices_not_kept"))
        found = await self._plans.examine(view.kind, plan, snapshot, view.wish(do.argument))
        blocks = view.told(plan.result, found.result, state.locale)
        computation = self._computed(view.kind, found, conversation)
        return Outcome(blocks, view.facts(found.result), computations=(computation,))

    async def _beside(self, plan: Plan, state: State, conversation: Conversation) -> Outcome:
        """The plan beside the one in use, else beside the one made before it for the same goal."""
        other = await self._other(plan, state, conversation)
        if other is None:
            return Outcome((Text(say(state.locale, "difference.only_one")),))
        found = self._plans.compare(other, plan)
        blocks = difference.difference(
            plan.result, found.result, state.locale, in_use=other.status is PlanStatus.ACTIVE
        )
        return Outcome(blocks, computations=(self._computed("difference", found, conversation),))

    async def _other(self, plan: Plan, state: State, conversation: Conversation) -> Plan | None:
        used = await self._storage.plan(conversation.user_id, str(state.facts.get("in_use")))
        older = await self._storage.plans(conversation.user_id, plan.id, _LOOKED_BACK)
        return next((item for item in (used, *older) if item is not None and _comparable(item, plan)), None)

    def _computed(self, kind: str, found: Examined, conversation: Conversation) -> Computation:
        return Computation(
            id=secrets.token_hex(16),
            user_id=conversation.user_id,
            kind=f"plan.{kind}",
            created_at=self._clock.now(),
            inputs=found.inputs,
            data_hash=found.data_hash,
            code_version=found.code_version,
            result=found.result,
        )
