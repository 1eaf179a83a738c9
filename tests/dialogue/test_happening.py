"""What the one door does besides answering: it speaks first, waits, passes on, erases, and survives its own failures."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.system.offload import LocalOffload
from advisor.dialogue.conversation import Dialogue
from advisor.dialogue.host import Host
from advisor.domain.delivery import Occurrence, Recipient
from advisor.domain.errors import NotFound
from advisor.domain.market import MarketSnapshot
from advisor.domain.message import Channel, Conversation, Inbound, Turn, Visitor
from tests.dialogues import dialogue_of
from tests.storage_fake import MemoryStorage
from tests.world import HandClock

SILENCE = Occurrence("timer:silence:1", "silence")
HERE = Recipient(Channel.TELEGRAM, "7")
REACHED = Host("an operator", "a licence", "by nobody", reached_by_us=True)


class Clumsy(SampleMarket):
    """A market that breaks in a way nobody foresaw, or takes its time, if it is told to."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__()
        self.broken = False
        self.slow: asyncio.Event | None = None
        self._clock = clock

    async def snapshot(self, currency: str, as_of: Any) -> MarketSnapshot:
        if self.broken:
            raise ZeroDivisionError("nobody thought of this")
        if self.slow is not None:
            await self.slow.wait()
            self._clock.present += timedelta(seconds=3)
        return await super().snapshot(currency, as_of)


class House:
    """A dialogue on a hand clock, over a storage in memory."""

    def __init__(self, host: Host = REACHED) -> None:
        self.clock = HandClock(datetime(2026, 3, 10, 12, tzinfo=UTC))
        self.storage, self.market, self.offload = MemoryStorage(), Clumsy(self.clock), LocalOffload()
        self.dialogue: Dialogue = dialogue_of(self.storage, self.market, self.offload, self.clock, host=host)

    async def opened(self, channel: Channel = Channel.WEB, address: str = "a") -> Conversation:
        return await self.dialogue.open(channel, address, Visitor("en-US"))

    async def say(self, conversation: Conversation, *texts: str) -> Turn:
        for text in texts:
            turn = await self.dialogue.handle(conversation.id, Inbound(secrets.token_hex(8), text=text))
        return turn

    def state(self, conversation: Conversation) -> dict[str, Any]:
        return self.storage.conversations[conversation.id].state


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    yield made
    await made.offload.close()


def texts(turn: Turn | None) -> list[str]:
    assert turn is not None
    return [block["text"] for block in turn.blocks or () if "text" in block]


def asked(turn: Turn | None) -> str | None:
    assert turn is not None
    return turn.expects["slot"] if turn.expects else None


async def test_silence_is_one_turn_of_ours_with_the_question_and_happens_once(house: House) -> None:
    conversation = await house.opened(Channel.TELEGRAM, "7")
    await house.say(conversation, "a house")
    before = house.state(conversation)
    turn = await house.dialogue.happen(conversation.id, SILENCE)
    assert asked(turn) == "horizon"
    assert texts(turn)[0].startswith("We stopped in the middle")
    assert await house.dialogue.happen(conversation.id, SILENCE) is None
    history = await house.storage.history(conversation.id, 0, 10)
    assert [entry.author for entry in history] == ["advisor", "investor", "advisor", "advisor"]
    changed = {name for name, value in house.state(conversation).items() if value != before[name]}
    assert changed == {"turn"}
    pushed = [row.outgoing for row in house.storage.outbox.values() if row.outgoing.turn == turn.number] if turn else []
    assert [(item.address, item.conversation_id) for item in pushed] == [("7", conversation.id)]


async def test_what_calls_for_no_word_leaves_no_trace(house: House) -> None:
    conversation = await house.opened()
    await house.say(conversation, "a house", "stop")
    before = house.storage.conversations[conversation.id]
    assert await house.dialogue.happen(conversation.id, SILENCE) is None
    assert await house.dialogue.happen(conversation.id, Occurrence("k", "from_a_later_version")) is None
    assert house.storage.conversations[conversation.id] == before
    assert await house.dialogue.happen("nobody", SILENCE) is None


async def test_the_timer_runs_from_the_last_message_and_ends_with_the_pause(house: House) -> None:
    conversation = await house.opened()
    await house.say(conversation, "a house")
    later = house.clock.present + timedelta(days=2)
    (timer,) = await house.storage.claim_timers(later, 30.0, 10)
    assert (timer.kind, timer.due) == ("silence", house.clock.present + timedelta(days=1))
    await house.say(conversation, "stop")
    assert await house.storage.claim_timers(later + timedelta(days=2), 30.0, 10) == []


async def test_whoever_speaks_while_his_timer_is_on_its_way_is_not_reminded(house: House) -> None:
    conversation = await house.opened()
    await house.say(conversation, "a house")
    house.clock.present += timedelta(days=1)
    (late,) = await house.storage.claim_timers(house.clock.present, 30.0, 10)
    await house.say(conversation, "10 years")
    assert await house.dialogue.happen(conversation.id, late.occurrence) is None
    await house.storage.settle_timer(late)
    house.clock.present += timedelta(days=1)
    (timer,) = await house.storage.claim_timers(house.clock.present, 30.0, 10)
    assert await house.dialogue.happen(conversation.id, timer.occurrence) is not None


async def test_whoever_comes_back_is_told_where_we_were(house: House) -> None:
    conversation = await house.opened()
    await house.say(conversation, "a house")
    house.clock.present += timedelta(days=3)
    assert texts(await house.say(conversation, "10 years"))[0].startswith('Good to have you back. We were at "A home"')
    assert not texts(await house.say(conversation, "20000"))[0].startswith("Good to have you back")


async def test_a_message_that_waited_for_a_slow_one_says_so_first(house: House) -> None:
    conversation = await house.opened()
    await house.say(conversation, "a house", "10 years", "20000")
    house.market.slow = asyncio.Event()
    slow = asyncio.create_task(house.say(conversation, "300 a month"))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(house.say(conversation, "no target"))
    await asyncio.sleep(0.05)
    house.market.slow.set()
    assert not texts(await slow)[0].startswith("Your earlier message")
    answered = await waiting
    assert texts(answered)[0].startswith("Your earlier message took me a while")
    assert asked(answered) == "wanted_return"


async def test_a_failure_that_nobody_foresaw_is_told_in_a_sentence_and_loses_nothing(house: House) -> None:
    conversation = await house.opened()
    await house.say(conversation, "a house", "10 years", "20000", "300 a month", *["skip"] * 15)
    house.market.broken = True
    turn = await house.say(conversation, "yes")
    assert "Something went wrong on my side. Nothing is lost. Please try that again." in texts(turn)
    assert asked(turn) == "confirm_summary"
    house.market.broken = False
    assert asked(await house.say(conversation, "yes")) == "confirm_bad_year"


async def test_empty_and_endless_messages_get_a_sentence_and_the_question_again(house: House) -> None:
    conversation = await house.opened()
    await house.say(conversation, "a house")
    for text in ("", "   ", "x" * 100_000):
        turn = await house.say(conversation, text)
        assert asked(turn) == "horizon"
        assert not texts(turn)[0].startswith("When do you need it")


async def test_repeat_says_the_last_words_again_and_the_question_once(house: House) -> None:
    conversation = await house.opened()
    await house.say(conversation, "a house")
    told = await house.say(conversation, "what is a bond?")
    for _ in range(2):
        assert texts(await house.say(conversation, "repeat")) == texts(told)


async def test_everything_can_be_erased_and_the_goodbye_is_handed_over_not_stored(house: House) -> None:
    await house.dialogue.receive(Channel.TELEGRAM, "7", Visitor("en-US"), Inbound("1", text="I want a house"))
    await house.dialogue.receive(Channel.TELEGRAM, "7", Visitor("en-US"), Inbound("2", text="delete my data"))
    conversation = await house.storage.find_conversation(Channel.TELEGRAM, "7")
    assert conversation is not None
    goodbye = await house.dialogue.receive(Channel.TELEGRAM, "7", Visitor("en-US"), Inbound("3", text="yes"))
    assert texts(goodbye)[0].startswith("All that was stored of you is gone")
    assert asked(goodbye) is None
    assert await house.storage.conversation(conversation.id) is None
    with pytest.raises(NotFound):
        await house.say(conversation, "hello")
    assert await house.dialogue.receive(Channel.TELEGRAM, "7", Visitor("en-US"), Inbound("4", text="hello")) is None
    assert await house.storage.find_conversation(Channel.TELEGRAM, "7") is not None


async def test_a_wish_for_a_person_is_stored_with_the_turn_and_promises_nobody(house: House) -> None:
    conversation = await house.opened()
    await house.say(conversation, "a house")
    assert asked(await house.say(conversation, "talk to a human")) == "handoff_topic"
    turn = await house.say(conversation, "my tax")
    assert "Nobody is reading along now" in texts(turn)[0]
    assert asked(turn) == "horizon"
    (wish,) = await house.storage.claim_handoffs(house.clock.present, 30.0, 10)
    assert (wish.topic, wish.conversation_id) == ("my tax", conversation.id)


@pytest.mark.parametrize(("contact", "said"), [("help@example.org", "help@example.org"), ("", "I cannot connect you")])
async def test_where_we_tell_nobody_the_operators_address_is_given_at_once(contact: str, said: str) -> None:
    house = House(Host("an operator", "a licence", "by nobody", contact=contact))
    conversation = await house.opened()
    turn = await house.say(conversation, "talk to a human")
    assert said in texts(turn)[0]
    assert asked(turn) == "goal"
    assert await house.storage.claim_handoffs(house.clock.present, 30.0, 10) == []
    await house.offload.close()


async def test_a_reply_goes_to_the_address_that_asked_and_nowhere_else(house: House) -> None:
    conversation = await house.opened(Channel.TELEGRAM, "7")
    sent = len(house.storage.outbox)
    await house.dialogue.handle(conversation.id, Inbound("1", text="a house"))
    assert len(house.storage.outbox) == sent  # read on the web, where the same talk goes on
    await house.dialogue.handle(conversation.id, Inbound("2", text="10 years"), reply_to=HERE)
    assert len(house.storage.outbox) == sent + 1


async def test_a_deep_link_with_a_code_is_more_than_a_start(house: House) -> None:
    await house.dialogue.receive(Channel.TELEGRAM, "7", Visitor("en-US"), Inbound("1", text="/start link_unknowncode"))
    conversation = await house.storage.find_conversation(Channel.TELEGRAM, "7")
    assert conversation is not None
    (_, _, turn) = await house.storage.history(conversation.id, 0, 10)
    assert texts(turn)[0].startswith("I cannot use this code")


async def test_two_channels_become_one_talk_after_both_sides_agreed(house: House) -> None:
    web = await house.opened()
    offered = await house.say(web, "a house", "10 years", "link my telegram")
    code = texts(offered)[0].split("**")[1]
    await house.dialogue.receive(Channel.TELEGRAM, "7", Visitor("en-US"), Inbound("1", text=f"/start link_{code}"))
    there = await house.storage.find_conversation(Channel.TELEGRAM, "7")
    assert there is not None
    assert house.state(there)["frames"][0]["name"] == "link_join"
    await house.dialogue.receive(Channel.TELEGRAM, "7", Visitor("en-US"), Inbound("2", text="yes"))
    assert house.state(web)["frames"][0]["name"] == "link_confirm"
    done = await house.say(web, "yes")
    assert "one now" in texts(done)[0]
    assert asked(done) == "initial_amount"
    together = await house.storage.find_conversation(Channel.TELEGRAM, "7")
    assert together is not None
    assert together.id == web.id


async def test_feedback_is_stored_beside_the_turn_it_was_said_to(house: House) -> None:
    conversation = await house.opened()
    await house.say(conversation, "a house")
    await house.say(conversation, "that was useless", "2")
    (kept,) = house.storage.feedback.values()
    assert (kept.score, kept.comment, kept.turn, kept.user_id) == (2, "that was useless", 5, conversation.user_id)


async def test_a_dialogue_of_a_later_flow_goes_on_and_says_what_changed(house: House) -> None:
    conversation = await house.opened()
    await house.say(conversation, "a house")
    stored = house.storage.conversations[conversation.id]
    gone = stored.state | {"asking": "shoe_size", "flow_version": 99}
    house.storage.conversations[conversation.id] = replace(stored, state=gone)
    turn = await house.say(conversation, "why?")
    assert texts(turn)[0].startswith("I have been updated since we last spoke")
    assert asked(turn) == "horizon"
