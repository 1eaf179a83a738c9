"""Files and functions stay small enough to read in one go, and modules are named for what they hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGES = ("advisor", "api", "bot", "smartinvest", "scripts", "benchmarks")
FILE_LINES = 300
FUNCTION_LINES = 40

# "path" or "path:function" -> why it is better whole.
EXCEPTIONS = {
    "advisor/dialogue/nlu/slots.py:_loaded": "a line for each list of words in the data; parting it would hide one"
}

# Calls that open something when a module is imported, where nobody can close, configure or replace it.
OPENING = {
    "create_engine",
    "create_async_engine",
    "sessionmaker",
    "async_sessionmaker",
    "Redis",
    "from_url",
    "Client",
    "AsyncClient",
    "ClientSession",
    "Session",
    "Bot",
    "FastAPI",
    "Settings",
    "load_settings",
    "open_container",
    "ThreadPoolExecutor",
    "ProcessPoolExecutor",
}


def sources() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def parsed() -> Iterator[tuple[str, ast.Module]]:
    for path in sources():
        yield name(path), ast.parse(path.read_text("utf-8"))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of code: a docstring that explains a formula is not what makes a function hard to read."""
    first = function.body[0]
    documented = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def too_long() -> set[str]:
    """Files and functions over the limit."""
    found = {name(path) for path in sources() if len(path.read_text("utf-8").splitlines()) > FILE_LINES}
    for file, tree in parsed():
        found |= {f"{file}:{function.name}" for function in functions(tree) if body_lines(function) > FUNCTION_LINES}
    return found


def test_files_and_functions_are_short_but_for_those_with_a_reason() -> None:
    assert too_long() - EXCEPTIONS.keys() == set()


def test_no_exception_outlives_its_need() -> None:
    assert EXCEPTIONS.keys() - too_long() == set()
    assert all(len(reason) > 20 for reason in EXCEPTIONS.values())


def test_the_measure_counts_code_and_not_the_docstring() -> None:
    long = ast.parse('def f():\n    """A\n\n    B\n    """\n' + "    x = 1\n" * 40)
    assert body_lines(next(functions(long))) == 41


@pytest.mark.parametrize("word", ["utils", "util", "helpers", "helper", "common", "misc"])
def test_no_module_is_named_for_holding_anything(word: str) -> None:
    assert [name(path) for path in sources() if word in (path.stem, path.parent.name)] == []


def test_nothing_is_opened_when_a_module_is_imported() -> None:
    opened = [
        f"{file}:{call.lineno}"
        for file, tree in parsed()
        for statement in tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr)
        for call in ast.walk(statement)
        if isinstance(call, ast.Call) and _called(call) in OPENING
    ]
    assert opened == []


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_no_error_is_swallowed_bare() -> None:
    bare = [
        f"{file}:{node.lineno}"
        for file, tree in parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert bare == []
