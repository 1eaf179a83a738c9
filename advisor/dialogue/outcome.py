"""What one effect brought about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from advisor.domain.chart import ChartSpec
from advisor.domain.plan import Plan
from advisor.domain.records import Computation, Document, ProfileRecord
from advisor.domain.reply import Block


@dataclass(frozen=True, slots=True)
class Outcome:
    """Blocks to show, facts to keep in the state, and what is to be stored with the turn.

    `goals` holds, by id, the fields of goals that change.
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
