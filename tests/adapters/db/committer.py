"""Commits turns as fast as it can until it is killed: the victim of test_crash.py.

It behaves as a client does that lost the connection: what it does not know to be acknowledged it sends again. Every acknowledged
message is a line on standard output, written after `commit_turn` returned.
"""

from __future__ import annotations

import asyncio
import os
import sys

from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.adapters.vault import Vault
from advisor.domain.message import Channel
from tests.adapters.db.builders import opened, turn_commit


async def _talk(storage: SqlStorage, address: str) -> None:
    conversation = await opened(storage, Channel.WEB, address, push=True)
    number = max(conversation.version, 1)
    while True:
        if await storage.stored_reply(conversation.id, str(number)) is None:
            commit = turn_commit(conversation, str(number), state={"messages": number}, push=True)
            conversation = await storage.commit_turn(commit)
        os.write(1, f"{address} {number}\n".encode())
        number += 1


async def _main(url: str, secret_key: str) -> None:
    storage = await open_storage(url, Vault([secret_key]))
    await asyncio.gather(*(_talk(storage, f"visitor-{i}") for i in range(4)))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2]))
