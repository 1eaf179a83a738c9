"""`smartinvest ingest`: prices and statements from a source into the store, and what is said of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.yahoo_server import YahooServer, chart, random_walk, sessions

pytestmark = pytest.mark.slow  # real processes

REPOSITORY = Path(__file__).parents[2]
EQUITY = [("2024-12-31", "3M", 400.0), ("2025-03-31", "3M", 410.0)]


def ingest(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SMARTINVEST_")}
    ours = {
        "SMARTINVEST_DATA_DIR": str(folder),
        "SMARTINVEST_MARKET_DATA": "yahoo",
        "SMARTINVEST_YAHOO_URL": url,
        "PYTHONPATH": str(REPOSITORY),
    }
    command = [sys.executable, "-m", "smartinvest", "ingest", *arguments]
    return subprocess.run(command, env=kept | ours, capture_output=True, text=True, timeout=120, check=False)


def test_statements_are_fetched_where_asked_for_and_a_second_run_writes_nothing(tmp_path: Path) -> None:
    days = sessions("2025-01-01", "2025-12-31")
    with YahooServer({"AAPL": chart("AAPL", days, random_walk(1, len(days)), kind="EQUITY")}) as server:
        server.figures["AAPL"] = {"quarterlyStockholdersEquity": EQUITY}
        without = ingest(tmp_path, server.url, "--symbol", "AAPL")
        first = ingest(tmp_path, server.url, "--symbol", "AAPL", "--facts")
        again = ingest(tmp_path, server.url, "--symbol", "AAPL", "--facts", "--whole")
    assert without.returncode == first.returncode == again.returncode == 0, without.stderr + first.stderr + again.stderr
    assert "figures" not in without.stdout
    assert "yahoo: 2 figures written, 0 companies were up to date, 0 left." in first.stdout
    assert "yahoo: 0 figures written" in again.stdout


def test_the_sample_needs_no_ingestion(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "smartinvest", "ingest", "--facts"],
        env=os.environ
        | {
            "SMARTINVEST_DATA_DIR": str(tmp_path),
            "SMARTINVEST_MARKET_DATA": "sample",
            "PYTHONPATH": str(REPOSITORY),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, "needs no ingestion" in done.stdout) == (0, True)
