"""Commands as JSON and back: for those that wait in a state until an option is chosen. Pure."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, cast

from advisor.dialogue import commands as c

_KINDS: dict[str, type] = {
    name: kind for name, kind in vars(c).items() if isinstance(kind, type) and is_dataclass(kind) and name[0] != "_"
}


def to_json(command: c.Command) -> Any:
    """As stored in a state."""
    return _packed(command)


def from_json(raw: Any) -> c.Command:
    """Inverse of `to_json`.

    Raises:
        KeyError: for a kind of command that this version does not have.
        TypeError: for one whose fields have changed.
    """
    return cast(c.Command, _unpacked(raw))


def _packed(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        own = {item.name: _packed(getattr(value, item.name)) for item in fields(value)}
        return {"command": type(value).__name__, "fields": own}
    if isinstance(value, tuple):
        return {"tuple": [_packed(item) for item in value]}
    return value


def _unpacked(raw: Any) -> Any:
    if not isinstance(raw, dict):
        return raw
    if raw.keys() == {"command", "fields"}:
        return _KINDS[raw["command"]](**{name: _unpacked(value) for name, value in raw["fields"].items()})
    return tuple(_unpacked(item) for item in raw["tuple"]) if raw.keys() == {"tuple"} else raw
