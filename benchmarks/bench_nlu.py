"""Understanding: exactness and time. `python -m benchmarks.bench_nlu` prints tables and writes var/bench/nlu.json.

Exactness on our own utterances (tests/dialogue/nlu) beside that of quantulum3, price-parser and dateparser on the same ones, and on
published cases where the data is at hand (`<repository>/../shared/data/nlu`). Times are processor microseconds for all that is done
with one message: intents, slots and what-if.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from advisor.dialogue.nlu.corrections import find_slots  # noqa: E402 - the repository's root has to be on the path first
from advisor.dialogue.nlu.intents import recognise  # noqa: E402
from advisor.dialogue.nlu.money import find_money  # noqa: E402
from advisor.dialogue.nlu.percent import find_percents  # noqa: E402
from advisor.dialogue.nlu.slots import Context  # noqa: E402
from advisor.dialogue.nlu.what_if import find_what_if  # noqa: E402
from benchmarks import nlu_published, scope_figures  # noqa: E402
from benchmarks.nlu_peers import PEERS, Days, Numbers, Peer, days_as_years, near  # noqa: E402
from tests.dialogue.nlu.exactness import OPTIONS, UTTERANCES, cases  # noqa: E402
from tests.dialogue.nlu.value_cases import UNSEEN, ValueCase, value_cases  # noqa: E402

OUT = ROOT / "var" / "bench" / "nlu.json"
TODAY = date(2026, 11, 20)
REACH_P99_US = 1_000.0
Figures = dict[str, int]


def own(name: str) -> dict[str, Figures]:
    """Exact and all utterances of one of our files, by group."""
    rows = value_cases(name) if name in UNSEEN else cases(UTTERANCES.with_name(name))
    exact, every = Counter[str](), Counter[str]()
    for case in rows:
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


def amounts(expected: str) -> Numbers:
    """The amounts of an expectation; currencies and cadences, which no peer reads alike, are left out."""
    return [] if expected == "-" else [Decimal(part.split()[0]) for part in expected.split(" | ")]


def _close(got: Sequence[Decimal], wanted: Sequence[Decimal], tolerance: str = "1e-5") -> bool:
    if len(got) != len(wanted):
        return False
    return all(abs(one - other) <= abs(other) * Decimal(tolerance) for one, other in zip(got, wanted, strict=True))


def beside_peers() -> dict[str, dict[str, Figures]]:
    """The utterances written before tuning, read for their plain values by us and by each peer; yes and no have no peer."""
    found: dict[str, dict[str, list[bool]]] = {}
    for name in UNSEEN:
        for case in value_cases(name):
            group = found.setdefault(f"{case.group}, {case.locale.partition('-')[0]}", {})
            for who, right in _values_right(case).items():
                group.setdefault(who, []).append(right)
    rows = {group: who for group, who in found.items() if who}
    return {group: {name: _count(right) for name, right in who.items()} for group, who in rows.items()}


def _count(right: Sequence[bool]) -> Figures:
    return {"exact": sum(right), "of": len(right)}


def _values_right(case: ValueCase) -> dict[str, bool]:
    peers = [peer for peer in PEERS if peer.is_installed]
    if case.group == "money":
        ours = [reading.amount for reading in find_money(case.said, case.locale)]
        found = {"ours": ours} | {peer.name: peer.amounts(case.said) for peer in peers if peer.amounts}
        return {name: _close(got, amounts(case.expected)) for name, got in found.items()}
    if case.group == "percent":
        ours = [reading.value for reading in find_percents(case.said, case.locale, bare=True)]
        found = {"ours": ours} | {peer.name: peer.percents(case.said) for peer in peers if peer.percents}
        return {name: _close(got, amounts(case.expected)) for name, got in found.items()}
    if case.group in ("horizon", "date"):
        return {"ours": case.actual == case.expected} | {
            peer.name: _time_right(peer, case) for peer in peers if peer.years or peer.days
        }
    return {}


def _time_right(peer: Peer, case: ValueCase) -> bool:
    """Whether a peer reads the day or the number of years that was meant; nothing where there is none or one in the past."""
    days: Days = peer.days(case.said, case.locale, TODAY) if peer.days else []
    years: Numbers = peer.years(case.said) if peer.years else days_as_years(days, TODAY)
    head = case.expected.split(maxsplit=1)[0]
    if head.endswith("y"):
        return _close(years, [Decimal(head.removesuffix("y"))], "0.004")
    if head.count("-") == 2:
        wanted = date.fromisoformat(head)
        day_right = len(days) == 1 and near(days[0], wanted)
        return day_right or _close(peer.years(case.said) if peer.years else [], days_as_years([wanted], TODAY), "0.004")
    if case.expected == "past":
        return any(day <= TODAY for day in days)
    if case.expected == "too_far":
        return any(year > 80 for year in years)
    return not days and not years


def _print(console: Console, title: str, rows: dict[str, dict[str, Figures]]) -> None:
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    shown = Table("", *names, title=title)
    for group, row in rows.items():
        cells = (f"{row[name]['exact']} of {row[name]['of']}" if name in row else "" for name in names)
        shown.add_row(group, *cells)
    console.print(shown)


def measured() -> dict[str, Any]:
    """Everything that is printed, as plain values."""
    names = ("utterances.yaml", "unseen.yaml", *UNSEEN)
    found: dict[str, Any] = {"time": times(), "own": {name: own(name) for name in names}, "peers": beside_peers()}
    found["missing"] = [peer.name for peer in PEERS if not peer.is_installed]
    if nlu_published.DATA.is_dir():
        found["recognizers"], found["nlupp"] = nlu_published.recognizers(), nlu_published.nlupp()
    return found


def main() -> None:
    """Measure, print and write."""
    console, found = Console(width=140), measured()
    spent = found["time"]
    print(f"one message: p50 {spent['p50_us']:.0f} us, max {spent['max_us']:.0f} us")
    print(f"one message: p99 {spent['p99_us']:.0f} us (reach {REACH_P99_US:.0f})")
    print(
        f"tables loaded by the first message: {spent['first_us'] / 1e3:.0f} ms; 16 KiB: {spent['longest_16_kib_us'] / 1e3:.1f} ms"
    )
    for name, groups in found["own"].items():
        total, of = sum(row["exact"] for row in groups.values()), sum(row["of"] for row in groups.values())
        by_group = ", ".join(f"{group} {row['exact']}/{row['of']}" for group, row in groups.items())
        print(f"{name}: {total} of {of} exact ({total / of:.1%}): {by_group}")
    for missing in found["missing"]:
        print(f"{missing}: not installed, so not measured")
    _print(console, "Values right, utterances written before tuning", found["peers"])
    if "recognizers" in found:
        _print(console, "Recognizers-Text, English: exact", found["recognizers"])
        _print(console, "NLU++ banking: found", found["nlupp"])
    else:
        print(f"published cases skipped: {nlu_published.DATA} is not beside the repository")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    scope_figures.main()  # CLINC150 and BANKING77: talk about something else


if __name__ == "__main__":
    main()
