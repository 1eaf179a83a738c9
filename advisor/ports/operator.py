"""The port to the person behind the advisor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator is told of a wish to talk to a person. `topic` is in the investor's words, `language` a locale's name."""

    id: str
    at: datetime
    channel: str
    topic: str
    language: str


class OperatorDesk(Protocol):
    """Where wishes to talk to a person are told. The same one may be told twice: its id tells that."""

    async def tell(self, wish: Wish) -> str | None:
        """Tell the operator; None once he was told, otherwise why not. Trying again later may help."""
        ...

    async def close(self) -> None:
        """Release what is held."""
        ...
