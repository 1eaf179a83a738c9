"""Whether anything could be made of a message. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.dialogue import commands as c

# Said to what nobody can read.
_UNKNOWN = frozenset({"talk.out_of_scope", "talk.glossary_unknown"})


def is_read(commands: Iterable[c.Command]) -> bool:
    """Whether one of the commands says or does something beside a rejection."""
    return any(map(_says_something, commands))


def _says_something(command: c.Command) -> bool:
    if isinstance(command, c.Tentative):
        return is_read(command.otherwise)
    return not isinstance(command, c.Unreadable) and not (isinstance(command, c.Talk) and command.key in _UNKNOWN)
