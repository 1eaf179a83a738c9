"""What one effect brought about, and what all effects of a turn did together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from advisor.dialogue.frames import Frame
from advisor.dialogue.state import State
from advisor.domain.chart import ChartSpec
from advisor.domain.delivery import Feedback, Handoff, Occurrence, Recipient
from advisor.domain.plan import Plan
from advisor.domain.records import Computation, Document, Goal, ProfileRecord
from advisor.domain.reply import Block, Chart


@dataclass(frozen=True, slots=True)
class Outcome:
    """Blocks to show, facts to keep in the state, and what is to be stored with the turn.

    `goals` holds, by id, the fields of goals that change. `frame` is a system question to ask next; `state` replaces the whole
    state (two people became one). `to` are further addresses that get this turn. `timers` sets timers by kind, None takes one away.
    `erased`: everything of the investor is to be removed and this turn is the goodbye. `absorbed` is the id of the other user who
    becomes this one. `occurrences` are told to other conversations, by their ids, once this turn is stored.
    """

    blocks: tuple[Block | ChartSpec, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    plan: Plan | None = None
    snapshot: tuple[str, bytes] | None = None
    activate: str | None = None
    document: Document | None = None
    computations: tuple[Computation, ...] = ()
    goals: dict[str, dict[str, Any]] = field(default_factory=dict)
    profiles: tuple[ProfileRecord, ...] = ()
    failed: bool = False
    frame: Frame | None = None
    state: State | None = None
    handoffs: tuple[Handoff, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    timers: dict[str, datetime | None] = field(default_factory=dict)
    to: tuple[Recipient, ...] = ()
    erased: bool = False
    absorbed: str | None = None
    occurrences: tuple[tuple[str, Occurrence], ...] = ()


@dataclass(frozen=True, slots=True)
class Performed:
    """Everything the effects of one turn brought about; `goals` are what `goal_changes` made of them."""

    state: State
    blocks: tuple[Block, ...] = ()
    plans: tuple[Plan, ...] = ()
    snapshots: dict[str, bytes] = field(default_factory=dict)
    activate: str | None = None
    documents: tuple[Document, ...] = ()
    computations: tuple[Computation, ...] = ()
    profiles: tuple[ProfileRecord, ...] = ()
    goal_changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    goals: tuple[Goal, ...] = ()
    handoffs: tuple[Handoff, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    timers: dict[str, datetime | None] = field(default_factory=dict)
    to: tuple[Recipient, ...] = ()
    erased: bool = False
    absorbed: str | None = None
    occurrences: tuple[tuple[str, Occurrence], ...] = ()

    def charts(self) -> dict[str, ChartSpec]:
        """The pictures among the blocks."""
        return {block.id: block.spec for block in self.blocks if isinstance(block, Chart)}

    def then(self, state: State, blocks: tuple[Block, ...], outcome: Outcome) -> Performed:
        """With one more outcome, whose blocks and state were worked out by the caller."""
        return Performed(
            state,
            (*self.blocks, *blocks),
            (*self.plans, outcome.plan) if outcome.plan else self.plans,
            self.snapshots | ({outcome.snapshot[0]: outcome.snapshot[1]} if outcome.snapshot else {}),
            outcome.activate or self.activate,
            (*self.documents, outcome.document) if outcome.document else self.documents,
            (*self.computations, *outcome.computations),
            (*self.profiles, *outcome.profiles),
            _merged(self.goal_changes, outcome.goals),
            self.goals,
            (*self.handoffs, *outcome.handoffs),
            (*self.feedback, *outcome.feedback),
            self.timers | outcome.timers,
            (*self.to, *outcome.to),
            self.erased or outcome.erased,
            outcome.absorbed or self.absorbed,
            (*self.occurrences, *outcome.occurrences),
        )


def _merged(former: dict[str, dict[str, Any]], more: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Changes to goals by id, the later ones on top."""
    return former | {goal_id: former.get(goal_id, {}) | fields for goal_id, fields in more.items()}
