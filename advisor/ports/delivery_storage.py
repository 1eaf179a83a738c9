"""The part of the storage port that receives, delivers and wakes: inbox, outbox, timers, hand-offs."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from advisor.domain.delivery import Feedback, Handoff, Timer, Undelivered
from advisor.domain.message import Channel, Outgoing, Received


class DeliveryStorage(Protocol):
    """Several workers may call everything here at once, on SQLite from several processes, on PostgreSQL from several machines.

    What is handed out is leased; whoever was given it last decides, by its fence. A worker that dies is followed by another when
    its lease has run out.
    """

    # --- inbox ---------------------------------------------------------------------------------------------------
    async def receive(self, items: list[Received]) -> int:
        """Make messages durable; those already known are left out. Returns how many were new."""
        ...

    async def claim_received(self, channel: Channel, now: datetime, lease_seconds: float, limit: int) -> list[Received]:
        """Take waiting messages, the oldest of each address, of at most `limit` addresses that nobody else works on.

        An address stays ours until the lease runs out, the message is handled or discarded, or it is released; so each
        address's messages are worked on one after the other, in order, whoever does it.
        """
        ...

    async def renew_received(
        self, channel: Channel, external_ids: list[str], now: datetime, lease_seconds: float
    ) -> None:
        """Hold claimed messages for longer, of those that are still ours to handle."""
        ...

    async def release_received(self, channel: Channel, external_ids: list[str]) -> None:
        """Give claimed messages back unhandled, for others to take at once (at a stop)."""
        ...

    async def discard(self, channel: Channel, external_id: str) -> None:
        """Mark a received message as handled though it changed no dialogue (a tap on nothing, an edit, a blocked bot)."""
        ...

    # --- outbox --------------------------------------------------------------------------------------------------
    async def claim_outgoing(
        self, channel: Channel, now: datetime, lease_seconds: float, limit: int, *, unprompted: int | None = None
    ) -> list[Outgoing]:
        """Take what is due, replies before what nobody waits for, in order within each address: of one address only the oldest
        unsent is handed out. Of the `limit` at most `unprompted` are of the kind that nobody waits for.

        One whose lease ran out is handed out again with `uncertain` set, and is listed as unknown.
        """
        ...

    async def part_sent(self, outgoing_id: str, progress: int) -> None:
        """Note that the channel accepted parts up to `progress`.

        Raises:
            Conflict: if the lease ran out and another sender has taken it over: the progress is noted, sending must stop.
        """
        ...

    async def finish_outgoing(self, outgoing_id: str) -> None:
        """All of it was accepted."""
        ...

    async def postpone_outgoing(
        self, outgoing_id: str, not_before: datetime, reason: str, *, unknown_at: datetime | None = None
    ) -> None:
        """Try again later. `unknown_at`: the connection broke then, and the part under way may have arrived; it is listed so."""
        ...

    async def bury_outgoing(self, outgoing_id: str, reason: str) -> bool:
        """Never try again (a blocked bot, a message that cannot be sent); kept with its reason.

        False if that is not ours to decide: it is not unsent, or somebody else is sending it.
        """
        ...

    async def undelivered(self, since: datetime, limit: int, *, overdue: datetime | None = None) -> list[Undelivered]:
        """What was not, or not certainly, delivered since then, newest first.

        An unknown send has the moment when it became so, the others have that of their turn. What is unsent counts if its turn is
        older than `overdue`, all of it where that is None.
        """
        ...

    async def revive_outgoing(self, outgoing_id: str) -> bool:
        """Have another try at something that was given up; False if it was not."""
        ...

    async def set_reachable(self, channel: Channel, address: str, *, reachable: bool) -> None:
        """Note that somebody blocked or unblocked us; nothing is pushed to an unreachable address."""
        ...

    # --- timers --------------------------------------------------------------------------------------------------
    async def claim_timers(self, now: datetime, lease_seconds: float, limit: int) -> list[Timer]:
        """Take timers that ran out, oldest first. One that is not settled comes again when the lease runs out."""
        ...

    async def settle_timer(self, timer: Timer) -> None:
        """Remove a timer that has done its work, unless it has been set to another moment meanwhile."""
        ...

    # --- hand-offs to a person -------------------------------------------------------------------------------------
    async def claim_handoffs(self, now: datetime, lease_seconds: float, limit: int) -> list[Handoff]:
        """Take wishes to talk to a person that the operator has not been told of."""
        ...

    async def add_feedback(self, feedback: Feedback) -> None:
        """Keep what somebody thought of a reply, where it was not said in the talk itself; one that is there stays as it is.

        Raises:
            NotFound: if its user does not exist, or the conversation is not his.
        """
        ...

    async def settle_handoff(self, handoff_id: str, *, told: bool, not_before: datetime | None, reason: str) -> None:
        """The operator was told; or not yet, and when to try again (None: never)."""
        ...
