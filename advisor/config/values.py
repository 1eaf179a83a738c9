"""What a single setting's value must look like. Each check returns the value as it is kept, or says what is wrong with it."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, SecretStr

from advisor.domain.replay import Replay

_DATABASES = frozenset({"sqlite", "sqlite+aiosqlite", "postgresql", "postgres", "postgresql+asyncpg"})


def address(value: str) -> str:
    """An http(s) address without its trailing slash; credentials, a query or a fragment have no place in it."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not an http or https address")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("holds more than a plain address")
    return value.rstrip("/")


def telegram_root(value: str) -> str:
    """The root of a Bot API server, without /bot."""
    root = address(value)
    if root.endswith("/bot"):
        raise ValueError("ends with /bot")
    return root


def origin(value: str) -> str:
    """Scheme, host and port of a site, or * for every site."""
    if value == "*" or (address(value) == value and not urlsplit(value).path):
        return value
    raise ValueError("holds something that is not the origin of a site")


def database(value: SecretStr) -> SecretStr:
    """A database that all our processes can share."""
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in _DATABASES:
        raise ValueError("names no database that is supported")
    if parts.scheme.startswith("sqlite") and parts.path in ("", "/", "/:memory:"):
        raise ValueError("names no file, and a database in memory cannot be shared by several processes")
    return value


def redis(value: SecretStr) -> SecretStr:
    """A Redis server's address."""
    if urlsplit(value.get_secret_value()).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("is not a Redis address")
    return value


def webhook(value: SecretStr) -> SecretStr:
    """An address that messages are posted to: https, plain http to this machine alone."""
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not an https address")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("would be told in clear over the network")
    if parts.username or parts.fragment:
        raise ValueError("holds more than an address")
    return value


def key(value: SecretStr) -> SecretStr:
    """A Fernet key: 32 bytes in URL-safe base64."""
    try:
        raw = base64.b64decode(value.get_secret_value(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("holds a key that is not base64") from None
    if len(raw) != 32:
        raise ValueError(f"holds a key of {len(raw)} bytes")
    return value


def matching(pattern: str) -> AfterValidator:
    """A check that a secret has a form, which is not repeated when it has not."""

    def check(value: SecretStr) -> SecretStr:
        if not re.fullmatch(pattern, value.get_secret_value()):
            raise ValueError("does not have the form it should have")
        return value

    return AfterValidator(check)


def host(value: str) -> str:
    """A name or number of an interface; whether this machine has it shows when the port is opened."""
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", value):
        raise ValueError("cannot be an address")
    return value


def data_dir(value: Path) -> Path:
    """A directory that exists or can be made; absolute, so that every process means the same one."""
    path = value.expanduser().absolute()
    if _is_dir(path) is False:
        raise ValueError("is a file")
    return path


def csv_dir(value: Path) -> Path:
    """A directory that exists."""
    path = value.expanduser().absolute()
    if not _is_dir(path):
        raise ValueError("is not a directory that exists")
    return path


def _is_dir(path: Path) -> bool | None:
    """None if there is nothing yet."""
    try:
        return path.is_dir() if path.exists() else None
    except OSError:
        raise ValueError("lies where we may not look") from None


def replay(value: Any) -> Any:
    """A walk through the past: its first day, when it began, and its speed."""
    try:
        return Replay.parse(value) if isinstance(value, str) else value
    except (ValueError, OverflowError, OSError):
        raise ValueError("is not a day, a moment and a speed, separated by commas") from None


def timezone(value: str) -> str:
    """A name of the time zone database."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # not in the database, not a name at all, the name of a directory
        raise ValueError("is not a known time zone") from None
    return value


def split(value: Any) -> Any:
    """A list out of a text separated by commas."""
    return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value


def switch(value: Any) -> Any:
    """A truth value out of on and off."""
    switches = {"on": True, "off": False}
    if isinstance(value, str):
        if value.lower() not in switches:
            raise ValueError("is neither on nor off")
        return switches[value.lower()]
    return value


def is_loopback(host: str) -> bool:
    """Whether a server on this address can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
