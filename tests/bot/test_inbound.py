"""Updates read without an exception, whatever they hold."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.callback import ButtonData
from bot.inbound import (
    Event,
    Ignored,
    Membership,
    Remark,
    Said,
    Screen,
    Tapped,
    chat_of,
    interpret,
    query_of,
    received_from_update,
)
from tests.bot.mutated import mutated, recorded

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "chat", "from", "text", "message", "data", "type", "reply_markup", "language_code"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


def message(**fields: Any) -> dict[str, Any]:
    chat, sender = {"id": 7, "type": "private"}, {"id": 7, "is_bot": False, "language_code": "en"}
    return {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": chat, "from": sender} | fields}


def said(text: str) -> str:
    event = interpret(message(text=text))
    assert isinstance(event, Said)
    return event.text


@settings(deadline=None)
@given(
    st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "poll"]),
    ANY_JSON,
    st.none() | st.integers(),
)
def test_any_update_is_read_without_an_exception(kind: str, body: Any, update_id: int | None) -> None:
    raw = {"update_id": update_id, kind: body}
    assert isinstance(interpret(raw), Event)
    assert isinstance(chat_of(raw), str)
    received = received_from_update(raw)
    assert (received is None) == (update_id is None)


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_recorded_update_with_something_wrong_in_it_is_read_without_an_exception(dice: Random) -> None:
    raw = mutated(dice.choice(recorded()), dice)
    event = interpret(raw)
    assert isinstance(event, Event)
    received = received_from_update(raw)
    assert received is not None
    assert isinstance(event, Ignored) or received.address == event.chat, "the lane is that of the chat"


def test_recorded_updates_mean_what_they_should() -> None:
    meanings = [type(interpret(update)).__name__ for update in recorded()]
    assert meanings == (
        ["Said"] * 5  # text, a chat without a type, forwarded, forwarded from a channel, a reply
        + ["Remark"]  # an edit
        + ["Said"] * 4  # entities, audio, voice, document
        + ["Ignored"] * 2  # inline queries
        + ["Tapped"]
        + ["Ignored"]  # blocked, by a chat with the id 0
        + ["Remark"] * 2  # a story and a command in a group
        + ["Ignored"]  # a pinned message
        + ["Remark"]  # dice in a group
        + ["Ignored"] * 4  # reactions and boosts
    )


def test_recorded_updates_without_words_reach_the_dialogue_empty() -> None:
    texts = [event.text for update in recorded() if isinstance(event := interpret(update), Said)]
    assert texts == ["/start"] * 5 + ["Bold and italics"] + [""] * 3


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("/start", "/start"),
        ("/start@my_bot", "/start"),
        ("/START link_abc", "/start link_abc"),
        ("/start@my_bot link_abc_D-9", "/start link_abc_D-9"),
        ("/start abc", "/start"),
        ("/start link_", "/start"),
        ("/start link_two words", "/start"),
        ("/start link_" + "x" * 60, "/start"),
        ("/help please", "/help please"),
        ("/plan\n5k", "/plan 5k"),
        ("  5k a month ", "5k a month"),
        ("a\x00b\ud800c", "abc"),
        ("/", "/"),
        ("x" * 20_000, "x" * 16_384),
    ],
)
def test_text_is_cleaned(text: str, read: str) -> None:
    assert said(text) == read


def test_a_language_that_is_no_language_is_left_out() -> None:
    for code, locale in (("pt-br", "pt-br"), ("<script>", None), (5, None), ("x" * 50, None)):
        event = interpret(message(text="hi", **{"from": {"id": 7, "language_code": code}}))
        assert isinstance(event, Said)
        assert event.visitor.locale == locale


def test_other_bots_and_service_messages_are_ignored() -> None:
    assert isinstance(interpret(message(text="hi", **{"from": {"id": 9, "is_bot": True}})), Ignored)
    assert isinstance(interpret(message(pinned_message={"message_id": 3})), Ignored)


def test_a_tap_is_read_with_its_turn_and_keyboard() -> None:
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "t3:a"}]]}
    query = {
        "id": "77",
        "from": {"id": 7},
        "data": "t3:a",
        "message": {"message_id": 12, "chat": {"id": 7, "type": "private"}, "reply_markup": markup},
    }
    event = interpret({"update_id": 1, "callback_query": query})
    assert isinstance(event, Tapped)
    assert (event.button, event.screen) == (ButtonData(3, "choose", "a"), Screen(12, markup=markup))
    assert query_of(event) == "77"


def test_a_tap_in_a_group_is_a_remark_with_its_query() -> None:
    query = {"id": "77", "from": {"id": 7}, "data": "t3:a", "message": {"chat": {"id": -5, "type": "group"}}}
    event = interpret({"update_id": 1, "callback_query": query})
    assert event == Remark("-5", "group", None, "77")


@pytest.mark.parametrize(("status", "reachable"), [("kicked", False), ("member", True)])
def test_blocking_and_unblocking_is_read(status: str, reachable: bool) -> None:
    change = {"chat": {"id": 7, "type": "private"}, "new_chat_member": {"status": status}}
    assert interpret({"update_id": 1, "my_chat_member": change}) == Membership("7", reachable)


def test_a_received_update_keeps_id_chat_and_all_it_held() -> None:
    raw = message(text="hi", unknown_field={"a": [1]})
    received = received_from_update(raw)
    assert received is not None
    assert (received.external_id, received.address, received.payload) == ("1", "7", raw)
