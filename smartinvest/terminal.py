"""The terminal as a channel: the same dialogue, printed."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table as RichTable

from advisor.container import Container
from advisor.domain import reply as r
from advisor.domain.documents import document_id
from advisor.domain.message import Channel, Conversation, Inbound, Turn, Visitor
from advisor.replies.format import money, number, percent
from advisor.replies.wording import FALLBACK, say

Read = Callable[[str], Awaitable[str | None]]
_SIGNS = {"info": ("i", "cyan"), "warning": ("!", "yellow"), "error": ("x", "red")}


class Terminal:
    """Prints the advisor's turns and reads the investor's answers until the input ends or "quit" is typed."""

    def __init__(self, container: Container, console: Console, read: Read, *, address: str, visitor: Visitor) -> None:
        self._container = container
        self._console = console
        self._read = read
        self._address = address
        self._visitor = visitor
        self._locale = visitor.locale or FALLBACK

    async def run(self) -> None:
        """Greet a newcomer or say again where we were, then answer line by line."""
        conversation = await self._container.dialogue.open(Channel.TERMINAL, self._address, self._visitor)
        turn = (await self._container.storage.history(conversation.id, conversation.turn - 1, 1))[-1]
        await self._show(turn)
        while True:
            line = await self._read("> ")
            if line is None or line.strip().lower() in ("quit", "exit", ":q"):
                self._console.print(say(self._locale, "terminal.farewell"))
                return
            conversation = await self._opened(conversation)
            inbound = Inbound(external_id=secrets.token_hex(16), text=line)
            await self._show(await self._container.dialogue.handle(conversation.id, inbound))

    async def _opened(self, before: Conversation) -> Conversation:
        """The conversation this address leads to now: another one after a link, a new one, with its greeting, after an erasure."""
        now = await self._container.dialogue.open(Channel.TERMINAL, self._address, self._visitor)
        if now.id != before.id and now.turn == 1:
            await self._show((await self._container.storage.history(now.id, 0, 1))[0])
        return now

    async def _show(self, turn: Turn) -> None:
        """Print a turn in the language that the dialogue has by now."""
        conversation = await self._container.storage.find_conversation(Channel.TERMINAL, self._address)
        if conversation is not None:
            self._locale = str(conversation.state.get("locale", self._locale))
        for raw in turn.blocks or ():
            await self._print(r.block_from_json(raw))
        expected = r.expects_from_json(turn.expects)
        if expected is not None:
            self._print_question(expected)

    async def _print(self, block: r.Block) -> None:
        match block:
            case r.Text(text=text):
                self._console.print(Markdown(text))
            case r.Notice(level=level, text=text):
                sign, colour = _SIGNS[level]
                self._console.print(f"[{colour}]({sign})[/{colour}] ", end="")
                self._console.print(text, markup=False)
            case r.Table():
                self._console.print(_table(block, self._locale))
            case r.Chart(spec=spec):
                path = await self._drawn(block)
                self._console.print(f"{spec.title}: {spec.alt}", markup=False)
                self._console.print(self._say("picture", path=path), markup=False, style="dim", soft_wrap=True)
            case r.Choices(options=options):
                words = " · ".join(option.label for option in options)
                self._console.print(self._say("also", words=words), markup=False, style="dim")
            case r.File(name=name):
                self._console.print(f"{name}: {await self._fetched(block)}", markup=False, soft_wrap=True)
            case r.Link(label=label, url=url):
                self._console.print(f"{label}: {url}", markup=False)
        self._console.print()

    def _print_question(self, expected: r.Expects) -> None:
        for index, option in enumerate(expected.options, start=1):
            hint = f" ({option.hint})" if option.hint else ""
            self._console.print(f"  {index}. {option.label}{hint}", markup=False, highlight=False)
        parts = [say(self._locale, "progress", step=expected.step, steps=expected.steps)]
        parts += [self._say("example", example=expected.example)] if expected.example else []
        parts += [self._say(word) for word in (*(("skip",) if expected.skippable else ()), "why", "back")]
        self._console.print(" · ".join(parts), markup=False, highlight=False, style="dim")

    def _say(self, key: str, **values: object) -> str:
        return say(self._locale, f"terminal.{key}", **values)

    async def _drawn(self, chart: r.Chart) -> Path:
        """A terminal shows no pictures: it is saved as a file, whose place is said."""
        picture = await self._container.charts.draw(chart.spec, "png", "light")
        return self._saved("charts", f"{chart.spec.name}-{chart.id[:8]}.png", picture)

    async def _fetched(self, file: r.File) -> Path | str:
        """Where a stored document was put, or the address of a file that is not one of ours."""
        conversation = await self._container.storage.find_conversation(Channel.TERMINAL, self._address)
        key = document_id(file)
        if conversation is None or not key:
            return file.url
        found = await self._container.storage.document(conversation.user_id, key)
        return file.url if found is None else self._saved("documents", found.name, found.content)

    def _saved(self, folder: str, name: str, content: bytes) -> Path:
        """A file in a folder of the data directory."""
        place = Path(self._container.settings.data_dir) / folder
        place.mkdir(parents=True, exist_ok=True)
        path = place / Path(name).name
        path.write_bytes(content)
        return path


def _table(block: r.Table, locale: str) -> RichTable:
    table = RichTable(title=block.caption, title_justify="left", show_lines=False)
    for column in block.columns:
        table.add_column(column.label, justify="left" if column.type == "text" else "right")
    for row in block.rows:
        table.add_row(*(_cell(row.get(column.id), column.type, locale) for column in block.columns))
    return table


def _cell(value: Any, kind: str, locale: str) -> str:
    if value is None:
        return "–"
    match kind:
        case "money":
            return money(locale, value["amount"], value["currency"])
        case "percent":
            return percent(locale, float(value), 1)
        case "number":
            return number(locale, float(value))
    return str(value)
