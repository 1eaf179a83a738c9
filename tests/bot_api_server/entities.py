"""Telegram's HTML parser as bots meet it: what it takes, and the words with which it refuses (after tdlib's parse_html)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_CHARACTER = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(lt|gt|amp|quot));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ATTRIBUTE = re.compile(r"""\s*([a-zA-Z-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+)""")


class ParseError(Exception):
    """The text cannot be parsed; the message is the part of the real one after "can't parse entities: "."""


@dataclass
class _Open:
    tag: str
    at: int
    attributes: dict[str, str]


def utf16(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """The bare text and its entities.

    Raises:
        ParseError: as Telegram refuses it; offsets are of UTF-8 bytes.
    """
    entities: list[dict[str, Any]] = []
    stack: list[_Open] = []
    text, position = "", 0
    while position < len(source):
        if source[position] == "&" and (character := _CHARACTER.match(source, position)):
            text += _decoded(character)
            position = character.end()
        elif source[position] == "<":
            position = _tag(source, position, stack, entities, utf16(text))
        else:
            text += source[position]
            position += 1
    if stack:
        raise ParseError(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    return text, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _decoded(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    return chr(int(match[1]) if match[1] else int(match[2], 16))


def _tag(source: str, start: int, stack: list[_Open], entities: list[dict[str, Any]], offset: int) -> int:
    byte_offset = len(source[:start].encode())
    end = source.find(">", start)
    if end < 0:
        kind = "end" if source.startswith("</", start) else "start"
        raise ParseError(f"Unclosed {kind} tag at byte offset {byte_offset}")
    inner = source[start + 1 : end]
    if inner.startswith("/"):
        _close(inner[1:].strip().lower(), byte_offset, stack, entities, offset)
        return end + 1
    name, _, rest = inner.partition(" ")
    name = name.lower()
    if name not in _TYPES:
        raise ParseError(f'Unsupported start tag "{name}" at byte offset {byte_offset}')
    attributes = {key.lower(): value.strip("\"'") for key, value in _ATTRIBUTE.findall(rest)}
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise ParseError(f'Tag "span" must have class "tg-spoiler" at byte offset {byte_offset}')
    stack.append(_Open(name, offset, attributes))
    return end + 1


def _close(name: str, byte_offset: int, stack: list[_Open], entities: list[dict[str, Any]], offset: int) -> None:
    if not stack:
        raise ParseError(f"Unexpected end tag at byte offset {byte_offset}")
    opened = stack.pop()
    if name and name != opened.tag:
        raise ParseError(
            f'Unmatched end tag at byte offset {byte_offset}, expected "</{opened.tag}>", found "</{name}>"'
        )
    if offset > opened.at:
        entity: dict[str, Any] = {"type": _TYPES[opened.tag], "offset": opened.at, "length": offset - opened.at}
        if opened.tag == "a" and "href" in opened.attributes:
            entity["url"] = opened.attributes["href"]
        entities.append(entity)
