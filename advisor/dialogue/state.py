"""The state of a dialogue: one JSON row. Everything the engine knows is in here, so that a turn can be replayed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

FLOW_VERSION = 1
# The fact that holds what the last correction replaced.
LAST_CORRECTION = "corrected"
# So many unreadable answers to one question, and the answers are listed and a skip is offered.
TRIES_BEFORE_HELP = 3


@dataclass(frozen=True, slots=True)
class Answered:
    """One slot's value with its origin. `turn` is the advisor's turn that asked; `defaulted` says that it was skipped."""

    value: Any
    raw: str
    turn: int
    defaulted: bool = False


@dataclass(frozen=True, slots=True)
class KeptGoal:
    """One goal of several. `name` is "" until the investor gives one, `rank` 1 comes first, `status` as in `GoalStatus`.

    The other fields hold what belongs to the goal while another one is worked on: its part of a `State`, and in `person` the
    answers about the person (slot -> value) that its plan was made with.
    """

    name: str = ""
    rank: int = 1
    status: str = "open"
    slots: dict[str, Answered] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def from_json(raw: dict[str, Any]) -> KeptGoal:
        """Inverse of `dataclasses.asdict`, as tolerant as `State.from_json`."""
        known = {name: raw[name] for name in KeptGoal.__dataclass_fields__ if name in raw}
        known["slots"] = {slot: Answered(**answer) for slot, answer in known.get("slots", {}).items()}
        for name in ("order", "done"):
            known[name] = tuple(known.get(name, ()))
        return KeptGoal(**known)


@dataclass(frozen=True, slots=True)
class State:
    """Where a dialogue stands.

    `asking` is the open question's slot, None when nothing is asked. `order` lists answered slots, latest last. `currency` is
    the settled one; `wished_currency` one that was wished and is not served. `pending` holds half an answer. `facts` keeps what
    services found that later questions need (the plan's id, the amounts of the bad-year question). `shelved` holds the answers
    a restart put aside. `tries` counts unreadable answers to the open question. `turn` is the number of the last advisor's turn.
    `goal` is the key of the goal that all this is about; `goals` holds it and all others, and nothing as long as there is only one.
    """

    locale: str = "en"
    timezone: str = "UTC"
    currency: str | None = None
    wished_currency: str | None = None
    served: tuple[str, ...] = ("USD",)
    asking: str | None = None
    slots: dict[str, Answered] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    pending: dict[str, Any] | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    shelved: dict[str, Answered] = field(default_factory=dict)
    tries: int = 0
    paused: bool = False
    turn: int = 0
    flow_version: int = FLOW_VERSION
    goal: str = "1"
    goals: dict[str, KeptGoal] = field(default_factory=dict)

    def value(self, slot: str) -> Any:
        """The slot's value, None if it has none."""
        found = self.slots.get(slot)
        return found.value if found else None

    def with_answer(self, slot: str, answer: Answered) -> State:
        """With this slot answered, and answered last."""
        order = (*(name for name in self.order if name != slot), slot)
        return replace(self, slots=self.slots | {slot: answer}, order=order)

    def without(self, *slots: str) -> State:
        """Without the answers of these slots."""
        kept = {name: value for name, value in self.slots.items() if name not in slots}
        return replace(self, slots=kept, order=tuple(name for name in self.order if name not in slots))

    def to_json(self) -> dict[str, Any]:
        """As stored."""
        return asdict(self)

    @staticmethod
    def from_json(raw: dict[str, Any]) -> State:
        """Inverse of `to_json`; a field that this version does not know is dropped, one that is missing gets its default."""
        known = {name: raw[name] for name in State.__dataclass_fields__ if name in raw}
        for name in ("slots", "shelved"):
            known[name] = {slot: Answered(**answer) for slot, answer in known.get(name, {}).items()}
        known["goals"] = {key: KeptGoal.from_json(goal) for key, goal in known.get("goals", {}).items()}
        for name in ("served", "order", "done"):
            if name in known:
                known[name] = tuple(known[name])
        return State(**known)
