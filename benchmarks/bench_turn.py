"""What an investor waits for: understanding, the plan's turn with its pictures, and the start of the whole product.

Limits are those of the project's quality page; the second column is measured in this run.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import yaml
from rich.console import Console
from rich.table import Table

from advisor.adapters.db.migrate import migrate
from advisor.config import Settings
from advisor.container import Container, open_container
from advisor.dialogue.engine import advance, step
from advisor.dialogue.flows import load
from advisor.dialogue.state import State
from advisor.dialogue.understand import understand
from advisor.domain.message import Channel, Conversation, Inbound, Visitor
from advisor.domain.reply import Chart, block_from_json

ROOT = Path(__file__).parent.parent
COLD_RUNS, WARM_RUNS = 8, 60
ANSWERS = {
    "goal": "a house", "monthly_amount": "300 a month", "target_amount": "60000", "wanted_return": "skip", "debt": "none",
    "emergency_fund": "6 months", "loss_limit": "25 %", "experience": "2", "exclusions": "1",
}  # fmt: skip
"""What is said to each question; to any other, its second or third option."""
SUMMARY = "confirm_summary"


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def understanding() -> list[float]:
    """Seconds of understanding and one engine step for every typed line of the transcripts, without I/O."""
    flow, times = load("first_plan"), []
    lines = [yaml.safe_load(path.read_text())["talk"] for path in sorted((ROOT / "tests/transcripts").glob("*.yaml"))]
    for round_ in range(21):
        for talk in lines:
            state = advance(State(locale="en-US", currency="USD"), flow).state
            for line in talk:
                if "say" not in line:
                    continue
                started = time.perf_counter()
                commands = understand(Inbound("1", text=str(line["say"])), state, flow, date(2026, 11, 20))
                state = step(state, commands, flow).state
                if round_:
                    times.append(time.perf_counter() - started)
    return times


def _said(slot: str, run: int) -> str:
    """The answer to a question. Amount and time differ from run to run, so that nothing comes from a cache."""
    varied = {"horizon": f"{8 + run % 9} years", "initial_amount": f"{20_000 + 37 * run}", SUMMARY: "yes"}
    return (ANSWERS | varied).get(slot, "3" if slot.startswith("risk_") else "2")


async def _to_summary(container: Container, run: int) -> Conversation:
    """A dialogue up to the summary."""
    address = secrets.token_hex(8)
    conversation = await container.dialogue.open(Channel.WEB, address, Visitor("en-US"))
    slot = "goal"
    while slot != SUMMARY:
        said = Inbound(secrets.token_hex(8), text=_said(slot, run))
        turn = await container.dialogue.handle(conversation.id, said)
        assert turn.expects is not None
        assert turn.expects["slot"] != slot, turn
        slot = turn.expects["slot"]
    return conversation


async def _turn(container: Container, conversation: Conversation, text: str, pictures: set[str]) -> float:
    """Seconds of a turn with its pictures in both formats."""
    started = time.perf_counter()
    turn = await container.dialogue.handle(conversation.id, Inbound(secrets.token_hex(8), text=text))
    charts = [block for block in map(block_from_json, turn.blocks or ()) if isinstance(block, Chart)]
    await asyncio.gather(
        *(container.charts.draw(chart.spec, kind, "auto") for chart in charts for kind in ("svg", "png"))
    )  # type: ignore[arg-type]
    assert {chart.spec.name for chart in charts} == pictures, turn
    return time.perf_counter() - started


async def _plan_turn(container: Container, conversation: Conversation) -> float:
    return await _turn(container, conversation, "yes", {"allocation", "projection"})


async def _what_ifs(container: Container, runs: int) -> list[float]:
    """What-ifs of one plan, each with other figures than the one before."""
    conversation = await _to_summary(container, 0)
    await _plan_turn(container, conversation)
    forms = ("what if I save {} more a month", "what if it takes {} years", "what if I have {} now")
    figures = ((200 + 7 * run, 9 + run % 8, 15_000 + 331 * run)[run % 3] for run in range(runs))
    said = (forms[run % 3].format(figure) for run, figure in enumerate(figures))
    return [await _turn(container, conversation, text, {"projection"}) for text in said]


async def _opened(runs: int) -> tuple[list[float], list[float]]:
    """Seconds of plan turns, then of as many what-ifs, in one process."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), market_data="sample")
        await migrate(settings.database_url.get_secret_value())
        async with open_container(settings) as container:
            await container.warm()
            plans = [await _plan_turn(container, await _to_summary(container, run)) for run in range(runs)]
            return plans, await _what_ifs(container, runs) if runs > 1 else []


def plan_turns() -> tuple[list[float], list[float], list[float]]:
    """Seconds of the plan's turn with both pictures in both formats: the first of a new process, later ones, and what-ifs."""
    cold = []
    for _ in range(COLD_RUNS):
        out = subprocess.run(
            [sys.executable, "-m", "benchmarks.bench_turn", "--cold"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        cold.append(float(out.stdout.split()[-1]))
    warm, what_ifs = asyncio.run(_opened(WARM_RUNS))
    return cold, warm[5:], what_ifs[5:]


def product() -> dict[str, float]:
    """The second start of `smartinvest run` to its first reply, and what the api process holds after a plan."""
    from tests.running import Server

    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data").start()
        server.stop()
        started = time.perf_counter()
        server.start()
        body = httpx.post(f"{server.url}/api/v1/chat/sessions", json={"locale": "en-US"}, timeout=30).json()
        start = time.perf_counter() - started
        headers = {"Authorization": f"Bearer {body['token']}"}
        reply = body
        while reply["expects"]["slot"] != "confirm_bad_year":
            message = {"client_id": secrets.token_hex(8), "text": _said(reply["expects"]["slot"], 0)}
            reply = httpx.post(f"{server.url}/api/v1/chat/messages", json=message, headers=headers, timeout=60).json()
        for block in reply["blocks"]:
            for kind in ("svg_url", "png_url"):
                if kind in block:
                    httpx.get(server.url + block[kind], headers=headers, timeout=60)
        memory, loaded = _api_process()
        server.stop()
    return {"start_seconds": start, "api_megabytes": memory, "tensorflow_loaded": float(loaded)}


def _api_process() -> tuple[float, bool]:
    """Resident megabytes of the api process, and whether TensorFlow is mapped into it."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().split(b"\0")
            if command[1:4] == [b"-m", b"smartinvest", b"api"]:
                pages = int((entry / "statm").read_text().split()[1])
                return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, "tensorflow" in (entry / "maps").read_text()
        except OSError:
            continue
    return float("nan"), False


def main() -> None:
    """Measure, print, and write var/bench/turn.json."""
    if "--cold" in sys.argv:
        print(asyncio.run(_opened(1))[0][0])
        return
    console = Console()
    said = understanding()
    console.print(f"understood {len(said)} messages; now plan turns ...")
    cold, warm, what_ifs = plan_turns()
    whole: dict[str, float] = product() if Path("/proc").exists() else {}
    rows: list[tuple[str, float, float | None, str]] = [
        ("understanding + step, p50", statistics.median(said) * 1e3, None, "ms"),
        ("understanding + step, p99", percentile(said, 0.99) * 1e3, 1.0, "ms"),
        (f"plan turn, cold, p95 of {COLD_RUNS}", percentile(cold, 0.95) * 1e3, 1000.0, "ms"),
        (f"plan turn, warm, p95 of {len(warm)}", percentile(warm, 0.95) * 1e3, 200.0, "ms"),
        (f"what-if with its picture, p95 of {len(what_ifs)}", percentile(what_ifs, 0.95) * 1e3, 500.0, "ms"),
    ]
    if whole:
        rows.append(("second start to first reply", whole["start_seconds"], 5.0, "s"))
        rows.append(("api process, resident", whole["api_megabytes"], 400.0, "MB"))
        rows.append(("TensorFlow loaded in it", whole["tensorflow_loaded"], 0.0, ""))
    table = Table("what", "measured", "limit", "ratio")
    for name, value, limit, unit in rows:
        ratio = f"{value / limit:.2f}" if limit else "-"
        table.add_row(name, f"{value:.2f} {unit}", "-" if limit is None else f"{limit:g} {unit}", ratio)
    console.print(table)
    record: dict[str, Any] = {
        name: {"measured": value, "limit": limit, "unit": unit} for name, value, limit, unit in rows
    }
    target = ROOT / "var" / "bench" / "turn.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
