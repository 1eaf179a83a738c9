"""Blocks to Telegram messages. Pure: the same turn gives the same parts, so that progress can be counted in parts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from advisor.domain.chart import ChartSpec
from advisor.domain.documents import document_id
from advisor.domain.errors import InvalidInput
from advisor.domain.reply import (
    Block,
    Chart,
    Choices,
    Expects,
    File,
    Link,
    Notice,
    Option,
    Table,
    Text,
    block_from_json,
    expects_from_json,
)
from bot.callback import offered_options
from bot.keyboard import Rows, fitted, needs_list, option_rows, readable, system_row
from bot.richtext import Rich, Run, from_markup, join, sendable, split, to_html, to_plain
from bot.tables import table_text
from bot.wording import Wording, wording

MAX_TEXT = 4096
MAX_CAPTION = 1024
_SIGNS = {"info": "ℹ️", "warning": "⚠️", "error": "⛔"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MessagePart:
    """A text message: at most 4096 UTF-16 units. `plain` is what is sent where Telegram refuses the HTML.

    `asks` says that the keyboard belongs to the open question, so that it can be taken away once that is answered.
    """

    html: str
    plain: str
    keyboard: InlineKeyboardMarkup | None = None
    asks: bool = False


@dataclass(frozen=True, slots=True)
class PhotoPart:
    """A picture with a caption that states its data: at most 1024 UTF-16 units."""

    spec: ChartSpec
    html: str
    plain: str
    keyboard: InlineKeyboardMarkup | None = None
    asks: bool = False


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A stored file, sent as one. `html` and `plain` name it where it cannot be sent."""

    document: str
    name: str
    html: str
    plain: str
    keyboard: InlineKeyboardMarkup | None = None
    asks: bool = False


Part = MessagePart | PhotoPart | DocumentPart


@dataclass(slots=True)
class _Draft:
    """A message being put together. `open` drafts take in the blocks that follow."""

    pieces: list[Rich] = field(default_factory=list)
    spec: ChartSpec | None = None
    file: File | None = None
    rows: Rows = field(default_factory=list)
    open: bool = True


class _Page:
    """Collects the drafts of one turn."""

    def __init__(self, turn: int, expects: Expects | None, offered: tuple[Option, ...], locale: str, site: str) -> None:
        self.turn, self.expects, self.offered, self.locale, self.site = turn, expects, offered, locale, site
        self.words: Wording = wording(locale)
        self.drafts: list[_Draft] = []

    def text_draft(self) -> _Draft:
        """The message that text goes into: the last one if it is still open, else a new one."""
        if not self.drafts or not self.drafts[-1].open:
            self.drafts.append(_Draft())
        return self.drafts[-1]

    def say(self, *pieces: Rich) -> None:
        """Add text."""
        self.text_draft().pieces.extend(piece for piece in pieces if piece)

    def rows_of(self, options: tuple[Option, ...], *, multiple: bool) -> Rows:
        """Buttons of these options."""
        return option_rows(self.turn, options, self.offered, self.words, multiple=multiple)


def render(
    blocks: tuple[dict[str, Any], ...],
    expects: dict[str, Any] | None,
    turn: int,
    *,
    site: str = "",
    locale: str = "",
) -> list[Part]:
    """The messages that show a stored turn of the advisor, in order; the open question's buttons are on the last one.

    `site` is the public address that relative links are completed with. `locale` is the reader's: our own labels and the figures
    in tables are written in it, in that of the turn's pictures where it is "". A block that cannot be read is replaced by a
    sentence that says so, and logged: the rest of the turn still reaches the investor.
    """
    question = expects_from_json(expects)
    read = [_readable(raw) for raw in blocks]
    choices = [block for block in read if isinstance(block, Choices)]
    locale = locale or next((block.spec.locale for block in read if isinstance(block, Chart)), "en")
    page = _Page(turn, question, offered_options(choices, question), locale, site)
    for block in read:
        if block is None:
            page.say((Run(page.words.unreadable_block),))
        else:
            RENDERERS[type(block)](page, block)
    _ask(page)
    parts = [part for draft in page.drafts for part in _parts(draft, page.words)]
    if question is not None and parts and parts[-1].keyboard is not None:
        parts[-1] = replace(parts[-1], asks=True)
    return parts


def _readable(raw: dict[str, Any]) -> Block | None:
    try:
        return block_from_json(raw)
    except (InvalidInput, KeyError, TypeError, ValueError) as problem:
        _log.error("block_unreadable kind=%s: %s", raw.get("kind"), problem)
        return None


def _text(page: _Page, block: Text) -> None:
    page.say(from_markup(block.text))


def _notice(page: _Page, block: Notice) -> None:
    page.say((Run(f"{_SIGNS[block.level]} "), *from_markup(block.text)))


def _choices(page: _Page, block: Choices) -> None:
    """Buttons; the open question's own options are left to the last message, so that they show once."""
    if block.prompt:
        page.say(from_markup(block.prompt))
    asked = {option.id for option in page.expects.options} if page.expects else set()
    if asked and {option.id for option in block.options} <= asked:
        return
    _offer(page, block.options, multiple=block.multiple)
    page.drafts[-1].open = False


def _chart(page: _Page, block: Chart) -> None:
    title: Rich = (Run(sendable(block.spec.title), "bold"),) if block.spec.title else ()
    watermark = getattr(block.spec.picture, "watermark", "")
    # A description stands alone where the title is not seen, so it often begins with it. Here the title is the line above.
    alt = block.spec.alt.removeprefix(f"{block.spec.title}. ") if block.spec.title else block.spec.alt
    facts = from_markup("\n".join(filter(None, (alt, watermark))))
    page.drafts.append(_Draft([join([title, facts], "\n")], block.spec, open=False))


def _table(page: _Page, block: Table) -> None:
    page.say(*table_text(block, page.locale))


def _file(page: _Page, block: File) -> None:
    named: Rich = (Run(sendable(page.words.file.format(name=block.name, size=_size(block.size)))),)
    if document_id(block):
        page.drafts.append(_Draft([named], file=block, open=False))
    elif _is_public(url := _absolute(block.url, page.site)) and urlsplit(block.url).scheme:
        _url_button(page, block.name, url)
    else:
        page.say(named)


def _link(page: _Page, block: Link) -> None:
    url = _absolute(block.url, page.site)
    if _is_public(url):
        _url_button(page, block.label, url)
    else:
        page.say((Run(sendable(f"{block.label}: {url}")),))


RENDERERS: dict[type[Block], Callable[[_Page, Any], None]] = {
    Text: _text,
    Notice: _notice,
    Choices: _choices,
    Chart: _chart,
    Table: _table,
    File: _file,
    Link: _link,
}


def _ask(page: _Page) -> None:
    """Put the open question's keyboard on the last message."""
    expects = page.expects
    if expects is None:
        return
    if expects.options:
        _offer(page, expects.options, multiple=expects.kind == "multichoice")
    system = system_row(page.turn, expects, page.words)
    if system and not page.drafts:
        page.say((Run(page.words.choose),))
    if page.drafts:
        page.drafts[-1].rows += system


def _offer(page: _Page, options: tuple[Option, ...], *, multiple: bool) -> None:
    """Buttons on the last message, with the options in full above them where the buttons cannot say all."""
    if needs_list(options):
        lines: list[Rich] = []
        for number, option in enumerate(options, 1):
            label = Run(f"{number}. {sendable(option.label)}", "bold")
            lines.append((label, Run(f" – {sendable(option.hint)}")) if option.hint else (label,))
        page.say(join(lines, "\n"))
    if not page.drafts:
        page.say((Run(page.words.choose),))
    page.drafts[-1].rows += page.rows_of(options, multiple=multiple)


def _url_button(page: _Page, label: str, url: str) -> None:
    text = readable(label, url)
    if not page.drafts:
        page.say((Run(text),))
    page.drafts[-1].rows.append([InlineKeyboardButton(text, url=url)])


def _absolute(url: str, site: str) -> str:
    return site.rstrip("/") + url if url.startswith("/") else url


def _is_public(url: str) -> bool:
    """Whether Telegram takes the address for a button: http(s) with a real host name (it refuses localhost)."""
    address = urlsplit(url)
    return address.scheme in ("http", "https") and "." in (address.hostname or "")


def _size(octets: int) -> str:
    return f"{octets / 1e6:.1f} MB" if octets >= 1e6 else f"{max(1, round(octets / 1e3))} kB"


def _parts(draft: _Draft, words: Wording) -> list[Part]:
    """A draft as messages within the limits; its keyboard is on the last of them."""
    pieces = split(join(draft.pieces), MAX_TEXT) if draft.spec is None else _captioned(join(draft.pieces))
    if not pieces:
        pieces = [(Run(words.choose),)] if draft.spec is None else [()]
    parts: list[Part] = [MessagePart(to_html(piece), to_plain(piece)) for piece in pieces]
    if draft.spec is not None:
        parts[0] = PhotoPart(draft.spec, parts[0].html, parts[0].plain)
    if draft.file is not None:
        name = sendable(draft.file.name)
        parts[0] = DocumentPart(document_id(draft.file), name, parts[0].html, parts[0].plain)
    if draft.rows:
        parts[-1] = replace(parts[-1], keyboard=InlineKeyboardMarkup(fitted(draft.rows)))
    return parts


def _captioned(caption: Rich) -> list[Rich]:
    """The caption, and what is too long for one as messages after the picture."""
    first, *rest = split(caption, MAX_CAPTION) or [()]
    return [first, *split(join(rest, "\n"), MAX_TEXT)]
