"""Recorded updates with something wrong in them: a field gone, another type, a strange value."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data" / "telegram"
# Chats that stay private and small keep updates from all being "in a group"; the rest is what breaks readers.
_STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 7, 2**63, -(2**70), 1.5, 1e308, "", " ", "\x00", "\ud800", "x" * 5000, "ü😀", "/start", "t3:a",
    "t1!skip", "t99999999#9", "t3+gold", "<b>", [], [[]], {}, {"id": 7}, {"id": {}}, {"inline_keyboard": [[{}]]},
    {"inline_keyboard": [[{"text": "A", "callback_data": "t3+a"}, {"text": 5, "callback_data": 6}], 7]},
)  # fmt: skip


def recorded() -> list[dict[str, Any]]:
    """Updates recorded by others, where the shared data is at hand."""
    if not RECORDED.is_dir():
        pytest.skip(reason="the recorded updates (shared/data/telegram) are not on this machine")
    official = json.loads((RECORDED / "official_example_updates.json").read_text())
    teloxide = json.loads((RECORDED / "teloxide_updates.json").read_text())
    return [item["update"] for item in official] + [item["json"] for item in teloxide]


def mutated(update: dict[str, Any], dice: Random) -> dict[str, Any]:
    """A copy with one to four places changed; what kind of update it is and its id stay."""
    changed = copy.deepcopy(update)
    for _ in range(dice.randint(1, 4)):
        places = [place for place in _places(changed) if place[0] is not changed]
        if not places:
            break
        holder, key = dice.choice(places)
        if dice.random() < 0.25:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(dice.choice(_STRANGE))
    if dice.random() < 0.1:
        changed[next(key for key in changed if key != "update_id")] = copy.deepcopy(dice.choice(_STRANGE))
    return changed


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from _places(inner)
