"""Views of a plan that its stored result alone holds: the frontier, the past, the plan again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from advisor.domain.chart import ChartSpec, FrontierPlot, Lines
from advisor.domain.reply import Block, Column, Table, Text
from advisor.replies import plan as plan_words
from advisor.replies.format import day, number, percent
from advisor.replies.later_start import later_start
from advisor.replies.part import part, risk
from advisor.replies.plan import Result
from advisor.replies.reasons import told
from advisor.replies.spending import spending
from advisor.replies.wording import listing, say

Shown = tuple[Block | ChartSpec, ...]


def frontier(result: Result, locale: str, _argument: str) -> Shown:
    """Risk against return with the plan's point."""
    lead = f"{say(locale, 'frontier_view.lead')} {plan_words.source_line(result, locale)}"
    return (Text(lead), frontier_chart(result["frontier"], result, locale))


def frontier_chart(
    drawn: dict[str, Any], result: Result, locale: str, letters: Mapping[str, str] = MappingProxyType({})
) -> ChartSpec:
    """A curve and points as a picture with the plan's point on top; `drawn` is in the form of a result's "frontier".

    Points named in `letters` carry their letter; the alternative text says what it stands for.
    """
    names = {p["name"]: say(locale, f"mixes.{p['name']}") for p in drawn["points"]}
    points = [(p["name"], p["volatility"], p["expected_return"]) for p in drawn["points"]]
    plot = FrontierPlot(
        curve=tuple((v, r) for v, r in drawn["curve"]),
        points=tuple((letters.get(name, names[name]), v, r) for name, v, r in points),
        highlight=say(locale, "mixes.plan"),
        watermark=plan_words.watermark(result, locale),
    )
    said = {name: f"{letters[name]}. {names[name]}" if name in letters else names[name] for name in names}
    figures = listing(
        locale,
        (f"{said[name]}: {percent(locale, v, 1)} / {percent(locale, r, 1)}" for name, v, r in points),
        apart=True,
    )
    alt = f"{say(locale, 'charts.frontier_alt')} {figures}."
    return ChartSpec("frontier", say(locale, "charts.frontier"), alt, plot, locale)


def history(result: Result, locale: str, _argument: str) -> Shown:
    """How the mix would have done, beside 1/N and 60/40: hindsight, and called that."""
    past = result["history"]
    series = {say(locale, f"mixes.{name}"): tuple(values) for name, values in past["growth"].items()}
    lines = Lines(tuple(past["dates"]), series, "index", watermark=plan_words.watermark(result, locale))
    ends = listing(locale, (f"{name}: {number(locale, values[-1], 2)}" for name, values in series.items()), apart=True)
    title = say(locale, "charts.history")
    alt = say(
        locale,
        "charts.history_alt",
        first=day(locale, past["dates"][0]),
        last=day(locale, past["dates"][-1]),
        ends=ends,
    )
    columns = (
        Column("name", say(locale, "tables.mix")),
        Column("yearly", say(locale, "tables.yearly"), "percent"),
        Column("worst", say(locale, "tables.worst"), "percent"),
        Column("drawdown", say(locale, "tables.drawdown"), "percent"),
    )
    rows = tuple(
        {"name": say(locale, f"mixes.{m['name']}")} | {k: m[k] for k in ("yearly", "worst", "drawdown")}
        for m in past["figures"]
    )
    stand_ins = "\n".join(f"- {line}" for line in told(past["notes"], locale))
    honest = f"{say(locale, 'history_view.honest')} {plan_words.source_line(result, locale)}"
    honest += f"\n\n{stand_ins}" if stand_ins else ""
    table = Table(
        "history", say(locale, "tables.history", first=past["dates"][0][:4], last=past["dates"][-1][:4]), columns, rows
    )
    return (ChartSpec("history", title, alt, lines, locale), table, Text(honest))


def show(result: Result, locale: str, _argument: str) -> Shown:
    """The plan again."""
    return plan_words.present(result, locale)


VIEWS: dict[str, Callable[[Result, str, str], Shown]] = {
    "frontier": frontier,
    "history": history,
    "show_plan": show,
    "spending": spending,
    "later_start": later_start,
    "plan_part": part,
    "my_risk": risk,
}
