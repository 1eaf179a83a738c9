"""Checks of a call's arguments, with the real server's words of refusal."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from tests.bot_api_server.entities import ParseError, parse_html, utf16
from tests.bot_api_server.state import ApiError

Arguments = dict[str, Any]


def bad(description: str) -> ApiError:
    """A 400 answer."""
    return ApiError(400, f"Bad Request: {description}")


def number(arguments: Arguments, name: str, default: int | None = None) -> int:
    """An integer argument."""
    raw = arguments.get(name, default)
    if raw is None:
        raise bad(f"{name.replace('_', ' ')} is empty")
    try:
        return int(raw)
    except ValueError:
        raise bad(f"{name} is not a number") from None


def parsed(raw: str, mode: str | None, limit: int, too_long: str) -> tuple[str, list[dict[str, Any]]]:
    """Text after entity parsing, trimmed as Telegram trims it and held to its limit."""
    entities: list[dict[str, Any]] = []
    text = raw
    if mode and mode.upper() == "HTML":
        try:
            text, entities = parse_html(raw)
        except ParseError as refused:
            raise bad(f"can't parse entities: {refused}") from None
    elif mode:
        raise bad("unsupported parse_mode")
    if utf16(text.strip()) > limit:
        raise bad(too_long)
    return text.strip(), entities


def keyboard_of(arguments: Arguments) -> list[list[dict[str, Any]]]:
    """The inline keyboard of a call, checked."""
    raw = arguments.get("reply_markup")
    if not raw:
        return []
    markup = json.loads(raw) if isinstance(raw, str) else raw
    rows: list[list[dict[str, Any]]] = markup.get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100 or any(len(row) > 8 for row in rows) or len(json.dumps(rows)) > 10_240:
        raise bad("reply markup is too long")
    for button in buttons:
        _check_button(button)
    return rows


def _check_button(button: dict[str, Any]) -> None:
    if not button.get("text"):
        raise bad("inline keyboard button text is empty")
    data, url = button.get("callback_data"), button.get("url")
    if data is None and url is None:
        raise bad("Text buttons are unallowed in the inline keyboard")
    if data is not None and not 1 <= len(data.encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    if url is not None:
        address = urlsplit(url)
        if address.scheme not in ("http", "https", "tg") or (
            address.scheme != "tg" and "." not in (address.hostname or "")
        ):
            raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def language_of(arguments: Arguments) -> str:
    """The two letters of a language that a setting is made for, "" for everybody."""
    code = str(arguments.get("language_code") or "")
    if code and not re.fullmatch("[a-z]{2}", code):
        raise bad("LANG_CODE_INVALID")
    return code


def commands_of(arguments: Arguments) -> list[dict[str, str]]:
    """The menu of commands of a call, checked."""
    commands: list[dict[str, str]] = json.loads(arguments.get("commands") or "[]")
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch("[a-z0-9_]{1,32}", command.get("command", "")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= utf16(command.get("description", "")) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return commands
