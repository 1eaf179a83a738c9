"""Flows as data: which slots are asked, in which order, under which condition, within which limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from advisor.domain.reply import SlotKind


@dataclass(frozen=True, slots=True)
class SlotStep:
    """A question of a flow. `options` names a source of options other than the questionnaire's."""

    slot: str
    kind: SlotKind
    required: bool = False
    when: str | None = None
    min: float | None = None
    max: float | None = None
    default: Any = None
    default_when_nothing: float | None = None
    example: str = ""
    options: str | None = None


@dataclass(frozen=True, slots=True)
class DoStep:
    """Something a flow does between two questions."""

    do: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow with its steps in order, and what a correction makes stale."""

    name: str
    version: int
    steps: tuple[SlotStep | DoStep, ...]
    dependants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    confirmations: tuple[str, ...] = ()

    def slots(self) -> Iterator[SlotStep]:
        """The questions in order."""
        return (step for step in self.steps if isinstance(step, SlotStep))

    def slot(self, name: str) -> SlotStep:
        """A question by its slot.

        Raises:
            KeyError: if the flow has no such slot.
        """
        for step in self.slots():
            if step.slot == name:
                return step
        raise KeyError(name)


@cache
def load(name: str) -> Flow:
    """A flow from its file."""
    raw = yaml.safe_load(files(__package__).joinpath(f"{name}.yaml").read_text("utf-8"))
    steps = tuple(DoStep(**step) if "do" in step else SlotStep(**step) for step in raw["steps"])
    dependants = {slot: tuple(names) for slot, names in raw["dependants"].items()}
    return Flow(raw["name"], raw["version"], steps, dependants, tuple(raw["confirmations"]))
