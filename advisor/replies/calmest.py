"""The calmest plan that reaches the goal often enough, beside the present one."""

from __future__ import annotations

from typing import Any

from advisor.domain.chart import ChartSpec
from advisor.domain.reply import Block, Choices, Option, Text
from advisor.replies import plan as plan_words
from advisor.replies.format import percent
from advisor.replies.plan import Result
from advisor.replies.wording import say


def calmest(result: Result, found: dict[str, Any], locale: str) -> tuple[Block | ChartSpec, ...]:
    """What the plan `found` may earn and lose, with a button to take it over; or that there is none, with the best chance."""
    wanted, source = percent(locale, found["wanted_chance"]), plan_words.source_line(result, locale)
    if found["wanted_return"] is None:
        said = say(locale, "calmest.none", wanted=wanted, chance=percent(locale, found["chance"]))
        return (Text(f"{said} {source}"),)
    said = say(
        locale,
        "calmest.found",
        wanted=wanted,
        rate=percent(locale, found["expected_return"], 1),
        loss=percent(locale, found["cvar"], 1),
        now=percent(locale, result["expected_return"], 1),
        now_loss=percent(locale, result["cvar"], 1),
    )
    return (Text(f"{said} {source}"), Choices((Option("apply_what_if", say(locale, "calmest.take")),)))
