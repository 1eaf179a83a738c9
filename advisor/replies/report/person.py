"""Who advises whom: the plan in short, the operator, the answers given, and the risk that suits."""

from __future__ import annotations

from typing import Any

from advisor.domain.documents import Issuer
from advisor.domain.plan import Plan
from advisor.domain.reply import Notice, Text
from advisor.profiling import RISK_SLOTS
from advisor.profiling.questions import SCALE_SLOTS
from advisor.replies import plan as plan_words
from advisor.replies.answers import spoken
from advisor.replies.format import money, number, percent
from advisor.replies.headline import Result, glide_words, headline, levers_notice
from advisor.replies.host import in_words
from advisor.replies.questionnaire import question
from advisor.replies.reasons import told
from advisor.replies.report.parts import Parts, listed, rows_of
from advisor.replies.wording import known, say

_MONEY = ("initial_amount", "monthly_amount", "target_amount")
# Slot -> the field of the stored answers, where the names differ.
_FIELDS = {"debt": "debt_rate", "emergency_fund": "emergency_fund_months", "horizon": "horizon_years"}
_BEFORE_RISK = (
    *("goal", "horizon", "currency", "initial_amount", "monthly_amount", "target_amount", "wanted_return", "debt"),
    *("emergency_fund", "income_stability", "share_of_savings", "early_need", "loss_limit"),
)
_AFTER_RISK = ("experience", "exclusions")
# Answers that only some plans need, each a row where it was given.
_ALSO_MONEY = ("income_wanted", "pension_monthly", "debt_amount", "monthly_spending")
_ALSO_NUMBERS = ("pension_from_years", "spending_years", "retirement_age")


def in_short(result: Result, locale: str) -> Parts:
    """The plan's opening words, and what comes before it or would help it."""
    missing = levers_notice(result, locale)
    first = result["save_first"]
    rate, earn = percent(locale, result["debt_rate"], 1), percent(locale, result["investing_return"], 1)
    blocks: list[Text | Notice] = [Text(headline(result, locale))]
    if first:
        blocks.append(Notice("warning", say(locale, f"save_first.{first}", rate=rate, earn=earn)))
    blocks.extend([missing] if missing else [])
    glides = glide_words(result, locale)
    blocks.extend([Text(glides)] if glides else [])
    blocks.append(plan_words.source_notice(result, locale))
    return tuple(blocks)


def who(issuer: Issuer, locale: str) -> Parts:
    """The operator and his licence, and that a program advises."""
    said = {"operator": issuer.operator, "licence": issuer.licence, "paid": issuer.paid}
    values = {name: in_words(name, text, locale) for name, text in said.items()}
    return (
        Text(say(locale, "report.issuer.who", **values)),
        Text(say(locale, "report.issuer.program")),
        Text(say(locale, "report.issuer.never")),
    )


def answers(plan: Plan, locale: str) -> Parts:
    """Each question with its answer, and whether the investor gave it or we did."""
    inputs = plan.inputs
    labels = [say(locale, f"report.answers.{key}") for key in ("what", "answer", "from")]
    rows = []
    about_risk = SCALE_SLOTS if inputs.get("full_scale") else RISK_SLOTS
    for slot in (*_BEFORE_RISK, *about_risk, *_AFTER_RISK):
        given = say(locale, f"report.answers.{_whose(slot, inputs)}")
        rows.append((_asked(slot, locale), _answer(slot, inputs, locale), given))
    rows += [(*row, say(locale, "report.answers.you")) for row in _also(inputs, locale)]
    lead = say(locale, "report.answers.lead")
    if inputs.get("not_asked"):
        lead = f"{lead} {say(locale, 'report.answers.not_needed')}"
    return (Text(lead), rows_of("answers", "", labels, rows))


def _whose(slot: str, inputs: dict[str, Any]) -> str:
    """Where an answer comes from: the investor, our default, or nowhere, because it could not change the advice."""
    if slot in inputs.get("not_asked", ()):
        return "not_asked"
    if slot in inputs.get("withdrawn", ()):
        return "withdrawn"
    return "default" if slot in inputs["defaulted"] else "you"


def _also(inputs: dict[str, Any], locale: str) -> list[tuple[str, str]]:
    """What was said beside the usual questions; a plan from before these were asked has none of it."""
    currency = inputs["currency"]
    said = {name: money(locale, inputs[name], currency) for name in _ALSO_MONEY if inputs.get(name) is not None}
    said |= {name: number(locale, inputs[name]) for name in _ALSO_NUMBERS if inputs.get(name) is not None}
    if inputs.get("birth_year") is not None:
        said["birth_year"] = str(inputs["birth_year"])
    return [(say(locale, f"report.answers.also.{name}"), value) for name, value in said.items()]


def _asked(slot: str, locale: str) -> str:
    """The question; that of the currency is only asked where nothing told it."""
    return say(locale, f"ask.{slot}") if known(locale, f"ask.{slot}") else question(locale, slot).text


def _answer(slot: str, inputs: dict[str, Any], locale: str) -> str:
    if slot in (*RISK_SLOTS, *SCALE_SLOTS):
        slots, given = (RISK_SLOTS, inputs["risk"]) if slot in RISK_SLOTS else (SCALE_SLOTS, inputs["full_scale"])
        place = slots.index(slot)
        value: Any = given[place] if place < len(given) else ""
        return spoken(slot, value, locale, inputs["currency"]) if value else say(locale, "report.answers.not_stated")
    value = inputs[_FIELDS.get(slot, slot)]
    if slot == "horizon":
        value = {"years": value}
    elif slot in _MONEY:
        value = None if value is None else {"amount": value, "currency": inputs["currency"]}
    elif slot == "exclusions":
        value = value or None
    return spoken(slot, value, locale, inputs["currency"])


def profile(result: Result, locale: str) -> Parts:
    """Wish and room for risk, what counts, and every reason that was recorded for it."""
    found = result["profile"]
    wish = {key: number(locale, found[f"willingness{end}"], 0) for key, end in _ENDS}
    rows = [
        ("wish", say(locale, "report.profile.wish_range", **wish)),
        ("room", number(locale, found["capacity"], 0)),
        ("counts", number(locale, found["ceiling"], 0)),
        ("word", say(locale, f"words.{found['word']}")),
        ("budget", percent(locale, max(0.0, found["cvar_budget"]), 1)),
        ("shares", percent(locale, found["equity_cap"], 0)),
    ]
    if result["save_first"]:
        rows.append(("first", say(locale, f"report.profile.first_{result['save_first']}")))
    labels = [say(locale, f"report.profile.{key}") for key in ("what", "figure")]
    cells = [(say(locale, f"report.profile.{key}"), value) for key, value in rows]
    about_risk = [item for item in result["reasons"] if not item["key"].startswith(_ELSEWHERE)]
    reasons = listed(say(locale, "report.profile.reasons"), told(about_risk, locale))
    return (
        Text(say(locale, "report.profile.lead")),
        rows_of("profile", "", labels, cells),
        *(reasons or (Text(say(locale, "report.profile.no_reasons")),)),
        *(_contradiction(pair, locale) for pair in found["contradictions"]),
    )


def _contradiction(pair: list[str], locale: str) -> Notice:
    first, second = (say(locale, f"labels.{slot}") for slot in pair)
    return Notice("info", say(locale, "why_plan.contradiction", first=first, second=second))


_ENDS = (("score", ""), ("low", "_low"), ("high", "_high"))
_ELSEWHERE = ("choice.", "wanted_return.", "moments.", "constraints.", "purpose.", "willingness.conflict")
"""Reasons about the mix, which the plan's section tells, and contradictions, which get a notice each."""
