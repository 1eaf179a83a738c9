"""The small language of the intent patterns: `[optional|other] (one|another) {argument} plain words`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from advisor.dialogue.nlu.lexer import lex

ARGUMENT = "{"
_MOST = 4_000
_PART = re.compile(r"\[([^\]]*)\]|\(([^)]*)\)|(\{\w+\})|([^\[({]+)")


def expand(pattern: str) -> Iterator[tuple[str, ...]]:
    """Every sentence a pattern stands for, as words; an argument is one word that starts with `ARGUMENT`.

    Raises:
        ValueError: for a pattern that stands for nothing or for more sentences than a table should hold.
    """
    choices: list[list[tuple[str, ...]]] = []
    for optional, group, argument, plain in _PART.findall(pattern):
        if argument:
            choices.append([(ARGUMENT + argument.strip("{}"),)])
        elif optional or group:
            choices.append([part for item in (optional or group).split("|") for part in expand_part(item)])
            if optional:
                choices[-1].append(())
        elif plain.strip():
            choices.append([lex(plain).words])
    count = 1
    for item in choices:
        count *= len(item)
    if not choices or count > _MOST:
        raise ValueError(f"The pattern {pattern!r} stands for {count if choices else 0} sentences.")
    for parts in product(*choices):
        yield tuple(word for part in parts for word in part)


def expand_part(item: str) -> list[tuple[str, ...]]:
    """One alternative: plain words, which may hold an argument."""
    words: list[str] = []
    for part in re.split(r"(\{\w+\})", item):
        words.extend([ARGUMENT + part.strip("{}")] if part.startswith(ARGUMENT) else lex(part).words)
    return [tuple(words)]
