"""How often somebody may ask for something."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` requests of a kind in any `seconds`. `name` keeps its count apart from other rates' counts."""

    name: str
    amount: int
    seconds: int
