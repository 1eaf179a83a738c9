"""The list to buy: shares, prices, amounts, what is left, and what is not in it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from advisor.domain.chart import ChartSpec
from advisor.domain.reply import Block, Choices, Column, Notice, Option, Table, Text
from advisor.replies.format import day, money
from advisor.replies.plan import Result
from advisor.replies.translated import all_translated, translated
from advisor.replies.wording import listing, say

Shown = tuple[Block | ChartSpec, ...]

AGAIN = "again"
FRACTIONS = "fractions"
MINIMUM = "minimum="
"""Words of the view's argument: asked a second time, in parts of shares, with a least amount for each line."""


def held_back(locale: str) -> Shown:
    """Why a rehearsal does not show its list at once."""
    return (Notice("warning", say(locale, "shopping.rehearsal")),)


def shopping_list(_result: Result, found: dict[str, Any], locale: str) -> Shown:
    """The list `found`, with the other way to count shares as a button."""
    whole = found["method"] != FRACTIONS
    notes = _notes(found, locale)
    if not found["lines"]:
        said = " ".join((say(locale, "shopping.nothing" if whole else "shopping.nothing_at_all"), *notes))
        return (Text(said), *_offer(found, locale))
    columns = (
        Column("name", say(locale, "tables.part")),
        Column("symbol", say(locale, "tables.symbol")),
        Column("shares", say(locale, "tables.shares"), "number"),
        Column("price", say(locale, "tables.price"), "money"),
        Column("amount", say(locale, "tables.amount"), "money"),
    )
    rows = tuple(
        {
            "name": translated(line["name"], locale),
            "symbol": line["symbol"],
            "shares": _count(line["shares"]),
            "price": _cell(line["price"], found["currency"]),
            "amount": _cell(line["amount"], found["currency"]),
        }
        for line in found["lines"]
    )
    caption = say(
        locale,
        "shopping.caption" if whole else "shopping.caption_fractions",
        left=money(locale, found["left"], found["currency"]),
        last=day(locale, found["last"]),
    )
    table = Table("shopping_list", " ".join((caption, *notes)), columns, rows)
    return (table, *_offer(found, locale))


def _notes(found: dict[str, Any], locale: str) -> list[str]:
    """What is not in the list, and why."""
    lines = []
    if found["unpriced"]:
        amount = sum((Decimal(item["amount"]) for item in found["unpriced"]), Decimal(0))
        names = listing(locale, (translated(item["name"], locale) for item in found["unpriced"]), apart=True)
        lines.append(say(locale, "shopping.unpriced", amount=money(locale, amount, found["currency"]), names=names))
    if found["no_share"]:
        lines.append(
            say(
                locale,
                "shopping.no_share",
                names=listing(locale, all_translated(found["no_share"], locale), apart=True),
            )
        )
    if found["too_small"]:
        least = money(locale, found["minimum"], found["currency"])
        lines.append(
            say(
                locale,
                "shopping.too_small",
                least=least,
                names=listing(locale, all_translated(found["too_small"], locale), apart=True),
            )
        )
    if found["method"] == "rounded_down" and found["lines"]:
        lines.append(say(locale, "shopping.rounded_down"))
    return lines


def _offer(found: dict[str, Any], locale: str) -> tuple[Block, ...]:
    if found["method"] == FRACTIONS or not (found["lines"] or found["no_share"]):
        return ()
    return (Choices((Option("shopping_fractions", say(locale, "buttons.shopping_fractions")),)),)


def _cell(amount: str, currency: str) -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def _count(shares: str) -> int | float:
    count = Decimal(shares)
    return int(count) if count == count.to_integral_value() else float(count)
