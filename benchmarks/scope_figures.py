"""What becomes of talk that has nothing to do with us. `python -m benchmarks.scope_figures` prints it.

CLINC150 (Larson et al. 2019): utterances out of every scope, of daily life, of finance and of dialogue; BANKING77 (Casanueva et al.
2020): talk with a bank's service desk. Each is said with no question open and to three open questions. A wrong command is one that
fills an answer, shows something or changes the state. Whether words name an instrument is settled by the sample market.

The peer is what a few lines of rapidfuzz do: out of scope is what no training utterance in scope is like (Indel likeness), the
threshold tuned on the training half (even rows) for the best mean of both rates, and measured on the other half. Ours beside it is
on the same half but not blind: our word lists were written with CLINC's mistakes of both halves in view. BANKING77 is sampled
where it was not looked at.
"""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rapidfuzz import fuzz, process
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from advisor.adapters.market.sample.market import SampleMarket  # noqa: E402 - the repository's root has to be on the path first
from advisor.adapters.system.offload import LocalOffload  # noqa: E402
from advisor.dialogue import commands as c  # noqa: E402
from advisor.dialogue.engine import step  # noqa: E402
from advisor.dialogue.quoting import Quoting  # noqa: E402
from advisor.dialogue.scope import is_out_of_scope  # noqa: E402
from advisor.dialogue.state import State  # noqa: E402
from advisor.dialogue.understand import understand  # noqa: E402
from advisor.domain.message import Inbound  # noqa: E402
from advisor.services.forecast import ForecastService  # noqa: E402
from advisor.services.instruments import InstrumentService  # noqa: E402
from tests.dialogue.test_engine import FLOW, filled, planned  # noqa: E402

DATA = ROOT.parent / "shared" / "data" / "nlu"
TODAY = date(2026, 11, 20)
BANKING_FIRST, BANKING_EVERY = 10, 20  # the rows from 0 on were read when words were chosen
OPEN = ("goal", "initial_amount", "horizon")
GROUPS = {
    "out of every scope": ("oos",),
    "daily life": ("how_busy", "calculator", "definition", "change_user_name"),
    "finance": (
        "apr", "balance", "credit_score", "direct_deposit", "exchange_rate", "improve_credit_score", "income", "insurance",
        "interest_rate", "min_payment", "payday", "rollover_401k", "spending_history", "taxes", "transactions", "transfer",
    ),
    "dialogue": (
        "are_you_a_bot", "cancel", "goodbye", "greeting", "maybe", "no", "repeat", "thank_you", "what_can_i_ask_you",
        "what_is_your_name", "yes",
    ),
}  # fmt: skip
OURS = ("finance", "dialogue")
DESK = "bank's service desk"
# Commands that answer without filling, showing or changing anything but the count of tries.
_HARMLESS = (c.Talk, c.Unreadable, c.Ambiguous, c.Unsure, c.Clarify, c.Repeat, c.Why, c.Wait)
_TOLD = ("talk.out_of_scope", "talk.glossary_unknown")


@dataclass(frozen=True, slots=True)
class Row:
    """Shares of one group of utterances in one situation; `examples` led to a wrong command."""

    group: str
    situation: str
    count: int
    harmless: float
    told: float
    examples: tuple[str, ...]


def out_of_scope() -> list[Row]:
    """Every group in every situation; empty where the data is not beside the repository."""
    return asyncio.run(_measured()) if DATA.is_dir() else []


def utterances() -> dict[str, list[str]]:
    """What is said, by group, in the order of the files."""
    rows = json.loads((DATA / "clinc150_finance_dialog_oos.json").read_text("utf-8"))
    found: dict[str, list[str]] = defaultdict(list)
    for group, intents in GROUPS.items():
        found[group] = [row["text"] for row in rows if row["intent"] in intents]
    with (DATA / "banking77_train.csv").open(encoding="utf-8", newline="") as file:
        found[DESK] = [row["text"] for row in csv.DictReader(file)][BANKING_FIRST::BANKING_EVERY]
    return dict(found)


def situations() -> dict[str, State]:
    """A plan in use and no question open, and three open questions."""
    done = step(planned(), [c.Fill("confirm_bad_year", "loss_2", "")], FLOW).state
    assert done.asking is None
    return {"no question": done, **{slot: filled(slot) for slot in OPEN}}


async def _measured() -> list[Row]:
    market = SampleMarket()
    quoting = Quoting(InstrumentService(market), ForecastService(market, LocalOffload()))
    said, states = utterances(), situations()
    return [await _row(group, name, said[group], states[name], quoting) for name in states for group in said]


async def _row(group: str, name: str, texts: Sequence[str], state: State, quoting: Quoting) -> Row:
    harmless = told = 0
    examples: list[str] = []
    for text in texts:
        commands = await quoting.settle(understand(Inbound("1", text=text), state, FLOW, TODAY))
        good = all(isinstance(command, _HARMLESS) for command in commands)
        harmless += good
        told += any(isinstance(command, c.Talk) and command.key in _TOLD for command in commands)
        if not good:
            kinds = ", ".join(
                f"{type(item).__name__} {getattr(item, 'slot', getattr(item, 'what', ''))}" for item in commands
            )
            examples.append(f"{text} -> {kinds}")
    return Row(group, name, len(texts), harmless / len(texts), told / len(texts), tuple(examples))


def peer() -> dict[str, tuple[float, ...]]:
    """By whom: the share of the unscoped test half told so, and the share of its finance and dialogue wrongly told so."""
    said = utterances()
    inside = said["finance"] + said["dialogue"]
    outside = said["out of every scope"]
    known = inside[::2]
    trained = [
        (process.extractOne(text, [other for other in known if other != text], scorer=fuzz.ratio)[1], text in outside)
        for text in (*known[::5], *outside[::2])
    ]
    threshold = max(range(30, 100), key=lambda least: _balance(trained, least))
    tested = {
        "rapidfuzz nearest": lambda text: process.extractOne(text, known, scorer=fuzz.ratio)[1] < threshold,
        "ours": lambda text: is_out_of_scope(text, "en"),
    }
    return {
        name: tuple(sum(map(says, texts)) / len(texts) for texts in (outside[1::2], inside[1::2]))
        for name, says in tested.items()
    }


def _balance(scored: Sequence[tuple[float, bool]], least: float) -> float:
    rates = []
    for outside in (True, False):
        of = [score < least for score, is_outside in scored if is_outside is outside]
        rates.append(sum(of) / len(of) if outside else 1 - sum(of) / len(of))
    return sum(rates) / 2


def main() -> None:
    """Measure and print."""
    console, rows = Console(width=140), out_of_scope()
    if not rows:
        console.print(f"skipped: {DATA} is not beside the repository")
        return
    table = Table(
        "said", "to", "utterances", "no wrong command", "told out of scope", title="Talk about something else"
    )
    for row in rows:
        harmless = "" if row.group in OURS else f"{row.harmless:.1%}"  # there a command may well be right
        table.add_row(row.group, row.situation, str(row.count), harmless, f"{row.told:.1%}")
    console.print(table)
    beside = Table(
        "by",
        "out of every scope, told so",
        "finance and dialogue, wrongly told so",
        title="Beside a peer, its test half (ours has seen it)",
    )
    for name, (right, wrong) in peer().items():
        beside.add_row(name, f"{right:.1%}", f"{wrong:.1%}")
    console.print(beside)
    if "--examples" in sys.argv:
        for row in rows:
            if row.group not in OURS:
                console.print(f"{row.group}, {row.situation}:", *row.examples, sep="\n  ", markup=False)


if __name__ == "__main__":
    main()
