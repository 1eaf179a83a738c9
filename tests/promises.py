"""How often the must-hold tests run, and what they report: a sample in `make test`, the full count in `make soak`.

A test takes the fixture `promise`, says how far it is, and at the end what was kept; the numbers become a table below the results.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest

_COLUMNS = ("promise", "where", "trials", "acknowledged", "lost", "doubled", "beside")
_NUMBERS = range(2, 6)


def soak_count(name: str, sample: int) -> int:
    """The number of trials: the environment's in `make soak`, else the sample."""
    return int(os.environ.get(name, sample))


class Promise:
    """One test's trials."""

    def __init__(self, request: pytest.FixtureRequest, capture: pytest.CaptureFixture[str], *, loud: bool) -> None:
        self._request, self._capture, self._loud = request, capture, loud

    def progress(self, done: int, of: int, note: str = "") -> None:
        """How far the trials are: a line at each twentieth part, only in `make soak`."""
        if self._loud and (done == of or done % max(1, of // 20) == 0):
            with self._capture.disabled():
                print(f"  {self._request.node.name}: {done} of {of} {note}".rstrip(), flush=True)

    def outcome(
        self, promise: str, where: str, *, trials: int, acknowledged: int, lost: int, doubled: int, beside: str = ""
    ) -> None:
        """What came of it, to be said before it is asserted, so that a broken promise stands in the table too.

        `beside` is what else was counted, in words.
        """
        row = (promise, where, *(f"{number:,}" for number in (trials, acknowledged, lost, doubled)), beside)
        self._request.node.user_properties.append(("promise", row))


@pytest.fixture
def promise(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Promise:
    """Where a must-hold test reports to."""
    return Promise(request, capsys, loud=any(name.startswith("SOAK_") for name in os.environ))


def table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """The rows below their heads, aligned."""
    lines = [_COLUMNS, *sorted(rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_COLUMNS))]
    return [
        "  ".join(
            cell.rjust(width) if column in _NUMBERS else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, where a test reported something."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if isinstance(report, pytest.TestReport) and report.when == "call"
    ]
    rows = [tuple(row) for report in reports for name, row in report.user_properties if name == "promise"]
    if rows:
        terminalreporter.section("promises")
        for line in table(rows):
            terminalreporter.write_line(line)
