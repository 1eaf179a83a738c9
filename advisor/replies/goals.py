"""Several goals in words: each with its plan, all of them together; what a change in life did; the yearly look at the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from advisor.domain.chart import ChartSpec, Donut
from advisor.domain.investor import Reason
from advisor.domain.records import GoalStatus
from advisor.domain.reply import Block, Choices, Column, Notice, Option, Table, Text
from advisor.replies import plan as plan_words
from advisor.replies.answers import headed, span, spoken
from advisor.replies.chances import chance_words
from advisor.replies.format import estimate, money, percent
from advisor.replies.headline import Result, bad_year_words, group_words, mix_words
from advisor.replies.wording import listing, say, say_in

Shown = tuple[Block | ChartSpec, ...]
_SWITCHES = 6


@dataclass(frozen=True, slots=True)
class Seen:
    """One goal as it is shown: its name and status, the answers (`inputs`) and the result of its plan."""

    name: str
    status: GoalStatus
    inputs: dict[str, Any]
    result: Result
    id: str


def together(seen: Sequence[Seen], whole: dict[str, Any], newest: Result, locale: str) -> Shown:
    """A table of all goals, and what they are as one: total, joint mix, joint bad year. `newest` names the source of prices."""
    counted = [item for item in seen if item.id not in whole["left_out"]]
    blocks: list[Block | ChartSpec] = [Text(_lead(counted, whole, locale)), _table(seen, locale)]
    if whole["parts"] and len(counted) > 1:
        blocks.append(_donut(whole, newest, locale))
    apart = [item.name for item in seen if item.id in whole["left_out"]]
    if apart:
        blocks.append(Notice("info", say(locale, "goals.left_out", names=listing(locale, apart))))
    return (*blocks, plan_words.source_notice(newest, locale))


def next_steps(unplanned: Sequence[str], others: Sequence[tuple[str, str]], locale: str) -> tuple[Block, ...]:
    """Goals that have no plan yet, and a button to turn to each of the others: (key, name)."""
    lines = [Notice("info", say(locale, "goals.unplanned", names=listing(locale, unplanned)))] if unplanned else []
    options = tuple(
        Option(f"goal_{key}", say(locale, "goals.switch_button", name=name)) for key, name in others[:_SWITCHES]
    )
    return (*lines, *((Choices(options),) if options else ()))


def none(locale: str) -> tuple[Block, ...]:
    """There is no goal with a plan."""
    return (Text(say(locale, "goals.none")),)


def what_changed(before: Result, after: Result, locale: str, *, others: bool) -> tuple[Block, ...]:
    """What a plan made anew says differently; `others`: other goals still stand on the answers before."""
    same = before["weights"] == after["weights"] and before["save_first"] == after["save_first"]
    said = say(
        locale,
        "life.same_plan" if same else "life.plan_before",
        mix=mix_words(before, locale),
        loss=bad_year_words(before, locale),
    )
    return (Notice("info", f"{said} {say(locale, 'life.other_goals')}" if others else said),)


def restated(locale: str) -> tuple[Block, ...]:
    """That the answers stand as they are for another year."""
    return (Text(say(locale, "life.restated")),)


def review_offer(reason: Reason, locale: str) -> tuple[Block, ...]:
    """Why the answers should be looked at again, with two ways to go on."""
    options = tuple(Option(key, say(locale, f"buttons.{key}")) for key in ("review_same", "review"))
    return (Notice("info", say(locale, reason.key, **reason.values)), Choices(options))


def review(answers: Sequence[tuple[str, Any, bool]], locale: str, currency: str) -> tuple[Block, ...]:
    """All answers as a table: (slot, value, whether it is our default)."""
    rows = []
    for slot, value, defaulted in answers:
        text = spoken(slot, value, locale, currency)
        said = say(locale, "values.skipped", value=text) if defaulted else text
        rows.append({"what": headed(say(locale, f"labels.{slot}")), "answer": said})
    columns = (Column("what", say(locale, "summary.what")), Column("answer", say(locale, "summary.answer")))
    return (Text(say(locale, "life.review")), Table("answers", say(locale, "summary.caption"), columns, tuple(rows)))


def _lead(counted: Sequence[Seen], whole: dict[str, Any], locale: str) -> str:
    currency = whole["currency"]
    if len(counted) < 2:
        return say(locale, "goals.one")
    now = sum((Decimal(item.inputs["initial_amount"]) for item in counted), Decimal(0))
    monthly = sum((Decimal(item.inputs["monthly_amount"]) for item in counted), Decimal(0))
    shares: dict[str, float] = {}
    for part in whole["parts"]:
        shares[part["group"]] = shares.get(part["group"], 0.0) + part["share"]
    total = Decimal(whole["total"])
    said = say(
        locale,
        "goals.together",
        now=money(locale, now, currency),
        monthly=money(locale, monthly, currency),
        mix=group_words(shares, locale),
        loss=estimate(locale, whole["bad_year"]["amount"], currency),
        stake=money(locale, total, currency),
    )
    saved = [item.name for item in counted if item.result["amount_is_monthly"]]
    return f"{said} {say(locale, 'goals.year_of_savings', names=listing(locale, saved))}" if saved else said


def _table(seen: Sequence[Seen], locale: str) -> Table:
    columns = (
        Column("goal", say(locale, "goals.goal")),
        Column("now", say(locale, "goals.now"), "money"),
        Column("monthly", say(locale, "goals.monthly"), "money"),
        Column("time", say(locale, "goals.time")),
        Column("mix", say(locale, "goals.mix")),
        Column("chance", say(locale, "goals.chance")),
        Column("bad_year", say(locale, "goals.bad_year")),
    )
    return Table("goals", say(locale, "goals.caption"), columns, tuple(_row(item, locale) for item in seen))


def _row(item: Seen, locale: str) -> dict[str, Any]:
    result, currency = item.result, item.result["currency"]
    paused = item.status is GoalStatus.PAUSED
    return {
        "goal": say(locale, "goals.paused_name", name=item.name) if paused else item.name,
        "now": {"amount": item.inputs["initial_amount"], "currency": currency},
        "monthly": {"amount": item.inputs["monthly_amount"], "currency": currency},
        "time": span(locale, result["horizon_years"]),
        "mix": mix_words(result, locale),
        "chance": _chance(result, locale),
        "bad_year": bad_year_words(result, locale),
    }


def _chance(result: Result, locale: str) -> str:
    if result["later"] or result["projection"]["target"] is None:
        return say(locale, "goals.no_target")
    return chance_words(result["projection"], locale, "cell")


def _donut(whole: dict[str, Any], newest: Result, locale: str) -> ChartSpec:
    """The joint mix as a donut."""
    slices = tuple(
        (say_in(locale, whole["currency"], f"classes.{part['class']}"), part["share"], part["group"])
        for part in whole["parts"]
    )
    parts = listing(locale, (f"{label} {percent(locale, share, 1)}" for label, share, _ in slices), apart=True)
    title = say(locale, "goals.chart")
    donut = Donut(slices, watermark=plan_words.watermark(newest, locale))
    return ChartSpec("goals", title, f"{title}. {parts}.", donut, locale)
