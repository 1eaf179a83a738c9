"""What `smartinvest run` starts under which settings."""

from __future__ import annotations

from pathlib import Path

from advisor.config import Settings
from smartinvest.run import plan


def test_without_a_token_api_and_worker_run() -> None:
    tree = plan(Settings())
    assert (tree.first.name, [child.name for child in tree.others]) == ("api", ["worker"])
    assert tree.ready == (
        "SmartInvest is ready: http://127.0.0.1:8000\n"
        "market data: auto, Telegram: off, language model: off, rate limits: off."
    )


def test_with_a_token_the_bot_runs_too_and_the_token_is_not_shown() -> None:
    tree = plan(Settings.model_validate({"telegram_token": "1:canary", "port": 9000}))
    assert [child.name for child in tree.others] == ["bot", "worker"]
    assert "Telegram: polling" in tree.ready
    assert "canary" not in repr(tree)


def test_children_are_our_own_command_line_under_the_same_interpreter() -> None:
    import sys

    assert plan(Settings()).first.command == (sys.executable, "-m", "smartinvest", "api")
    assert Path(sys.executable).exists()
