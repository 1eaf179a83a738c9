"""Published cases: Microsoft's Recognizers-Text (specifications in English) and NLU++ (Casanueva et al. 2022, banking).

A case of Recognizers-Text is exact when the values of its whole text are those of the specification, in order; nothing is left out
because our grammar does not aim at it. A slot of NLU++ is found when its value is among what is read in its sentence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from advisor.dialogue.nlu.dates import dates_in
from advisor.dialogue.nlu.durations import horizons_in
from advisor.dialogue.nlu.lengths import durations_in
from advisor.dialogue.nlu.money import find_money
from advisor.dialogue.nlu.numbers import find_numbers
from advisor.dialogue.nlu.percent import find_percents
from advisor.dialogue.nlu.utterance import utterance
from advisor.dialogue.nlu.yesno import read_yes_no
from benchmarks.nlu_peers import PEERS, Numbers, Peer

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "nlu"
Figures = dict[str, int]
Read = Callable[[dict[str, Any]], list[Any]]
REFERENCE = "2016-11-07"  # the day of nearly every case
NLUPP_TODAY = date(2022, 3, 15)


def _number(result: dict[str, Any]) -> Decimal | None:
    resolution = result.get("Resolution") or result.get("Value", {}).get("FutureResolution", {})
    raw = resolution.get("value") or resolution.get("duration")
    try:
        return Decimal(str(raw).rstrip("%"))
    except InvalidOperation:
        return None


def _numbers(row: dict[str, Any]) -> list[Any]:
    return [value for result in row["Results"] if (value := _number(result)) is not None]


def _future(key: str) -> Read:
    def wanted(row: dict[str, Any]) -> list[Any]:
        days = [result.get("Value", {}).get("FutureResolution", {}).get(key) for result in row["Results"]]
        return [date.fromisoformat(day) for day in days if day and len(day) == 10]

    return wanted


def _ends(row: dict[str, Any]) -> list[Any]:
    """The ends of ranges; one that is open has the other end only, and whether an end belongs to it is not asked."""
    raw = [str(result["Resolution"]["value"]).strip("[]()").split(",") for result in row["Results"]]
    return [tuple(Decimal(end) for end in ends if end) for ends in raw]


def _answers(row: dict[str, Any]) -> list[Any]:
    return ["yes" if result["Resolution"]["value"] else "no" for result in row["Results"]]


def _today(row: dict[str, Any]) -> date:
    return date.fromisoformat(row.get("Context", {}).get("ReferenceDateTime", REFERENCE)[:10])


def own_amounts(row: dict[str, Any]) -> list[Any]:
    """Amounts with a currency: the specification names no others."""
    return [reading.amount for reading in find_money(row["Input"], "en-US") if reading.currency]


def _own_ages(row: dict[str, Any]) -> list[Any]:
    return [item.value for item in utterance(row["Input"]).quantities if item.kind == "old"]


def _own_seconds(row: dict[str, Any]) -> list[Any]:
    """Seconds, with the specification's months of 30 and years of 365 days."""
    found = durations_in(utterance(row["Input"]))
    return [(item.months // 12 * 365 + item.months % 12 * 30 + item.days) * 86_400 for item in found]


def _days_in(text: str, locale: str, today: date) -> list[Any]:
    """Every day that is named or counted to."""
    said = utterance(text, locale)
    named = [placed.day for placed in dates_in(said, today)]
    counted = [reading.until for reading, _, _ in horizons_in(said, today)]
    return list(dict.fromkeys(day for day in (*named, *counted) if day is not None))


def _own_days(row: dict[str, Any]) -> list[Any]:
    return _days_in(row["Input"], "en-US", _today(row))


def _own_ranges(row: dict[str, Any]) -> list[Any]:
    found = [item for item in utterance(row["Input"]).quantities if item.low is not None]
    return [(item.low, item.high) for item in found]


def _own_answer(row: dict[str, Any]) -> list[Any]:
    answer = read_yes_no(row["Input"])
    return [] if answer is None else [answer]


SPECIFICATIONS: dict[str, tuple[Read, Read, str]] = {
    "Number_NumberModel": (_numbers, lambda row: [item.value for item in find_numbers(row["Input"])], "numbers"),
    "Number_NumberRangeModel": (_ends, _own_ranges, ""),
    "Number_PercentModel": (_numbers, lambda row: [item.value for item in find_percents(row["Input"])], "percents"),
    "NumberWithUnit_CurrencyModel": (_numbers, own_amounts, "amounts"),
    "NumberWithUnit_AgeModel": (_numbers, _own_ages, ""),
    "DateTime_DurationParser": (_numbers, _own_seconds, "seconds"),
    "DateTime_DateParser": (_future("date"), _own_days, "days"),
    "DateTime_DatePeriodParser": (_future("startDate"), _own_days, "days"),
    "Choice_BooleanModel": (_answers, _own_answer, ""),
}


def _same(got: Sequence[Any], wanted: Sequence[Any]) -> bool:
    if len(got) != len(wanted):
        return False
    pairs = list(zip(got, wanted, strict=True))
    if all(isinstance(one, Decimal) and isinstance(other, Decimal) for one, other in pairs):
        return all(abs(one - other) <= abs(other) * Decimal("1e-6") for one, other in pairs)
    return all(one == other for one, other in pairs)


def _by_peer(peer: Peer, reader: str, row: dict[str, Any]) -> Sequence[Any]:
    if reader == "days":
        return peer.days(row["Input"], "en-US", _today(row)) if peer.days else []
    read: Callable[[str], Numbers] = getattr(peer, reader)
    return read(row["Input"])


def recognizers() -> dict[str, dict[str, Figures]]:
    """Exact and all cases of each specification, by us and by each peer that reads such values."""
    found: dict[str, dict[str, Figures]] = {}
    for name, (wanted, own, reader) in SPECIFICATIONS.items():
        path = DATA / f"recognizers_{name}.json"
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
        found[name] = {"ours": _count([_same(own(row), wanted(row)) for row in rows])}
        if name.endswith("DurationParser"):
            days = [row for row in rows if min(wanted(row), default=Decimal(0)) >= 86_400]
            found[name]["ours, of a day or longer"] = _count([_same(own(row), wanted(row)) for row in days])
        for peer in PEERS:
            if reader and peer.is_installed and getattr(peer, reader) is not None:
                exact = [_same(_by_peer(peer, reader, row), wanted(row)) for row in rows]
                found[name][peer.name] = _count(exact)
    return found


def _count(exact: Sequence[bool]) -> Figures:
    return {"exact": sum(exact), "of": len(exact)}


def nlupp() -> dict[str, dict[str, Figures]]:
    """Found and all slots of NLU++ whose values we read, and by the peers."""
    rows = json.loads((DATA / "nlupp_banking.json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, list[bool]]] = {}
    for row in rows:
        for slot, said in row.get("slots", {}).items():
            wanted = _slot_value(slot, said)
            if wanted is None:
                continue
            group = found.setdefault(slot, {})
            group.setdefault("ours", []).append(wanted in _own_slot_values(slot, row["text"]))
            for peer in PEERS:
                values = _peer_slot_values(peer, slot, row["text"]) if peer.is_installed else None
                if values is not None:
                    group.setdefault(peer.name, []).append(wanted in values)
    return {slot: {name: _count(rows) for name, rows in group.items()} for slot, group in found.items()}


def _slot_value(slot: str, said: dict[str, Any]) -> Decimal | date | None:
    """The value of a slot as the data set gives it, of a period its first day; None for slots that are no values."""
    if slot == "amount_of_money":
        return Decimal(str(said["value"]["amount"]))
    if slot == "number":
        return Decimal(str(said["value"]))
    if slot in ("date", "date_from", "date_to", "date_period"):
        day = said["value"] if "value" in said else said.get("values", {}).get("from")
        complete = isinstance(day, dict) and {"day", "month", "year"} <= set(day)
        return date(day["year"], day["month"], day["day"]) if complete else None
    return None


def _own_slot_values(slot: str, text: str) -> list[Any]:
    if slot == "amount_of_money":
        return [reading.amount for reading in find_money(text, "en-GB")]
    if slot == "number":
        return [number.value for number in find_numbers(text, "en-GB")]
    return _days_in(text, "en-GB", NLUPP_TODAY)


def _peer_slot_values(peer: Peer, slot: str, text: str) -> Sequence[Any] | None:
    if slot == "amount_of_money":
        return peer.amounts(text) if peer.amounts else None
    if slot == "number":
        return peer.numbers(text) if peer.numbers else None
    return peer.days(text, "en-GB", NLUPP_TODAY) if peer.days else None
