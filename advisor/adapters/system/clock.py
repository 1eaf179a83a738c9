"""Wall time."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present in UTC, with its zone."""
        return datetime.now(UTC)
