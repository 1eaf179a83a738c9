"""What the terminal says by itself: in the language of the dialogue."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from advisor.container import open_container
from advisor.domain.message import Visitor
from smartinvest.terminal import Terminal
from tests.transcripts.players import settings_in

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("locale", "said", "unsaid"),
    [
        (
            "de-DE",
            ["2 von", "zum Beispiel „10 Jahre“", "warum?", "zurück", "Bis zum nächsten Mal.", "(Bild: "],
            ["for example", "why?", "Until next time", "(picture"],
        ),
        (
            "en-US",
            ["2 of", 'for example "10 years"', "why?", "back", "Until next time.", "(picture: "],
            ["zum Beispiel", "warum?"],
        ),
    ],
)
async def test_the_terminal_speaks_the_language_of_the_dialogue(
    tmp_path: Path, locale: str, said: list[str], unsaid: list[str]
) -> None:
    lines, screen = iter(["1", "2034", "USD", "20000", "500", "quit"]), io.StringIO()

    async def read(_prompt: str) -> str | None:
        return next(lines)

    async with open_container(await settings_in(tmp_path)) as container:
        console = Console(file=screen, width=400)
        visitor = Visitor(locale=locale, currency="EUR")
        await Terminal(container, console, read, address="me", visitor=visitor).run()
    shown = screen.getvalue().replace("\u00a0", " ")
    assert [words for words in said if words not in shown] == []
    assert [words for words in unsaid if words in shown] == []
