"""What-if: the present plan beside the one under other answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from advisor.domain.chart import ChartSpec
from advisor.domain.reply import Block, Choices, Column, Notice, Option, Table, Text
from advisor.replies import plan as plan_words
from advisor.replies.answers import span, spoken
from advisor.replies.chances import chance_words
from advisor.replies.format import estimate, money, number, percent
from advisor.replies.plan import Result
from advisor.replies.reasons import told
from advisor.replies.wording import listing, say

# Quick examples behind the "What if" button: option id -> (slot, operation, value).
EXAMPLES: dict[str, tuple[str, str, Any]] = {
    "what_if_more": ("monthly_amount", "add", 100),
    "what_if_longer": ("horizon", "add", 3),
    "what_if_calmer": ("risk", "times", 0.5),
}

# Questions of the same kind that have views of their own.
_ALSO = ("later_start", "entering")


def ask(locale: str, currency: str) -> tuple[Block, ...]:
    """How to ask a what-if, with some to tap."""
    hundred = money(locale, 100, currency)
    options = [Option(key, say(locale, f"what_if.{key}", amount=hundred)) for key in EXAMPLES]
    options += [Option(key, say(locale, f"buttons.{key}")) for key in _ALSO]
    return (Text(say(locale, "what_if.ask", amount=hundred)), Choices(tuple(options)))


def compare(
    now: Result, then: Result, changes: list[tuple[str, str, Any]], locale: str
) -> tuple[Block | ChartSpec, ...]:
    """Both plans side by side, the picture of the new one, and a button to take it over."""
    columns = (
        Column("what", say(locale, "tables.figure")),
        Column("now", say(locale, "what_if.now")),
        Column("then", say(locale, "what_if.then")),
    )
    rows = tuple(
        {
            "what": say(locale, f"what_if.rows.{name}"),
            "now": _figure(now, name, locale),
            "then": _figure(then, name, locale),
        }
        for name in _rows(now, then)
    )
    said = listing(locale, (_change(change, now["currency"], locale) for change in changes), apart=True)
    caption = f"{say(locale, 'what_if.caption', changes=said)}. {plan_words.source_line(then, locale)}"
    table = Table("what_if", caption, columns, rows)
    kept = any(change[0] != "risk" for change in changes)
    take = (
        (Choices((Option("apply_what_if", say(locale, "what_if.take")),)),)
        if kept
        else (Text(say(locale, "what_if.risk_only")),)
    )
    wished = told([item for item in then["reasons"] if item["key"].startswith("wanted_return.")], locale)
    news = tuple(Notice("info", text) for text in wished if text not in told(now["reasons"], locale))
    return (table, *news, plan_words.projection_chart(then, locale), *take)


def _rows(now: Result, then: Result) -> list[str]:
    targeted = any(result["projection"]["target"] is not None for result in (now, then))
    paid_out = all(result.get("spending") for result in (now, then))
    wished = paid_out and any(result["spending"]["income_wanted"] is not None for result in (now, then))
    of_a_life = [*(["lasts"] if paid_out else []), *(["income"] if wished else [])]
    return ["mix", "bad_year", *(["chance"] if targeted else []), *of_a_life, "p10", "p50", "p90"]


def _figure(result: Result, name: str, locale: str) -> str:
    projection = result["projection"]
    if name == "mix":
        return plan_words.mix_words(result, locale)
    if name == "bad_year":
        return plan_words.bad_year_words(result, locale)
    if name == "chance":
        if projection["target"] is None:
            return say(locale, "values.no_target")
        return chance_words(projection, locale, "cell")
    if name == "lasts":
        return estimate(locale, result["spending"]["sustainable"]["0.8"], result["currency"])
    if name == "income":
        return _income(result["spending"], locale)
    return estimate(locale, projection["bands"][name][-1], result["currency"])


def _income(spent: dict[str, Any], locale: str) -> str:
    """The chance of the income that is wanted."""
    return say(locale, "values.not_set") if spent["income_wanted"] is None else chance_words(spent, locale, "cell")


def _change(change: tuple[str, str, Any], currency: str, locale: str) -> str:
    slot, operation, value = change
    label = say(locale, "what_if.risk") if slot == "risk" else say(locale, f"labels.{slot}")
    if operation == "times":
        factor = float(value)
        key = {0.5: "half", 2.0: "twice"}.get(factor, "times")
        return say(locale, f"what_if.operations.{key}", label=label, value=number(locale, factor, 2))
    if slot == "exclusions" and operation in ("add", "remove"):
        key = "leave_out" if operation == "add" else "take_in"
        return say(locale, f"what_if.operations.{key}", value=_value(slot, value, currency, locale))
    if operation == "add":
        key = "less" if float(value) < 0 else "add"
        said = _value(slot, abs(float(value)) if slot == "horizon" else abs(Decimal(str(value))), currency, locale)
        return say(locale, f"what_if.operations.{key}", label=label, value=said)
    return say(locale, f"what_if.operations.{operation}", label=label, value=_value(slot, value, currency, locale))


def _value(slot: str, value: Any, currency: str, locale: str) -> str:
    if slot in ("initial_amount", "monthly_amount", "target_amount", "income_wanted", "pension_monthly"):
        return money(locale, value, currency)
    if slot in ("horizon", "pension_from"):
        return span(locale, float(value))
    if slot in ("loss_limit", "wanted_return"):
        return percent(locale, float(value), 1)
    return number(locale, float(value), 2) if slot == "risk" else spoken(slot, value, locale, currency)
