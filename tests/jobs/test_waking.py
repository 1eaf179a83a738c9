"""Timers wake their conversations once, whoever looks and whoever died; wishes to talk to a person reach the operator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from advisor.container import Container, open_container
from advisor.container.desk import open_desk
from advisor.domain.delivery import Handoff, Occurrence, Recipient
from advisor.domain.errors import Conflict
from advisor.domain.message import Channel, Conversation, Inbound, Turn, Visitor
from advisor.jobs.waking import LEASE_SECONDS, fire_timers, next_try, tell_operator, wake
from advisor.ports.storage import Storage, TurnCommit
from tests.operator_desk import SECRET, Desk
from tests.transcripts.players import settings_in

TELEGRAM = Channel.TELEGRAM
NOW = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class SetClock:
    """A clock set by hand."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


class Speaking:
    """A dialogue that has one sentence for every occurrence, and commits it as the real one does."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.happened: list[Occurrence] = []
        self.failures = 0

    async def happen(self, conversation_id: str, occurrence: Occurrence) -> Turn | None:
        self.happened.append(occurrence)
        if self.failures:
            self.failures -= 1
            raise RuntimeError("a bug")
        conversation = await self.storage.conversation(conversation_id)
        assert conversation is not None
        await asyncio.sleep(0)
        try:
            await self.storage.commit_turn(spoken(conversation, occurrence.key))
        except Conflict:
            return None
        return None


def spoken(conversation: Conversation, key: str, *, timers: dict[str, datetime | None] | None = None) -> TurnCommit:
    turn = Turn(conversation.turn + 1, "advisor", NOW, blocks=({"kind": "text", "text": "Shall we go on?"},))
    to = (Recipient(TELEGRAM, conversation.address),)
    return TurnCommit(conversation, key, key, {}, None, turn, to=to, unprompted=True, timers=timers or {})


@pytest.fixture
async def workers(tmp_path: Path) -> AsyncIterator[list[Container]]:
    """Three worker processes' containers on one database, with a clock of one hand and a dialogue of few words each."""
    settings = await settings_in(tmp_path)
    clock = SetClock(NOW)
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(open_container(settings)) for _ in range(3)]
        yield [replace(each, clock=clock, dialogue=Speaking(each.storage)) for each in opened]  # type: ignore[arg-type]


async def silent(container: Container, address: str, due: datetime) -> Conversation:
    """A conversation with a timer of silence."""
    greeting = Turn(1, "advisor", NOW, blocks=())
    conversation = await container.storage.open_conversation(TELEGRAM, address, {}, greeting, push=False)
    return await container.storage.commit_turn(spoken(conversation, "first", timers={"silence": due}))


async def numbers(container: Container, conversation: Conversation) -> list[int]:
    return [turn.number for turn in await container.storage.history(conversation.id, conversation.turn, 10)]


async def test_of_several_workers_at_once_one_fires_a_timer(workers: list[Container]) -> None:
    first = workers[0]
    conversations = [await silent(first, str(n), NOW) for n in range(20)]
    while any(await asyncio.gather(*(fire_timers(each) for each in workers))):
        pass
    happened = [key for each in workers for key in each.dialogue.happened]  # type: ignore[attr-defined]
    assert len(happened) == 20
    for conversation in conversations:
        assert await numbers(first, conversation) == [3]


async def test_a_timer_that_is_not_due_waits_and_one_missed_in_a_downtime_fires_once(workers: list[Container]) -> None:
    first = workers[0]
    conversation = await silent(first, "7", NOW + MINUTE)
    assert await fire_timers(first) == 0
    first.clock.moment = NOW + timedelta(days=9)  # type: ignore[attr-defined]
    assert await fire_timers(first) == 1
    assert await fire_timers(first) == 0
    assert await numbers(first, conversation) == [3]


async def test_what_a_worker_left_half_done_is_finished_by_another_without_a_second_effect(
    workers: list[Container],
) -> None:
    died, other, _ = workers
    conversation = await silent(died, "7", NOW)
    [timer] = await died.storage.claim_timers(NOW, LEASE_SECONDS, 10)
    await died.dialogue.happen(conversation.id, timer.occurrence)  # and then it is killed
    assert await fire_timers(other) == 0
    other.clock.moment = NOW + 2 * MINUTE  # type: ignore[attr-defined]
    assert await fire_timers(other) == 1
    assert await numbers(other, conversation) == [3]
    other.clock.moment = NOW + 9 * MINUTE  # type: ignore[attr-defined]
    assert await fire_timers(other) == 0


async def test_a_timer_that_fails_comes_again_later_and_the_others_fire(workers: list[Container]) -> None:
    first = workers[0]
    failing, fine = await silent(first, "7", NOW - MINUTE), await silent(first, "8", NOW)
    first.dialogue.failures = 1  # type: ignore[attr-defined]
    assert await fire_timers(first) == 2
    assert (await numbers(first, failing), await numbers(first, fine)) == ([], [3])
    first.clock.moment = NOW + 2 * MINUTE  # type: ignore[attr-defined]
    await fire_timers(first)
    assert await numbers(first, failing) == [3]


async def test_a_timer_that_fails_every_time_is_given_up(workers: list[Container]) -> None:
    first = workers[0]
    conversation = await silent(first, "7", NOW)
    first.dialogue.failures = 100  # type: ignore[attr-defined]
    tries = 0
    while await fire_timers(first):
        tries += 1
        first.clock.moment += 2 * MINUTE  # type: ignore[attr-defined]
    assert tries == 10
    assert await numbers(first, conversation) == []


async def test_who_falls_silent_is_reminded_once_and_the_reminder_is_pushed_unprompted(tmp_path: Path) -> None:
    """With the real dialogue: it sets the timer, and days later speaks when it runs out."""
    async with open_container(await settings_in(tmp_path)) as container:
        for number, text in enumerate(("/start", "a house")):
            await container.dialogue.receive(TELEGRAM, "7", Visitor(), Inbound(str(number), text=text))
        conversation = await container.storage.find_conversation(TELEGRAM, "7")
        assert conversation is not None
        later = replace(container, clock=SetClock(datetime.now(UTC) + timedelta(days=3)))
        for _ in range(3):
            await fire_timers(later)
        assert await numbers(container, conversation) == [conversation.turn + 1]
        waiting = []
        while claimed := await container.storage.claim_outgoing(TELEGRAM, datetime.now(UTC), 60, 10):
            waiting += claimed
            for outgoing in claimed:
                await container.storage.finish_outgoing(outgoing.id)
        assert [outgoing.unprompted for outgoing in waiting] == [False] * (len(waiting) - 1) + [True]


async def test_the_operator_is_told_of_a_wish_until_he_answers(workers: list[Container]) -> None:
    first = workers[0]
    await wished(first)
    with Desk(503, 500, 204) as server:
        desk = open_desk(with_webhook(first, server.url).settings)
        assert desk is not None
        for minutes in range(5):
            first.clock.moment = NOW + minutes * MINUTE  # type: ignore[attr-defined]
            await asyncio.gather(*(tell_operator(each, desk) for each in workers))
        await desk.close()
    assert len(server.calls) == 3
    assert [call.told for call in server.calls] == [
        {"id": "w1", "at": NOW.isoformat(), "channel": "telegram", "topic": "my pension", "language": "de"}
    ] * 3
    assert all(call.is_signed() for call in server.calls)


async def test_the_worker_itself_looks_every_second(workers: list[Container]) -> None:
    first, stop = workers[0], asyncio.Event()
    conversation = await silent(first, "7", NOW)
    await wished(first)
    with Desk() as server:
        task = asyncio.create_task(wake(with_webhook(first, server.url), stop))
        async with asyncio.timeout(10):
            while not server.calls or not await numbers(first, conversation):
                await asyncio.sleep(0.02)
        stop.set()
        await asyncio.wait_for(task, 5)
    assert len(server.calls) == 1


async def test_without_a_webhook_wishes_are_kept_for_when_there_is_one(workers: list[Container]) -> None:
    nowhere = workers[0].settings.model_copy(update={"operator_webhook": None})
    first, stop = replace(workers[0], settings=nowhere), asyncio.Event()
    await wished(first)
    assert open_desk(first.settings) is None
    task = asyncio.create_task(wake(first, stop))
    await asyncio.sleep(0.1)
    stop.set()
    await asyncio.wait_for(task, 5)
    assert [wish.attempts for wish in await first.storage.claim_handoffs(NOW, 60, 10)] == [1]


def test_the_wait_doubles_to_an_hour_and_ends_after_a_day() -> None:
    waits = []
    for attempt in range(1, 14):
        later = next_try(Handoff("w", "u", "c", NOW, "", attempt), NOW)
        assert later is not None
        waits.append((later - NOW).total_seconds())
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600, 3600]
    assert next_try(Handoff("w", "u", "c", NOW, "", 9), NOW + timedelta(days=1)) is None


async def wished(container: Container) -> None:
    """Somebody who speaks German wished to talk to a person."""
    greeting = Turn(1, "advisor", NOW, blocks=())
    conversation = await container.storage.open_conversation(TELEGRAM, "9", {}, greeting, push=False)
    wish = Handoff("w1", conversation.user_id, conversation.id, NOW, "my pension")
    commit = replace(spoken(conversation, "wish"), state={"locale": "de"}, handoffs=(wish,))
    await container.storage.commit_turn(commit)


def with_webhook(container: Container, url: str) -> Container:
    told = {"operator_webhook": SecretStr(url), "operator_webhook_secret": SecretStr(SECRET)}
    return replace(container, settings=container.settings.model_copy(update=told))
