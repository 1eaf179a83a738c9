"""Languages by what people call them: "German", "Deutsch", "de"."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from advisor.dialogue.nlu.lexicon import packaged
from advisor.dialogue.nlu.text import clean

_CODE_LENGTH = 2
# Codes that are common words of a language we speak: "ja", "hi", "it", "da", "es".
_WORDS = frozenset({"ja", "hi", "it", "da", "es"})


def tongue(name: str) -> str | None:
    """The ISO 639-1 code of a language that somebody names, also one that we do not speak; None for any other word.

    A code counts as well, unless it is a common word.
    """
    return _names().get(_said(name))


def is_code(name: str) -> bool:
    """Whether somebody wrote no more than a code ("de"), which by itself may be anything."""
    return len(_said(name)) == _CODE_LENGTH


def _said(name: str) -> str:
    return clean(name).casefold().strip(" .,!?")


@cache
def _names() -> Mapping[str, str]:
    raw = packaged("tongues.yaml")
    by_name = {name: code for code, names in raw.items() for name in names}
    return by_name | {code: code for code in raw if code not in _WORDS}
