"""The state of a dialogue: one JSON row. Everything the engine knows is in here, so that a turn can be replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from advisor.dialogue.frames import Frame, is_known, pushed
from advisor.dialogue.migrating import FLOW_VERSION, migrated

__all__ = ["FLOW_VERSION", "LAST_CORRECTION", "TRIES_BEFORE_HELP", "Answered", "KeptGoal", "State"]

# The fact that holds what the last correction replaced.
LAST_CORRECTION = "corrected"
# So many unreadable answers to one question, and the answers are listed and a skip is offered.
TRIES_BEFORE_HELP = 3


@dataclass(frozen=True, slots=True)
class Answered:
    """One slot's value with its origin. `turn` is the advisor's turn that asked; `defaulted` says that it was skipped.

    `rest` carries what a later version wrote.
    """

    value: Any
    raw: str
    turn: int
    defaulted: bool = False
    rest: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As stored."""
        return self.rest | {"value": self.value, "raw": self.raw, "turn": self.turn, "defaulted": self.defaulted}

    @staticmethod
    def from_json(raw: Mapping[str, Any]) -> Answered:
        """Inverse of `to_json`; what this version does not know is carried in `rest`."""
        own, rest = _parted(raw, _ANSWER_FIELDS)
        return Answered(**own, rest=rest)


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
    rest: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As stored."""
        return self.rest | _fields(self, _GOAL_FIELDS) | {"slots": _answers_to_json(self.slots)}

    @staticmethod
    def from_json(raw: Mapping[str, Any]) -> KeptGoal:
        """Inverse of `to_json`, as tolerant as `State.from_json`."""
        own, rest = _parted(raw, _GOAL_FIELDS)
        own["slots"] = _answers_from_json(own.get("slots", {}))
        for name in ("order", "done"):
            own[name] = tuple(own.get(name, ()))
        return KeptGoal(**own, rest=rest)


@dataclass(frozen=True, slots=True)
class State:
    """Where a dialogue stands.

    `asking` is the open question's slot, None when nothing is asked. `order` lists answered slots, latest last. `currency` is
    the settled one; `wished_currency` one that was wished and is not served. `pending` holds half an answer. `facts` keeps what
    services found that later questions need (the plan's id, the amounts of the bad-year question). `shelved` holds the answers
    a restart put aside. `tries` counts unreadable answers to the open question. `turn` is the number of the last advisor's turn.
    `goal` is the key of the goal that all this is about; `goals` holds it and all others, and nothing as long as there is only one.
    `frames` are system questions that lie over the open one, the top one last. `since` is the advisor's turn from which on the
    flow's question has been open, `framed` the same of the system question. `seen` is the moment of the investor's last message
    (ISO 8601, "" before the first). `rest` carries what a later version wrote.
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
    frames: tuple[Frame, ...] = ()
    since: int = 0
    framed: int = 0
    seen: str = ""
    rest: dict[str, Any] = field(default_factory=dict)

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

    @property
    def frame(self) -> Frame | None:
        """The system question that is asked now; one that only a later version knows is left where it is."""
        return next((frame for frame in reversed(self.frames) if is_known(frame)), None)

    def with_frame(self, frame: Frame) -> State:
        """With a system question over the open one."""
        return replace(self, frames=pushed(self.frames, frame))

    def without_frame(self) -> State:
        """Without the system question that is asked now."""
        asked = self.frame
        return replace(self, frames=tuple(frame for frame in self.frames if frame is not asked))

    def with_facts(self, **facts: Any) -> State:
        """With these facts."""
        return replace(self, facts=self.facts | facts)

    def to_json(self) -> dict[str, Any]:
        """As stored. What lies inside is not copied."""
        return (
            self.rest
            | _fields(self, _STATE_FIELDS)
            | {
                "slots": _answers_to_json(self.slots),
                "shelved": _answers_to_json(self.shelved),
                "goals": {key: goal.to_json() for key, goal in self.goals.items()},
                "frames": [{"name": frame.name, "values": frame.values} for frame in self.frames],
            }
        )

    @staticmethod
    def from_json(raw: Mapping[str, Any]) -> State:
        """Inverse of `to_json`, of any version: an earlier state is migrated, what only a later one knows is carried along.

        A field that is missing gets its default.
        """
        own, rest = _parted(migrated(raw), _STATE_FIELDS)
        for name in ("slots", "shelved"):
            own[name] = _answers_from_json(own.get(name, {}))
        own["goals"] = {key: KeptGoal.from_json(goal) for key, goal in own.get("goals", {}).items()}
        own["frames"] = tuple(Frame(item["name"], item["values"]) for item in own.get("frames", ()))
        for name in ("served", "order", "done"):
            if name in own:
                own[name] = tuple(own[name])
        return State(**own, rest=rest)


_REST = "rest"
_ANSWER_FIELDS = frozenset(Answered.__dataclass_fields__) - {_REST}
_GOAL_FIELDS = frozenset(KeptGoal.__dataclass_fields__) - {_REST}
_STATE_FIELDS = frozenset(State.__dataclass_fields__) - {_REST}


def _parted(raw: Mapping[str, Any], names: frozenset[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What this version knows of a stored object, and the rest."""
    own = {name: value for name, value in raw.items() if name in names}
    return own, {name: value for name, value in raw.items() if name not in names}


def _fields(stored: object, names: frozenset[str]) -> dict[str, Any]:
    return {name: getattr(stored, name) for name in sorted(names)}


def _answers_to_json(answers: Mapping[str, Answered]) -> dict[str, Any]:
    return {slot: answer.to_json() for slot, answer in answers.items()}


def _answers_from_json(raw: Mapping[str, Any]) -> dict[str, Answered]:
    return {slot: Answered.from_json(answer) for slot, answer in raw.items()}
