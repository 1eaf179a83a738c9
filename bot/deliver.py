"""The outbox to Telegram: each reply in order, each part noted as soon as it is accepted.

Telegram's sends have no idempotency key. A crash between acceptance and our note of it sends that part twice: at most one
part of a reply per crash, and every such case is logged as `possible_duplicate` and listed by `smartinvest outbox`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from advisor.domain.errors import Conflict, InvalidInput, NotFound
from advisor.domain.message import Outgoing
from advisor.ports.storage import Storage
from advisor.ports.system import Clock
from bot.chats import Reach
from bot.client import may_have_arrived, retry_seconds, token_rejected
from bot.languages import spoken_in
from bot.loops import Alarm, back_off, finishing, repeat
from bot.needs import CHANNEL
from bot.pacing import Pacer
from bot.questions import OpenQuestions
from bot.render import render
from bot.sending import Sender, TooLate

# The part of a lease in which new parts are begun; then a reply is put back, so that nobody else takes it while we send.
_BUDGET = 0.4
_AT_ONCE = 16
# What nobody waits for takes at most so many of the places, however much of it there is: the others are for replies.
_UNPROMPTED = 8
_LOOK_SECONDS = 1.0
_GIVE_UP_AFTER = 30
_FINISH_SECONDS = 10.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Post:
    """What a delivery works with."""

    storage: Storage
    clock: Clock
    sender: Sender
    pacer: Pacer
    reach: Reach
    questions: OpenQuestions
    site: str = ""
    lease_seconds: float = 30.0


class Deliverer:
    """Drains the outbox, several chats at once."""

    def __init__(self, post: Post, alarm: Alarm) -> None:
        self._post, self._alarm = post, alarm
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way: dict[str, Outgoing] = {}
        self._fatal: BaseException | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop`.

        Raises:
            SettingsError: if Telegram rejects the token.
        """
        async with finishing(self._tasks, _FINISH_SECONDS):
            await repeat("deliver", self._step, stop)

    async def _step(self) -> None:
        if self._fatal is not None:
            raise self._fatal
        claimed: list[Outgoing] = []
        # From before the claim on: however long its answer took, or we were stopped meanwhile, the lease has been running.
        until = time.monotonic() + _BUDGET * self._post.lease_seconds
        if free := _AT_ONCE - len(self._tasks):
            post = self._post
            unprompted = _UNPROMPTED - sum(outgoing.unprompted for outgoing in self._under_way.values())
            claimed = await post.storage.claim_outgoing(
                CHANNEL, post.clock.now(), post.lease_seconds, free, unprompted=max(0, unprompted)
            )
        for outgoing in claimed:
            if outgoing.id not in self._under_way:  # else our own sender is slow, and this renewed its lease
                self._begin(outgoing, until)
        if not claimed:
            await self._alarm.wait(_LOOK_SECONDS)

    def _begin(self, outgoing: Outgoing, until: float) -> None:
        self._under_way[outgoing.id] = outgoing
        task = asyncio.create_task(deliver(self._post, outgoing, until), name=outgoing.id)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._under_way.pop(task.get_name(), None)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Storage failed (the lease then brings the reply back) or the token was rejected (nothing can be sent).
            _log.error("delivery_failed: %r", error)
            if isinstance(error.__cause__, InvalidToken):
                self._fatal = error
        self._alarm.ring()


async def deliver(post: Post, outgoing: Outgoing, until: float) -> None:
    """Send the parts of a reply that have not been accepted yet, and say in storage what became of it.

    No part is begun after `until`, in seconds of the monotonic clock.

    Raises:
        SettingsError: if Telegram rejects the token.
    """
    storage = post.storage
    if outgoing.uncertain:
        _log.warning(
            "possible_duplicate reply=%s part=%d: a crash came while it was sent", outgoing.id, outgoing.progress
        )
    if held := post.pacer.held_for(outgoing.address):
        await _postpone(post, outgoing, held, "Telegram asked this chat to wait")
        return
    try:
        done = await _send_parts(post, outgoing, until)
    except TelegramError as error:
        await _refused(post, outgoing, error)
    except (Conflict, NotFound) as taken:
        # Another sender holds it now, or its owner erased his data meanwhile: it is no longer ours to settle.
        _log.warning("reply_left reply=%s: %s", outgoing.id, taken)
    except (InvalidInput, LookupError, TypeError, ValueError) as error:
        # The stored reply or its address cannot be read: another attempt would end the same way.
        _log.exception("reply_unsendable reply=%s", outgoing.id)
        await storage.bury_outgoing(outgoing.id, repr(error))
    else:
        if done:
            await storage.finish_outgoing(outgoing.id)
        else:
            await _postpone(post, outgoing, 0.0, "the rest follows at Telegram's pace")


async def _refused(post: Post, outgoing: Outgoing, error: TelegramError) -> None:
    """What an error of Telegram means for a reply: wait, give up, or try again."""
    if isinstance(error, InvalidToken):
        raise token_rejected() from error
    if isinstance(error, RetryAfter):
        wait = retry_seconds(error)
        post.pacer.hold(outgoing.address, wait)
        await _postpone(post, outgoing, wait, f"Telegram asked to wait {wait:.0f} s")
    elif isinstance(error, Forbidden):
        await post.reach.lost(outgoing.address)
        await post.storage.bury_outgoing(outgoing.id, str(error))
    elif isinstance(error, BadRequest):
        _log.error("reply_refused reply=%s: %s", outgoing.id, error)
        await post.storage.bury_outgoing(outgoing.id, str(error))
    else:
        await _network_failed(post, outgoing, error)


async def _send_parts(post: Post, outgoing: Outgoing, until: float) -> bool:
    """Whether all parts are sent; False where time ran out before the last."""
    locale = spoken_in(await post.storage.conversation(outgoing.conversation_id))
    parts = render(outgoing.blocks, outgoing.expects, outgoing.turn, site=post.site, locale=locale)
    for number, part in enumerate(parts[outgoing.progress :], outgoing.progress + 1):
        try:
            message_id = await post.sender.send(outgoing.address, part, urgent=not outgoing.unprompted, until=until)
        except TooLate:
            return False
        await post.storage.part_sent(outgoing.id, number)
        if part.asks and message_id is not None:
            slot = str((outgoing.expects or {}).get("slot"))
            await post.questions.asked(outgoing.address, message_id, outgoing.turn, slot)
    if not any(part.asks for part in parts):
        await post.questions.closed(outgoing.address)
    return True


async def _network_failed(post: Post, outgoing: Outgoing, error: TelegramError) -> None:
    unknown = may_have_arrived(error)
    if unknown:
        _log.warning("possible_duplicate reply=%s: the connection broke while it was sent (%s)", outgoing.id, error)
    if outgoing.attempts >= _GIVE_UP_AFTER:
        await post.storage.bury_outgoing(outgoing.id, f"given up after {outgoing.attempts} attempts: {error}")
        return
    wait = back_off(outgoing.attempts, first=0.5, longest=300.0)
    await _postpone(post, outgoing, wait, str(error) or type(error).__name__, unknown=unknown)


async def _postpone(post: Post, outgoing: Outgoing, seconds: float, reason: str, *, unknown: bool = False) -> None:
    now = post.clock.now()
    not_before = now + timedelta(seconds=seconds)
    await post.storage.postpone_outgoing(outgoing.id, not_before, reason, unknown_at=now if unknown else None)
