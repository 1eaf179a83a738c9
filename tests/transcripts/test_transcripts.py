"""Every transcript through every channel: the same talk gives the same blocks, whatever carries it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.transcripts import players

FOLDER = Path(__file__).parent
TRANSCRIPTS = sorted(FOLDER.glob("*.yaml"))
CHANNELS: dict[str, Callable[[Path], AbstractAsyncContextManager[players.Player]]] = {
    "web": players.web,
    "telegram": players.telegram,
    "terminal": players.terminal,
}
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_a_transcript_plays_the_same_on_every_channel(path: Path, tmp_path: Path) -> None:
    transcript = yaml.safe_load(path.read_text("utf-8"))
    played = {name: await play(transcript, channel, tmp_path / name) for name, channel in CHANNELS.items()}
    assert played["telegram"] == played["web"]
    assert played["terminal"] == played["web"]


async def play(
    transcript: dict[str, Any], channel: Callable[[Path], AbstractAsyncContextManager[players.Player]], folder: Path
) -> list[Any]:
    """The advisor's turns, with everything removed that differs by person and not by meaning."""
    folder.mkdir()
    turns: list[Any] = []
    async with channel(folder) as player:
        async for line, turn in _walk(transcript, player):
            check(line, turn, transcript["name"])
            turns.append(_anonymous(turn))
    return turns


async def _walk(
    transcript: dict[str, Any], player: players.Player
) -> AsyncIterator[tuple[dict[str, Any], players.Turn]]:
    turn = await player.open(transcript.get("visitor", {"locale": "en-US"}))
    yield transcript.get("greeting", {}), turn
    amount = ""
    for line in transcript["talk"]:
        amount = bad_year_amount(turn) or amount
        if "say" in line:
            turn = await player.say(str(line["say"]))
        elif line["tap"] == "the right amount":
            options = turn["expects"]["options"]
            turn = await player.tap(next(option["id"] for option in options if option["label"] == amount))
        else:
            turn = await player.tap(line["tap"])
        yield line, turn


def check(line: dict[str, Any], turn: players.Turn, name: str) -> None:
    """What a line of a transcript demands of the turn that answers it."""
    where = f"{name}: {line}\n{words(turn)}"
    if "asks" in line:
        asked = turn["expects"]["slot"] if turn["expects"] else None
        assert asked == line["asks"], where
    for said in _listed(line.get("says")):
        assert said.casefold() in words(turn).casefold(), where
    for absent in _listed(line.get("never_says")):
        assert absent.casefold() not in words(turn).casefold(), where
    for kind in ("table", "chart"):
        shown = [block["name"] for block in turn["blocks"] if block["kind"] == kind]
        for wanted in _listed(line.get(kind)):
            assert wanted in shown, where
    if "file" in line:
        assert line["file"] in [block["media_type"] for block in turn["blocks"] if block["kind"] == "file"], where
    if "words_at_most" in line:
        assert (
            len(" ".join(b["text"] for b in turn["blocks"] if b["kind"] == "text").split()) <= line["words_at_most"]
        ), where


def words(turn: players.Turn) -> str:
    """All that a turn says in words, tables included."""
    lines = [block.get("text") or block.get("caption") or block.get("title") or "" for block in turn["blocks"]]
    cells = [str(cell) for block in turn["blocks"] for row in block.get("rows", []) for cell in row.values()]
    return "\n".join([*lines, *cells])


def bad_year_amount(turn: players.Turn) -> str:
    """The amount of a bad year in the advisor's own words: in the plan's sentence, or in the correction of a wrong guess."""
    said = " ".join(block["text"] for block in turn["blocks"] if block["kind"] == "text")
    amount = re.search(r"(?:could cost|could lose) about \*\*([^*]+)\*\*", said)
    return amount.group(1) if amount else ""


def _listed(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _anonymous(turn: players.Turn) -> Any:
    """Ids of charts and files belong to their owner, a report to its plan; the order of the bad-year amounts to the plan's id."""
    blocks = []
    for block in turn["blocks"]:
        own = ("name", "size", "url") if block["kind"] == "file" else ("id", "svg_url", "png_url")
        kept = {key: value for key, value in block.items() if key not in own}
        blocks.append(kept)
    expects = turn["expects"]
    if expects and expects["slot"] == "confirm_bad_year":
        expects = expects | {"options": sorted(option["label"] for option in expects["options"])}
    return {"blocks": blocks, "expects": expects}
