"""Prompts as files with front matter: version, inputs, and the JSON schema of the answer. A wrong one is refused by name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Formatter
from typing import Any

import yaml

from advisor.domain.errors import SettingsError

_MARK = "---\n"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt: `text` holds `{input}` fields, exactly those named in `inputs`; `output` is a JSON schema (an object)."""

    name: str
    version: int
    inputs: tuple[str, ...]
    output: dict[str, Any]
    text: str

    def filled(self, **values: str) -> str:
        """The text with its inputs.

        Raises:
            KeyError: if an input is missing.
        """
        return self.text.format(**{name: values[name] for name in self.inputs})


def load_prompts(folder: Traversable | None = None) -> dict[str, Prompt]:
    """All prompts of the folder (default: the package `prompts`) by name.

    Raises:
        SettingsError: naming the file and what is wrong with it.
    """
    place = folder or files("prompts")
    found = [_load(item) for item in place.iterdir() if item.name.endswith(".md")]
    return {prompt.name: prompt for prompt in sorted(found, key=lambda prompt: prompt.name)}


def _load(item: Traversable) -> Prompt:
    parts = item.read_text("utf-8").split(_MARK, 2)
    if len(parts) != 3 or parts[0]:
        raise _wrong(item, "it has no front matter between two lines of ---")
    try:
        head = yaml.safe_load(parts[1])
    except yaml.YAMLError as error:
        raise _wrong(item, "its front matter is not YAML") from error
    if not isinstance(head, dict) or set(head) != {"version", "inputs", "output"}:
        raise _wrong(item, "its front matter must hold version, inputs and output, and nothing else")
    if (
        not isinstance(head["version"], int)
        or not isinstance(head["output"], dict)
        or head["output"].get("type") != "object"
    ):
        raise _wrong(item, "version must be a whole number and output a JSON schema of an object")
    named = {field for _, field, _, _ in Formatter().parse(parts[2]) if field is not None}
    if named != set(head["inputs"]):
        raise _wrong(item, f"its text uses {sorted(named)}, its inputs are {sorted(head['inputs'])}")
    return Prompt(
        item.name.removesuffix(".md"), head["version"], tuple(head["inputs"]), head["output"], parts[2].strip()
    )


def _wrong(item: Traversable, why: str) -> SettingsError:
    return SettingsError(f"The prompt {item.name} cannot be used: {why}.")
