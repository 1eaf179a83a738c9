"""Which commands came at which open question: by the walk over all places, and by the transcripts.

python -m tests.dialogue.coverage        writes docs/dialogue-coverage.md
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.system.offload import LocalOffload
from advisor.dialogue import asking
from advisor.dialogue.engine import step
from advisor.dialogue.frames import definitions
from advisor.dialogue.host import Host
from advisor.dialogue.settling import settled
from advisor.dialogue.state import State
from advisor.dialogue.understand import understand
from advisor.domain.delivery import Occurrence
from advisor.domain.message import Channel, Inbound, Turn, Visitor
from tests.dialogue.places import FLOW, kinds, places, samples
from tests.dialogues import actions_of, dialogue_of
from tests.storage_fake import MemoryStorage
from tests.transcripts.given import before, inbound, visitor_of, walked
from tests.transcripts.patterns import ABSENT, FLOWS, PATTERNS, TRANSCRIPTS, catalogued
from tests.transcripts.turns import Reader
from tests.world import HandClock

REPORT = Path(__file__).parents[2] / "docs" / "dialogue-coverage.md"
NOTHING = "nothing open"
Pairs = dict[str, Counter[str]]
_HOST = Host("an operator", "a licence", "by nobody", reached_by_us=True)


def stands_at(state: State) -> str:
    """The name of the place that a state stands at: its system question, its open question, or nothing."""
    frame = asking.shown(state)
    return f"frame {frame.name}" if frame else state.asking or NOTHING


def by_walk() -> Pairs:
    """Every place with every command that the engine executed there."""
    found: Pairs = defaultdict(Counter)
    for state in places().values():
        for kind in kinds():
            for command in samples(kind):
                step(state, [command], FLOW)
                found[stands_at(state)][kind.__name__] += 1
    return found


async def by_transcripts() -> Pairs:
    """The same of what people say in the transcripts, each played once."""
    offload = LocalOffload()
    talks = _Talks(offload)
    for path in TRANSCRIPTS:
        await talks.play(yaml.safe_load(path.read_text("utf-8")))
    await offload.close()
    return talks.found


class _Talks:
    """Plays transcripts through the dialogue over a storage in memory, and notes what came where.

    Only what a transcript says is noted, and not what brought the talk to where it begins.
    """

    def __init__(self, offload: LocalOffload) -> None:
        self.found: Pairs = defaultdict(Counter)
        self._clock, self._storage = HandClock(datetime(2026, 3, 10, 12, tzinfo=UTC)), MemoryStorage()
        parts = (self._storage, SampleMarket(), offload, self._clock)
        self._actions = actions_of(*parts, host=_HOST)
        self._dialogue = dialogue_of(*parts, host=_HOST, actions=self._actions)

    async def play(self, transcript: dict[str, Any]) -> None:
        """One transcript."""
        visitor = Visitor(**visitor_of(transcript))
        conversation = await self._dialogue.open(Channel.WEB, secrets.token_hex(8), visitor)
        turn, reader = await self._begun(transcript.get("given"), conversation.id), Reader()
        for line in transcript["talk"]:
            reader.read({"blocks": turn.blocks or (), "expects": turn.expects})
            for said in line.get("hastily", [line.get("say", line)]):
                turn = await self._acted(said, turn, conversation.id, reader)

    async def _begun(self, given: dict[str, Any] | None, conversation_id: str) -> Turn:
        """The turn at which a transcript begins."""
        greeting = self._storage.turns[conversation_id][-1]
        if given is None:
            return greeting
        if "stored" in given:
            kept = self._storage.conversations[conversation_id]
            left = before(given["stored"]) | {"turn": kept.turn}
            self._storage.conversations[conversation_id] = replace(kept, state=left)
            return greeting

        async def handle(said: Inbound, _number: int) -> Turn:
            return await self._dialogue.handle(conversation_id, said)

        return (await walked(given, greeting, handle))[0]

    async def _acted(self, said: Any, turn: Turn, conversation_id: str, reader: Reader) -> Turn:
        if isinstance(said, dict) and "happens" in said:
            occurrence = Occurrence(f"timer:{said['happens']}:{turn.number}", said["happens"])
            self.found[stands_at(self._state(conversation_id))]["Happened"] += 1
            return await self._dialogue.happen(conversation_id, occurrence) or turn
        return await self._handled(conversation_id, inbound(said, turn, reader))

    async def _handled(self, conversation_id: str, said: Inbound) -> Turn:
        state = self._state(conversation_id)
        meant = await self._actions.settled(understand(said, state, FLOW, self._clock.now().date()))
        self.found[stands_at(state)].update(type(command).__name__ for command in meant)
        return await self._dialogue.handle(conversation_id, said)

    def _state(self, conversation_id: str) -> State:
        return settled(State.from_json(self._storage.conversations[conversation_id].state), FLOW)[0]


def report(walked: Pairs, talked: Pairs) -> str:
    """Both as a table."""
    names = [kind.__name__ for kind in kinds()]
    rows = [*(part.slot for part in FLOW.slots()), *(f"frame {name}" for name in definitions()), NOTHING]
    unused = [name for name in names if all(name not in talked[row] for row in rows)]
    unreached = [row for row in rows if not talked[row]]
    lines = [
        "# Which commands came where",
        "",
        "Made by `python -m tests.dialogue.coverage`. A place is an open question, a system question over it, or nothing open. The",
        "walk (`tests/dialogue/test_places.py`) executes samples of every command at every place and checks what must hold after",
        "each. The transcripts (`tests/transcripts`) are what people say, each played on the web, on Telegram and in a terminal.",
        "",
        f"- {len(names)} commands at {len(rows)} places: {len(rows) * len(names)} pairs",
        f"- by the walk: {sum(len(walked[row]) for row in rows)}",
        f"- by the {len(TRANSCRIPTS)} transcripts: {sum(len(talked[row]) for row in rows)}",
        f"- commands they never use: {', '.join(unused) or 'none'}",
        f"- places they never reach: {', '.join(unreached) or 'none'}",
        "",
        "## What is played of each pattern in each part of a talk",
        "",
        *_patterns(),
        "",
        "## What came at each place",
        "",
        "The walk leaves no cell empty: every command was executed at every place. The last column counts what the transcripts say",
        "there. What it leaves out is said at another place of the same kind, where it takes the same way through the engine,",
        "or has no sense there (a goal's name at the question about a pension) and is held by the walk alone.",
        "",
        "| place | walk | transcripts | what the transcripts say there, and how often |",
        "|---|---|---|---|",
    ]
    for row in rows:
        said = ", ".join(f"{name} {talked[row][name]}" for name in names if name in talked[row])
        lines.append(f"| {row} | {len(walked[row])} | {len(talked[row])} | {said} |")
    return "\n".join(lines) + "\n"


def _patterns() -> list[str]:
    """How many transcripts show each pattern in each part of a talk, and why some do not."""
    shown = Counter((pattern, flow) for pattern, flow, _ in catalogued())
    lines = [f"| pattern | {' | '.join(FLOWS)} |", "|---|" + "---|" * len(FLOWS)]
    lines += [f"| {name} | {' | '.join(str(shown[name, flow] or '') for flow in FLOWS)} |" for name in PATTERNS]
    german = sum(language == "de" for _, _, language in catalogued())
    named = f"{len(catalogued())} transcripts are of one pattern each, {german} of them in German."
    whole = f"The other {len(TRANSCRIPTS) - len(catalogued())} are whole talks."
    return [f"{named} {whole}", "", *lines, "", "Where there is none:", "", *(f"- {reason}" for reason in ABSENT)]


if __name__ == "__main__":
    REPORT.write_text(report(by_walk(), asyncio.run(by_transcripts())), "utf-8")
    print(REPORT.read_text("utf-8"))
