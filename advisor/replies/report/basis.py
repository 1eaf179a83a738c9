"""What the plan rests on: the method, the sources, what can go wrong, and the entries by which it can be checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.domain.plan import Plan
from advisor.domain.reply import Notice, Text
from advisor.replies.format import day, number, percent
from advisor.replies.headline import Result
from advisor.replies.plan import source_line
from advisor.replies.report.parts import Parts, listed, rows_of
from advisor.replies.translated import all_translated, translated
from advisor.replies.wording import known, listing, say

_FIGURES = 6


def method(result: Result, locale: str) -> Parts:
    """How the plan was worked out, and which solvers were tried."""
    rates = {key: percent(locale, result["source"][key], 2) for key in ("bill", "ten_year")}
    weeks, first = number(locale, result["moments"]["weeks"]), day(locale, result["moments"]["first"])
    solvers = listing(locale, (_solver(item, locale) for item in result["solvers_tried"]), apart=True)
    how = say(locale, "report.method.exact" if result["frontier"]["exact"] else "report.method.near")
    mixes = (say(locale, "report.method.mixes"), say(locale, "report.method.solvers", solvers=solvers), how)
    return (
        Text(say(locale, "report.method.risk", weeks=weeks, first=first)),
        Text(say(locale, "report.method.means", **rates)),
        Text(" ".join(mixes)),
        Text(say(locale, "report.method.futures")),
        Text(say(locale, "report.method.again")),
    )


def _solver(tried: Mapping[str, Any], locale: str) -> str:
    key = f"report.method.solver_names.{tried['solver']}"
    name = say(locale, key) if known(locale, key) else str(tried["solver"])
    outcome = say(locale, "report.method.ok") if tried["outcome"] == "ok" else translated(str(tried["outcome"]), locale)
    return say(locale, "report.method.solver", solver=name, outcome=outcome)


def sources(result: Result, locale: str) -> Parts:
    """Where prices, rates and inflation come from, with their dates and what is known to be wrong with them."""
    source, projection = result["source"], result["projection"]
    rates = {key: percent(locale, source[key], 2) for key in ("bill", "ten_year")}
    said = [source_line(result, locale), say(locale, "report.sources.rates", **rates)]
    if projection["inflation_note"]:
        said.append(say(locale, "report.sources.inflation", note=translated(projection["inflation_note"], locale)))
    warned = (Notice("warning", say(locale, "report.sources.rehearsal")),) if source["rehearsal"] else ()
    incomes = (
        f"**{translated(h['name'], locale)}**: {translated(h['income_note'], locale)}"
        for h in result["holdings"]
        if h["income_note"]
    )
    return (
        Text(" ".join(said)),
        *warned,
        *listed(say(locale, "report.sources.about"), (*all_translated(source["notes"], locale), *incomes)),
    )


def limits(locale: str) -> Parts:
    """What can go wrong, what was not asked, and when to look again."""
    pairs = (("risks", "risk_list"), ("not_asked", "not_asked_list"))
    texts = ("\n\n".join(say(locale, f"report.limits.{key}") for key in pair) for pair in pairs)
    return tuple(Text(text) for text in (*texts, say(locale, "report.limits.again")))


def record(plan: Plan, locale: str) -> Parts:
    """The entries by which the plan is found and computed again, and every recorded reason as it was recorded."""
    result = plan.result
    entries = (
        ("plan", plan.id),
        ("made", plan.created_at.isoformat(sep=" ", timespec="seconds")),
        ("data", plan.data_hash),
        ("code", plan.code_version),
        ("form", str(result["format"])),
        ("estimates", str(result["moments"]["version"])),
        ("paths", number(locale, result["projection"]["paths"])),
    )
    labels = [say(locale, f"report.record.{key}") for key in ("what", "value")]
    rows = [(say(locale, f"report.record.{key}"), value) for key, value in entries]
    heads = [say(locale, f"report.record.{key}") for key in ("key", "values", "effect")]
    reasons = [
        (item["key"], ", ".join(f"{k} = {_figure(v)}" for k, v in item["values"].items()), _figure(item["effect"]))
        for item in result["reasons"]
    ]
    return (
        Text(say(locale, "report.record.lead")),
        rows_of("record", "", labels, rows),
        rows_of("reasons", say(locale, "report.record.reasons"), heads, reasons, right=1),
    )


def _figure(value: float | str) -> str:
    """A recorded value to six significant digits, as the program writes it."""
    return value if isinstance(value, str) else f"{value + 0.0:.{_FIGURES}g}"
