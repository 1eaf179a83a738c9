"""`smartinvest outbox`: what was not, or not certainly, delivered, and what an operator can do about it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.config import Settings
    from advisor.domain.delivery import Undelivered

OVERDUE = timedelta(minutes=5)
"""What is unsent for longer than this is worth a look."""

_MOST = 1000
_BURIED = "given up by the operator"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command was asked for: `retry` and `bury` are ids of the list, `days` how far it goes back."""

    days: int = 7
    as_json: bool = False
    retry: Sequence[str] = ()
    bury: Sequence[str] = ()


def outbox(settings: Settings, wanted: Wanted) -> int:
    """Do what is wanted with single entries, then print the list; 1 if an entry was not there to be dealt with.

    Raises:
        SmartInvestError: if the database cannot be opened.
    """
    missed, entries = asyncio.run(_run(settings, wanted))
    for outgoing_id in missed:
        print(f"smartinvest: {outgoing_id} is not in the list as that command needs it.", file=sys.stderr)
    if wanted.as_json:
        print(json.dumps([_as_json(entry) for entry in entries], indent=1))
    else:
        print("\n".join(map(_line, entries)) or "Nothing is listed: all of it was delivered.")
    return int(bool(missed))


async def _run(settings: Settings, wanted: Wanted) -> tuple[list[str], list[Undelivered]]:
    from advisor.adapters.db.storage import open_storage
    from advisor.adapters.system.clock import SystemClock
    from advisor.container import open_vault

    storage = await open_storage(settings.database_url.get_secret_value(), open_vault(settings))
    try:
        missed = [each for each in wanted.retry if not await storage.revive_outgoing(each)]
        missed += [each for each in wanted.bury if not await storage.bury_outgoing(each, _BURIED)]
        now = SystemClock().now()
        since = now - timedelta(days=wanted.days)
        return missed, await storage.undelivered(since, _MOST, overdue=now - OVERDUE)
    finally:
        await storage.close()


def _as_json(entry: Undelivered) -> dict[str, object]:
    return {
        "id": entry.outgoing_id,
        "status": entry.status,
        "at": entry.at.isoformat(),
        "channel": entry.recipient.channel.value,
        "address": entry.recipient.address,
        "part": entry.part,
        "reason": entry.reason,
    }


def _line(entry: Undelivered) -> str:
    place = f"{entry.recipient.channel.value}:{entry.recipient.address}"
    moment = entry.at.strftime("%Y-%m-%d %H:%M")
    return f"{entry.status:7}  {moment}  {place}  part {entry.part}  {entry.outgoing_id}  {entry.reason}".rstrip()
