"""The replay clock: "today" of the market walks through the past while wall time goes on as ever."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_LATEST = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Replay:
    """A walk that stood on `first` at the moment `began` and moves `days_per_second` calendar days a second. 0 stands still."""

    first: date
    began: datetime
    days_per_second: float

    def day(self, now: datetime) -> date:
        """The day of the market at wall time `now`; never before `first`."""
        passed = max(0.0, (now - self.began).total_seconds()) * self.days_per_second
        return self.first + timedelta(days=min(int(passed), (_LATEST - self.first).days))

    def __str__(self) -> str:
        """As a setting carries it; `parse` is the inverse."""
        return f"{self.first.isoformat()},{self.began.timestamp():.3f},{self.days_per_second:g}"

    @staticmethod
    def parse(text: str) -> Replay:
        """From "first day,unix seconds of its beginning,days a second".

        Raises:
            ValueError: if it is none of that.
        """
        first, began, speed = text.split(",")
        walk = Replay(date.fromisoformat(first), datetime.fromtimestamp(float(began), UTC), float(speed))
        if not (math.isfinite(walk.days_per_second) and 0 <= walk.days_per_second <= 10_000):
            raise ValueError("the speed is not between 0 and 10,000 days a second")
        return walk
