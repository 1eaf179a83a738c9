"""Prices in words: what it costs, what became of it, a picture, and buttons for other spans of time."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
from babel.numbers import format_decimal
from numpy.typing import NDArray

from advisor.analysis.changes import PriceView
from advisor.domain.bars import InstrumentKind
from advisor.domain.chart import ChartSpec, Lines
from advisor.domain.market import Floats
from advisor.domain.reply import Block, Notice, Text
from advisor.replies.format import about, babel_locale, day, money, number, percent
from advisor.replies.instrument_names import QUICK_SPANS, called, choices, quick_replies
from advisor.replies.source import source_words
from advisor.replies.translated import all_translated, translated
from advisor.replies.wording import known, listing, say

__all__ = ["QUICK_SPANS", "called", "choices", "present", "quick_replies"]

_POINTS = frozenset({InstrumentKind.INDEX, InstrumentKind.RATE})
_WITH_DIVIDENDS = frozenset(
    {InstrumentKind.STOCK, InstrumentKind.ETF, InstrumentKind.FUND, InstrumentKind.INDEX, InstrumentKind.OTHER}
)
_MOST_POINTS = 500  # of a picture: more would not be seen
_LEAST_POINTS = 3  # of a picture: two make a line that says nothing
_LONG_GAP = np.timedelta64(31, "D")  # no exchange closes for so long
_NO_CENTS = 1_000_000
_MOST_REMARKS = 2
_COUNTED = re.compile(r"(\d+)(d|w|mo|y)")


def present(views: Sequence[PriceView], locale: str) -> tuple[Block | ChartSpec, ...]:
    """One text with prices, dates and changes, and one picture: the price of one, or several from 100 at the start."""
    if len(views) == 1:
        lines = [_one(views[0], locale)]
        picture = _price_picture(views[0], locale)
    else:
        lines = [_several(views, locale)]
        picture = _side_by_side(views, locale)
    currencies = dict.fromkeys(view.record.currency for view in views if _unit(view) == "money")
    if len(currencies) > 1:
        lines.append(say(locale, "instrument.own_currencies", currencies=listing(locale, currencies)))
    lines.extend(gap for view in views if (gap := _gap(view, locale)))
    lines.append(_sources(views, locale))
    blocks: list[Block | ChartSpec] = [Text("\n\n".join(lines))]
    if picture is not None:
        blocks.append(picture)
    elif len(views) > 1:
        blocks.append(Notice("info", say(locale, "instrument.not_side_by_side")))
    faults = dict.fromkeys(text for view in views for text in _faults(view, locale))
    blocks.extend(Notice("info", text) for text in list(faults)[:_MOST_REMARKS])
    return tuple(blocks)


def _faults(view: PriceView, locale: str) -> Iterator[str]:
    """What is wrong with these prices, as far as it changes what a reader sees. The rest is for operators, and in REST."""
    for item in view.findings:
        key = f"instrument.faults.{item.kind.value}.{item.treatment.value}"
        if known(locale, key):
            days = {"first": day(locale, item.first), "last": day(locale, item.last)}
            yield say(locale, key, name=called(view.record, locale), **days)


def _one(view: PriceView, locale: str) -> str:
    price = say(locale, f"instrument.price_{'rescaled' if view.rescaled else _unit(view)}", **_price(view, locale))
    return " ".join((price, _change(view, locale), _range(view, locale)))


def _several(views: Sequence[PriceView], locale: str) -> str:
    rows = []
    for view in views:
        words = {**_price(view, locale), "change": _change(view, locale), "range": _range(view, locale)}
        rows.append(f"- {say(locale, 'instrument.row_rescaled' if view.rescaled else 'instrument.row', **words)}")
    return "\n".join(rows)


def _price(view: PriceView, locale: str) -> dict[str, str]:
    return {
        "name": called(view.record, locale),
        "price": _level(view.change.close, view, locale),
        "day": day(locale, view.change.end),
    }


def _unit(view: PriceView) -> str:
    """Money, points of an index, or a plain figure where the name says what it is."""
    if view.record.kind is InstrumentKind.INDEX:
        return "points"
    return "figure" if view.record.kind is InstrumentKind.RATE or not view.record.currency else "money"


def _level(value: float, view: PriceView, locale: str) -> str:
    """A price as it is quoted; one under a whole unit with four digits, because cents would hide it."""
    if _unit(view) != "money":
        return number(locale, value, 2 if abs(value) >= 1 else 4)
    if abs(value) < 1:
        figure = format_decimal(about(value, 4), locale=babel_locale(locale), decimal_quantization=False)
        return f"{figure} {view.record.currency}"
    return money(locale, round(value, 2 if abs(value) < _NO_CENTS else 0), view.record.currency)


def _change(view: PriceView, locale: str) -> str:
    """What became of it, with dividends or without, whichever the source knows."""
    span = _span(view, locale)
    close, figures = view.bars.close, view.change
    if len(close) < 2:
        return say(locale, "instrument.no_change", span=span)
    if view.record.kind is InstrumentKind.RATE or figures.change is None:
        moved = float(close[-1] - close[0])
        said = number(locale, abs(moved), 2)
        return say(locale, f"instrument.moved_{_way(round(moved, 2))}", span=span, by=said)
    alone = _moved(figures.change, locale)
    if figures.total_return is None:
        key = "without_dividends" if view.record.kind in _WITH_DIVIDENDS else "change"
        return say(locale, f"instrument.{key}", span=span, moved=alone)
    if view.record.kind not in _WITH_DIVIDENDS:
        return say(locale, "instrument.change", span=span, moved=alone)
    both = _moved(figures.total_return, locale)
    if both == alone:
        return say(locale, "instrument.with_dividends", span=span, moved=both)
    return say(locale, "instrument.both", span=span, moved=alone, total=both)


def _moved(change: float, locale: str) -> str:
    return say(locale, f"instrument.{_way(round(change, 3))}", by=percent(locale, abs(change), 1))


def _way(change: float) -> str:
    return "rose" if change > 0 else "fell" if change < 0 else "unchanged"


def _span(view: PriceView, locale: str) -> str:
    """The span of time at the beginning of a sentence."""
    first, last = view.bars.dates[0].item(), view.bars.dates[-1].item()
    if not view.reaches or view.span == "max":
        return say(locale, "instrument.span.begins", first=day(locale, first))
    if known(locale, f"instrument.span.{view.span}"):
        return say(locale, f"instrument.span.{view.span}", year=last.year)
    if counted := _COUNTED.fullmatch(view.span):
        return say(locale, f"instrument.span.{counted[2]}", n=counted[1])
    begin, _, end = view.span.partition("/")
    if not end:
        return say(locale, "instrument.span.since", first=day(locale, begin))
    if (begin[5:], end[5:]) == ("01-01", "12-31") and begin[:4] == end[:4]:
        return say(locale, "instrument.span.year", year=begin[:4])
    return say(locale, "instrument.span.between", first=day(locale, begin), last=day(locale, end))


def _range(view: PriceView, locale: str) -> str:
    year = view.year
    whole = year.start is not None
    return say(
        locale,
        "instrument.range" if whole else "instrument.range_since",
        low=_level(year.low, view, locale),
        high=_level(year.high, view, locale),
        first=day(locale, year.range_start),
    )


def _gap(view: PriceView, locale: str) -> str:
    """The longest time without prices, where it is longer than any holiday."""
    breaks = np.diff(view.bars.dates)
    if not len(breaks) or breaks.max() <= _LONG_GAP:
        return ""
    at = int(breaks.argmax())
    first, last = (day(locale, view.bars.dates[row].item()) for row in (at, at + 1))
    return say(locale, "instrument.gap", name=called(view.record, locale), first=first, last=last)


def _sources(views: Sequence[PriceView], locale: str) -> str:
    """Where the prices come from and what has to be known of them, each once."""
    said: dict[str, None] = {}
    for view in views:
        origin = view.provenance
        said[say(locale, "source_line", source=source_words(origin.source, origin.title, origin.last, locale))] = None
    notes = dict.fromkeys(note for view in views for note in view.provenance.notes)
    return " ".join([*said, *all_translated(list(notes)[:_MOST_REMARKS], locale)])


def _price_picture(view: PriceView, locale: str) -> ChartSpec | None:
    if len(view.bars) < _LEAST_POINTS:
        return None
    close = view.bars.close
    rows = _thinned(close)
    lines = Lines(
        dates=tuple(str(item) for item in view.bars.dates[rows].astype("datetime64[D]")),
        series={
            say(locale, "instrument.line_rescaled" if view.rescaled else "instrument.line"): tuple(
                float(value) for value in close[rows]
            )
        },
        unit="index" if view.record.kind in _POINTS or not view.record.currency else "money",
        currency=view.record.currency,
        watermark=say(locale, "watermark") if view.provenance.rehearsal else "",
    )
    values = {
        "name": called(view.record, locale),
        "first": day(locale, view.bars.dates[0].item()),
        "last": day(locale, view.bars.dates[-1].item()),
        "from": _level(float(close[0]), view, locale),
        "to": _level(float(close[-1]), view, locale),
        "low": _level(float(close.min()), view, locale),
        "high": _level(float(close.max()), view, locale),
    }
    return ChartSpec(
        "price", say(locale, "instrument.title", **values), say(locale, "instrument.alt", **values), lines, locale
    )


def _side_by_side(views: Sequence[PriceView], locale: str) -> ChartSpec | None:
    """Each from 100 on the first day that all have; None where there is no such day, or a price that cannot grow from 100."""
    days = views[0].bars.dates.astype("datetime64[D]")
    for view in views[1:]:
        days = np.intersect1d(days, view.bars.dates.astype("datetime64[D]"))
    if len(days) < _LEAST_POINTS:
        return None
    grown: dict[str, Floats] = {}
    for view in views:
        levels = view.bars.adj_close[np.isin(view.bars.dates.astype("datetime64[D]"), days)]
        if not np.all(levels > 0):
            return None
        name = translated(view.record.name, locale) or view.record.symbol
        grown[f"{name} ({view.record.symbol})" if name in grown else name] = 100 * levels / levels[0]
    rows = _thinned(*grown.values())
    series = {name: tuple(float(value) for value in values[rows]) for name, values in grown.items()}
    first: date = days[0].item()
    names = listing(locale, (called(view.record, locale) for view in views))
    ends = listing(locale, (f"{name}: {number(locale, values[-1], 1)}" for name, values in series.items()), apart=True)
    words = {"names": names, "first": day(locale, first), "last": day(locale, days[-1].item()), "ends": ends}
    watermark = say(locale, "watermark") if any(view.provenance.rehearsal for view in views) else ""
    lines = Lines(tuple(str(item) for item in days[rows]), series, "index", watermark=watermark)
    return ChartSpec(
        "prices",
        say(locale, "instrument.title_several", **words),
        say(locale, "instrument.alt_several", **words),
        lines,
        locale,
    )


def _thinned(*series: Floats) -> NDArray[np.intp]:
    """Rows of a picture: all of them, or the first, the last, and of each stretch the lowest and the highest of every series.

    Evenly chosen rows would lose a day such as the one on which oil cost less than nothing.
    """
    count = len(series[0])
    if count <= _MOST_POINTS:
        return np.arange(count)
    edges = np.linspace(0, count, _MOST_POINTS // (2 * len(series))).astype(np.intp)
    kept = {0, count - 1}
    for values in series:
        for start, end in itertools.pairwise(edges.tolist()):
            kept |= {start + int(values[start:end].argmin()), start + int(values[start:end].argmax())}
    return np.array(sorted(kept), np.intp)
