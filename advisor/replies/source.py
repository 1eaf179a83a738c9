"""Where numbers came from, in the reader's language."""

from __future__ import annotations

from datetime import date

from advisor.replies.format import day
from advisor.replies.wording import known, say


def source_words(name: str, title: str, last: date | str, locale: str) -> str:
    """A source with the date of its last price: once, and in the reader's form of it."""
    key = f"sources.{name}"
    return say(locale, key if known(locale, key) else "sources.other", title=title, last=day(locale, last))
