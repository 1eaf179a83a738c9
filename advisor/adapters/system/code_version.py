"""Which code computes plans: a hash over the sources and libraries that a result depends on."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

_PARTS = ("domain", "analysis", "optimizer", "profiling", "services/plan")
_LIBRARIES = ("numpy", "scipy", "cvxcla", "pyportfolioopt", "cvxpy", "clarabel")


def code_version() -> str:
    """The first 16 hex digits of a SHA-256 over our pure code, its data files, and the versions of what it calls."""
    state = hashlib.sha256(platform.python_version().encode())
    for library in _LIBRARIES:
        state.update(f"{library}={version(library)}".encode())
    for part in _PARTS:
        _add(files("advisor").joinpath(part), part, state)
    return state.hexdigest()[:16]


def _add(folder: Traversable, path: str, state: hashlib._Hash) -> None:
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.is_dir() and item.name != "__pycache__":
            _add(item, f"{path}/{item.name}", state)
        elif item.name.endswith((".py", ".yaml")):
            state.update(f"{path}/{item.name}".encode())
            state.update(item.read_bytes())
