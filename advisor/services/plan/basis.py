"""What a plan's computation starts from, and the JSON form of what it records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from advisor.domain.investor import Reason
from advisor.domain.market import MarketSnapshot
from advisor.optimizer.moments import Moments
from advisor.optimizer.solve import Solution

Json = dict[str, Any]

RESULT_FORMAT = 1
"""The form of a plan's result. It grows when a view of an older plan would miss something; such a plan is then made anew."""


@dataclass(frozen=True)
class Basis:
    """What does not depend on the person: a snapshot, its moments, and the frontier under the person's exclusions."""

    snapshot: MarketSnapshot
    moments: Moments
    solution: Solution


def reason_json(reason: Reason) -> Json:
    """A recorded reason as JSON values."""
    return {"key": reason.key, "values": dict(reason.values), "effect": reason.effect}
