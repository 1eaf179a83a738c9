"""The pace of sending."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pacing import PUSH_BURST, REPLY_BURST, Pacer


class Hand:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_burst_of_replies_goes_at_once_and_then_one_a_second() -> None:
    pacer = Pacer(now=Hand())
    waits = [pacer.reserve("7", burst=REPLY_BURST) for _ in range(7)]
    assert waits == [0, 0, 0, 0, 1, 2, 3]


def test_pushes_go_one_a_second() -> None:
    pacer = Pacer(now=Hand())
    assert [pacer.reserve("7", burst=PUSH_BURST) for _ in range(3)] == [0, 1, 2]


def test_without_a_pace_per_chat_nobody_waits() -> None:
    pacer = Pacer(now=Hand(), per_chat_seconds=0.0)
    assert [pacer.reserve("7", burst=REPLY_BURST) for _ in range(50)] == [0] * 50


def test_chats_do_not_wait_for_each_other() -> None:
    pacer = Pacer(now=Hand())
    assert [pacer.reserve(str(chat), burst=1) for chat in range(100)] == [0] * 100


@settings(deadline=None)
@given(st.lists(st.floats(0.0, 3.0), min_size=1, max_size=40), st.integers(1, 5))
def test_no_second_sees_more_than_the_burst_and_one_more(pauses: list[float], burst: int) -> None:
    clock = Hand()
    pacer = Pacer(now=clock)
    sent: list[float] = []
    for pause in pauses:
        clock.seconds += pause
        sent.append(clock.seconds + pacer.reserve("7", burst=burst))
    for at in sent:
        assert sum(at <= other < at + 0.999 for other in sent) <= burst


def test_a_held_chat_waits_out_its_time_and_others_do_not() -> None:
    clock = Hand()
    pacer = Pacer(now=clock)
    pacer.hold("7", 30)
    assert pacer.reserve("7", burst=4) == 30
    assert pacer.reserve("8", burst=4) == 0
    clock.seconds += 31
    assert pacer.held_for("7") == 0


async def test_over_all_chats_pushes_keep_the_rate_and_replies_wait_for_none_of_them() -> None:
    clock = Hand()
    pacer = Pacer(per_second=50.0, now=clock)
    order: list[str] = []

    async def send(chat: str, *, urgent: bool) -> None:
        await pacer.turn(chat, urgent=urgent)
        order.append(chat)

    first = [asyncio.create_task(send(f"first{n}", urgent=False)) for n in range(50)]
    await asyncio.gather(*first)
    pushes = [asyncio.create_task(send(f"push{n}", urgent=False)) for n in range(3)]
    replies = [asyncio.create_task(send(f"reply{n}", urgent=True)) for n in range(100)]
    await asyncio.gather(*replies)
    assert order[50:] == [f"reply{n}" for n in range(100)]  # the second's worth is used up and the clock stands still
    clock.seconds += 1.0
    await asyncio.gather(*pushes)
    assert order[150:] == ["push0", "push1", "push2"]


async def test_a_waiter_that_gave_up_takes_no_turn() -> None:
    clock = Hand()
    pacer = Pacer(per_second=1.0, now=clock)
    await pacer.turn("1", urgent=False)
    gone = asyncio.create_task(pacer.turn("2", urgent=False))
    kept = asyncio.create_task(pacer.turn("3", urgent=False))
    await asyncio.sleep(0.01)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    clock.seconds += 1.0
    await asyncio.wait_for(kept, 5)
