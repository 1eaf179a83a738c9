"""Timers that ran out wake their conversations, and wishes to talk to a person are told: looked for every second.

Every worker looks. What is handed out is leased, what was done is known by its key, so each timer fires once, late rather than
never, whoever dies in between.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, timedelta

from advisor.container import Container
from advisor.container.desk import open_desk
from advisor.dialogue.state import State
from advisor.domain.delivery import Handoff, Timer
from advisor.domain.errors import SmartInvestError
from advisor.ports.operator import OperatorDesk, Wish

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0
LEASE_SECONDS = 60.0
_AT_ONCE = 16
_TIMER_TRIES = 10
_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(hours=1)
_GIVE_UP_AFTER = timedelta(days=1)


async def wake(container: Container, stop: asyncio.Event) -> None:
    """Fire timers and tell the operator until `stop`."""
    desk = open_desk(container.settings)
    try:
        while not stop.is_set():
            busy = await _look(container, desk)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0.0 if busy else LOOK_EVERY)
    finally:
        if desk is not None:
            await desk.close()


async def _look(container: Container, desk: OperatorDesk | None) -> bool:
    """One look; whether there may be more at once."""
    try:
        fired = await fire_timers(container)
        told = 0 if desk is None else await tell_operator(container, desk)
    except SmartInvestError as error:
        log.warning("timers cannot be looked for: %s", error.message)
        return False
    return max(fired, told) == _AT_ONCE


async def fire_timers(container: Container) -> int:
    """Let every timer happen that ran out, some at once; returns how many were handed to us."""
    due = await container.storage.claim_timers(container.clock.now(), LEASE_SECONDS, _AT_ONCE)
    await asyncio.gather(*(_fire(container, timer) for timer in due))
    return len(due)


async def _fire(container: Container, timer: Timer) -> None:
    """Let a timer happen. Where that fails it comes again when its lease runs out, and is given up in the end."""
    try:
        await container.dialogue.happen(timer.conversation_id, timer.occurrence)
    except Exception:
        # Whatever one conversation does, the timers of the others must go on.
        gives_up = timer.fence >= _TIMER_TRIES
        log.exception("timer_%s kind=%s try=%d", "given_up" if gives_up else "failed", timer.kind, timer.fence)
        await container.storage.ping()  # with the database down the timer is not at fault
        if not gives_up:
            return
    await container.storage.settle_timer(timer)


async def tell_operator(container: Container, desk: OperatorDesk) -> int:
    """Tell the operator of everybody who wishes to talk to a person; returns how many wishes were handed to us."""
    wishes = await container.storage.claim_handoffs(container.clock.now(), LEASE_SECONDS, _AT_ONCE)
    await asyncio.gather(*(_tell(container, desk, handoff) for handoff in wishes))
    return len(wishes)


async def _tell(container: Container, desk: OperatorDesk, handoff: Handoff) -> None:
    conversation = await container.storage.conversation(handoff.conversation_id)
    if conversation is None:  # erased meanwhile, and the wish with it
        return
    language = State.from_json(conversation.state).locale
    wish = Wish(handoff.id, handoff.at, conversation.channel.value, handoff.topic, language)
    reason = await desk.tell(wish)
    if reason is not None:
        log.warning("operator_not_told wish=%s try=%d: %s", handoff.id, handoff.attempts, reason)
    await container.storage.settle_handoff(
        handoff.id,
        told=reason is None,
        not_before=None if reason is None else next_try(handoff, container.clock.now()),
        reason=reason or "told",
    )


def next_try(handoff: Handoff, now: datetime) -> datetime | None:
    """When to tell the operator again, after twice the wait before; None once a day has passed since the wish."""
    if now - handoff.at >= _GIVE_UP_AFTER:
        return None
    return now + min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(handoff.attempts - 1, 20)))
