"""A plan under scenarios: what each would take in money, as a table and as bars, and what is not known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from advisor.domain.chart import Bars, ChartSpec
from advisor.domain.money import minor_digits
from advisor.domain.reply import Block, Choices, Column, Option, Table, Text
from advisor.replies import plan as plan_words
from advisor.replies.format import day, estimate, money, number, percent, roughly
from advisor.replies.plan import Result
from advisor.replies.translated import translated
from advisor.replies.wording import listing, say, say_in

Shown = tuple[Block | ChartSpec, ...]
Json = dict[str, Any]

_DIRECT = "scenario.direct_effects_only"
_TOLD = (_DIRECT, "scenario.currency_left_out", "scenario.class_figure_from_memory")


def stress(result: Result, found: Json, locale: str) -> Shown:
    """One scenario part by part and a button for all, or several side by side."""
    scenarios = found["scenarios"]
    if len(scenarios) > 1:
        return _several(scenarios, result, found, locale)
    return (*_one(scenarios[0], result, found, locale), Choices((Option("stress", say(locale, "buttons.stress")),)))


def _one(item: Json, result: Result, found: Json, locale: str) -> Shown:
    name = scenario_name(item, locale)
    if item["change"] is None:
        return (Text(" ".join((say(locale, "stress.nothing_known", name=name), *_notes([item], result, locale)))),)
    values = {
        "name": name,
        "amount": estimate(locale, abs(float(item["amount"]["amount"])), result["currency"]),
        "share": percent(locale, abs(item["change"]), 1),
        "stake": _stake(result, found, locale),
    }
    said = [_told(item, values, locale), _days(item, locale)]
    said += _notes([item], result, locale)
    said += [say(locale, "stress.honest"), plan_words.source_line(result, locale)]
    table = _parts(item, result, locale)
    bars = [(_class(part["symbol"], result, locale), part["amount"]) for part in item["parts"] if part["change"]]
    chart = (_chart(bars, name, result, locale),) if bars else ()
    return (Text(" ".join(text for text in said if text)), *chart, table)


def _told(item: Json, values: dict[str, str], locale: str) -> str:
    """The loss or the gain; nothing where nothing answers to it, which the notes say."""
    return say(locale, f"stress.{'loss' if item['change'] < 0 else 'gain'}", **values) if item["change"] else ""


def _several(scenarios: list[Json], result: Result, found: Json, locale: str) -> Shown:
    columns = (
        Column("name", say(locale, "stress.scenario")),
        Column("change", say(locale, "stress.change"), "percent"),
        Column("amount", say(locale, "tables.amount"), "money"),
        Column("covered", say(locale, "stress.covered"), "percent"),
    )
    rows = tuple(
        {
            "name": scenario_name(item, locale),
            "change": item["change"],
            "amount": None if item["amount"] is None else _cell(item["amount"]["amount"], result["currency"]),
            "covered": item["covered"],
        }
        for item in scenarios
    )
    stake = _stake(result, found, locale)
    table = Table("stress", say(locale, "stress.caption", stake=stake), columns, rows)
    bars = [(scenario_name(item, locale, short=True), item["amount"]) for item in scenarios if item["change"]]
    notes = [*_notes(scenarios, result, locale), say(locale, "stress.honest"), plan_words.source_line(result, locale)]
    chart = _chart(bars, say(locale, "stress.title"), result, locale)
    return (table, chart, Text(" ".join(notes)))


def scenario_name(item: Json, locale: str, *, short: bool = False) -> str:
    """What a scenario is called: an episode by its years, a shock by what moves, which way and how far."""
    if not item["shocks"]:
        return say(locale, f"stress.{'short' if short else 'episodes'}.{item['id']}")
    return " + ".join(_shock_name(one, "short_shocks" if short else "shocks", locale) for one in item["shocks"])


def _shock_name(item: Json, names: str, locale: str) -> str:
    size = abs(item["size"])
    points = say(
        locale, "stress.points" if round(100 * size, 2) != 1 else "stress.point", n=number(locale, 100 * size, 2)
    )
    kind = "currency_of" if item["currency"] else item["kind"]
    way = "up" if item["size"] >= 0 else "down"
    by = points if item["in_points"] else percent(locale, size, 1)
    return say(locale, f"stress.{names}.{kind}.{way}", by=by, currency=item["currency"] or "")


def _parts(item: Json, result: Result, locale: str) -> Table:
    """What becomes of each part, and what that rests on."""
    columns = (
        Column("name", say(locale, "tables.part")),
        Column("share", say(locale, "tables.share"), "percent"),
        Column("change", say(locale, "stress.change"), "percent"),
        Column("amount", say(locale, "tables.amount"), "money"),
        Column("basis", say(locale, "stress.basis")),
    )
    names = {holding["symbol"]: translated(holding["name"], locale) for holding in result["holdings"]}
    rows = tuple(
        {
            "name": names[part["symbol"]],
            "share": part["weight"],
            "change": part["change"],
            "amount": None if part["amount"] is None else _cell(part["amount"]["amount"], result["currency"]),
            "basis": say(locale, f"stress.bases.{_rests_on(part, item)}"),
        }
        for part in item["parts"]
    )
    return Table("stress", scenario_name(item, locale), columns, rows)


def _rests_on(part: Json, item: Json) -> str:
    """The key of what the change of a part rests on."""
    if any(note["key"] == _DIRECT for note in part["notes"]) and part["change"] == 0.0:
        return "indirect"
    return "shock" if item["shocks"] and part["basis"] == "class" else str(part["basis"])


def _notes(scenarios: list[Json], result: Result, locale: str) -> list[str]:
    """What is unknown, what is estimated, and what is left out, each once."""
    said: list[str] = []
    for item in scenarios:
        unknown = [part["symbol"] for part in item["parts"] if part["basis"] == "unknown"]
        if unknown:
            names = listing(locale, (_class(symbol, result, locale) for symbol in unknown))
            said.append(say(locale, "stress.unknown", name=scenario_name(item, locale), names=names))
    untouched = [scenario_name(item, locale) for item in scenarios if item["change"] == 0.0]
    if untouched:
        said.append(say(locale, "stress.untouched", names=listing(locale, untouched, apart=True)))
    parts = [part for item in scenarios for part in item["parts"]]
    if any(part["basis"] == "estimate" for part in parts):
        said.append(say(locale, "stress.estimated"))
    keys = {note["key"] for part in parts for note in part["notes"]}
    told = [key for key in _TOLD if key in keys]
    return [*said, *(say(locale, f"stress.notes.{key.partition('.')[2]}") for key in told)]


def _chart(bars: list[tuple[str, Json]], title: str, result: Result, locale: str) -> ChartSpec:
    currency = result["currency"]
    drawn = tuple((name, float(amount["amount"])) for name, amount in bars)
    picture = Bars(drawn, "money", currency, watermark=plan_words.watermark(result, locale))
    figures = listing(locale, (f"{name}: {estimate(locale, value, currency)}" for name, value in drawn), apart=True)
    return ChartSpec("stress", title, f"{title}. {figures}.", picture, locale)


def _class(symbol: str, result: Result, locale: str) -> str:
    kind = next(holding["class"] for holding in result["holdings"] if holding["symbol"] == symbol)
    return say_in(locale, result["currency"], f"classes.{kind}")


def _stake(result: Result, found: Json, locale: str) -> str:
    stake = money(locale, found["stake"], result["currency"])
    return say(locale, "plan.year_of_savings", amount=stake) if found["stake_is_monthly"] else stake


def _days(item: Json, locale: str) -> str:
    if item["start"] is None:
        return ""
    return say(locale, "stress.days", first=day(locale, item["start"]), last=day(locale, item["end"]))


def _cell(amount: str, currency: str) -> dict[str, str]:
    return {"amount": str(roughly(Decimal(amount), minor_digits(currency))), "currency": currency}
