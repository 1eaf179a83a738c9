"""Why this plan: the reasons recorded, the limits it touches, what each part is for and brings in risk, what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from advisor.domain.chart import ChartSpec
from advisor.domain.reply import Block, Column, Notice, Table, Text
from advisor.replies import plan as plan_words
from advisor.replies.answers import in_months, span
from advisor.replies.format import month, number, percent
from advisor.replies.plan import Result
from advisor.replies.questionnaire import question
from advisor.replies.reasons import told
from advisor.replies.translated import translated
from advisor.replies.wording import known, say, say_in

Shown = tuple[Block | ChartSpec, ...]

_MONTHS = 12
_IN_YEARS = 2
_MOST_ANSWERS = 3
_NUMBERS = frozenset({"debt", "loss_limit"})


def why(result: Result, found: dict[str, Any], locale: str) -> Shown:
    """The reasons that the computation recorded, each part's share of money and of risk, and the turning points `found`."""
    profile = result["profile"]
    lead = say(
        locale,
        "why_plan.lead",
        word=say(locale, f"words.{profile['word']}"),
        willingness=number(locale, profile["willingness"], 0),
        low=number(locale, profile["willingness_low"], 0),
        high=number(locale, profile["willingness_high"], 0),
        capacity=number(locale, profile["capacity"], 0),
        budget=percent(locale, max(0.0, profile["cvar_budget"]), 1),
    )
    lines = (*told(result["reasons"], locale), _bad_year(result, locale), plan_words.glide_words(result, locale))
    lines += tuple(limit_words(name, result, locale) for name in result["binding"])
    reasons = "\n".join(f"- {line}" for line in lines if line)
    blocks: list[Block | ChartSpec] = [Text(f"{lead}\n\n{reasons}"), parts_table(result, locale, result["holdings"])]
    changes = "\n".join(f"- {line}" for line in turning_points(_as_in_mix(found, result), result["currency"], locale))
    blocks.append(Text(f"{say(locale, 'turning.lead')}\n\n{changes}"))
    blocks.extend(
        Notice("info", say(locale, "why_plan.contradiction", **_labels(pair, locale)))
        for pair in profile["contradictions"]
    )
    return tuple(blocks)


def parts_table(result: Result, locale: str, holdings: Sequence[dict[str, Any]]) -> Table:
    """The share of the money of each of these holdings beside its share of the risk, and what it is for."""
    columns = (
        Column("name", say(locale, "tables.part")),
        Column("share", say(locale, "tables.share"), "percent"),
        Column("risk", say(locale, "tables.risk_share"), "percent"),
        Column("purpose", say(locale, "tables.purpose")),
    )
    rows = tuple(
        {
            "name": translated(h["name"], locale),
            "share": h["weight"],
            "risk": h["risk_share"],
            "purpose": say_in(locale, result["currency"], "purposes." + h["class"]),
        }
        for h in holdings
    )
    return Table("risk_shares", say(locale, "why_plan.parts"), columns, rows)


def turning_points(found: dict[str, Any], currency: str, locale: str) -> list[str]:
    """What would change the advice, a sentence for each; where nothing within reach would, that is said."""
    lines = _of_horizon(found["horizon"], currency, locale) + _of_score(found["score"], currency, locale)
    for item in found["answers"][:_MOST_ANSWERS]:
        values = {"label": say(locale, f"labels.{item['slot']}"), "answer": _answer(item, locale)}
        lines.append(say(locale, "turning.answer", change=_change(item, currency, locale), **values))
    if not found["answers"]:
        lines.append(say(locale, "turning.no_answer"))
    for side in ("less", "more"):
        if found["amount"][side] is not None:
            lines.append(say(locale, f"turning.amount_{side}", change=_change(found["amount"][side], currency, locale)))
    if not any(found["amount"].values()):
        lines.append(say(locale, "turning.no_amount"))
    return lines


def _as_in_mix(found: Any, result: Result) -> Any:
    """The turning points with today's share of a class as the mix says it, where the class is all there is of its kind."""
    if isinstance(found, list):
        return [_as_in_mix(item, result) for item in found]
    if not isinstance(found, dict):
        return found
    if found.get("what") != "mix":
        return {name: _as_in_mix(item, result) for name, item in found.items()}
    groups = {h["class"]: h["group"] for h in result["holdings"]}
    group = groups.get(found["asset_class"])
    alone = group is not None and list(groups.values()).count(group) == 1
    return found | ({"before": plan_words.group_percent(result, group) / 100} if group and alone else {})


def _of_horizon(found: dict[str, Any], currency: str, locale: str) -> list[str]:
    lines = [
        say(
            locale,
            f"turning.{side}",
            time=_time(found[side]["months"], locale),
            change=_change(found[side], currency, locale),
        )
        for side in ("longer", "shorter")
        if found[side] is not None
    ]
    return lines or [say(locale, "turning.no_horizon")]


def _time(months: int, locale: str) -> str:
    """Months to the month: "15 months", "4 years and 7 months"."""
    years, rest = divmod(months, _MONTHS)
    if rest and years >= _IN_YEARS:
        both = {"years": span(locale, years), "months": span(locale, rest / _MONTHS)}
        return say(locale, "turning.years_and_months", **both)
    return in_months(locale, months) if rest else span(locale, years)


def _of_score(found: dict[str, Any], currency: str, locale: str) -> list[str]:
    lines = [
        say(
            locale,
            f"turning.{side}",
            points=say(
                locale,
                "values.point" if found[side]["points"] == 1 else "values.points",
                n=number(locale, found[side]["points"], 0),
            ),
            change=_change(found[side], currency, locale),
        )
        for side in ("higher", "lower")
        if found[side] is not None
    ]
    return lines or [say(locale, "turning.no_score")]


def _change(item: dict[str, Any], currency: str, locale: str) -> str:
    """What would be different."""
    if item["what"] == "mix":
        part = say_in(locale, currency, f"classes.{item['asset_class']}")
        before, after = percent(locale, item["before"]), percent(locale, item["after"])
        return say(locale, "turning.change.mix", part=part, before=before, after=after)
    if item["what"] == "word":
        said = {name: say(locale, f"words.{item[name]}") for name in ("before", "after")}
        return say(locale, "turning.change.word", **said)
    return say(locale, f"turning.change.{item['after'] or 'invest'}")


def _answer(item: dict[str, Any], locale: str) -> str:
    slot, answer = item["slot"], item["answer"]
    if slot in _NUMBERS:
        return percent(locale, answer, 1)
    if slot == "emergency_fund":
        return span(locale, answer / _MONTHS)
    return next((option.label for option in question(locale, slot).options if option.id == answer), answer)


def _bad_year(result: Result, locale: str) -> str:
    """What the bad year rests on."""
    bad = result["bad_year"]
    if bad["fraction"] == 0:
        return ""
    words = {"loss": percent(locale, bad["fraction"], 1)}
    if bad["basis"] == "history":
        words |= {name: month(locale, bad[name]) for name in ("from", "to")}
    return say(locale, f"why_plan.bad_year_{bad['basis']}", **words)


def limit_words(name: str, result: Result, locale: str) -> str:
    """A limit that the mix has reached. That of a single class is its share."""
    kind, currency = name.removeprefix("cap."), result["currency"]
    if known(locale, f"classes.{kind}"):
        share = sum(h["weight"] for h in result["holdings"] if h["class"] == kind)
        return say(locale, "limits.cap", part=say_in(locale, currency, f"classes.{kind}"), share=percent(locale, share))
    return say_in(locale, currency, f"limits.{name}")


def _labels(pair: list[str], locale: str) -> dict[str, str]:
    return {"first": say(locale, f"labels.{pair[0]}"), "second": say(locale, f"labels.{pair[1]}")}
