"""Where numbers came from, in the reader's language."""

from __future__ import annotations

from datetime import date
from typing import Any

from advisor.replies.format import day
from advisor.replies.translated import all_translated
from advisor.replies.wording import known, say


def source_words(name: str, title: str, last: date | str, locale: str) -> str:
    """A source with the date of its last price: once, and in the reader's form of it."""
    key = f"sources.{name}"
    return say(locale, key if known(locale, key) else "sources.other", title=title, last=day(locale, last))


def source_line(result: dict[str, Any], locale: str) -> str:
    """The source and its last day, with what was tried before it."""
    source = result["source"]
    words = source_words(source["name"], source["title"], source["last"], locale)
    return " ".join((say(locale, "source_line", source=words), *all_translated(source["fallback_notes"], locale)))


def watermark(result: dict[str, Any], locale: str) -> str:
    """What is written across the pictures of a rehearsal."""
    return say(locale, "watermark") if result["source"]["rehearsal"] else ""
