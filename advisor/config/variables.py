"""Where settings come from: environment variables, `.env`, and files that hold a secret."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from dotenv import dotenv_values

from advisor.domain.errors import SettingsError

PREFIX = "SMARTINVEST_"
SECRETS = frozenset(
    {
        "database_url",
        "redis_url",
        "alphavantage_key",
        "telegram_token",
        "telegram_webhook_secret",
        "secret_keys",
        "operator_webhook",
        "operator_webhook_secret",
    }
)
_WITHOUT_PREFIX = {"host": "HOST", "port": "PORT"}


class Variables:
    """The environment and a `.env` file, as one place to look settings up."""

    def __init__(self, env_file: Path | None) -> None:
        self._layers: tuple[Mapping[str, str | None], ...] = (os.environ, read_dotenv(env_file))

    def values(self, names: Iterable[str]) -> dict[str, str]:
        """The values that are set, by field."""
        return {name: found[1] for name in names if (found := self.find(name))}

    def names(self) -> set[str]:
        """All variables there are, ours or not."""
        return {name for layer in self._layers for name in layer}

    def find(self, name: str) -> tuple[str, str] | None:
        """The variable that sets this field, and its value.

        Raises:
            SettingsError: for a secret given twice, or in a file that cannot be used.
        """
        for layer in self._layers:
            given = [key for key in candidates(name) if (layer.get(key) or "").strip()]
            if len(given) > 1 and given[1].endswith("_FILE"):
                raise SettingsError(f"{given[0]} and {given[1]} are both set. Keep one of them.", field=name)
            if given:
                value = (layer[given[0]] or "").strip()
                return given[0], _contents(given[0], value) if given[0].endswith("_FILE") else value
        return None


def candidates(name: str) -> Iterator[str]:
    """The variables that can set this field, the one that wins first."""
    yield variable(name)
    if name in SECRETS:
        yield f"{variable(name)}_FILE"
    if name in _WITHOUT_PREFIX:
        yield _WITHOUT_PREFIX[name]


def _contents(key: str, path: str) -> str:
    try:
        content = Path(path).expanduser().read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(
            f"{key} names a file that cannot be read: {reason}. Give the path of a readable text file."
        ) from None
    if not content:
        raise SettingsError(f"{key} names an empty file. Put the secret into it.")
    return content


def read_dotenv(path: Path | None) -> dict[str, str | None]:
    """The variables of a `.env` file, none if there is no such file.

    Raises:
        SettingsError: if it is there and cannot be read.
    """
    if path is None or not path.is_file():
        return {}
    try:
        return dotenv_values(path, interpolate=False)  # a secret may hold a dollar sign
    except (OSError, ValueError):
        raise SettingsError(
            f"{path} cannot be read as a file of settings: it must be readable text in UTF-8."
        ) from None


def variable(name: str) -> str:
    """The environment variable of a field, such as SMARTINVEST_PORT."""
    return PREFIX + name.upper()
