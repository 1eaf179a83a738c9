"""Where a transcript begins: a talk brought to a certain question by answers, through the same door as any message.

given: {path: home, at: debt}                                the path's answers until the question about debt is open
given: {path: home, at: debt, with: {initial_amount: 5k}}    the same with another answer
given: {path: home, at: debt, hours_ago: 30}                 as it was left more than a day before
given: {stored: half_an_age}                                 as an earlier version left it (tests/dialogue/states_v1.json)
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from advisor.domain.message import Inbound, Turn
from tests.transcripts.turns import Reader

ANSWERS = Path(__file__).with_name("answers.yaml")
STATES = Path(__file__).parents[1] / "dialogue" / "states_v1.json"
NOTHING = "nothing"
_MOST_TURNS = 120

Said = str | dict[str, Any]
Handle = Callable[[Inbound, int], Awaitable[Turn]]


@dataclass(frozen=True)
class Leg:
    """A stretch of a path: what is said first, if anything, and the answers up to the question where it ends."""

    opening: str | None
    answers: dict[str, Said]
    at: str


@cache
def paths() -> dict[str, Any]:
    """All paths by name."""
    found: dict[str, Any] = yaml.safe_load(ANSWERS.read_text("utf-8"))
    return found


def before(name: str) -> dict[str, Any]:
    """A state as an earlier version stored it."""
    states: dict[str, dict[str, Any]] = json.loads(STATES.read_text("utf-8"))
    return states[name]


def visitor_of(transcript: dict[str, Any]) -> dict[str, str]:
    """Who comes: as the transcript says, or as its path does."""
    given = transcript.get("given")
    usual = paths()[given["path"]]["visitor"] if given and "path" in given else {"locale": "en-US"}
    return transcript.get("visitor", usual)


def legs(path: str, at: str, changed: dict[str, Said]) -> Iterator[Leg]:
    """The stretches of a path up to a question."""
    for leg in paths()[path]["legs"]:
        if "follow" in leg:
            yield from legs(leg["follow"], leg["at"], {})
        else:
            yield Leg(leg.get("say"), leg["answers"] | changed, at)


async def walked(given: dict[str, Any], turn: Turn, handle: Handle) -> tuple[Turn, int]:
    """Answer from the greeting on until the question is open: the advisor's last turn, and how many messages it took.

    `handle` is told the number of each message with it. What is said may differ from one talk to another where it depends on the
    talk itself (the right amount of a bad year has another place in each); how much is said does not.
    """
    count = 0
    reader = Reader()
    for leg in legs(given["path"], given["at"], given.get("with", {})):
        if leg.opening is not None:
            count += 1
            turn = await handle(Inbound(secrets.token_hex(8), text=leg.opening), count)
        while (asked := _open(turn)) != leg.at:
            assert count < _MOST_TURNS, f"{given} does not come to {leg.at}: {asked} is open again"
            assert asked in leg.answers, f"{given} does not come to {leg.at}: {asked} is open, of which it says nothing"
            reader.read(_shown(turn))
            count += 1
            turn = await handle(inbound(leg.answers[asked], turn, reader), count)
    return turn, count


def inbound(said: Said, turn: Turn, reader: Reader) -> Inbound:
    """A message of these words, or a tap on an option of the turn's question."""
    key = secrets.token_hex(8)
    if not isinstance(said, dict):
        return Inbound(key, text=str(said))
    tapped = reader.choice(said["tap"], _shown(turn))
    return Inbound(key, choice=(tapped,) if isinstance(tapped, str) else tuple(tapped), seen_turn=turn.number)


def _shown(turn: Turn) -> dict[str, Any]:
    return {"blocks": list(turn.blocks or ()), "expects": turn.expects}


def _open(turn: Turn) -> str:
    return str(turn.expects["slot"]) if turn.expects else NOTHING
