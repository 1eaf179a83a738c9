"""`smartinvest doctor audit`: the audit chain link by link, and every stored record against the digest in its link."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from smartinvest.doctor import audit_check
from smartinvest.doctor import report as lines

if TYPE_CHECKING:
    from advisor.config import Settings
    from advisor.services.audit import AuditReport


def report(settings: Settings) -> int:
    """Print what was found; the exit status is 1 if a link is broken or a record differs from what was stored.

    Raises:
        SmartInvestError: if the database cannot be opened.
    """
    found = asyncio.run(_check(settings))
    print(lines([audit_check(found)]))
    return int(not found.whole)


async def _check(settings: Settings) -> AuditReport:
    from advisor.container import open_container

    async with open_container(settings) as container:
        return await container.audit.check(contents=True)
