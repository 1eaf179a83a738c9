"""The one door: what a turn leaves behind when everything works, when the market fails, and when two processes race."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from advisor.adapters.db.storage import open_storage
from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.system.clock import SystemClock
from advisor.adapters.system.offload import LocalOffload
from advisor.adapters.vault import Vault, generate_key
from advisor.dialogue.conversation import Dialogue
from advisor.domain.errors import IdempotencyMismatch, NotFound, SourceUnavailable
from advisor.domain.market import MarketSnapshot
from advisor.domain.message import Channel, Inbound, Turn, Visitor
from advisor.ports.storage import TurnCommit
from advisor.ports.system import Clock
from tests.dialogues import dialogue_of
from tests.transcripts.players import settings_in

ANSWERS = ("a house", "10 years", "20000", "300 a month", *["skip"] * 15)


class MoodyMarket(SampleMarket):
    """The sample, until somebody pulls the plug."""

    def __init__(self) -> None:
        super().__init__()
        self.plugged = True

    async def snapshot(self, currency: str, as_of: date) -> MarketSnapshot:
        if not self.plugged:
            raise SourceUnavailable("The source of prices does not answer. Please try again in a minute.")
        return await super().snapshot(currency, as_of)


class House:
    """What a dialogue is made of, with the market at hand."""

    def __init__(self, url: str, vault: Vault) -> None:
        self._url, self._vault = url, vault
        self.market = MoodyMarket()
        self.offload = LocalOffload()

    async def open(self) -> Dialogue:
        self.storage = await open_storage(self._url, self._vault)
        return self.dialogue()

    def dialogue(self, clock: Clock | None = None) -> Dialogue:
        """A dialogue with locks of its own, as another process has."""
        return dialogue_of(self.storage, self.market, self.offload, clock or SystemClock())


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    settings = await settings_in(tmp_path)
    made = House(settings.database_url.get_secret_value(), Vault([generate_key()]))
    yield made
    await made.storage.close()
    await made.offload.close()


async def talk(dialogue: Dialogue, conversation_id: str, *texts: str) -> Turn:
    for text in texts:
        turn = await dialogue.handle(conversation_id, Inbound(secrets.token_hex(8), text=text))
    return turn


def asked(turn: Turn) -> str | None:
    return turn.expects["slot"] if turn.expects else None


async def test_without_prices_the_plan_is_refused_with_a_sentence_and_a_yes_tries_again(house: House) -> None:
    dialogue = await house.open()
    conversation = await dialogue.open(Channel.WEB, "a", Visitor("en-US"))
    assert asked(await talk(dialogue, conversation.id, *ANSWERS)) == "confirm_summary"
    house.market.plugged = False
    turn = await talk(dialogue, conversation.id, "yes")
    assert asked(turn) == "confirm_summary"
    assert turn.blocks is not None
    assert {
        "kind": "notice",
        "level": "error",
        "text": "The source of prices does not answer. Please try again in a minute.",
    } in turn.blocks
    assert not [block for block in turn.blocks if block["kind"] in ("chart", "table")]
    assert await house.storage.plans(conversation.user_id, None, 10) == []
    house.market.plugged = True
    assert asked(await talk(dialogue, conversation.id, "yes")) == "confirm_bad_year"
    assert len(await house.storage.plans(conversation.user_id, None, 10)) == 1


async def test_without_prices_the_rough_picture_fails_and_the_questions_go_on(house: House) -> None:
    dialogue = await house.open()
    conversation = await dialogue.open(Channel.WEB, "a", Visitor("en-US"))
    house.market.plugged = False
    assert asked(await talk(dialogue, conversation.id, *ANSWERS[:4])) == "target_amount"


async def test_two_processes_at_once_handle_each_message_once(house: House) -> None:
    one = await house.open()
    other = house.dialogue()
    conversation = await one.open(Channel.WEB, "a", Visitor("en-US"))
    said = [Inbound(f"m{number}", text="why?") for number in range(10)]
    turns = await asyncio.gather(
        *(place.handle(conversation.id, inbound) for inbound in said for place in (one, other))
    )
    assert sorted({turn.number for turn in turns}) == [3 + 2 * number for number in range(10)]
    history = await house.storage.history(conversation.id, 0, 100)
    assert [turn.number for turn in history] == list(range(1, 22))


async def test_a_newcomers_first_words_are_his_first_answer_but_start_is_not(house: House) -> None:
    dialogue = await house.open()
    await dialogue.receive(Channel.TELEGRAM, "7", Visitor("en-US"), Inbound("1", text="/start"))
    await dialogue.receive(Channel.TELEGRAM, "8", Visitor("en-US"), Inbound("2", text="I want a house in 10 years"))
    states = [await house.storage.find_conversation(Channel.TELEGRAM, address) for address in ("7", "8")]
    assert [state.turn for state in states if state] == [1, 3]
    assert [state.state["asking"] for state in states if state] == ["goal", "initial_amount"]


async def test_opening_twice_greets_once(house: House) -> None:
    dialogue = await house.open()
    opened = await asyncio.gather(*(dialogue.open(Channel.TERMINAL, "me", Visitor("en-US")) for _ in range(5)))
    assert len({conversation.id for conversation in opened}) == 1
    assert len(await house.storage.history(opened[0].id, 0, 10)) == 1


async def test_a_known_id_with_other_words_and_an_unknown_conversation_are_refused(house: House) -> None:
    dialogue = await house.open()
    conversation = await dialogue.open(Channel.WEB, "a", Visitor("en-US"))
    await dialogue.handle(conversation.id, Inbound("1", text="a house"))
    with pytest.raises(IdempotencyMismatch):
        await dialogue.handle(conversation.id, Inbound("1", text="a boat"))
    with pytest.raises(NotFound):
        await dialogue.handle("nobody", Inbound("1", text="a house"))


async def test_a_plan_of_an_older_form_is_not_shown_wrongly_but_made_anew(house: House) -> None:
    dialogue = await house.open()
    opened = await dialogue.open(Channel.WEB, "a", Visitor("en-US"))
    await talk(dialogue, opened.id, *ANSWERS, "yes")
    await _replace_plan_by_an_older_one(house, opened.id)
    turn = await talk(dialogue, opened.id, "show my plan")
    assert turn.blocks is not None
    assert "older version" in turn.blocks[0]["text"]
    assert asked(turn) == "confirm_bad_year"
    turn = await talk(dialogue, opened.id, "make it 12 years")
    assert "allocation" in [block.get("name") for block in turn.blocks or ()]


async def _replace_plan_by_an_older_one(house: House, conversation_id: str) -> None:
    """As if an earlier version of the program, whose results had another form, had made the plan."""
    conversation = await house.storage.conversation(conversation_id)
    assert conversation is not None
    (plan,) = await house.storage.plans(conversation.user_id, None, 10)
    older = replace(plan, id="older", result={"currency": "USD"})
    state = conversation.state | {"facts": conversation.state["facts"] | {"plan_id": "older"}}
    number, now = conversation.turn, datetime.now(UTC)
    asked_, answered = Turn(number + 1, "investor", now, text="x"), Turn(number + 2, "advisor", now, blocks=())
    await house.storage.commit_turn(TurnCommit(conversation, "x", "x", state, asked_, answered, plans=(older,)))
