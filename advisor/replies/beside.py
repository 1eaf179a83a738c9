"""The plan beside other ways to build a portfolio: one table and one picture, and that none is proven better."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any

from advisor.domain.chart import ChartSpec
from advisor.domain.money import minor_digits
from advisor.domain.reply import Block, Column, Table, Text
from advisor.replies import plan as plan_words
from advisor.replies import views
from advisor.replies.format import roughly
from advisor.replies.plan import Result
from advisor.replies.wording import listing, say

Shown = tuple[Block | ChartSpec, ...]


def compare(result: Result, found: dict[str, Any], locale: str) -> Shown:
    """The plan beside 1/N, 60/40 and the strategies `found`, as a table and on the plot of risk against return."""
    words = [say(locale, "compare.what"), say(locale, "compare.honest"), *_missing(found, locale)]
    words.append(plan_words.source_line(result, locale))
    return (_table(result, found, locale), _chart(result, found, locale), Text(" ".join(words)))


def frontier(result: Result, found: dict[str, Any], locale: str) -> Shown:
    """Risk against return with the plan, the simple mixes and the strategies."""
    words = [say(locale, "frontier_view.lead"), say(locale, "frontier_view.terms"), *_missing(found, locale)]
    words.append(plan_words.source_line(result, locale))
    return (Text(" ".join(words)), _chart(result, found, locale), _table(result, found, locale))


def _table(result: Result, found: dict[str, Any], locale: str) -> Table:
    letters = _letters(result, found)
    columns = (
        Column("name", say(locale, "tables.mix")),
        Column("shares", say(locale, "tables.in_shares"), "percent"),
        Column("expected_return", say(locale, "tables.expected"), "percent"),
        Column("bad_year", say(locale, "tables.bad_year"), "money"),
        Column("worst", say(locale, "tables.worst"), "percent"),
    )
    digits = minor_digits(result["currency"])
    rows = tuple(
        {
            "name": _name(item["name"], letters, locale),
            "shares": found["equity"][item["name"]],
            "expected_return": item["expected_return"],
            "bad_year": {
                "amount": str(roughly(item["bad_year_amount"], digits)),
                "currency": result["currency"],
            },
            "worst": item["worst_year"],
        }
        for item in found["comparison"]
    )
    return Table("comparison", say(locale, "tables.strategies"), columns, rows)


def _chart(result: Result, found: dict[str, Any], locale: str) -> ChartSpec:
    """Points of the strategies carry letters, because several lie close together; the table says which is which."""
    return views.frontier_chart(found["frontier"], result, locale, _letters(result, found))


def _letters(result: Result, found: dict[str, Any]) -> dict[str, str]:
    simple = {item["name"] for item in result["comparison"]}
    others = [item["name"] for item in found["comparison"] if item["name"] not in simple]
    return dict(zip(others, ascii_uppercase, strict=False))


def _name(name: str, letters: dict[str, str], locale: str) -> str:
    said = say(locale, f"mixes.{name}")
    return f"{letters[name]}. {said}" if name in letters else said


def _missing(found: dict[str, Any], locale: str) -> list[str]:
    names = listing(locale, (say(locale, f"mixes.{name}") for name in found["missing"]))
    return [say(locale, "compare.missing", names=names)] if names else []
