"""Time and size of pictures: `python benchmarks/bench_charts.py` prints a table and writes var/bench/charts.json.

Times are CPU milliseconds of this process, the median of 30 warm drawings, so that a busy machine does not spoil them much.
The reach is for SVG and PNG together.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

import numpy as np

from advisor.charts import render
from advisor.domain.chart import Bars, ChartSpec, Donut, Fan, FrontierPlot, Lines, Picture

ROUNDS = 30
REACH_MS = {"donut": 40.0, "fan": 80.0}


def pictures() -> dict[str, Picture]:
    """One picture of each kind, of the size a plan shows."""
    groups = ("equity", "equity", "equity", "bond", "bond", "bond", "commodity", "cash")
    parts = (0.32, 0.16, 0.05, 0.14, 0.17, 0.06, 0.06, 0.04)
    years = tuple(float(year) for year in range(26))
    mean = 20_000 * 1.04 ** np.arange(26) + 3_600 * np.arange(26)
    spread = {5: -1.6, 10: -1.3, 25: -0.7, 50: 0.0, 75: 0.7, 90: 1.3, 95: 1.6}
    bands = {f"p{p}": tuple((mean * np.exp(0.1 * z * np.sqrt(np.arange(26)))).tolist()) for p, z in spread.items()}
    paid = tuple((20_000 + 3_600 * np.arange(26)).tolist())
    risk = np.linspace(0.02, 0.18, 40)
    growth = np.cumsum(np.random.default_rng(0).normal(0.002, 0.02, (450, 3)), axis=0)
    days = np.arange("2008-01-04", "2016-08-19", 7, dtype="datetime64[D]")[:450]
    return {
        "donut": Donut(tuple((f"Asset {i}", part, groups[i]) for i, part in enumerate(parts)), "$20,000"),
        "fan": Fan(years, bands, paid, "USD", target=150_000.0),
        "frontier": FrontierPlot(
            tuple(zip(risk.tolist(), (0.02 + 0.3 * risk).tolist(), strict=True)),
            (("Your plan", 0.1, 0.05), ("60/40", 0.11, 0.049), ("Equal parts", 0.104, 0.046)),
            "Your plan",
        ),
        "lines": Lines(
            tuple(str(day) for day in days),
            {f"Mix {i}": tuple((100 * np.exp(growth[:, i])).tolist()) for i in range(3)},
            "index",
        ),
        "bars": Bars((("Your plan", -0.31), ("60/40", -0.28), ("Shares", -0.51), ("Cash", 0.02)), "percent"),
    }


def measure(spec: ChartSpec, fmt: str) -> tuple[float, int]:
    """(median CPU milliseconds, bytes) of one picture in one format."""
    picture = b""
    times = []
    for turn in range(ROUNDS + 2):
        start = time.process_time()
        picture = render(spec, "svg" if fmt == "svg" else "png")
        if turn >= 2:
            times.append(1000 * (time.process_time() - start))
    return statistics.median(times), len(picture)


def main() -> None:
    """Measure every kind, print the table and store it."""
    results = {}
    print(f"{'picture':10} {'svg ms':>8} {'png ms':>8} {'both ms':>8} {'reach':>6} {'svg kB':>7} {'png kB':>7}")
    for kind, picture in pictures().items():
        spec = ChartSpec(kind, "A picture of a plan", "Numbers in words.", picture)
        (svg_ms, svg_size), (png_ms, png_size) = measure(spec, "svg"), measure(spec, "png")
        both, reach = svg_ms + png_ms, REACH_MS.get(kind)
        print(
            f"{kind:10} {svg_ms:8.1f} {png_ms:8.1f} {both:8.1f} {reach or '-':>6} {svg_size / 1e3:7.1f} {png_size / 1e3:7.1f}"
        )
        results[kind] = {
            "svg_ms": svg_ms,
            "png_ms": png_ms,
            "both_ms": both,
            "reach_ms": reach,
            "svg_bytes": svg_size,
            "png_bytes": png_size,
        }
    target = Path(__file__).parents[1] / "var" / "bench" / "charts.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(results, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
