"""Helper threads and processes."""

from __future__ import annotations

import asyncio
import contextvars
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from advisor.adapters.system.offload import LocalOffload
from advisor.domain.errors import SmartInvestError
from advisor.ports.system import Offload
from tests.adapters.system import work

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
async def offload() -> AsyncIterator[LocalOffload]:
    local = LocalOffload()
    yield local
    await local.close()


def appears(path: Path) -> str:
    """The content of a file, once it is there."""
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, "the helper process did not start"
        time.sleep(0.02)
    return path.read_text()


def is_alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def ends(process_id: int) -> bool:
    """Whether a process ends within ten seconds."""
    deadline = time.monotonic() + 10
    while is_alive(process_id) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(process_id)


async def test_a_thread_runs_beside_the_event_loop_with_the_callers_context(offload: Offload) -> None:
    variable = contextvars.ContextVar("variable", default="")
    variable.set("of the caller")

    def look(prefix: str, *, suffix: str) -> tuple[str, bool]:
        return prefix + variable.get() + suffix, threading.current_thread() is threading.main_thread()

    assert await offload.thread(look, "<", suffix=">") == ("<of the caller>", False)


async def test_a_helper_process_computes_and_is_kept_for_the_next_call(offload: Offload) -> None:
    assert await offload.process(work.add, 2, second=3) == 5
    helper = await offload.process(work.process_id)
    assert helper != os.getpid()
    assert await offload.process(work.process_id) == helper
    assert await offload.process(work.blas_threads) == "1"


async def test_an_error_of_the_function_reaches_the_caller(offload: Offload) -> None:
    with pytest.raises(ValueError, match="not today"):
        await offload.process(work.fail, "not today")
    with pytest.raises(ValueError, match="not today"):
        await offload.thread(work.fail, "not today")


async def test_a_helper_that_died_is_replaced_and_the_call_made_again(offload: Offload, tmp_path: Path) -> None:
    calls = [offload.process(work.die_once, tmp_path / "mark"), offload.process(work.add, 1, second=1)]
    assert await asyncio.gather(*calls) == ["done", 2]


async def test_a_function_that_kills_every_helper_is_an_error_of_ours_and_hurts_nobody_after(offload: Offload) -> None:
    with pytest.raises(SmartInvestError):
        await offload.process(work.die)
    assert await offload.process(work.add, 1, second=1) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")
async def test_closing_ends_a_busy_helper_at_once(offload: LocalOffload, tmp_path: Path) -> None:
    call = asyncio.ensure_future(offload.process(work.tell_and_sleep, tmp_path / "helper", 600.0))
    helper = int(await asyncio.to_thread(appears, tmp_path / "helper"))
    await offload.close()
    assert await asyncio.to_thread(ends, helper)
    with pytest.raises(SmartInvestError):
        await call
    with pytest.raises(SmartInvestError):
        await offload.process(work.add, 1, second=1)


PARENT = """
import asyncio, sys
from pathlib import Path
from advisor.adapters.system.offload import LocalOffload
from tests.adapters.system import work

if __name__ == "__main__":
    asyncio.run(LocalOffload().process(work.tell_and_sleep, Path(sys.argv[1]), 600.0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")
def test_a_helper_dies_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    parent = subprocess.Popen([sys.executable, script, tmp_path / "helper"], env=environment, stderr=subprocess.DEVNULL)
    try:
        helper = int(appears(tmp_path / "helper"))
        assert is_alive(helper)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert ends(helper)
    finally:
        parent.kill()
        parent.wait()
