"""Reading the settings, and saying in one line what is wrong with them."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from pydantic import ValidationError

from advisor.config.settings import Settings
from advisor.config.variables import PREFIX, Variables, candidates, variable
from advisor.domain.errors import SettingsError

# Repeated in an error, since none of these can hold a password. An address can, and a key may be pasted beside the right line.
_REPEATABLE = frozenset(
    [
        *("host", "port", "data_dir", "csv_dir", "macro_dir", "market_data", "max_price_age_days", "keep_raw_days"),
        *("alphavantage_per_minute", "replay", "telegram_mode", "rate_limits", "log_format", "timezone"),
    ]
)


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read and check the settings.

    Raises:
        SettingsError: one line that names the variable, what is wrong with its value, and what would be right. Never a secret.
    """
    variables = Variables(env_file)
    try:
        return Settings.model_validate(variables.values(Settings.model_fields))
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=True)[0]
    name = str(problem["loc"][0])
    found = variables.find(name)
    given, value = found or (variable(name), "")
    cause = problem.get("ctx", {}).get("error")
    what = str(cause) if isinstance(cause, ValueError) else "cannot be used"
    shown = f" {value[:60]!r}" if name in _REPEATABLE and found else ""
    right = Settings.model_fields[name].description
    raise SettingsError(f"{given} is wrong: the value{shown} {what}. It must be {right}.", field=name)


def unknown_variables(env_file: Path | None = Path(".env")) -> list[str]:
    """A line for each SMARTINVEST_ variable that sets nothing, with the name that was probably meant."""
    known = [key for name in Settings.model_fields for key in candidates(name)]
    lines = []
    for key in sorted(Variables(env_file).names()):
        if key.startswith(PREFIX) and key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            lines.append(f"{key} is not a setting and is ignored." + (f" Did you mean {near[0]}?" if near else ""))
    return lines


def prepare_data_dir(settings: Settings) -> Path:
    """Make the data directory, readable by its owner only, unless it is there.

    Raises:
        SettingsError: if it cannot be made or written to.
    """
    path = settings.data_dir
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"SMARTINVEST_DATA_DIR: {path} cannot be made: {error.strerror}. Name a directory we may write to."
        ) from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise SettingsError(f"SMARTINVEST_DATA_DIR: {path} cannot be written to. Name a directory we may write to.")
    return path
