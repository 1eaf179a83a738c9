"""The package's tables of words, as plain values."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from yaml import SafeLoader as _Base
else:
    # the parser in C where it was built: ten times as quick
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_WORDS = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:null")


class _WordLoader(_Base):
    """YAML whose yes, no, on, off and null stay words: in tables of phrases a silent True would be a trap."""


_WordLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _WORDS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def packaged(*path: str) -> dict[str, Any]:
    """One of the package's YAML files as plain values."""
    text = files("advisor.dialogue.nlu").joinpath("data", *path).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=_WordLoader)  # noqa: S506 - a subclass of the safe loader
    return loaded
