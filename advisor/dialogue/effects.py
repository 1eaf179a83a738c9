"""What the engine asks for: words to be said, and work to be done. Both carry data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Say:
    """Words of the catalogue under `key`, filled with `values`."""

    key: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Do:
    """Work for `advisor.dialogue.actions`: a view, a computation.

    `before` is the former value where something was corrected, `period` a span of time (`advisor.dialogue.nlu.spans`).
    """

    what: str
    argument: str = ""
    before: Any = None
    period: str = ""


Effect = Say | Do
