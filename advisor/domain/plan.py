"""A plan as stored: enough to compute it again, bit for bit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class PlanStatus(StrEnum):
    """Where a plan stands. Only one plan of a goal is active; the one before it is superseded."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Plan:
    """`inputs` are the answers, `data_hash` addresses the market snapshot, `code_version` the code, `result` what came out.

    `goal_id` is the goal it is made for, None for one that was made without.
    """

    id: str
    user_id: str
    status: PlanStatus
    created_at: datetime
    inputs: dict[str, Any]
    data_hash: str
    code_version: str
    result: dict[str, Any]
    goal_id: str | None = None


def canonical_json(value: Any) -> bytes:
    """The one byte form of a JSON value: sorted keys, no spaces, UTF-8, no NaN.

    Raises:
        ValueError: for NaN or infinity, which have no JSON form.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
