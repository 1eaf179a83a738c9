"""Two plans side by side: their figures, their mixes, and which answers made the difference."""

from __future__ import annotations

from typing import Any

from advisor.domain.reply import Block, Column, Table, Text
from advisor.profiling import RISK_SLOTS
from advisor.replies.chances import share_words
from advisor.replies.format import estimate, percent
from advisor.replies.source import source_line
from advisor.replies.wording import known, listing, say

Result = dict[str, Any]

_MOST_PARTS = 8
# Field of the stored answers -> slot, where the names differ.
_SLOTS = {
    "debt_rate": "debt",
    "emergency_fund_months": "emergency_fund",
    "horizon_years": "horizon",
    "pension_from_years": "pension_from",
}
_OF_RISK = frozenset({"risk", "full_scale", "withdrawn", *RISK_SLOTS})


def difference(result: Result, found: dict[str, Any], locale: str, *, in_use: bool) -> tuple[Block, ...]:
    """The former plan, or the one `in_use`, beside the present one with this `result`."""
    said = [say(locale, "difference.lead_in_use" if in_use else "difference.lead_former")]
    names = _answers(found["inputs"], locale)
    said.append(say(locale, "difference.answers", names=listing(locale, names)) if names else _same(locale))
    if not found["same_market"]:
        said.append(say(locale, "difference.newer_prices"))
    said.append(source_line(result, locale))
    return (Text(" ".join(said)), _figures(found, locale), _parts(found, locale))


def _same(locale: str) -> str:
    return say(locale, "difference.same_answers")


def _answers(inputs: dict[str, Any], locale: str) -> list[str]:
    """The questions whose answers differ, as an investor calls them."""
    names = []
    for field in inputs:
        label = f"labels.{_SLOTS.get(field, field)}"
        if field in _OF_RISK:
            names.append(say(locale, "difference.risk_answers"))
        elif known(locale, label):
            names.append(say(locale, label))
    return list(dict.fromkeys(names))


def _figures(found: dict[str, Any], locale: str) -> Table:
    figures, money = found["figures"], found["money"]
    rows = [
        ("expected_return", [percent(locale, value, 1) for value in figures["expected_return"][:2]]),
        ("bad_year", _amounts(found, "bad_year", locale) if money else _shares(figures["bad_year"], locale)),
    ]
    if any(value is not None for value in figures["chance"][:2]):
        told = [None if value is None else share_words(value, locale) for value in figures["chance"][:2]]
        rows.append(("chance", [text or say(locale, "difference.none") for text in told]))
    if money:
        rows += [(name, _amounts(found, name, locale)) for name in ("yearly_cost", "middle")]
    return Table("difference", say(locale, "difference.caption"), _columns(locale, "figure"), _listed(rows, locale))


def _listed(rows: list[tuple[str, list[str]]], locale: str) -> tuple[dict[str, str], ...]:
    return tuple(
        {"what": say(locale, f"difference.rows.{name}"), "former": before, "now": now} for name, (before, now) in rows
    )


def _amounts(found: dict[str, Any], name: str, locale: str) -> list[str]:
    """Both amounts; one that is not known is called that."""
    pairs = zip(found["money"][name][:2], found["currencies"], strict=True)
    return [
        say(locale, "tables.unknown") if value is None else estimate(locale, value, currency)
        for value, currency in pairs
    ]


def _shares(values: list[float | None], locale: str) -> list[str]:
    return [say(locale, "tables.unknown") if value is None else percent(locale, value, 1) for value in values[:2]]


def _parts(found: dict[str, Any], locale: str) -> Table:
    """The holdings whose shares differ most."""
    rows = tuple(
        {"what": symbol, "former": percent(locale, before, 1), "now": percent(locale, now, 1)}
        for symbol, (before, now, _) in list(found["weights"].items())[:_MOST_PARTS]
    )
    return Table("parts", say(locale, "difference.parts"), _columns(locale, "part"), rows)


def _columns(locale: str, first: str) -> tuple[Column, ...]:
    return (
        Column("what", say(locale, f"tables.{first}")),
        Column("former", say(locale, "difference.former")),
        Column("now", say(locale, "difference.now")),
    )
