"""What comes before investing and after saving: the cushion and the debt month by month, and the money that is paid out."""

from __future__ import annotations

from typing import Any

from advisor.domain.reply import Text
from advisor.replies.answers import span
from advisor.replies.chances import chance_words
from advisor.replies.format import estimate, money, month, number
from advisor.replies.headline import Result
from advisor.replies.report.parts import Parts, rows_of
from advisor.replies.wording import listing, say

_LABELS = ("what", "figure")


def before(result: Result, locale: str) -> Parts:
    """What is done first and what that saves; nothing for a plan that invests at once."""
    found = result.get("first_steps")
    if not found:
        return ()
    order = listing(locale, (say(locale, f"report.profile.first_{name}") for name in found["order"]))
    said = [say(locale, "report.before.lead", order=order)]
    schedule = found["schedule"]
    if schedule is None:
        names = listing(locale, (say(locale, f"report.answers.also.{slot}") for slot in found["missing"]))
        return (Text(" ".join((*said, say(locale, "report.before.missing", names=names)))),)
    return (Text(said[0]), rows_of("first_steps", "", _heads(locale), _steps(schedule, result["currency"], locale)))


def _steps(schedule: dict[str, Any], currency: str, locale: str) -> list[tuple[str, str]]:
    """Amounts are sums of money to be paid, so they are said exactly."""
    starts = schedule["invests_on"]
    free = schedule["debt_free"]
    values = {
        "invests": say(locale, "report.before.never") if starts is None else month(locale, starts),
        "free": say(locale, "report.before.never") if free is None else span(locale, free / 12),
        "interest": money(locale, schedule["interest"], currency),
        "saved": money(locale, schedule["saved"], currency),
    }
    return [(say(locale, f"report.before.{key}"), value) for key, value in values.items()]


def after(result: Result, locale: str) -> Parts:
    """How long the money lasts once it is paid out; nothing for a plan that is reached on a day."""
    found = result.get("spending")
    if not found:
        return ()
    currency = result["currency"]
    until = number(locale, found["until_age"], 0)
    life = say(locale, "report.after.life" if found["age_known"] else "report.after.usual_age", age=until)
    dry = found["dry_date"]
    values = {
        "begins": span(locale, found["first_years"]) if found["first_years"] else say(locale, "report.plan.now"),
        "lasts": span(locale, found["years_of_payments"]),
        "payment": estimate(locale, found["payment"], currency),
        "own": estimate(locale, found["payment_from_savings"], currency),
        "chance": chance_words(found, locale, "cell"),
        **{f"holds_{key[-1]}": estimate(locale, amount, currency) for key, amount in found["sustainable"].items()},
        "dry": say(locale, "report.after.not_dry") if dry is None else month(locale, dry),
    }
    rows = [(say(locale, f"report.after.{key}"), value) for key, value in values.items()]
    lead = say(locale, "report.after.lead")
    return (Text(f"{lead} {life}" if found["for_life"] else lead), rows_of("spending", "", _heads(locale), rows))


def _heads(locale: str) -> list[str]:
    return [say(locale, f"report.profile.{key}") for key in _LABELS]
