"""Intents about the talk itself and about somebody's own data, as commands: a table, so that a new one is a row. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from advisor.dialogue import commands as c
from advisor.dialogue.nlu.intents import Recognised
from advisor.dialogue.nlu.tongues import tongue

LINKING = "link_"
"""What the payload of a deep link begins with that hands in a code."""

_PLAIN: dict[str, c.Command] = {
    "export": c.Export(),
    "delete": c.Erase(),
    "unlink": c.Unlink(),
    "stop_messages": c.Quiet(),
    "wake": c.Wake(),
    "wait": c.Wait(),
    "goodbye": c.EndSession(),
    "frustrated": c.Talk("talk.frustrated"),
}
_SCORES = frozenset("12345")


def order_of(found: Recognised, text: str) -> c.Command | None:
    """The command of such an intent; None for any other."""
    if found.intent in _PLAIN:
        return _PLAIN[found.intent]
    made = _WITH_ARGUMENTS.get(found.intent)
    return made(found.arguments, text) if made else None


def _language(said: Mapping[str, str], _text: str) -> c.Command:
    named = said.get("language", "")
    return c.SwitchLanguage(tongue(named) or named.strip(" .,?"))


def _link(said: Mapping[str, str], _text: str) -> c.Command:
    return c.Link(said.get("code", "").strip(" .").removeprefix(LINKING))


def _start(said: Mapping[str, str], _text: str) -> c.Command | None:
    payload = said.get("payload", "")
    return c.Link(payload.removeprefix(LINKING)) if payload.startswith(LINKING) else None


def _sessions(said: Mapping[str, str], _text: str) -> c.Command:
    number = said.get("number", "").strip(" .#")
    return c.Sessions(int(number) if number.isascii() and number.isdecimal() and len(number) < 4 else None)


def _rate(said: Mapping[str, str], text: str) -> c.Command:
    score = said.get("score", "").strip(" .")
    return c.Rate(int(score)) if score in _SCORES else c.Rate(None, text if "verdict" in said else "")


_WITH_ARGUMENTS: dict[str, Callable[[Mapping[str, str], str], c.Command | None]] = {
    "language": _language,
    "link": _link,
    "start": _start,
    "sessions": _sessions,
    "rate": _rate,
    "human": lambda said, _text: c.Handoff(said.get("topic", "")),
}
