"""The wording catalogue: every sentence by key and locale. A further language is a further folder of files with the same keys."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

FALLBACK = "en"

if TYPE_CHECKING:
    from yaml import SafeLoader as _Loader
else:
    # the parser in C where it was built: ten times as quick
    _Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def locales() -> tuple[str, ...]:
    """Languages there is a catalogue for."""
    folder = files(__package__)
    return tuple(sorted(item.name for item in folder.iterdir() if item.is_dir() and not item.name.startswith("_")))


@cache
def _catalogue(language: str) -> dict[str, str]:
    flat: dict[str, str] = {}
    for item in files(__package__).joinpath(language).iterdir():
        if item.name.endswith(".yaml"):
            flat.update(_flatten(yaml.load(item.read_text("utf-8"), Loader=_Loader), ""))  # noqa: S506 - a safe loader
    return flat


def _flatten(raw: dict[Any, Any], prefix: str) -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for name, value in raw.items():
        if isinstance(value, dict):
            flat.extend(_flatten(value, f"{prefix}{_text(name)}."))
        else:
            flat.append((f"{prefix}{_text(name)}", str(value)))
    return flat


def _text(name: object) -> str:
    """YAML reads bare yes and no as truth values; as keys they are words here."""
    return {True: "yes", False: "no"}.get(name, str(name)) if isinstance(name, bool) else str(name)


def language_of(locale: str) -> str:
    """The catalogue's language for a locale: "en-GB" -> "en"; English where there is none."""
    language = locale.replace("_", "-").split("-")[0].lower()
    return language if language in locales() else FALLBACK


def say(locale: str, key: str, **values: object) -> str:
    """The sentence under `key`, filled.

    Raises:
        KeyError: for a key or a value that is missing: both are our mistakes and are held by tests.
    """
    return _catalogue(language_of(locale))[key].format(**values)


def say_in(locale: str, currency: str, key: str, **values: object) -> str:
    """The sentence under `key` as it is said of a plan in this currency: "Short US Treasuries" in dollars.

    Raises:
        KeyError: as `say`.
    """
    own = f"in_currency.{currency}.{key}"
    return say(locale, own if known(locale, own) else key, **values)


def known(locale: str, key: str) -> bool:
    """Whether the catalogue has this key."""
    return key in _catalogue(language_of(locale))


def catalogue(locale: str) -> dict[str, str]:
    """Every entry of the locale's language, by key."""
    return dict(_catalogue(language_of(locale)))


def listing(locale: str, items: Iterable[str], *, apart: bool = False) -> str:
    """Several words as a list: "a, b, c"; `apart` where they hold commas themselves."""
    return say(locale, "lists.apart" if apart else "lists.together").join(items)


def under(locale: str, prefix: str) -> dict[str, str]:
    """All entries below a key: `under("en", "glossary")` -> {"bond": ...}."""
    start = f"{prefix}."
    return {
        key.removeprefix(start): text for key, text in _catalogue(language_of(locale)).items() if key.startswith(start)
    }
