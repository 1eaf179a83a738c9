"""Prompts are complete and say what they take and give."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.adapters.llm.prompts import load_prompts
from advisor.domain.errors import SettingsError

GOOD = "---\nversion: 1\ninputs: [a]\noutput: {type: object}\n---\nSay {a}.\n"


def test_the_packaged_prompts_load_with_their_inputs() -> None:
    prompts = load_prompts()
    assert {"understand", "narrate"} <= prompts.keys()
    for prompt in prompts.values():
        text = prompt.filled(**{name: f"<{name}>" for name in prompt.inputs})
        assert all(f"<{name}>" in text for name in prompt.inputs)
        assert prompt.output["type"] == "object"


def test_a_placeholder_for_facts_survives_filling() -> None:
    assert "{{chance}}" in load_prompts()["narrate"].filled(facts="", purpose="", locale="en")


def test_a_missing_input_is_an_error() -> None:
    with pytest.raises(KeyError):
        load_prompts()["narrate"].filled(facts="")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("Say something.", "front matter"),
        (GOOD.replace("version: 1\n", ""), "version"),
        (GOOD.replace("version: 1", "version: one"), "whole number"),
        (GOOD.replace("type: object", "type: string"), "schema"),
        (GOOD.replace("[a]", "[a, b]"), "inputs are"),
        (GOOD.replace("{a}", "{a} {c}"), "uses"),
        ("---\n: [\n---\nx", "not YAML"),
    ],
)
def test_a_wrong_prompt_stops_the_start_with_its_name(tmp_path: Path, content: str, why: str) -> None:
    (tmp_path / "broken.md").write_text(content)
    with pytest.raises(SettingsError, match=r"broken\.md") as caught:
        load_prompts(tmp_path)
    assert why in caught.value.message


def test_a_good_prompt_loads(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD)
    assert load_prompts(tmp_path)["good"].filled(a="hello") == "Say hello."
