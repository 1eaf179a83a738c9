"""An answer in words: for the summary, for echoes and for the stated defaults."""

from __future__ import annotations

from typing import Any

from babel import Locale

from advisor.domain.reply import Block, Choices, Column, Option, Table, Text
from advisor.profiling.questions import RISK_SLOTS, SCALE_SLOTS
from advisor.replies.format import babel_locale, money, number, percent
from advisor.replies.inflection import Inflected, inflected
from advisor.replies.questionnaire import question
from advisor.replies.wording import known, listing, say

_EMPTY = {
    "target_amount": "values.no_target",
    "spending_years": "values.for_life",
    "pension_from": "values.from_first_payment",
    "exclusions": "values.nothing",
    **dict.fromkeys(("wanted_return", "loss_limit", "income_wanted", "birth_year"), "values.not_set"),
    **dict.fromkeys(("debt_amount", "monthly_spending"), "values.not_set"),
}
_AMOUNTS = frozenset({"initial_amount", "target_amount", "debt_amount"})
_SENTENCES = frozenset({"income_stability", "share_of_savings", "early_need", "experience", *RISK_SLOTS, *SCALE_SLOTS})
_MONTHLY = frozenset({"monthly_amount", "income_wanted", "pension_monthly", "monthly_spending"})


def spoken(slot: str, value: Any, locale: str, currency: str | None) -> str:
    """A slot's value as an investor would say it."""
    if value is None:
        return say(locale, _EMPTY.get(slot, "values.none"))
    if slot in _AMOUNTS | _MONTHLY:
        amount = money(locale, value["amount"], value["currency"] or currency or "USD")
        return say(locale, "values.per_month", amount=amount) if slot in _MONTHLY else amount
    if slot in ("wanted_return", "loss_limit", "debt"):
        return say(locale, "values.none") if slot == "debt" and value == 0 else percent(locale, value, 1)
    match slot:
        case "horizon" | "pension_from" | "spending_years":
            return _horizon(value, locale)
        case "emergency_fund" | "birth_year":
            return _counted(slot, value, locale)
        case "currency":
            return currency_name(locale, value)
        case "settle_contradiction":
            return _settled(value, locale)
    return _labels(slot, value, locale)


def quoted(slot: str, value: Any, locale: str, currency: str | None) -> str:
    """The same inside a sentence: an answer that is a sentence itself stands in quotation marks."""
    said = spoken(slot, value, locale, currency)
    return say(locale, "values.quoted", answer=said) if slot in _SENTENCES and isinstance(value, str) else said


def currency_name(locale: str, code: str) -> str:
    """ "US Dollar (USD)"."""
    names: Locale = babel_locale(locale)
    return f"{names.currencies.get(code, code)} ({code})"


def _settled(value: dict[str, Any], locale: str) -> str:
    """Which of two answers counts."""
    if value["way"] == "leave" or not value["pair"]:
        return say(locale, "values.both_count")
    kept = value["pair"][0 if value["way"] == "keep_first" else 1]
    return say(locale, "values.one_counts", label=say(locale, f"labels.{kept}"))


def _counted(slot: str, value: float, locale: str) -> str:
    """A number of months, or a year."""
    if slot == "birth_year":
        return str(int(value))
    return in_months(locale, value)


def _labels(slot: str, value: Any, locale: str) -> str:
    labels = {option.id: option.label for option in question(locale, slot).options}
    chosen = value if isinstance(value, list | tuple) else [value]
    return listing(locale, (labels.get(item) or _kind(str(item), locale) for item in chosen))


def _kind(item: str, locale: str) -> str:
    """A kind of investment that was typed and is no button."""
    keys = (f"groups.{item}", f"classes.{item}")
    return next((say(locale, key) for key in keys if known(locale, key)), item)


def span(locale: str, years: float) -> Inflected:
    """A stretch of time in years, or in months below one year."""
    months = round(years * 12)
    if months < 12:
        return in_months(locale, months)
    rounded = round(years, 1)
    return inflected(locale, "values", "one_year" if rounded == 1 else "years", n=number(locale, rounded))


def in_months(locale: str, months: float) -> Inflected:
    """A stretch of time in months, however many."""
    return inflected(locale, "values", "month" if months == 1 else "months", n=number(locale, months))


def headed(label: str) -> str:
    """A label as a heading of its own: only its first letter changes, for some languages write nouns with capitals."""
    return label[:1].upper() + label[1:]


def _horizon(value: dict[str, Any], locale: str) -> str:
    said = span(locale, float(value["years"]))
    until = value.get("until")
    return f"{said} ({str(until)[:4]})" if until else said


def summary(answers: list[tuple[str, Any, bool]], locale: str, currency: str) -> tuple[Block, ...]:
    """All answers as a table: (slot, value, whether it is our default)."""
    rows = []
    for slot, value, defaulted in answers:
        text = spoken(slot, value, locale, currency)
        rows.append(
            {
                "what": headed(say(locale, f"labels.{slot}")),
                "answer": say(locale, "values.skipped", value=text) if defaulted else text,
            }
        )
    blocks = (Choices((Option("full_scale", say(locale, "buttons.full_scale")),)),) if _offers_all(answers) else ()
    columns = (Column("what", say(locale, "summary.what")), Column("answer", say(locale, "summary.answer")))
    table = Table("summary", say(locale, "summary.caption"), columns, tuple(rows))
    return (Text(say(locale, "summary.lead")), table, *blocks)


def _offers_all(answers: list[tuple[str, Any, bool]]) -> bool:
    """Whether the thirteen questions can still be asked: somebody takes risk and did not answer them yet."""
    slots = {slot for slot, _, _ in answers}
    return "experience" in slots and slots.isdisjoint(SCALE_SLOTS)
