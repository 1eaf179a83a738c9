"""The port that counts requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from advisor.domain.rates import Rate


class RateLimiter(Protocol):
    """Counts requests against rates. Counts are a protection and no record: losing them harms nobody."""

    async def spend(self, rates: Sequence[Rate], who: str) -> float:
        """Count a request of `who` against each rate, unless one is used up: then none is counted.

        Returns the seconds to wait until the request fits, 0 if it does. Where the counts cannot be reached it fits.
        """
        ...

    async def close(self) -> None:
        """Release what is held."""
        ...
