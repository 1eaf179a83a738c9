"""The part of `smartinvest doctor` that looks at deliveries and at the way to the operator."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from advisor.domain.message import Channel
from smartinvest.doctor import Check
from smartinvest.outbox import OVERDUE

if TYPE_CHECKING:
    from advisor.config import Settings
    from advisor.container import Container

_SINCE = timedelta(days=1)
_MOST = 1000


async def delivery_check(container: Container) -> Check:
    """What of the last day was not delivered, and what came in and waits."""
    now = container.clock.now()
    entries = await container.storage.undelivered(now - _SINCE, _MOST, overdue=now - OVERDUE)
    waiting = len(await container.storage.waiting(Channel.TELEGRAM, _MOST))
    unread = f"{waiting} received messages wait to be handled" if waiting else ""
    if not entries:
        return Check("Delivery", "ok", unread or "everything of the last day")
    counts = Counter(entry.status for entry in entries)
    told = ", ".join(f"{counts[status]} {status}" for status in ("unknown", "dead", "waiting") if counts[status])
    return Check("Delivery", "warn", f"{told} in the last day; `smartinvest outbox` lists them. {unread}".rstrip())


def operator_check(settings: Settings) -> Check:
    """What becomes of a wish to talk to a person."""
    if settings.operator_webhook is not None:
        host = urlsplit(settings.operator_webhook.get_secret_value()).hostname
        return Check("Talk to a person", "ok", f"wishes are posted to {host}")
    if settings.operator_contact:
        return Check("Talk to a person", "ok", f"people are told to ask {settings.operator_contact}")
    return Check(
        "Talk to a person", "off", "SMARTINVEST_OPERATOR_CONTACT is not set: people are told that nobody is there"
    )
