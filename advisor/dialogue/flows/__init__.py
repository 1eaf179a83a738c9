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
    """A question of a flow. `options` names a source of options other than the questionnaire's.

    It is asked `when` a condition holds, and left out where `unless` does; an answer already given is kept then.
    """

    slot: str
    kind: SlotKind
    required: bool = False
    when: str | None = None
    unless: str | None = None
    min: float | None = None
    max: float | None = None
    default: Any = None
    default_when_nothing: float | None = None
    options: str | None = None


@dataclass(frozen=True, slots=True)
class DoStep:
    """Something a flow does between two questions."""

    do: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow with its steps in order, and what a correction makes stale; to skip what is asked `afterwards` makes nothing stale.

    `renamed` holds the names that slots had in earlier versions, each with the name of today.
    """

    name: str
    version: int
    steps: tuple[SlotStep | DoStep, ...]
    dependants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    confirmations: tuple[str, ...] = ()
    afterwards: tuple[str, ...] = ()
    renamed: dict[str, str] = field(default_factory=dict)

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
    raw = _read(name)
    steps = tuple(DoStep(**step) if "do" in step else SlotStep(**step) for step in _steps(raw))
    dependants = {slot: tuple(names) for slot, names in raw["dependants"].items()}
    confirmations, afterwards = tuple(raw["confirmations"]), tuple(raw["afterwards"])
    return Flow(raw["name"], raw["version"], steps, dependants, confirmations, afterwards, raw["renamed"])


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(files(__package__).joinpath(f"{name}.yaml").read_text("utf-8"))
    return content


def _steps(raw: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The steps in order; those of another file stand where it is named."""
    for step in raw["steps"]:
        if "flow" in step:
            yield from _steps(_read(step["flow"]))
        else:
            yield step
