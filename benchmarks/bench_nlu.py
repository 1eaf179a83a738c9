"""Understanding: exactness and time. `python benchmarks/bench_nlu.py` prints a table and writes var/bench/nlu.json.

Exactness on our own utterances (tests/dialogue/nlu), and on published cases of Microsoft's Recognizers-Text where the data is at
hand (`<repository>/../shared/data/nlu`). A published case counts as exact when the values of its whole text are those of the
specification, in order; nothing is left out because our grammar does not aim at it. Times are processor microseconds for all
that is done with one message: intents, slots and what-if.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from advisor.dialogue.nlu.corrections import find_slots  # noqa: E402 - the repository's root has to be on the path first
from advisor.dialogue.nlu.durations import durations_in  # noqa: E402
from advisor.dialogue.nlu.intents import recognise  # noqa: E402
from advisor.dialogue.nlu.money import find_money  # noqa: E402
from advisor.dialogue.nlu.numbers import find_numbers  # noqa: E402
from advisor.dialogue.nlu.percent import find_percents  # noqa: E402
from advisor.dialogue.nlu.slots import Context  # noqa: E402
from advisor.dialogue.nlu.utterance import utterance  # noqa: E402
from advisor.dialogue.nlu.what_if import find_what_if  # noqa: E402
from tests.dialogue.nlu.exactness import OPTIONS, UTTERANCES, cases  # noqa: E402

DATA = ROOT.parent / "shared" / "data" / "nlu"
OUT = ROOT / "var" / "bench" / "nlu.json"
TODAY = date(2026, 11, 20)
REACH_P99_US = 1_000.0
Values = list[Decimal]


def own(name: str) -> dict[str, dict[str, int]]:
    """Exact and all utterances of one of our files, by group."""
    exact, every = Counter[str](), Counter[str]()
    for case in cases(UTTERANCES.with_name(name)):
        every[case.group] += 1
        exact[case.group] += case.actual == case.expected
    return {group: {"exact": exact[group], "of": every[group]} for group in every}


def times() -> dict[str, float]:
    """Processor microseconds of the whole understanding of one message, over every utterance under six questions."""
    texts = [case.said for name in ("utterances.yaml", "unseen.yaml") for case in cases(UTTERANCES.with_name(name))]
    asked = (None, "goal", "initial_amount", "horizon", "exclusions", "loss_limit")
    contexts = [Context(TODAY, slot, options=OPTIONS.get(slot or "", ())) for slot in asked]
    start = time.thread_time_ns()
    understand(texts[0], contexts[0])
    first = (time.thread_time_ns() - start) / 1e3
    for text in texts:
        understand(text, contexts[0])
    taken = sorted(timed(text, context) for text in texts for context in contexts)
    return {
        "messages": len(taken),
        "p50_us": taken[len(taken) // 2],
        "p99_us": taken[int(len(taken) * 0.99)],
        "max_us": taken[-1],
        "first_us": first,
        "longest_16_kib_us": max(
            timed(text, contexts[2]) for text in ("1 " * 8192, "5k-" * 5461, "exclude gold " * 1260)
        ),
    }


def understand(text: str, context: Context) -> None:
    """All that is done with a message."""
    recognise(text)
    find_slots(text, context)
    find_what_if(text, context)


def timed(text: str, context: Context) -> float:
    """Processor microseconds of one message, the better of two, so that a busy machine spoils it less."""
    best = float("inf")
    for _ in range(2):
        start = time.thread_time_ns()
        understand(text, context)
        best = min(best, (time.thread_time_ns() - start) / 1e3)
    return best


def money_values(text: str) -> Values:
    """Amounts with a currency: the specification names no others."""
    return [reading.amount for reading in find_money(text) if reading.currency]


def age_values(text: str) -> Values:
    """Ages as they were said."""
    return [item.value for item in utterance(text).quantities if item.kind == "old"]


def duration_values(text: str) -> Values:
    """Seconds, with the specification's months of 30 and years of 365 days."""
    found = durations_in(utterance(text))
    return [(item.months // 12 * 365 + item.months % 12 * 30 + item.days) * 86_400 for item in found]


def resolved(result: dict[str, Any]) -> Decimal | None:
    """A specification's value as a number."""
    resolution = result.get("Resolution") or result.get("Value", {}).get("FutureResolution", {})
    raw = resolution.get("value") or resolution.get("duration")
    try:
        return Decimal(str(raw).rstrip("%"))
    except InvalidOperation:
        return None


def published(file: str, read: Callable[[str], Values]) -> dict[str, int]:
    """Exact and all cases of one specification."""
    rows = json.loads((DATA / file).read_text(encoding="utf-8-sig"))
    exact = days = days_exact = 0
    for row in rows:
        wanted = [value for result in row["Results"] if (value := resolved(result)) is not None]
        got = read(row["Input"])
        same = len(got) == len(wanted) and all(
            abs(one - other) <= abs(other) * Decimal("1e-6") for one, other in zip(got, wanted, strict=True)
        )
        exact += same
        if "Duration" in file and min(wanted, default=Decimal(0)) >= 86_400:
            days, days_exact = days + 1, days_exact + same
    return {"exact": exact, "of": len(rows)} | ({"days_exact": days_exact, "days_of": days} if days else {})


SPECIFICATIONS: dict[str, Callable[[str], Values]] = {
    "recognizers_NumberWithUnit_CurrencyModel.json": money_values,
    "recognizers_Number_PercentModel.json": lambda text: [reading.value for reading in find_percents(text)],
    "recognizers_Number_NumberModel.json": lambda text: [number.value for number in find_numbers(text)],
    "recognizers_DateTime_DurationParser.json": duration_values,
    "recognizers_NumberWithUnit_AgeModel.json": age_values,
}


def main() -> None:
    """Measure, print and write."""
    result: dict[str, Any] = {"time": times(), "own": {name: own(name) for name in ("utterances.yaml", "unseen.yaml")}}
    if DATA.is_dir():
        result["published"] = {file: published(file, read) for file, read in SPECIFICATIONS.items()}
    else:
        result["published"] = f"skipped: {DATA.name} is not beside the repository"
    spent = result["time"]
    print(f"one message: p50 {spent['p50_us']:.0f} us, max {spent['max_us']:.0f} us")
    print(f"one message: p99 {spent['p99_us']:.0f} us (reach {REACH_P99_US:.0f})")
    print(
        f"tables loaded by the first message: {spent['first_us'] / 1e3:.0f} ms; 16 KiB: {spent['longest_16_kib_us'] / 1e3:.1f} ms"
    )
    for name, groups in result["own"].items():
        total, of = sum(row["exact"] for row in groups.values()), sum(row["of"] for row in groups.values())
        print(
            f"{name}: {total} of {of} exact ({total / of:.1%}): "
            + ", ".join(f"{group} {row['exact']}/{row['of']}" for group, row in groups.items())
        )
    if isinstance(result["published"], str):
        print(result["published"])
    else:
        for file, row in result["published"].items():
            print(f"{file}: {row['exact']} of {row['of']} exact ({row['exact'] / row['of']:.0%})")
            if "days_of" in row:
                print(f"  of a day or longer, as horizons are: {row['days_exact']} of {row['days_of']}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
