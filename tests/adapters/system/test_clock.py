"""The clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from advisor.adapters.system.clock import SystemClock
from advisor.ports.system import Clock


def test_the_clock_tells_the_present_in_utc() -> None:
    clock: Clock = SystemClock()
    now = clock.now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)
