"""Views of a plan on demand: why, compare, frontier, history, costs, shopping list, the plan again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from advisor.domain.chart import ChartSpec, FrontierPlot, Lines
from advisor.domain.reply import Block, Column, Notice, Table, Text
from advisor.replies import plan as plan_words
from advisor.replies.answers import span
from advisor.replies.format import day, estimate, month, number, percent
from advisor.replies.plan import Result
from advisor.replies.reasons import told
from advisor.replies.wording import known, say, say_in

Shown = tuple[Block | ChartSpec, ...]


def why(result: Result, locale: str, _argument: str) -> Shown:
    """The reasons that the computation recorded, the strongest first, and what each part is for."""
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
    lines += tuple(_limit(name, result, locale) for name in result["binding"])
    reasons = "\n".join(f"- {line}" for line in lines if line)
    currency = result["currency"]
    uses = "\n".join(
        f"- **{h['name']}**: {say_in(locale, currency, 'purposes.' + h['class'])}" for h in result["holdings"]
    )
    parts = "\n".join((say(locale, "why_plan.parts"), "", uses))
    blocks: list[Block | ChartSpec] = [Text(f"{lead}\n\n{reasons}"), Text(parts)]
    blocks.extend(
        Notice("info", say(locale, "why_plan.contradiction", **_labels(pair, locale)))
        for pair in profile["contradictions"]
    )
    return tuple(blocks)


def compare(result: Result, locale: str, _argument: str) -> Shown:
    """The plan beside 1/N and 60/40, with the sentence that none is proven better."""
    text = f"{say(locale, 'compare.what')} {say(locale, 'compare.honest')} {plan_words.source_line(result, locale)}"
    return (plan_words.comparison_table(result, locale), Text(text))


def frontier(result: Result, locale: str, _argument: str) -> Shown:
    """Risk against return with the plan's point."""
    points = tuple(
        (say(locale, f"mixes.{p['name']}"), p["volatility"], p["expected_return"]) for p in result["frontier"]["points"]
    )
    plot = FrontierPlot(
        curve=tuple((v, r) for v, r in result["frontier"]["curve"]),
        points=points,
        highlight=say(locale, "mixes.plan"),
        watermark=plan_words.watermark(result, locale),
    )
    title = say(locale, "charts.frontier")
    figures = "; ".join(f"{label}: {percent(locale, v, 1)} / {percent(locale, r, 1)}" for label, v, r in points)
    spec = ChartSpec("frontier", title, f"{say(locale, 'charts.frontier_alt')} {figures}.", plot, locale)
    return (Text(f"{say(locale, 'frontier_view.lead')} {plan_words.source_line(result, locale)}"), spec)


def history(result: Result, locale: str, _argument: str) -> Shown:
    """How the mix would have done, beside 1/N and 60/40: hindsight, and called that."""
    past = result["history"]
    series = {say(locale, f"mixes.{name}"): tuple(values) for name, values in past["growth"].items()}
    lines = Lines(tuple(past["dates"]), series, "index", watermark=plan_words.watermark(result, locale))
    ends = "; ".join(f"{name}: {number(locale, values[-1], 2)}" for name, values in series.items())
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


def costs(result: Result, locale: str, _argument: str) -> Shown:
    """Costs of a year and of the whole term; the unknown is named."""
    figures = result["costs"]
    text = plan_words.costs_sentence(result, locale)
    if figures["term_amount"] is not None:
        term = estimate(locale, figures["term_amount"], result["currency"])
        text += " " + say(locale, "costs.term", amount=term, time=span(locale, result["horizon_years"]))
    if figures["purchase"] is not None:
        text += " " + say(
            locale, "costs.purchase", amount=estimate(locale, figures["purchase_amount"], result["currency"])
        )
        if figures["purchase_unknown"]:
            text += " " + say(locale, "costs.partly", names=", ".join(figures["purchase_unknown"]))
    return (Text(f"{text} {say(locale, 'costs.taxes')} {plan_words.source_line(result, locale)}"),)


def shopping_list(result: Result, locale: str, argument: str) -> Shown:
    """Whole shares and the cash left. For a rehearsal only when asked a second time, because its prices are old."""
    if result["source"]["rehearsal"] and argument != "again":
        return (Notice("warning", say(locale, "shopping.rehearsal")),)
    lines, left = _whole_shares(result)
    if not lines:
        return (Text(say(locale, "shopping.nothing")),)
    columns = (
        Column("name", say(locale, "tables.part")),
        Column("symbol", say(locale, "tables.symbol")),
        Column("shares", say(locale, "tables.shares"), "number"),
        Column("price", say(locale, "tables.price"), "money"),
        Column("amount", say(locale, "tables.amount"), "money"),
    )
    last = day(locale, result["source"]["last"])
    caption = say(locale, "shopping.caption", left=plan_words.exact(left, result, locale), last=last)
    unpriced = [h for h in result["holdings"] if _unpriced(h)]
    if unpriced:
        amount = plan_words.exact(sum((Decimal(h["amount"]) for h in unpriced), Decimal(0)), result, locale)
        caption += " " + say(locale, "shopping.unpriced", amount=amount, names=", ".join(h["name"] for h in unpriced))
    return (Table("shopping_list", caption, columns, tuple(lines)),)


def _whole_shares(result: Result) -> tuple[list[dict[str, Any]], Decimal]:
    """Lines to buy, and what is left in cash of the money that they are bought with (not of the parts without a price)."""
    money = sum((Decimal(h["amount"]) for h in result["holdings"] if not _unpriced(h)), Decimal(0))
    spent = Decimal(0)
    lines: list[dict[str, Any]] = []
    for holding in result["holdings"]:
        if holding["price"] is None:
            continue
        price = Decimal(holding["price"])
        shares = int(Decimal(holding["amount"]) / price)
        if shares:
            cost = price * shares
            spent += cost
            cell = {"name": holding["name"], "symbol": holding["symbol"], "shares": shares}
            lines.append(
                cell
                | {
                    k: {"amount": str(v), "currency": result["currency"]}
                    for k, v in (("price", price), ("amount", cost))
                }
            )
    return lines, money - spent


def _unpriced(holding: dict[str, Any]) -> bool:
    return holding["price"] is None and holding["group"] != "cash"


def _bad_year(result: Result, locale: str) -> str:
    """What the bad year rests on."""
    bad = result["bad_year"]
    if bad["fraction"] == 0:
        return ""
    words = {"loss": percent(locale, bad["fraction"], 1)}
    if bad["basis"] == "history":
        words |= {name: month(locale, bad[name]) for name in ("from", "to")}
    return say(locale, f"why_plan.bad_year_{bad['basis']}", **words)


def _limit(name: str, result: Result, locale: str) -> str:
    """A limit that the mix has reached. That of a single class is its share."""
    kind, currency = name.removeprefix("cap."), result["currency"]
    if known(locale, f"classes.{kind}"):
        share = sum(h["weight"] for h in result["holdings"] if h["class"] == kind)
        return say(locale, "limits.cap", part=say_in(locale, currency, f"classes.{kind}"), share=percent(locale, share))
    return say_in(locale, currency, f"limits.{name}")


def show(result: Result, locale: str, _argument: str) -> Shown:
    """The plan again."""
    return plan_words.present(result, locale)


def _labels(pair: list[str], locale: str) -> dict[str, str]:
    return {"first": say(locale, f"labels.{pair[0]}"), "second": say(locale, f"labels.{pair[1]}")}


VIEWS: dict[str, Callable[[Result, str, str], Shown]] = {
    "plan_why": why,
    "compare": compare,
    "frontier": frontier,
    "history": history,
    "costs": costs,
    "shopping_list": shopping_list,
    "show_plan": show,
}
