"""A file in a terminal: written to the data directory, and its place is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.transcripts import players

pytestmark = pytest.mark.slow


async def test_a_report_is_written_beside_our_files_and_its_place_is_said(tmp_path: Path) -> None:
    async with players.product(tmp_path) as channels:
        player = channels["terminal"]()
        turn = await player.open({"locale": "en-US"})
        while turn["expects"]["slot"] != "confirm_bad_year":
            asked = turn["expects"]
            answer = asked.get("example") or asked["options"][0]["label"]
            turn = await player.say(answer)
        turn = await player.say("report")
        (file,) = (block for block in turn["blocks"] if block["kind"] == "file")
        path = tmp_path / "documents" / file["name"]
        assert path.read_bytes().startswith(b"%PDF-")
        assert path.stat().st_size == file["size"]
        await player.close()
        assert f"{file['name']}: {path}" in " ".join(player.screen.getvalue().split())  # type: ignore[attr-defined]
