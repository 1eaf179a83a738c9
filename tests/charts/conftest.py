"""One picture of each kind, and the hard cases."""

from __future__ import annotations

import numpy as np
import pytest

from advisor.domain.chart import Bars, ChartSpec, Donut, Fan, FrontierPlot, Lines, Picture

GROUPS = ("equity", "bond", "commodity", "real_estate", "cash", "something_new")


def _fan(*, scale: float = 1.0, target: float | None = 100_000.0, watermark: str = "") -> Fan:
    years = tuple(range(16))
    middle = scale * (20_000 * 1.04 ** np.arange(16) + 3_600 * np.arange(16))
    z = {"p5": -1.64, "p10": -1.28, "p25": -0.67, "p50": 0.0, "p75": 0.67, "p90": 1.28, "p95": 1.64}
    bands = {key: tuple((middle * np.exp(0.08 * v * np.sqrt(np.arange(16)))).tolist()) for key, v in z.items()}
    paid = tuple((scale * (20_000 + 3_600 * np.arange(16))).tolist())
    return Fan(tuple(map(float, years)), bands, paid, "USD", target=target, watermark=watermark)


def _lines(count: int, unit: str, *, band: bool = False) -> Lines:
    days = np.arange("2015-01-05", "2016-07-02", dtype="datetime64[D]")[::3]
    paths = 100 * np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.01, (len(days), count)), axis=0))
    series = {f"Mix number {i}": tuple(paths[:, i].tolist()) for i in range(count)}
    if not band:
        return Lines(tuple(map(str, days)), series, unit, "USD")
    known = len(days) - 30
    low, high = paths[:, 0] - 5, paths[:, 0] + 5
    low[:known], high[:known] = np.nan, np.nan
    return Lines(
        tuple(map(str, days)), series, unit, "USD", (tuple(low.tolist()), tuple(high.tolist())), str(days[known])
    )


def _cases() -> dict[str, Picture]:
    risk = np.linspace(0.02, 0.19, 30)
    curve = tuple(zip(risk.tolist(), (0.02 + 0.35 * risk - 0.4 * risk**2).tolist(), strict=True))
    near = (
        ("Your plan", 0.1, 0.051),
        ("60/40", 0.101, 0.05),
        ("Equal parts (1/N)", 0.1005, 0.0495),
        ("Cash", 0.001, 0.02),
    )
    many = tuple((f"{i}. Pay $5 & 10% of $_bad", 0.08 if i else 0.12, GROUPS[i % 6]) for i in range(12))
    return {
        "donut": Donut((("US shares", 0.6, "equity"), ("Treasuries", 0.39, "bond"), ("Cash", 0.01, "cash")), "$20,000"),
        "donut of twelve": Donut(many, "Sample\n$1,234,567", watermark="Sample data"),
        "donut of forty": Donut(tuple((f"Share {i}", 1 / 40, "equity") for i in range(40))),
        "donut of one": Donut((("Cash", 1.0, "cash"),), "$5,000"),
        "fan": _fan(watermark="Sample data: a rehearsal, not an offer"),
        "fan in millions": _fan(scale=400.0, target=None),
        "fan of tiny sums": _fan(scale=0.001, target=50.0),
        "frontier": FrontierPlot(curve, near, "Your plan", "Sample data"),
        "frontier of one point": FrontierPlot((), (("Cash", 0.0, 0.02),), "Cash"),
        "lines": _lines(3, "index"),
        "many lines": _lines(9, "percent"),
        "forecast": _lines(1, "money", band=True),
        "bars": Bars((("Your plan", -0.31), ("60/40", -0.28), ("All shares", -0.51), ("Cash", 0.02)), "percent"),
        "many bars": Bars(
            tuple((str(1990 + i), 0.03 * (i % 9) - 0.1) for i in range(40)), "percent", watermark="Sample"
        ),
        "bars in money": Bars(
            (("A bad year with a very long name", -4_200.0), ("A good year", 6_400.0)), "money", "USD"
        ),
        "bars with long names": Bars(
            tuple((f"Developed shares outside the US {i}", 1_000.0 * i - 3_000) for i in range(20)), "money", "USD"
        ),
        "flat bars": Bars((("Nothing", 0.0),), "money", "EUR"),
    }


CASES = {
    name: ChartSpec(name, "What your plan may grow to", f"In words: {name} <&> $5.", picture)
    for name, picture in _cases().items()
}


@pytest.fixture(params=CASES, ids=list(CASES))
def spec(request: pytest.FixtureRequest) -> ChartSpec:
    """Every case in turn."""
    return CASES[request.param]
