"""Goals of one person: made, changed, deleted, and turned into what a plan is made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from advisor.domain.circumstances import GOAL_FIELDS, day_after, years_until
from advisor.domain.errors import Conflict, InvalidInput, NotFound
from advisor.domain.records import Goal, GoalStatus
from advisor.ports.storage import Storage
from advisor.ports.system import Clock

MOST_GOALS = 50
_TARGET_DATE = "target_date"


@dataclass(frozen=True, slots=True)
class GoalWish:
    """A goal as its owner states it. `answers` are fields of `Answers` as JSON, with `target_date` for `horizon_years`."""

    name: str
    kind: str
    priority: int
    essential: bool
    status: GoalStatus
    answers: dict[str, Any]


class GoalService:
    """Keeps goals. A goal has a date and not a number of years, since those grow fewer by themselves."""

    def __init__(self, storage: Storage, clock: Clock, today: Callable[[], date]) -> None:
        self._storage = storage
        self._clock = clock
        self._today = today

    async def create(self, user_id: str, goal_id: str, wish: GoalWish) -> Goal:
        """A new goal under an id of the caller's choice.

        Raises:
            InvalidInput: if there are too many already.
            Conflict: if the id is taken.
        """
        if len(await self._storage.goals(user_id)) >= MOST_GOALS:
            raise InvalidInput(f"There can be up to {MOST_GOALS} goals. Please delete one first.")
        goal = _stated(Goal(goal_id, user_id, "", "", 1, False, GoalStatus.OPEN, self._clock.now(), {}), wish)
        await self._storage.save_goal(goal, 0)
        return goal

    async def get(self, user_id: str, goal_id: str) -> Goal:
        """One of the user's goals.

        Raises:
            NotFound: if it is not his.
        """
        goal = await self._storage.goal(user_id, goal_id)
        if goal is None:
            raise NotFound("There is no such goal.")
        return goal

    async def change(self, goal: Goal, wish: GoalWish, version: int | None) -> Goal:
        """The goal restated, if it is still as it was read, and as the caller saw it (`version`, None: whichever).

        Raises:
            Conflict: if it has been changed meanwhile.
        """
        if version not in (None, goal.version):
            raise Conflict("This goal has been changed meanwhile. Please read it again.", field="version")
        changed = replace(_stated(goal, wish), version=goal.version + 1)
        await self._storage.save_goal(changed, goal.version)
        return changed

    async def delete(self, user_id: str, goal_id: str) -> None:
        """Delete a goal; its plans stay for the record.

        Raises:
            NotFound: if it is not the user's.
        """
        if not await self._storage.delete_goal(user_id, goal_id):
            raise NotFound("There is no such goal.")

    def answers(self, wish: GoalWish | Goal) -> dict[str, Any]:
        """A goal's answers as of today: with the years that are left until its date."""
        said = dict(wish.answers) | {"goal": wish.kind, "essential": wish.essential}
        target = said.pop(_TARGET_DATE, None)
        if target is not None:
            said["horizon_years"] = years_until(date.fromisoformat(target), self._today())
        return said

    def today(self) -> date:
        """The day from which years are counted."""
        return self._today()


def stated_answers(inputs: dict[str, Any], today: date) -> dict[str, Any]:
    """A goal's own answers out of those a plan was made from (`Answers` as JSON): with its date for the years that are left."""
    apart = {"goal", "essential", "horizon_years"}
    kept = {name: inputs[name] for name in GOAL_FIELDS if name not in apart and inputs.get(name) is not None}
    return kept | {_TARGET_DATE: day_after(today, float(inputs["horizon_years"])).isoformat()}


def _stated(goal: Goal, wish: GoalWish) -> Goal:
    return replace(
        goal,
        name=wish.name,
        kind=wish.kind,
        priority=wish.priority,
        essential=wish.essential,
        status=wish.status,
        answers=wish.answers,
    )
