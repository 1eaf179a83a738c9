"""A plan's result in words and pictures. Every figure said here stands in the stored result."""

from __future__ import annotations

from decimal import Decimal

from advisor.domain.chart import ChartSpec, Donut, Fan
from advisor.domain.money import minor_digits
from advisor.domain.reply import Block, Choices, Column, Notice, Option, Table, Text
from advisor.replies.answers import span
from advisor.replies.chances import chance_words
from advisor.replies.first_steps import first_steps_words
from advisor.replies.format import estimate, money, number, percent, roughly
from advisor.replies.headline import (
    Result,
    bad_year_amounts,
    bad_year_words,
    glide_words,
    group_percent,
    headline,
    is_below_paid,
    levers_notice,
    mix_words,
    paid_words,
)
from advisor.replies.reasons import told
from advisor.replies.source import source_line, watermark
from advisor.replies.spending import bad_luck_words, length_words, life_chart, payment_words, shows_life
from advisor.replies.translated import all_translated, translated
from advisor.replies.wording import known, listing, say, say_in

__all__ = [
    "Result",
    "activated",
    "allocation_chart",
    "allocation_table",
    "bad_year_amounts",
    "bad_year_words",
    "chance_words",
    "comparison_table",
    "costs_sentence",
    "exact",
    "glide_words",
    "group_percent",
    "headline",
    "mix_words",
    "present",
    "projection_chart",
    "rough",
    "source_line",
    "source_notice",
    "watermark",
]

_WEEKS_A_YEAR = 52
_LONG_ENOUGH = 10  # years: fewer need not hold a crash


def present(result: Result, locale: str) -> tuple[Block | ChartSpec, ...]:
    """The plan's turn: at most 60 words, the mix, the projection, the table in money, three buttons."""
    blocks: list[Block | ChartSpec] = []
    if result["save_first"]:
        blocks.append(Notice("warning", _save_first(result, locale)))
    blocks.append(Text(headline(result, locale)))
    blocks.extend((allocation_chart(result, locale), projection_chart(result, locale)))
    blocks.extend([life_chart(result, locale)] if shows_life(result) else [])
    blocks.extend((allocation_table(result, locale), comparison_table(result, locale)))
    missing = levers_notice(result, locale)
    blocks.extend([missing] if missing else [])
    blocks.extend(Notice("info", text) for text in _remarks(result, locale))
    blocks.append(source_notice(result, locale))
    blocks.append(
        Choices(tuple(Option(key, say(locale, f"buttons.{key}")) for key in ("plan_why", "what_if", "compare")))
    )
    return tuple(blocks)


def rough(result: Result, locale: str) -> tuple[Block | ChartSpec, ...]:
    """A first picture from the first answers, with our defaults for the rest, and called that."""
    values = {"mix": mix_words(result, locale), "loss": bad_year_words(result, locale)}
    text = Text(f"{say(locale, 'plan.rough', **values)} {source_line(result, locale)}")
    return (text, allocation_chart(result, locale, name="first_picture"))


def _remarks(result: Result, locale: str) -> list[str]:
    """What the plan's few words leave out and nobody should have to ask for."""
    missed = [item for item in result["reasons"] if item["key"] == "wanted_return.out_of_reach"]
    years = result["moments"]["weeks"] / _WEEKS_A_YEAR
    short = say(locale, "plan.short_history", years=number(locale, years, 0)) if years < _LONG_ENOUGH else ""
    aimed = result["projection"]["target"] is not None and not result["later"]
    below = say(locale, "plan.below_paid", paid=paid_words(result, locale)) if aimed and is_below_paid(result) else ""
    return [
        text
        for text in (*told(missed, locale), below, short, glide_words(result, locale), _afterwards(result, locale))
        if text
    ]


def _afterwards(result: Result, locale: str) -> str:
    """Where the picture ends, and what follows for money that is lived from."""
    if result["goal"] == "income" and result["later"] and result.get("spending") is None:
        return say(locale, f"spending.{'debt' if result['save_first'] == 'debt' else 'cushion'}_first")
    aim = f"aims.{'first_picture.' if shows_life(result) else ''}{result['goal']}"
    if not known(locale, aim) or result["later"]:
        return ""
    said = [say(locale, aim)]
    if result["goal"] != "income" or result["projection"]["target"] is not None:
        said.append(payment_words(result, locale, alone=False))
    if shows_life(result):
        said += [length_words(result, locale), bad_luck_words(result, locale)]
    return " ".join(text for text in said if text)


def activated(locale: str) -> tuple[Block, ...]:
    """What happens next."""
    options = tuple(Option(key, say(locale, f"buttons.{key}")) for key in ("plan_why", "history", "costs", "report"))
    return (Text(say(locale, "activated")), Choices(options))


def exact(amount: Decimal, result: Result, locale: str) -> str:
    """An amount in the plan's currency."""
    return money(locale, amount, result["currency"])


def allocation_chart(result: Result, locale: str, name: str = "allocation") -> ChartSpec:
    """The mix as a donut."""
    slices = tuple(
        (say_in(locale, result["currency"], f"classes.{h['class']}"), h["weight"], h["group"])
        for h in result["holdings"]
    )
    parts = listing(locale, (f"{label} {percent(locale, share, 1)}" for label, share, _ in slices), apart=True)
    title = say(locale, f"charts.{name}")
    return ChartSpec(name, title, f"{title}. {parts}.", Donut(slices, watermark=watermark(result, locale)), locale)


def projection_chart(result: Result, locale: str) -> ChartSpec:
    """The range of outcomes over time, in today's money."""
    projection, currency = result["projection"], result["currency"]
    fan = Fan(
        years=tuple(projection["years"]),
        bands={name: tuple(values) for name, values in projection["bands"].items()},
        paid_in=tuple(projection["paid_in"]),
        currency=currency,
        target=projection["target"],
        watermark=watermark(result, locale),
    )
    title = say(locale, "charts.projection_cash" if result["later"] else "charts.projection")
    alt = say(
        locale,
        "charts.projection_alt",
        time=span(locale, projection["years"][-1]),
        paid=estimate(locale, projection["paid_in"][-1], currency),
        **{key: estimate(locale, projection["bands"][key][-1], currency) for key in ("p10", "p50", "p90")},
    )
    if projection["target"] is not None:
        alt += " " + say(locale, "charts.target_alt", target=money(locale, projection["target"], currency))
    return ChartSpec("projection", title, f"{title}. {alt}", fan, locale)


def allocation_table(result: Result, locale: str) -> Table:
    """Each part with its share, its money and its yearly fund cost; an unknown cost is called unknown."""
    monthly = result["amount_is_monthly"]
    columns = (
        Column("name", say(locale, "tables.part")),
        Column("symbol", say(locale, "tables.symbol")),
        Column("share", say(locale, "tables.share"), "percent"),
        Column("amount", say(locale, "tables.monthly_amount" if monthly else "tables.amount"), "money"),
        Column("fee", say(locale, "tables.fee")),
    )
    rows = tuple(
        {
            "name": translated(h["name"], locale),
            "symbol": h["symbol"],
            "share": h["weight"],
            "amount": {"amount": h["amount"], "currency": result["currency"]},
            "fee": say(locale, "tables.unknown")
            if h["expense_ratio"] is None
            else percent(locale, h["expense_ratio"], 2),
        }
        for h in result["holdings"]
    )
    return Table("allocation", f"{say(locale, 'tables.allocation')} {costs_sentence(result, locale)}", columns, rows)


def comparison_table(result: Result, locale: str) -> Table:
    """The plan beside equal parts and 60/40, by the same estimates."""
    columns = (
        Column("name", say(locale, "tables.mix")),
        Column("expected_return", say(locale, "tables.expected"), "percent"),
        Column("bad_year", say(locale, "tables.bad_year"), "money"),
        Column("worst", say(locale, "tables.worst"), "percent"),
    )
    rows = tuple(
        {
            "name": say(locale, f"mixes.{item['name']}"),
            "expected_return": item["expected_return"],
            "bad_year": _estimated(item["bad_year_amount"], result["currency"]),
            "worst": item["worst_year"],
        }
        for item in result["comparison"]
    )
    return Table("comparison", say(locale, "tables.comparison"), columns, rows)


def _estimated(amount: float, currency: str) -> dict[str, str]:
    return {"amount": str(roughly(amount, minor_digits(currency))), "currency": currency}


def costs_sentence(result: Result, locale: str) -> str:
    """What the plan costs in its first year, with the unknown named."""
    costs = result["costs"]
    if costs["yearly"] is None:
        return say(locale, "costs.unknown")
    amount = estimate(locale, costs["yearly_amount"], result["currency"])
    said = say(locale, "costs.yearly", amount=amount, share=percent(locale, costs["yearly"], 2))
    if costs["yearly_unknown"]:
        said += " " + say(
            locale, "costs.partly", names=listing(locale, all_translated(costs["yearly_unknown"], locale), apart=True)
        )
    return said


def source_notice(result: Result, locale: str) -> Notice:
    """The source, its last day and what it means: a rehearsal is said to be one."""
    line = source_line(result, locale)
    if result["source"]["rehearsal"]:
        return Notice("warning", f"{say(locale, 'plan.rehearsal')} {line}")
    return Notice("info", f"{line} {say(locale, 'plan.no_promise')}")


def _save_first(result: Result, locale: str) -> str:
    """What comes before investing; a dear debt is named also where something else comes before it."""
    first = result["save_first"]
    values = {"rate": percent(locale, result["debt_rate"], 1), "earn": percent(locale, result["investing_return"], 1)}
    said = say(locale, f"save_first.{first}", **values)
    indebted = first != "debt" and any(item["key"] == "save_first.debt" for item in result["reasons"])
    parts = (said, say(locale, "save_first.debt_next", **values) if indebted else "", first_steps_words(result, locale))
    return " ".join(part for part in parts if part)
