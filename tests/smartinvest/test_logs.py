"""Logs name their process, hold no secret in any form, and are JSON lines where asked for."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from advisor.config import Settings
from smartinvest.logs import configure_logs

TOKEN = "12345:canary-token"
PASSWORD = 'canary"password'


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """The root logger as it was."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    for name in ("httpx", "httpcore", "telegram", "urllib3", "asyncio", "alembic", "matplotlib", "uvicorn"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def configured(log_format: str) -> Settings:
    return Settings.model_validate(
        {
            "telegram_token": TOKEN,
            "database_url": "postgresql://me:canary%22pass@db/x",
            "alphavantage_key": PASSWORD,
            "log_format": log_format,
        }
    )


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_no_secret_passes_in_words_arguments_or_traces(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(configured(log_format), "bot")
    logger = logging.getLogger("smartinvest.test")
    logger.warning("calling https://api/bot%s/getMe with %r", TOKEN, {"key": "canary%22pass"})
    try:
        int(f"{PASSWORD} of {TOKEN}")
    except ValueError:
        logger.exception("it failed")
    written = capsys.readouterr().err
    assert "canary" not in written
    assert written.count("[secret]") == 4
    assert "ValueError: invalid literal for int()" in written


def test_json_is_one_object_a_line_with_the_names_collectors_expect(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(configured("json"), "worker")
    logging.getLogger("one").info("first\nline %s", "ü")
    logging.getLogger("two").error("second")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert {key: first[key] for key in ("level", "process", "logger", "message")} == {
        "level": "INFO",
        "process": "worker",
        "logger": "one",
        "message": "first\nline ü",
    }
    assert first["@timestamp"].endswith("+00:00")
    assert second["level"] == "ERROR"


def test_libraries_that_would_log_addresses_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(configured("console"), "bot")
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot...")
    assert capsys.readouterr().err == ""
