"""System frames: questions that are not about a plan ("Delete everything?", "Which do you mean?"), laid over the open one.

What each asks and what its answers do is data (flows/system.yaml). A state holds the open ones as a stack; the top one asks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from advisor.domain.reply import SlotKind

MOST_FRAMES = 4
"""So many frames lie over each other at most; one more and the lowest is forgotten."""

ANY = "*"
"""The answer that stands for all that are not named."""


@dataclass(frozen=True, slots=True)
class Frame:
    """An open system question: its name in flows/system.yaml, and what it is about (JSON values)."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action:
    """What an answer does: say words, do work (with the frame's value that `argument` names), or run commands (`replying`)."""

    say: str = ""
    do: str = ""
    run: str = ""
    argument: str = ""


@dataclass(frozen=True, slots=True)
class FrameDefinition:
    """One system question.

    `pattern` is the conversation pattern it serves. `options` are ids of fixed answers or the name of a source of them.
    `otherwise` says what another message does to it: it `stays`, or it `drops`, with the sentence `dropped` if there is one.
    `skip` names the answer that a skip stands for, "" where it cannot be skipped. `unread` is said to what cannot be read as an
    answer, "" where that is what is said for its kind. `passing`: it is only offered, so that
    "why?" and "back" are about what came before. `returns`: once it is answered we say that we are back at the question below.
    """

    name: str
    pattern: str
    kind: SlotKind
    options: tuple[str, ...] = ()
    source: str = ""
    answers: dict[str, tuple[Action, ...]] = field(default_factory=dict)
    otherwise: Literal["stays", "drops"] = "drops"
    dropped: str = ""
    skip: str = ""
    unread: str = ""
    returns: bool = False
    passing: bool = False


@cache
def definitions() -> dict[str, FrameDefinition]:
    """All system questions by name."""
    raw: dict[str, Any] = yaml.safe_load(files(f"{__package__}.flows").joinpath("system.yaml").read_text("utf-8"))
    return {name: _definition(name, fields) for name, fields in raw["frames"].items()}


def definition(frame: Frame) -> FrameDefinition:
    """What a frame asks.

    Raises:
        KeyError: for a frame that only a later version knows.
    """
    return definitions()[frame.name]


def is_known(frame: Frame) -> bool:
    """Whether this version knows what the frame asks."""
    return frame.name in definitions()


def is_minded(frame: Frame) -> bool:
    """Whether the question stays until it is answered, so that it is worth a reminder."""
    return definition(frame).otherwise == "stays"


def pushed(stack: tuple[Frame, ...], frame: Frame) -> tuple[Frame, ...]:
    """With this frame on top, once; the stack stays small."""
    below = tuple(item for item in stack if item.name != frame.name)
    return (*below, frame)[-MOST_FRAMES:]


def _definition(name: str, fields: dict[str, Any]) -> FrameDefinition:
    """A definition from its row: an option's id is a word here even where YAML reads a truth value or a number."""
    answers = {
        _word(answer): tuple(Action(**action) for action in actions) for answer, actions in fields["answers"].items()
    }
    options = tuple(_word(option) for option in fields.get("options", ()))
    plain = {key: value for key, value in fields.items() if key not in ("answers", "options")}
    return FrameDefinition(name=name, options=options, answers=answers, **plain)


def _word(raw: object) -> str:
    return {True: "yes", False: "no"}[raw] if isinstance(raw, bool) else str(raw)
