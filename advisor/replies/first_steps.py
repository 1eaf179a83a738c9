"""What comes before investing, with its dates and money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from advisor.replies.answers import in_months, span
from advisor.replies.format import estimate, money, month
from advisor.replies.wording import listing, say

_MONTHS = 12
_COUNTED = 24


def first_steps_words(result: dict[str, Any], locale: str) -> str:
    """When the debt is gone or the cushion full, when investing begins and what the order saves; else what has to be told for that.

    Empty where nothing comes before investing.
    """
    found = result.get("first_steps")
    if not found:
        return ""
    if found["schedule"] is None:
        missing = found["missing"][0] if len(found["missing"]) == 1 else "both"
        return say(locale, f"first_steps.missing.{missing}")
    schedule, currency = found["schedule"], result["currency"]
    in_debt = "debt" in found["order"]
    if schedule["invests_on"] is None:
        least = estimate(locale, Decimal(schedule["least_monthly"]), currency)
        never = in_debt and schedule["debt_free"] is None and Decimal(schedule["least_monthly"]) > 0
        return say(locale, "first_steps.never_debt" if never else "first_steps.never_buffer", least=least)
    if schedule["invests_from"] == 0:
        return say(locale, "first_steps.at_once", parts=_now(schedule["months"][0], currency, locale))
    done = schedule["debt_free"] if in_debt else schedule["invests_from"]
    values = {"time": _time(done, locale), "when": _when(result, locale)}
    if not in_debt:
        return say(locale, "first_steps.buffer", **values)
    paid = say(locale, "first_steps.debt", interest=estimate(locale, Decimal(schedule["interest"]), currency), **values)
    return f"{paid} {_saved(schedule, currency, locale)}"


def _when(result: dict[str, Any], locale: str) -> str:
    """The month in which investing begins; on old data the time until then, for the month would lie in the past."""
    schedule = result["first_steps"]["schedule"]
    if result["source"]["rehearsal"]:
        return say(locale, "first_steps.after", time=_time(schedule["invests_from"], locale))
    return say(locale, "first_steps.in_month", month=month(locale, schedule["invests_on"]))


def _time(months: int, locale: str) -> str:
    """Months are counted as such for two years."""
    if months >= _COUNTED:
        return span(locale, months / _MONTHS)
    return in_months(locale, months)


def _saved(schedule: dict[str, Any], currency: str, locale: str) -> str:
    """What paying first saves for sure, beside what investing first might have earned."""
    return say(
        locale,
        "first_steps.saved",
        saved=estimate(locale, Decimal(schedule["saved"]), currency),
        forgone=estimate(locale, Decimal(schedule["forgone"]), currency),
    )


def _now(first: dict[str, Any], currency: str, locale: str) -> str:
    parts = [
        say(locale, f"first_steps.{name}", amount=money(locale, first[name], currency))
        for name in ("to_buffer", "to_debt")
        if Decimal(first[name]) > 0
    ]
    return listing(locale, parts)
