"""Fixtures that several parts of the suite use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.promises import promise, pytest_terminal_summary
from tests.running import Server

__all__ = ["promise", "pytest_terminal_summary"]


# Properties are checked without a clock: a busy machine must not fail them.
settings.register_profile("without_clock", deadline=None)
settings.load_profile("without_clock")


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`smartinvest run` with the sample data, for one test."""
    running = Server(tmp_path_factory.mktemp("server") / "data").start()
    yield running
    running.stop()
