"""What a plan costs: in a year, over the whole term with and without growth, and when buying; the unknown is named."""

from __future__ import annotations

from typing import Any

from advisor.domain.chart import ChartSpec
from advisor.domain.reply import Block, Column, Table, Text
from advisor.replies import plan as plan_words
from advisor.replies.answers import span
from advisor.replies.format import estimate, percent
from advisor.replies.plan import Result
from advisor.replies.translated import all_translated
from advisor.replies.wording import listing, say


def costs(result: Result, found: dict[str, Any], locale: str) -> tuple[Block | ChartSpec, ...]:
    """The costs `found` as a table in money, and what it leaves out."""
    figures, currency = found["costs"], result["currency"]
    if figures["yearly"] is None and figures["purchase"] is None:
        unknown = (say(locale, "costs.unknown"), say(locale, "costs.taxes"), plan_words.source_line(result, locale))
        return (Text(" ".join(unknown)),)
    unknown_amount = say(locale, "tables.unknown")

    def money(value: float | None) -> str:
        return unknown_amount if value is None else estimate(locale, value, currency)

    time = span(locale, found["horizon_years"])
    share = "" if figures["yearly"] is None else percent(locale, figures["yearly"], 2)
    lines = (
        (
            say(locale, "costs.rows.year", share=share) if share else say(locale, "costs.rows.year_unknown"),
            "yearly_amount",
        ),
        (say(locale, "costs.rows.term", time=time), "term_amount"),
        (say(locale, "costs.rows.purchase"), "purchase_amount"),
    )
    rows = [{"what": label, "amount": money(figures[name])} for label, name in lines]
    rows.insert(2, {"what": say(locale, "costs.rows.drag", time=time), "amount": money(found["drag"])})
    columns = (Column("what", say(locale, "costs.what")), Column("amount", say(locale, "tables.amount")))
    table = Table("costs", say(locale, "costs.caption"), columns, tuple(rows))
    return (table, Text(_notes(result, found, locale)))


def _notes(result: Result, found: dict[str, Any], locale: str) -> str:
    figures = found["costs"]
    lines = [
        say(
            locale,
            f"costs.{name}_unknown",
            names=listing(locale, all_translated(figures[f"{name}_unknown"], locale), apart=True),
        )
        for name in ("yearly", "purchase")
        if figures[f"{name}_unknown"]
    ]
    if found["drag"] is not None:
        amount = estimate(locale, found["drag"], result["currency"])
        lines.insert(0, say(locale, "costs.drag_meaning", amount=amount))
    return " ".join((*lines, say(locale, "costs.taxes"), plan_words.source_line(result, locale)))
