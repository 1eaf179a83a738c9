"""What a button carries: at most 64 bytes that say which turn it belongs to and what it means.

    t12:growth     the option `growth` of the advisor's turn 12
    t12+gold       select `gold` of a question with several answers;  t12-gold  take it back
    t12#3          the option number 3 of that turn, where an id is too long or odd;  t12+#3, t12-#3  likewise
    t12!skip       skip, why, back;  t12!done  several answers are complete

A tap says "select", never "flip", so that a tap delivered twice changes nothing. The turn lets the dialogue see that a
button is an old one (a tap can be sent again by Telegram under a new update id).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from advisor.domain.errors import InvalidInput
from advisor.domain.reply import Choices, Expects, Option, block_from_json, expects_from_json

Action = Literal["choose", "select", "deselect", "system"]
MAX_BYTES = 64
SYSTEM_TEXTS = {"skip": "skip", "why": "why?", "back": "back"}
_SIGNS: dict[Action, str] = {"choose": ":", "select": "+", "deselect": "-", "system": "!"}
_ACTIONS: dict[str, Action] = {sign: action for action, sign in _SIGNS.items()}
_DATA = re.compile(r"t(\d{1,9})([:+\-!#])(.*)", re.DOTALL)
_INDEX = re.compile(r"#(\d{1,3})")


@dataclass(frozen=True, slots=True)
class ButtonData:
    """A button's meaning. `option` is an option's id or a system word; `index` stands for the option where it is not None."""

    turn: int
    action: Action
    option: str = ""
    index: int | None = None


def encode(turn: int, action: Action, option: str, index: int) -> str:
    """The callback data of an option; by its index where its id is too long for 64 bytes or looks like an index."""
    by_id = f"t{turn}{_SIGNS[action]}{option}"
    if option and not option.startswith("#") and option.isprintable() and len(by_id.encode()) <= MAX_BYTES:
        return by_id
    return f"t{turn}{'' if action == 'choose' else _SIGNS[action]}#{index}"


def encode_system(turn: int, word: str) -> str:
    """The callback data of Skip, Why?, Back and Done."""
    return f"t{turn}!{word}"


def decode(data: str) -> ButtonData | None:
    """The meaning of callback data; None if it is not ours."""
    match = _DATA.fullmatch(data)
    if match is None:
        return None
    turn, sign, rest = int(match[1]), match[2], match[3]
    if sign == "#":
        sign, rest = ":", f"#{rest}"
    action = _ACTIONS[sign]
    if index := _INDEX.fullmatch(rest):
        return ButtonData(turn, action, index=int(index[1]))
    return ButtonData(turn, action, rest) if rest and not rest.startswith("#") else None


def offered(blocks: tuple[dict[str, Any], ...], expects: dict[str, Any] | None) -> tuple[Option, ...]:
    """The options of a stored turn in the order that indices count in."""
    choices = []
    for raw in blocks:
        if raw.get("kind") != Choices.kind:
            continue
        try:
            block = block_from_json(raw)
        except (InvalidInput, KeyError, TypeError):
            continue  # a block that cannot be read was not shown either
        if isinstance(block, Choices):
            choices.append(block)
    return offered_options(choices, expects_from_json(expects))


def offered_options(choices: list[Choices], expects: Expects | None) -> tuple[Option, ...]:
    """As `offered`, of blocks in hand: the open question's options first, then those of the buttons, each id once."""
    options = {option.id: option for option in (expects.options if expects else ())}
    for block in choices:
        for option in block.options:
            options.setdefault(option.id, option)
    return tuple(options.values())
