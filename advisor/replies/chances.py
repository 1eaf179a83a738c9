"""Chances in words: so many futures in ten, with the range of what nobody knows."""

from __future__ import annotations

from typing import Any

from advisor.replies.format import in_ten
from advisor.replies.wording import say


def chance_words(projection: dict[str, Any], locale: str, form: str = "chance") -> str:
    """ "About **7 in 10** futures (5 to 8)": the range is that of the darker and the brighter half of what the mean may be.

    `form` "cell" is the same without the words around, for a table.
    """
    chance = in_ten(projection["chance"])
    if chance in (0, 10):
        return say(locale, f"plan.{form}_{'least' if chance == 0 else 'most'}")
    low, high = in_ten(projection["chance_low"]), in_ten(projection["chance_high"])
    if low == high:
        return say(locale, f"plan.{form}", chance=chance)
    return say(locale, f"plan.{form}_range", chance=chance, low=_end(low, locale), high=_end(high, locale))


def share_words(chance: float, locale: str) -> str:
    """ "about 7 in 10", for a share of futures without a range."""
    return chance_words({"chance": chance, "chance_low": chance, "chance_high": chance}, locale, "cell")


def _end(count: int, locale: str) -> str:
    """An end of a range: none and all of the futures are never promised."""
    return say(locale, "plan.under_one" if count == 0 else "plan.over_nine") if count in (0, 10) else str(count)
