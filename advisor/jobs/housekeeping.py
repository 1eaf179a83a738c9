"""Keeping the house tidy."""

from __future__ import annotations

from datetime import datetime, timedelta

from advisor.container import Container

KEPT = timedelta(days=30)
"""How long delivered messages' bookkeeping is kept: long past any retry of a channel."""


async def prune(container: Container, now: datetime) -> str:
    """Remove expired sessions and old bookkeeping."""
    return f"{await container.ledger.prune(now - KEPT, now)} rows removed"
