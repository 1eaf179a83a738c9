"""What a year of waiting costs."""

from __future__ import annotations

from typing import Any

from advisor.domain.reply import Block, Text
from advisor.replies.chances import share_words
from advisor.replies.format import estimate
from advisor.replies.source import source_line
from advisor.replies.wording import say

Result = dict[str, Any]
OTHER = "other"
"""The argument of a question about another wait than the one that is worked out."""


def later_start(result: Result, locale: str, argument: str) -> tuple[Block, ...]:
    """The middle outcome and the chance of starting a year later beside those of starting now."""
    if result["save_first"] in ("debt", "buffer"):
        return (Text(say(locale, "later_start.save_first")),)
    found, currency = result["projection"]["later_start"], result["currency"]
    if found is None:
        return (Text(say(locale, "later_start.too_near")),)
    said = [say(locale, "later_start.one_year")] if argument == OTHER else []
    middle, now = (estimate(locale, found[name], currency) for name in ("middle", "middle_now"))
    said.append(say(locale, "later_start.middle", middle=middle, now=now))
    if found["chance"] is not None:
        chance, before = (share_words(found[name], locale) for name in ("chance", "chance_now"))
        same = "same_" if chance == before else ""
        said.append(say(locale, f"later_start.{same}chance", chance=chance, now=before))
    return (Text(" ".join((*said, say(locale, "later_start.waits"), source_line(result, locale)))),)
