"""A forecast in words, with its picture and the models beside each other."""

from __future__ import annotations

from advisor.domain.chart import ChartSpec, Lines
from advisor.domain.reply import Block, Column, Table, Text
from advisor.forecast import ForecastAnswer
from advisor.replies.format import about, day, money, number, percent
from advisor.replies.source import source_words
from advisor.replies.translated import all_translated, translated
from advisor.replies.wording import say

_SHOWN_DAYS = 120
_MOST_NOTES = 2


def present(answer: ForecastAnswer, locale: str) -> tuple[Block | ChartSpec, ...]:
    """The forecast's range, the honest sentence about skill, the picture, and the comparison."""
    served, series = answer.served, answer.series
    low, high = served.quantiles["0.1"][-1], served.quantiles["0.9"][-1]
    values = {
        "name": f"{translated(series.name, locale)} ({series.symbol})",
        "now": _level(served.last_price, answer, locale),
        "low": _level(low, answer, locale),
        "high": _level(high, answer, locale),
        "until": day(locale, served.dates[-1]),
        "source": source_words(series.provenance.source, series.provenance.title, series.provenance.last, locale),
    }
    skill = answer.comparison.values["skill"]
    statement = say(locale, answer.comparison.statement_key, skill=percent(locale, float(skill), 1))
    text = f"{say(locale, 'forecast.range', **values)}\n\n{statement}\n\n{say(locale, 'forecast.source', **values)}"
    text = " ".join((text, *all_translated(series.provenance.notes[:_MOST_NOTES], locale)))
    return (Text(text), _picture(answer, values, locale), _table(answer, locale))


def _level(value: float, answer: ForecastAnswer, locale: str) -> str:
    rounded = about(value, 4)
    if answer.series.unit == "points":
        return number(locale, float(rounded), 2)
    return money(locale, rounded, answer.series.currency)


def _picture(answer: ForecastAnswer, values: dict[str, str], locale: str) -> ChartSpec:
    series, served = answer.series, answer.served
    past = tuple(str(day) for day in series.dates[-_SHOWN_DAYS:].astype("datetime64[D]"))
    known = tuple(float(level) for level in series.levels[-_SHOWN_DAYS:])
    dates = (*past, *(day.isoformat() for day in served.dates))
    lines = Lines(
        dates=dates,
        series={
            say(locale, "forecast.price"): (*known, *served.median),
        },
        unit="money" if series.unit == "money" else "index",
        currency=series.currency,
        band=((*known, *served.quantiles["0.1"]), (*known, *served.quantiles["0.9"])),
        split_at=past[-1],
        watermark=say(locale, "watermark") if series.provenance.rehearsal else "",
    )
    return ChartSpec(
        "forecast", say(locale, "forecast.title", **values), say(locale, "forecast.alt", **values), lines, locale
    )


def _table(answer: ForecastAnswer, locale: str) -> Table:
    kind = "money" if answer.series.unit == "money" else "number"
    columns = (
        Column("model", say(locale, "forecast.model")),
        Column("low", say(locale, "forecast.low"), kind),
        Column("median", say(locale, "forecast.middle"), kind),
        Column("high", say(locale, "forecast.high"), kind),
        Column("error", say(locale, "forecast.error"), "percent"),
    )
    errors: dict[str, float] = {item.model: item.rmse for item in answer.comparison.table}
    rows = tuple(
        {
            "model": say(locale, f"forecast.models.{result.model}"),
            "low": _cell(result.quantiles["0.1"][-1], answer),
            "median": _cell(result.median[-1], answer),
            "high": _cell(result.quantiles["0.9"][-1], answer),
            "error": errors[result.model],
        }
        for result in (answer.served, *answer.others)
    )
    return Table("forecast", say(locale, "forecast.caption"), columns, rows)


def _cell(value: float, answer: ForecastAnswer) -> dict[str, str] | float:
    if answer.series.unit == "points":
        return float(about(value, 4))
    return {"amount": str(about(value, 4)), "currency": answer.series.currency}
