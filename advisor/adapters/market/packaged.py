"""Our own tables, packaged as YAML."""

from __future__ import annotations

from typing import Any

import yaml

# The C loader reads 60 lines in 2 ms, the Python one in 15; it is missing where PyYAML was built without libyaml. Both are safe.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parsed(text: str) -> Any:
    """The values of a YAML text.

    Raises:
        yaml.YAMLError: if it is none.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 a safe loader either way
