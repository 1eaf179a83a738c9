"""Fixtures that several parts of the suite use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.promises import promise, pytest_terminal_summary
from tests.published import SHARED_DATA
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


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository. It is no part of it, so a checkout by itself does without these tests."""
    if not SHARED_DATA.is_dir():
        pytest.skip(reason="needs the real data beside the repository (../shared/data)")
    return SHARED_DATA
