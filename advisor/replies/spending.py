"""Money that is paid out: what a month may bear, how long it lasts, and what happens when it goes badly."""

from __future__ import annotations

from typing import Any

from advisor.domain.chart import ChartSpec, Fan
from advisor.domain.reply import Block, Column, Notice, Table, Text
from advisor.replies.answers import span
from advisor.replies.chances import chance_words
from advisor.replies.format import estimate, in_ten, money, number
from advisor.replies.reasons import told
from advisor.replies.source import source_line, watermark
from advisor.replies.wording import listing, say

Result = dict[str, Any]

_EXAMPLES = {"income_wanted": 3000, "pension_monthly": 1200}


def payment_words(result: Result, locale: str, *, alone: bool = True) -> str:
    """The chance of the wanted payment, else the one that lasts in eight of ten futures; empty where nothing is paid out.

    `alone` is False behind a sentence that says from when.
    """
    spent = result.get("spending")
    if spent is None:
        return ""
    until, currency = _until(spent, locale), result["currency"]
    if spent["income_wanted"] is None:
        payment = estimate(locale, spent["payment"], currency)
        key = "spending.lasts_alone" if alone else "spending.lasts"
        return say(locale, key, payment=payment, until=until, chance=in_ten(spent["chance"]))
    payment = money(locale, spent["income_wanted"], currency)
    return say(locale, "spending.wanted", chance=chance_words(spent, locale), payment=payment, until=until)


def bad_luck_words(result: Result, locale: str) -> str:
    """When the money runs out in the darkest tenth of futures, and that a pension counts; empty where nothing is paid out."""
    spent = result.get("spending")
    if spent is None:
        return ""
    pension = say(locale, "spending.pension") if spent["pension_monthly"] is not None else ""
    return f"{_dry(spent, locale)} {pension}".strip()


def length_words(result: Result, locale: str) -> str:
    """Until when payments are planned, and why."""
    return " ".join(told([item for item in result["reasons"] if item["key"].startswith("payout.")], locale))


def shows_life(result: Result) -> bool:
    """Whether the plan's turn shows the years of payments: for an income, and where somebody spoke of them."""
    spent = result.get("spending")
    if spent is None:
        return False
    return bool(
        result["goal"] == "income" or spent["income_wanted"] is not None or spent["pension_monthly"] is not None
    )


def spending(result: Result, locale: str, _argument: str) -> tuple[Block | ChartSpec, ...]:
    """What can be taken out a month, how long it lasts, and the fan over the whole life; or why there is none."""
    if result.get("spending") is None:
        key = "save_first" if result["save_first"] in ("debt", "buffer") else "not_paid_out"
        return (Text(say(locale, f"spending.{key}")),)
    parts = (
        payment_words(result, locale),
        length_words(result, locale),
        bad_luck_words(result, locale),
        source_line(result, locale),
    )
    hints = _hints(result, locale)
    return (Text(" ".join(part for part in parts if part)), life_chart(result, locale), _table(result, locale), *hints)


def life_chart(result: Result, locale: str) -> ChartSpec:
    """The fan from today to the last payment. Nothing is paid in once payments begin."""
    spent, projection, currency = result["spending"], result["projection"], result["currency"]
    paid = projection["paid_in"]
    fan = Fan(
        years=tuple(spent["years"]),
        bands={name: tuple(values) for name, values in spent["bands"].items()},
        paid_in=(*paid, *(paid[-1] for _ in spent["years"][len(paid) :])),
        currency=currency,
        watermark=watermark(result, locale),
    )
    half = len(spent["years"]) // 2
    ends = {
        name: estimate(locale, spent["bands"][key][place], currency)
        for place, names in ((half, ("p10", "p50", "p90")), (-1, ("end10", "end50", "end90")))
        for name, key in zip(names, ("p10", "p50", "p90"), strict=True)
    }
    title = say(locale, "charts.spending")
    alt = say(
        locale,
        "charts.spending_alt",
        time=span(locale, spent["years"][-1]),
        middle=span(locale, spent["years"][half]),
        payment=estimate(locale, spent["payment"], currency),
        **ends,
    )
    return ChartSpec("spending", title, f"{title}. {alt}", fan, locale)


def _table(result: Result, locale: str) -> Table:
    spent, currency = result["spending"], result["currency"]
    rows = [
        (say(locale, f"spending.rows.holds_{key[-1]}"), estimate(locale, amount, currency))
        for key, amount in spent["sustainable"].items()
    ]
    if spent["income_wanted"] is not None:
        wanted = say(locale, "spending.rows.wanted", chance=chance_words(spent, locale, "cell"))
        rows.append((wanted, money(locale, spent["income_wanted"], currency)))
    if spent["pension_monthly"] is not None:
        rows.append((say(locale, "spending.rows.own"), estimate(locale, spent["payment_from_savings"], currency)))
    columns = (Column("what", say(locale, "tables.figure")), Column("amount", say(locale, "tables.monthly_amount")))
    listed = tuple({"what": what, "amount": amount} for what, amount in rows)
    return Table("spending", say(locale, "spending.caption"), columns, listed)


def _hints(result: Result, locale: str) -> tuple[Notice, ...]:
    """What would make the answer fit better, in words that can be typed."""
    spent, currency = result["spending"], result["currency"]
    examples = [
        say(locale, f"spending.examples.{slot}", amount=money(locale, amount, currency))
        for slot, amount in _EXAMPLES.items()
        if spent[slot] is None
    ]
    if spent["for_life"] and not spent["age_known"]:
        examples.append(say(locale, "spending.examples.birth_year"))
    return (Notice("info", say(locale, "spending.tell", examples=listing(locale, examples))),) if examples else ()


def _until(spent: dict[str, Any], locale: str) -> str:
    """ "to age 97", or for how long where that was stated."""
    if spent["for_life"]:
        return say(locale, "spending.until_age", age=number(locale, spent["until_age"], 0))
    return say(locale, "spending.for_time", time=span(locale, spent["years_of_payments"]))


def _dry(spent: dict[str, Any], locale: str) -> str:
    if spent["dry_age"] is None:
        return say(locale, "spending.never_dry")
    if spent["for_life"]:
        return say(locale, "spending.dry", age=number(locale, spent["dry_age"], 0))
    return say(locale, "spending.dry_after", time=span(locale, spent["dry_after_years"] - spent["first_years"]))
