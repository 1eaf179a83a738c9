"""Logging of our processes: to standard error, as text or as JSON lines, with every known secret blanked out."""

from __future__ import annotations

import json
import logging
import logging.config
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

if TYPE_CHECKING:
    from advisor.config import Settings

# These write whole addresses at INFO, and Telegram's hold the bot's token; or they tell what concerns nobody.
_QUIET = ("httpx", "httpcore", "telegram", "urllib3", "asyncio", "alembic", "matplotlib")
_SHORTEST = 6  # blanking out a shorter secret would blank out ordinary words


class _Redacting(logging.Formatter):
    """A formatter through which no secret passes, wherever in the record it was: arguments, exceptions, third parties' words."""

    def __init__(self, process: str, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._process = process
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        parts = {
            "level": record.levelname,
            "process": self._process,
            "logger": record.name,
            "message": self._redacted(record.getMessage()),
        }
        if record.exc_info:
            parts["error"] = self._redacted(self.formatException(record.exc_info))
        return self.line(datetime.fromtimestamp(record.created, UTC), parts)

    def line(self, at: datetime, parts: dict[str, str]) -> str:
        """What is written, out of parts that hold no secret any more."""
        text = f"{at:%Y-%m-%d %H:%M:%S} {parts['process']} {parts['level']} {parts['logger']}: {parts['message']}"
        return f"{text}\n{parts['error']}" if "error" in parts else text

    def _redacted(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text


class _Json(_Redacting):
    """One JSON object a line, with the names that log collectors expect."""

    def line(self, at: datetime, parts: dict[str, str]) -> str:
        """The same parts as an object."""
        return json.dumps({"@timestamp": at.isoformat(timespec="milliseconds"), **parts}, ensure_ascii=False)


def configure_logs(settings: Settings, process: str) -> None:
    """Send this process's log to standard error in the chosen format. `process` names it in each line."""
    formatter = (_Json if settings.log_format == "json" else _Redacting)(process, _secrets(settings))
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Its news of starting and stopping says what `smartinvest run` says already.
    logging.getLogger("uvicorn").setLevel(logging.INFO if settings.log_format == "json" else logging.WARNING)


def _secrets(settings: Settings) -> tuple[str, ...]:
    """Every secret value, of addresses only the password; the longest first, so that none is blanked out in part."""
    found: set[str] = set()
    for _, value in settings:
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, SecretStr):
                secret = item.get_secret_value()
                found.add((urlsplit(secret).password or "") if "://" in secret else secret)
    return tuple(sorted((secret for secret in found if len(secret) >= _SHORTEST), key=len, reverse=True))
