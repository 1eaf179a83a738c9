"""All at once or bit by bit: what each has for it, on the same futures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from advisor.domain.reply import Block, Column, Table, Text
from advisor.replies.chances import share_words
from advisor.replies.format import estimate, in_ten, money
from advisor.replies.source import source_line
from advisor.replies.wording import say

Result = dict[str, Any]


def entering(result: Result, found: dict[str, Any], locale: str) -> tuple[Block, ...]:
    """Both ways over each number of months `found`, and which wins more often."""
    if not found["ways"]:
        return (Text(say(locale, "entering.too_near")),)
    lead = say(locale, "entering.lead", amount=money(locale, found["amount"], found["currency"]))
    verdict = say(locale, f"entering.{_verdict([way['chance_higher'] for way in found['ways']])}")
    return (Text(f"{lead} {verdict} {source_line(result, locale)}"), _table(found, locale))


def _verdict(chances: list[float]) -> str:
    """Which way ends higher; neither where every chance reads as five in ten."""
    if all(in_ten(chance) == 5 for chance in chances):
        return "once_even"
    return "parts_win" if all(chance > 0.5 for chance in chances) else "once_wins"


def _table(found: dict[str, Any], locale: str) -> Table:
    currency = found["currency"]
    told: dict[str, Callable[[dict[str, Any]], str]] = {
        "chance": lambda way: share_words(way["chance_higher"], locale),
        "cost": lambda way: _difference(-way["mean_cost"], currency, locale),
        "bad": lambda way: _difference(way["saved_when_bad"], currency, locale),
    }
    columns = [Column("what", say(locale, "tables.figure"))]
    columns += [
        Column(f"months_{way['months']}", say(locale, "entering.parts", months=way["months"])) for way in found["ways"]
    ]
    rows = tuple(
        {"what": say(locale, f"entering.rows.{name}")}
        | {f"months_{way['months']}": figure(way) for way in found["ways"]}
        for name, figure in told.items()
    )
    return Table("entering", say(locale, "entering.caption"), tuple(columns), rows)


def _difference(amount: float, currency: str, locale: str) -> str:
    """By how much the parts end higher or lower."""
    if round(amount) == 0:
        return say(locale, "entering.even")
    return say(
        locale, "entering.higher" if amount > 0 else "entering.lower", amount=estimate(locale, abs(amount), currency)
    )
