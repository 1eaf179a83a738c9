"""The figures of docs/data-quality.md: findings and time over the real files in ../shared/data, recall and false alarms on walks.

    python -m benchmarks.bench_quality

The panel of American shares is a parquet file and left out where pyarrow is not installed.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from advisor.adapters.market.calendars import load
from advisor.analysis.quality import check, describe, survivorship
from advisor.analysis.quality.rule import as_date
from advisor.domain.bars import (
    COLUMNS,
    Bars,
    CorporateAction,
    Finding,
    FindingKind,
    InstrumentKind,
    InstrumentRecord,
    Treatment,
)
from advisor.domain.market import Dates
from tests.analysis.quality.walks import scaled, walk, weekdays

SHARED = Path(__file__).parents[2] / "shared" / "data"
FILES = (
    ("etf/us_etf_ohlcv_daily.csv.gz", "XNYS", InstrumentKind.ETF),
    ("stocks/india_nse_ohlcv_2000_2014.csv.gz", "XBOM", InstrumentKind.STOCK),
    ("stocks/us_sp500_ohlcv_2000_2018.parquet", "XNYS", InstrumentKind.STOCK),
)
HARMLESS = (FindingKind.GAP, FindingKind.PHANTOM_SESSION, FindingKind.MIXED_ADJUSTMENT)
SCALE = (FindingKind.UNADJUSTED_SPLIT, FindingKind.SCALE_BREAK)


def main() -> None:
    """Print everything."""
    for name, exchange, kind in FILES:
        if name.endswith(".parquet") and find_spec("pyarrow") is None:
            print(f"\n{name}: left out, pyarrow is not installed")
        elif (SHARED / name).exists():
            file_figures(SHARED / name, exchange, kind)
    walk_figures()


def file_figures(path: Path, exchange: str, kind: InstrumentKind) -> None:
    """Findings by kind and treatment with examples, and the time of checking."""
    calendar = load(exchange, date(1990, 1, 1), date(2015, 1, 15))
    universe = dict(instruments(path, kind))
    begun = time.perf_counter()
    checked = {symbol: check(bars, calendar.days if calendar else None) for symbol, bars in universe.items()}
    seconds = time.perf_counter() - begun
    rows = sum(len(bars) for bars in universe.values())
    print(f"\n{path.name}: {len(universe)} instruments, {rows:,} rows checked in {seconds:.1f} s")
    groups: dict[tuple[str, str], list[tuple[str, Finding]]] = defaultdict(list)
    for symbol, item in checked.items():
        for finding in item.findings:
            groups[finding.kind.value, finding.treatment.value].append((symbol, finding))
    for (found, treatment), members in sorted(groups.items()):
        days = sum(finding.count for _, finding in members)
        print(
            f"  {found:18} {treatment:9} {len(members):4} findings, {len({s for s, _ in members}):3} names, {days:6,} days"
        )
        for symbol, finding in members[:3]:
            print(f"      {symbol}: {describe(finding)}")
    bias = survivorship([(as_date(bars.dates[0]), as_date(bars.dates[-1])) for bars in universe.values()])
    print(f"  {describe(bias) if bias else 'no sign of survivorship'}")
    quiet = {symbol for symbol, item in checked.items() if all(found.kind in HARMLESS for found in item.findings)}
    long = [bars for symbol, bars in universe.items() if len(bars) > 800 and symbol in quiet]
    print(f"  changes of scale planted into {len(long)} histories without a finding on prices:")
    planted_figures(long, calendar.days if calendar else None, (2.0, 3.0, 1.5, 1.25, 10.0))


def instruments(path: Path, kind: InstrumentKind) -> Iterator[tuple[str, Bars]]:
    """Bars by symbol; adjusted closes end on the last close, as a provider gives them."""
    table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    table["date"] = pd.to_datetime(table["date"])
    for symbol, rows in table.sort_values("date").groupby("ticker", sort=True):
        columns = {name: rows[name].to_numpy(float).copy() for name in COLUMNS}
        known = np.isfinite(columns["adj_close"])
        columns["adj_close"] *= columns["close"][known][-1] / columns["adj_close"][known][-1]
        days: Dates = rows["date"].to_numpy().astype("datetime64[D]")
        yield (
            str(symbol),
            Bars(
                InstrumentRecord("file", str(symbol), str(symbol), kind), days, fetched_at=datetime.now(UTC), **columns
            ),
        )


def walk_figures(count: int = 400) -> None:
    """False alarms on 1,000 clean walks; shares of planted breaks found and mended."""
    alarms = [finding for seed in range(1000) for finding in check(walk(seed), weekdays()).findings]
    repairs = sum(finding.treatment is Treatment.REPAIRED for finding in alarms)
    print(f"\n1,000 clean walks of 1,000 days: {len(alarms)} false alarms, {repairs} of them repairs")
    walks = [walk(seed) for seed in range(count)]
    planted_figures(walks, weekdays(), (2.0, 3.0, 4.0, 5.0, 1.5, 4 / 3, 1.25, 10.0, 0.1, 0.2, 100.0, 0.01))


def planted_figures(histories: Sequence[Bars], sessions: Dates | None, factors: Sequence[float]) -> None:
    """Shares of planted changes of scale that are found and mended."""
    for factor in factors:
        print(f"  factor {factor:6.4g}:")
        for name, counted, listed in (
            ("volume of old shares", True, False),
            ("volume unchanged", False, False),
            ("listed", True, True),
        ):
            found, mended = recall(histories, sessions, factor, counted=counted, listed=listed)
            print(f"      {name:20} found {found:6.1%}, mended {mended:6.1%}")


def recall(
    histories: Sequence[Bars], sessions: Dates | None, factor: float, *, counted: bool, listed: bool
) -> tuple[float, float]:
    """Shares of planted changes of scale found and mended, at a random day of each history."""
    random = np.random.default_rng(5)
    found = mended = 0
    for clean in histories:
        at = int(random.integers(60, len(clean) - 60))
        day, eve = as_date(clean.dates[at]), as_date(clean.dates[at - 1])
        bars = scaled(clean, slice(0, at), factor, counted=counted)
        if listed:
            bars = replace(bars, actions=(CorporateAction(day, "split", factor),))
        findings = [
            item
            for item in check(bars, sessions).findings
            if item.kind in SCALE and (item.first == day or item.last == eve)
        ]
        found += bool(findings)
        mended += any(item.treatment is Treatment.REPAIRED for item in findings)
    return found / len(histories), mended / len(histories)


if __name__ == "__main__":
    main()
