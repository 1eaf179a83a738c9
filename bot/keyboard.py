"""Inline keyboards: answers, then Skip, Why? and Back."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from advisor.domain.reply import Expects, Option
from bot.callback import Action, decode, encode, encode_system
from bot.richtext import sendable, utf16_length
from bot.wording import Wording

MAX_LABEL = 38  # more is cut off on a telephone
_MAX_BUTTONS = 100
_MAX_JSON = 9_500  # Telegram refuses keyboards of more than about 10 kB, which it does not document
_TICK = "✓ "
_NUMBER = re.compile(r"^\d{1,3}\. (?=\S)")

Rows = list[list[InlineKeyboardButton]]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tick:
    """One answer of a question with several, as its button shows it."""

    data: str
    label: str
    selected: bool


def option_rows(
    turn: int, options: tuple[Option, ...], offered: tuple[Option, ...], words: Wording, *, multiple: bool
) -> Rows:
    """Buttons of these options; `offered` gives the numbers that stand for ids too long to carry."""
    numbers = {option.id: number for number, option in enumerate(offered)}
    action: Action = "select" if multiple else "choose"
    buttons = [
        InlineKeyboardButton(label, callback_data=encode(turn, action, option.id, numbers[option.id]))
        for option, label in zip(options, button_labels(options), strict=True)
    ]
    rows = _arrange(buttons)
    if multiple:
        rows.append([InlineKeyboardButton(words.done, callback_data=encode_system(turn, "done"))])
    return rows


def button_labels(options: tuple[Option, ...]) -> list[str]:
    """Labels as buttons show them; where one is too long all are numbered and the text lists them in full."""
    labels = [readable(option.label, str(number)) for number, option in enumerate(options, 1)]
    if not needs_list(options):
        return labels
    numbered = [f"{number}. {label}" for number, label in enumerate(labels, 1)]
    return [label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1].rstrip() + "…" for label in numbered]


def readable(label: str, otherwise: str) -> str:
    """A label as a button can carry it; `otherwise` where nothing of it can be shown, for Telegram refuses an empty button."""
    shown = sendable(label).strip()
    return shown if any(character.isprintable() and not character.isspace() for character in shown) else otherwise


def needs_list(options: tuple[Option, ...]) -> bool:
    """Whether the buttons alone do not say all: a long label, or a hint."""
    return any(option.hint or len(option.label) > MAX_LABEL for option in options)


def system_row(turn: int, expects: Expects | None, words: Wording) -> Rows:
    """Skip, Why? and Back, as far as they apply to the open question."""
    if expects is None:
        return []
    labels = {"skip": words.skip} if expects.skippable else {}
    if expects.steps > 0:
        labels["why"] = words.why
    if expects.step > 1:
        labels["back"] = words.back
    row = [InlineKeyboardButton(label, callback_data=encode_system(turn, word)) for word, label in labels.items()]
    return [row] if row else []


def fitted(rows: Rows) -> Rows:
    """The rows within Telegram's limits: answers that find no room have to be typed, Skip, Why?, Back and Done stay."""
    buttons = octets = 0
    kept: set[int] = set()
    for index in sorted(range(len(rows)), key=lambda number: not _is_system(rows[number])):
        size = len(json.dumps([button.to_dict() for button in rows[index]])) + 2
        if buttons + len(rows[index]) > _MAX_BUTTONS or octets + size > _MAX_JSON:
            _log.warning("keyboard_cut rows=%d of %d", len(kept), len(rows))
            break
        buttons, octets = buttons + len(rows[index]), octets + size
        kept.add(index)
    return [row for index, row in enumerate(rows) if index in kept]


def _is_system(row: list[InlineKeyboardButton]) -> bool:
    data = row[0].callback_data
    meaning = decode(data) if isinstance(data, str) else None
    return meaning is not None and meaning.action == "system"


def ticks(markup: Any) -> list[Tick]:
    """The state of a keyboard with several answers, read from the keyboard of the tapped message itself."""
    found = []
    for button in _buttons(markup):
        data = button.get("callback_data")
        meaning = decode(data) if isinstance(data, str) else None
        if meaning is not None and meaning.action in ("select", "deselect"):
            found.append(Tick(str(data), str(button.get("text", "")), meaning.action == "deselect"))
    return found


def toggled(markup: Any, selected: frozenset[str]) -> InlineKeyboardMarkup:
    """The same keyboard with exactly these options ticked; `selected` holds keys as `tick_key` gives them."""
    rows: Rows = []
    for raw_row in _rows(markup):
        row = []
        for raw in raw_row:
            data, text = raw.get("callback_data"), str(raw.get("text", ""))
            meaning = decode(data) if isinstance(data, str) else None
            if meaning is not None and meaning.action in ("select", "deselect"):
                on = tick_key(str(data)) in selected
                data, text = _flagged(str(data), on=on), _TICK * on + text.removeprefix(_TICK)
            row.append(InlineKeyboardButton(text, callback_data=data, url=raw.get("url")))
        rows.append(row)
    return InlineKeyboardMarkup(rows)


def label_of(markup: Any, data: str) -> str:
    """The label of the button that carries this, "" if there is none."""
    labels = (button.get("text") for button in _buttons(markup) if button.get("callback_data") == data)
    return bare(str(next(labels, "")))


def bare(label: str) -> str:
    """A label without its tick and its number."""
    return _NUMBER.sub("", label.removeprefix(_TICK))


def is_question(markup: Any) -> bool:
    """Whether a keyboard belongs to a question: these have Skip, Why? or Back. Other buttons are good at any time."""
    meanings = [decode(data) for button in _buttons(markup) if isinstance(data := button.get("callback_data"), str)]
    return any(meaning is not None and meaning.action == "system" for meaning in meanings)


def tick_key(data: str) -> str:
    """What names an option whether it is ticked or not: the callback data in its "select" form."""
    return _flagged(data, on=False)


def _flagged(data: str, *, on: bool) -> str:
    digits = len(data) - len(data[1:].lstrip("0123456789"))
    return f"{data[:digits]}{'-' if on else '+'}{data[digits + 1 :]}"


def _arrange(buttons: list[InlineKeyboardButton]) -> Rows:
    """Short labels side by side, long ones each on a line."""
    widest = max((utf16_length(button.text) for button in buttons), default=0)
    per_row = 3 if widest <= 10 else 2 if widest <= 17 else 1
    return [buttons[start : start + per_row] for start in range(0, len(buttons), per_row)]


def _rows(markup: Any) -> list[list[dict[str, Any]]]:
    raw = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    rows = raw if isinstance(raw, list) else []
    return [[button for button in row if isinstance(button, dict)] for row in rows if isinstance(row, list)]


def _buttons(markup: Any) -> list[dict[str, Any]]:
    return [button for row in _rows(markup) for button in row]
