"""Buttons within Telegram's limits, and what they carry."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import InlineKeyboardMarkup

from advisor.domain.reply import Choices, Expects, Option, block_to_json
from bot.callback import MAX_BYTES, Action, ButtonData, decode, encode, offered, offered_options
from bot.keyboard import fitted, option_rows, system_row, tick_key, ticks, toggled
from bot.wording import wording
from tests.bot_api_server.checks import keyboard_of

WORDS = wording()


def options(*labels: str) -> tuple[Option, ...]:
    return tuple(Option(label.lower(), label) for label in labels)


def labels_of(rows: Any) -> list[list[str]]:
    return [[button.text for button in row] for row in rows]


@settings(deadline=None)
@given(
    st.integers(0, 999_999_999),
    st.sampled_from(["choose", "select", "deselect"]),
    st.text(st.characters(codec="utf-8"), max_size=80),
    st.integers(0, 199),
)
def test_callback_data_says_the_option_or_its_number(turn: int, action: Action, option: str, index: int) -> None:
    data = encode(turn, action, option, index)
    assert 1 <= len(data.encode()) <= MAX_BYTES
    assert decode(data) in (ButtonData(turn, action, option), ButtonData(turn, action, index=index))


@settings(deadline=None)
@given(st.text(max_size=70))
def test_any_callback_data_is_read_without_an_exception(data: str) -> None:
    assert decode(data) is None or isinstance(decode(data), ButtonData)


@pytest.mark.parametrize("data", ["", "t", "t1", "t1:", "x1:a", "t-1:a", "t1#", "t1#x", "t1+#", "t9999999999:a"])
def test_data_that_is_not_ours_means_nothing(data: str) -> None:
    assert decode(data) is None


def test_the_forms_of_callback_data() -> None:
    assert encode(12, "choose", "growth", 0) == "t12:growth"
    assert encode(12, "choose", "x" * 80, 3) == "t12#3"
    assert encode(12, "select", "x" * 80, 3) == "t12+#3"
    assert encode(12, "choose", "#1", 3) == "t12#3"
    assert decode("t12!why") == ButtonData(12, "system", "why")


def test_short_labels_stand_side_by_side_and_long_ones_alone() -> None:
    few, many = options("Yes", "No", "Maybe", "Never"), options("Something quite long", "Short")
    assert labels_of(option_rows(1, few, few, WORDS, multiple=False)) == [["Yes", "No", "Maybe"], ["Never"]]
    assert labels_of(option_rows(1, many, many, WORDS, multiple=False)) == [["Something quite long"], ["Short"]]


def test_labels_too_long_for_a_button_are_numbered() -> None:
    long = (Option("a", "Sell everything at once and wait for better days"), Option("b", "Wait"))
    (first,), (second,) = labels_of(option_rows(1, long, long, WORDS, multiple=False))
    assert first.startswith("1. Sell everything")
    assert first.endswith("…")
    assert second == "2. Wait"


def question(**fields: Any) -> Expects:
    body: dict[str, Any] = {"slot": "goal", "kind": "text", "skippable": True, "step": 2, "steps": 14}
    return Expects(**(body | fields))


def test_skip_why_and_back_appear_where_they_apply() -> None:
    assert labels_of(system_row(3, question(), WORDS)) == [["Skip", "Why?", "Back"]]
    assert labels_of(system_row(3, question(skippable=False, step=1), WORDS)) == [["Why?"]]
    assert system_row(3, question(skippable=False, step=0, steps=0), WORDS) == []
    assert system_row(3, None, WORDS) == []


@settings(deadline=None)
@given(st.integers(0, 140), st.integers(1, 60), st.booleans())
def test_every_keyboard_is_one_that_telegram_takes_and_keeps_its_last_row(
    count: int, width: int, several: bool
) -> None:
    many = tuple(Option(f"{number}-" + "ü" * width, f"{number} " + "W" * width) for number in range(count))
    rows = fitted(option_rows(9, many, many, WORDS, multiple=several) + system_row(9, question(), WORDS))
    accepted = keyboard_of({"reply_markup": InlineKeyboardMarkup(rows).to_json()})
    assert [button["text"] for button in accepted[-1]] == ["Skip", "Why?", "Back"]
    assert not several or "Done" in [button["text"] for row in accepted for button in row]


@settings(deadline=None)
@given(st.sets(st.integers(0, 5)))
def test_the_keyboard_itself_holds_the_ticks(chosen: set[int]) -> None:
    items = tuple(Option("x" * 70 if n == 2 else f"o{n}", f"Option {n}") for n in range(6))
    plain = InlineKeyboardMarkup(option_rows(4, items, items, WORDS, multiple=True)).to_dict()
    keys = [tick.data for tick in ticks(plain)]
    selected = frozenset(keys[number] for number in chosen)
    shown = json.loads(toggled(plain, selected).to_json())
    assert {tick_key(tick.data) for tick in ticks(shown) if tick.selected} == selected
    assert sum(tick.label.startswith("✓ ") for tick in ticks(shown)) == len(chosen)
    assert json.loads(toggled(shown, frozenset()).to_json()) == json.loads(json.dumps(plain))


@pytest.mark.parametrize("markup", [None, [], {}, {"inline_keyboard": 3}, {"inline_keyboard": [3, [4, {}]]}])
def test_an_unreadable_keyboard_has_no_ticks(markup: Any) -> None:
    assert ticks(markup) == []


def test_stored_turns_offer_what_was_shown_in_the_same_order() -> None:
    block = Choices(options("Track", "Why"))
    expects = question(options=options("Yes", "Why"))
    stored = (block_to_json(block), {"kind": "choices"}, {"kind": "text", "text": ""})
    assert offered(stored, expects.to_json()) == offered_options([block], expects)
    assert [option.id for option in offered(stored, expects.to_json())] == ["yes", "why", "track"]
