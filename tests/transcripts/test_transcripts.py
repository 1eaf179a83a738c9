"""Every transcript through every channel: the same talk gives the same blocks, whatever carries it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from tests.transcripts.given import visitor_of
from tests.transcripts.patterns import FOLDER, TRANSCRIPTS
from tests.transcripts.players import Player, Stage, product
from tests.transcripts.turns import Line, Reader, Turn, anonymous, check, held

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stages(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Stage]]:
    """Every channel of one product, opened once for all transcripts."""
    async with product(tmp_path_factory.mktemp("transcripts")) as opened:
        yield opened


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.relative_to(FOLDER).with_suffix("").as_posix())
async def test_a_transcript_plays_the_same_on_every_channel(path: Path, stages: dict[str, Stage]) -> None:
    transcript = yaml.safe_load(path.read_text("utf-8"))
    count: int | None = None
    played: dict[str, list[Turn]] = {}
    for name, stage in stages.items():
        player = stage()
        try:
            played[name], count = await _play(transcript, player, count)
        finally:
            await player.close()
    assert played["telegram"] == played["web"]
    assert played["terminal"] == played["web"]


async def _play(transcript: dict[str, Any], player: Player, count: int | None) -> tuple[list[Turn], int | None]:
    """The advisor's turns, with everything removed that differs by person and not by meaning.

    `count` is how many messages it takes to begin, as another channel found.
    """
    turn, reader, where = await player.open(visitor_of(transcript)), Reader(), transcript["name"]
    check(transcript.get("greeting", {}), turn, None, where)
    turns = [anonymous(turn)]
    if "given" in transcript:
        turn, count = await player.seat.begin(transcript["given"], count)
        turns.append(anonymous(await player.shown(turn)))
    for line in transcript["talk"]:
        reader.read(turn)
        before, came = turn, await _act(line, turn, player, reader)
        turn = came[-1]
        check(line, turn, before, where)
        turns.extend({"expects": item["expects"]} if line.get("differs") else anonymous(item) for item in came)
        await _check_kept(line, player, where)
    return turns, count


async def _act(line: Line, turn: Turn, player: Player, reader: Reader) -> list[Turn]:
    """Say (once or hastily), tap, or let happen what the line names. If nothing comes of it, the turn before is the last one."""
    match line:
        case {"say": text}:
            return [await player.say(str(text))]
        case {"hastily": texts}:
            return await player.hurry(texts)
        case {"happens": kind}:
            brought = await player.seat.happen(kind)
            assert (brought is None) == bool(line.get("silently")), f"{line}: {brought}"
            return [turn if brought is None else await player.shown(brought)]
    return [await player.tap(reader.choice(line["tap"], turn))]


async def _check_kept(line: Line, player: Player, where: str) -> None:
    """What a line demands of what is stored: answers (`keeps`) and how many plans were made (`plans`)."""
    if "keeps" in line:
        held(line["keeps"], (await player.seat.conversation()).state, f"{where}: {line}")
    if "plans" in line:
        assert await player.seat.plans() == line["plans"], f"{where}: {line}"
