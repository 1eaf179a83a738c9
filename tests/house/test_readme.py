"""What the README promises to somebody who copies from it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.running import Server

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="curl or bash is not on this machine")
def test_the_commands_of_the_rest_section_give_a_plan_its_replay_and_an_analysis(server: Server) -> None:
    script = "\n".join(re.findall(r"```sh\n(.+?)```", README, re.DOTALL))
    assert "http://127.0.0.1:8000" in script
    done = subprocess.run(
        ["bash", "-eu", "-c", script.replace("http://127.0.0.1:8000", server.url)],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    turn, plan, replayed, optimised = _documents(done.stdout)
    assert {"allocation", "projection"} <= {block.get("name") for block in turn["blocks"]}
    assert plan["result"] == replayed
    assert sum(optimised["weights"].values()) == pytest.approx(1)
    assert optimised["shopping_list"]["lines"]


def _documents(text: str) -> list[dict[str, Any]]:
    """JSON documents that stand one after the other."""
    found, text = [], text.strip()
    while text:
        document, end = json.JSONDecoder().raw_decode(text)
        found.append(document)
        text = text[end:].strip()
    return found


def test_its_pictures_are_small_enough_to_load_at_once() -> None:
    shown = re.findall(r"!\[[^\]]{20,}\]\(([^)]+)\)", README)
    assert len(shown) == 2, "each with a description"
    assert [name for name in shown if (REPOSITORY / name).stat().st_size >= 200_000] == []
