"""The menu of commands that Telegram shows, against the dialogue that has to answer them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.wording import wording
from tests.transcripts import players
from tests.transcripts.test_transcripts import words


@pytest.mark.slow
async def test_the_menu_offers_nothing_that_is_not_built(tmp_path: Path) -> None:
    async with players.web(tmp_path) as visitor:
        await visitor.open({"locale": "en-US"})
        assert "not built yet" in words(await visitor.say("/portfolio")), "else this test looks for the wrong words"
        for name, _ in wording().commands:
            assert "not built" not in words(await visitor.say(f"/{name}")), name
