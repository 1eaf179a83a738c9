"""A plan's result in words and pictures. Every figure said here stands in the stored result."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import Any

from advisor.domain.chart import ChartSpec, Donut, Fan
from advisor.domain.reply import Block, Choices, Column, Notice, Option, Table, Text
from advisor.replies.format import about, day, estimate, in_ten, money, number, percent, roughly
from advisor.replies.wording import say

Result = dict[str, Any]
_GROUPS = ("equity", "bond", "commodity", "real_estate", "cash")


def present(result: Result, locale: str) -> tuple[Block | ChartSpec, ...]:
    """The plan's turn: at most 60 words, the mix, the projection, the table in money, three buttons."""
    blocks: list[Block | ChartSpec] = []
    if result["save_first"]:
        blocks.append(Notice("warning", _save_first(result, locale)))
    blocks.append(Text(headline(result, locale)))
    blocks.extend((allocation_chart(result, locale), projection_chart(result, locale)))
    blocks.extend((allocation_table(result, locale), comparison_table(result, locale)))
    missing = levers_notice(result, locale)
    blocks.extend([missing] if missing else [])
    blocks.append(source_notice(result, locale))
    blocks.append(
        Choices(tuple(Option(key, say(locale, f"buttons.{key}")) for key in ("plan_why", "what_if", "compare")))
    )
    return tuple(blocks)


def rough(result: Result, locale: str) -> tuple[Block | ChartSpec, ...]:
    """A first picture from the first answers, with our defaults for the rest, and called that."""
    values = {"mix": mix_words(result, locale), "loss": bad_year_words(result, locale)}
    return (Text(say(locale, "plan.rough", **values)), allocation_chart(result, locale, name="first_picture"))


def activated(locale: str) -> tuple[Block, ...]:
    """What happens next."""
    options = tuple(Option(key, say(locale, f"buttons.{key}")) for key in ("plan_why", "history", "costs"))
    return (Text(say(locale, "activated")), Choices(options))


def headline(result: Result, locale: str) -> str:
    """The plan in a few sentences: the mix, a bad year in money, the chance with its range or the middle outcome."""
    projection = result["projection"]
    currency = result["currency"]
    values = {
        "mix": mix_words(result, locale),
        "loss": bad_year_words(result, locale),
        "middle": estimate(locale, projection["bands"]["p50"][-1], currency),
    }
    if projection["target"] is None:
        low, high = projection["bands"]["p10"][-1], projection["bands"]["p90"][-1]
        values |= {"low": estimate(locale, low, currency), "high": estimate(locale, high, currency)}
        return say(locale, "plan.without_target", **values)
    values |= {
        "chance": chance_words(projection, locale),
        "target": money(locale, about(projection["target"], 6), currency),
    }
    return say(locale, "plan.with_target", **values)


def chance_words(projection: dict[str, Any], locale: str) -> str:
    """ "About **7 in 10** futures (5 to 8)": the range is that of the darker and the brighter half of what the mean may be."""
    chance = in_ten(projection["chance"])
    if chance in (0, 10):
        return say(locale, "plan.hardly_any" if chance == 0 else "plan.nearly_all")
    low, high = in_ten(projection["chance_low"]), in_ten(projection["chance_high"])
    return (
        say(locale, "plan.chance", chance=chance)
        if low == high
        else say(locale, "plan.chance_range", chance=chance, low=low, high=high)
    )


def levers_notice(result: Result, locale: str) -> Notice | None:
    """What would bring the chance to three in four, each with its number; None where nothing is missing or nothing is aimed at."""
    found, projection = result["projection"]["levers"], result["projection"]
    if found is None or projection["chance"] >= found["wanted_chance"]:
        return None
    currency = result["currency"]
    ways = []
    if found["extra_monthly"]:
        ways.append(say(locale, "levers.monthly", amount=estimate(locale, found["extra_monthly"], currency)))
    if found["extra_years"]:
        ways.append(say(locale, "levers.years", years=found["extra_years"]))
    if found["lower_target"]:
        ways.append(say(locale, "levers.target", amount=estimate(locale, found["lower_target"], currency)))
    status = "at_risk" if projection["chance"] >= 0.5 else "off_track"
    return Notice("info", say(locale, f"levers.{status}") + " " + "; ".join(ways) + ".") if ways else None


def mix_words(result: Result, locale: str) -> str:
    """ "51% shares, 36% bonds, 13% cash", whole percents that sum to 100."""
    shares = [(group, sum(h["weight"] for h in result["holdings"] if h["group"] == group)) for group in _GROUPS]
    held = [(group, share) for group, share in shares if share > 0]
    whole = _whole_percents([share for _, share in held])
    named = [
        f"{count}% {say(locale, f'groups.{group}')}" for (group, _), count in zip(held, whole, strict=True) if count
    ]
    return ", ".join(named)


def bad_year_words(result: Result, locale: str) -> str:
    """What a bad year could cost, in money."""
    return money(locale, bad_year_amounts(result)[0], result["currency"])


def bad_year_amounts(result: Result) -> tuple[Decimal, tuple[Decimal, Decimal]]:
    """The bad year in money to three digits, and two amounts that are clearly not it."""
    right = roughly(result["bad_year"]["amount"])
    stake = Decimal(str(result["bad_year"]["stake"]))
    if right < stake / 50:
        return right, (roughly(stake / 8), roughly(stake / 3))
    smaller, larger = roughly(about(right * Decimal("0.4"), 2)), roughly(about(right * Decimal("2.3"), 2))
    return right, (smaller, larger if larger < stake else roughly(about(right * Decimal("1.7"), 2)))


def exact(amount: Decimal, result: Result, locale: str) -> str:
    """An amount in the plan's currency."""
    return money(locale, amount, result["currency"])


def allocation_chart(result: Result, locale: str, name: str = "allocation") -> ChartSpec:
    """The mix as a donut."""
    slices = tuple((say(locale, f"classes.{h['class']}"), h["weight"], h["group"]) for h in result["holdings"])
    parts = "; ".join(f"{label} {percent(locale, share, 1)}" for label, share, _ in slices)
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
    title = say(locale, "charts.projection")
    alt = say(
        locale,
        "charts.projection_alt",
        years=number(locale, projection["years"][-1]),
        paid=estimate(locale, projection["paid_in"][-1], currency),
        **{key: estimate(locale, projection["bands"][key][-1], currency) for key in ("p10", "p50", "p90")},
    )
    if projection["target"] is not None:
        alt += " " + say(locale, "charts.target_alt", target=money(locale, about(projection["target"], 6), currency))
    return ChartSpec("projection", title, alt, fan, locale)


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
            "name": h["name"],
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
            "bad_year": {"amount": str(roughly(item["bad_year_amount"])), "currency": result["currency"]},
            "worst": item["worst_year"],
        }
        for item in result["comparison"]
    )
    return Table("comparison", say(locale, "tables.comparison"), columns, rows)


def costs_sentence(result: Result, locale: str) -> str:
    """What the plan costs in its first year, with the unknown named."""
    costs = result["costs"]
    if costs["yearly"] is None:
        return say(locale, "costs.unknown")
    amount = estimate(locale, costs["yearly_amount"], result["currency"])
    said = say(locale, "costs.yearly", amount=amount, share=percent(locale, costs["yearly"], 2))
    if costs["yearly_unknown"]:
        said += " " + say(locale, "costs.partly", names=", ".join(costs["yearly_unknown"]))
    return said


def source_notice(result: Result, locale: str) -> Notice:
    """Where the numbers come from; sample plans are rehearsals."""
    source = result["source"]
    line = say(locale, "source_line", title=source["title"], last=day(locale, source["last"]))
    fallback = "".join(f" {note}" for note in source["fallback_notes"])
    if source["rehearsal"]:
        return Notice("warning", f"{say(locale, 'plan.rehearsal')} {line}{fallback}")
    return Notice("info", f"{line}{fallback} {say(locale, 'plan.no_promise')}")


def watermark(result: Result, locale: str) -> str:
    """What is written across the pictures of a rehearsal."""
    return say(locale, "watermark") if result["source"]["rehearsal"] else ""


def _save_first(result: Result, locale: str) -> str:
    values = {"rate": percent(locale, result["debt_rate"], 1), "earn": percent(locale, result["investing_return"], 1)}
    return say(locale, f"save_first.{result['save_first']}", **values)


def _whole_percents(shares: list[float]) -> list[int]:
    """Whole percents that sum to 100: the largest remainders are rounded up."""
    exact_shares = [Decimal(str(share)) * 100 for share in shares]
    floors = [value.to_integral_value(ROUND_FLOOR) for value in exact_shares]
    missing = 100 - int(sum(floors))
    order = sorted(range(len(shares)), key=lambda i: floors[i] - exact_shares[i])
    return [int(floor) + (1 if i in order[:missing] else 0) for i, floor in enumerate(floors)]
