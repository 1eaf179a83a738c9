"""Recorded reasons in words. A reason says what a computation did; nothing is made up afterwards."""

from __future__ import annotations

from typing import Any

from advisor.replies.answers import span
from advisor.replies.format import month, number, percent
from advisor.replies.questionnaire import question
from advisor.replies.wording import known, say

_FRACTIONS = frozenset(
    {
        "rate",
        "plan_return",
        "limit",
        "budget",
        "cap",
        "cvar",
        "equity",
        "weight",
        "wanted",
        "reachable",
        "intensity",
        "share",
        "ceiling_return",
        "equity_cap",
        "cash_added",
        "worst",
    }
)
_AGES = frozenset({"start_age", "until_age"})


def told(reasons: list[dict[str, Any]], locale: str) -> list[str]:
    """Each reason as a sentence, in the order recorded; those too technical for an investor or without effect are left out."""
    lines: list[str] = []
    for reason in reasons:
        key = f"reasons.{reason['key']}"
        if reason["key"].startswith("ceiling.") and not _points(reason):
            key = "reasons.ceiling.equal"
        if known(locale, key) and not (reason["key"].startswith("capacity.") and not _points(reason)):
            lines.append(say(locale, key, **_values(reason, locale)))
    return list(dict.fromkeys(lines))


def _values(reason: dict[str, Any], locale: str) -> dict[str, str]:
    said = {name: _figure(name, value, locale) for name, value in reason["values"].items()}
    points = _points(reason)
    said["effect"] = say(locale, "values.point" if points == 1 else "values.points", n=number(locale, points, 0))
    slot = str(reason["values"].get("slot") or reason["key"].rsplit(".", 1)[-1])
    answer = reason["values"].get("answer")
    if isinstance(answer, str):
        said["answer"] = _label(slot, answer, locale)
    for name in ("first", "second"):
        if name in reason["values"] and known(locale, f"labels.{reason['values'][name]}"):
            said[name] = say(locale, f"labels.{reason['values'][name]}")
    return said


def _points(reason: dict[str, Any]) -> int:
    """The size of an effect on a score in whole points."""
    return abs(round(float(reason["effect"])))


def _figure(name: str, value: float | str, locale: str) -> str:
    if isinstance(value, str):
        return month(locale, value) if name == "until" else value
    if name == "years":
        return span(locale, value)
    if name in _AGES:
        return number(locale, value, 0)
    return percent(locale, value, 1) if name in _FRACTIONS else number(locale, value, 1)


def _label(slot: str, answer: str, locale: str) -> str:
    try:
        return next((o.label for o in question(locale, slot).options if o.id == answer), answer)
    except KeyError:
        return answer
