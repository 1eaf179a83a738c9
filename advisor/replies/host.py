"""Who runs this installation, as far as he left the words for it to us."""

from __future__ import annotations

from advisor.replies.wording import FALLBACK, say


def in_words(name: str, text: str, locale: str) -> str:
    """The operator's own text as he gave it; ours ("operator", "licence", "paid") in the reader's language.

    Raises:
        KeyError: for a name that the catalogue has no words of ours for.
    """
    key = f"host.{name}"
    return say(locale, key) if text == say(FALLBACK, key) else text
