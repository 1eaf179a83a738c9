"""The figures of docs/backtest.md and docs/risk-measures.md: tracks on the sample, a risk report, scenarios, bonds.

python -m benchmarks.risk_figures
"""

from __future__ import annotations

import asyncio
import os
from datetime import date

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from rich.console import Console
from rich.table import Table

from advisor.adapters.market.sample.market import SampleMarket
from advisor.analysis.assumptions import sixty_forty
from advisor.analysis.backtest import compare_tracks, equal_mix, fixed_mix, walk_forward
from advisor.analysis.bonds import level_coupons, price_at, sensitivity
from advisor.analysis.returns import MONTHS_PER_YEAR, monthly_returns
from advisor.analysis.risk_report import risk_report
from advisor.analysis.scenario_results import Holding, Path
from advisor.analysis.scenario_tables import tables
from advisor.analysis.scenarios import standard_scenarios
from advisor.analysis.sharpe import Trials, sharpe_difference, sharpe_record
from advisor.domain.market import Floats, MarketSnapshot

CONSOLE = Console(width=140)
LAST = date(2016, 7, 1)
WINDOW = 120


def constant_maturity_change(years: float, first: float, last: float, days: int) -> float:
    """A par bond of constant maturity repriced from one yield to another, plus the mean of both for the time between."""
    return price_at(level_coupons(first, years), last) - 1.0 + (first + last) / 2.0 * days / 365.25


def least_variance(history: Floats, held: Floats) -> Floats:  # noqa: ARG001 a rule is always given what is held
    """The closed-form minimum-variance weights with what is negative left out: a rule to show a track by, not advice."""
    there = ~np.isnan(history).any(axis=0)
    covariance = np.cov(history[:, there], rowvar=False)
    raw = np.maximum(np.linalg.solve(covariance, np.ones(int(there.sum()))), 0.0)
    weights = np.zeros(history.shape[1])
    weights[there] = raw / raw.sum()
    return weights


def risky(snapshot: MarketSnapshot) -> tuple[Floats, Floats, list[int]]:
    """Month ends, monthly returns without cash, and the columns they are of."""
    monthly = monthly_returns(snapshot.dates, snapshot.levels)
    columns = [i for i in range(len(snapshot.instruments)) if i != snapshot.cash_column]
    return monthly.ends, monthly.returns[:, columns], columns


def backtests(snapshot: MarketSnapshot) -> None:
    """Tracks of three rules at three levels of costs, and what their Sharpe ratios are worth."""
    ends, returns, columns = risky(snapshot)
    classes = [snapshot.instruments[i].asset_class for i in columns]
    rules = {"least variance": least_variance, "1/N": equal_mix, "60/40": fixed_mix(sixty_forty(classes))}
    settings = {"rebalance_every": 3, "warmup": WINDOW, "purge": 1, "cost_bps": 10.0}
    tracks = {
        name: walk_forward(returns, ends, rule, window=WINDOW if name == "least variance" else None, **settings)
        for name, rule in rules.items()
    }
    monthly = monthly_returns(snapshot.dates, snapshot.levels).returns[:, snapshot.cash_column]
    bill = float(np.mean(monthly[WINDOW:]))
    table = Table("rule", "costs", "a year", "volatility", "Sharpe", "Sortino", "worst fall", "worst year", "turnover")
    for row in compare_tracks(tracks, MONTHS_PER_YEAR, risk_free=bill):
        figures = (row.annual_return, row.volatility, row.max_drawdown, row.worst_year or 0.0, row.turnover)
        said = [f"{figure:.1%}" for figure in figures]
        ratios = [f"{row.sharpe or 0.0:.2f}", f"{row.sortino or 0.0:.2f}"]
        table.add_row(row.name, f"{row.cost_bps:g} bp", *said[:2], *ratios, *said[2:])
    CONSOLE.print(f"Tracks {ends[WINDOW]} to {ends[-1]}, quarterly, net", table)
    records = {name: sharpe_record(track.net, MONTHS_PER_YEAR, risk_free=bill) for name, track in tracks.items()}
    trials = Trials.of([record.sharpe / MONTHS_PER_YEAR**0.5 for record in records.values() if record])
    for name, track in tracks.items():
        record = sharpe_record(track.net, MONTHS_PER_YEAR, risk_free=bill, trials=trials)
        if record:
            CONSOLE.print(
                f"{name}: above 0 with {record.probability:.2f}, after {trials.count} trials {record.deflated:.2f}; "
                f"least record {(record.least_periods or np.inf) / 12:.0f} years, there are {record.count / 12:.0f}"
            )
    for other in ("1/N", "60/40"):
        between = sharpe_difference(tracks["least variance"].net, tracks[other].net, 12, seed=1, risk_free=bill)
        if between:
            CONSOLE.print(
                f"least variance less {other}: {between.difference:+.2f}, 95 % {between.low:+.2f} to {between.high:+.2f}"
            )


def measures(snapshot: MarketSnapshot) -> None:
    """The risk report of 60/40, monthly, against US shares."""
    ends, returns, columns = risky(snapshot)
    classes = [snapshot.instruments[i].asset_class for i in columns]
    symbols = [snapshot.symbols[i] for i in columns]
    found = risk_report(
        returns,
        ends,
        12,
        weights=sixty_forty(classes),
        symbols=symbols,
        benchmark=returns[:, symbols.index("US-EQUITY")],
    )
    table = Table("measure", "value", "horizon", "sample", "note")
    for item in found.measures:
        value = (
            "none" if item.value is None else f"{item.value:.1%}" if item.unit == "fraction" else f"{item.value:.2f}"
        )
        sample = f"{item.sample.count} x {item.sample.period} to {item.sample.last}"
        table.add_row(item.name, value, item.horizon, sample, item.note.key if item.note else "")
    CONSOLE.print("60/40, rebalanced monthly", table)
    for part in found.contributions:
        CONSOLE.print(f"{part.symbol}: {part.weight:.0%} of the money, {part.of_variance:.0%} of the variance")


def scenarios(snapshot: MarketSnapshot) -> None:
    """All standard scenarios of 60/40: own prices of the sample where it has them."""
    _, _, columns = risky(snapshot)
    weights = sixty_forty([snapshot.instruments[i].asset_class for i in columns])
    paths = []
    for column in columns:
        known = np.flatnonzero(~np.isnan(snapshot.levels[:, column]))
        paths.append(Path(snapshot.dates[known], snapshot.levels[known, column]))
    holdings = [
        Holding(snapshot.symbols[i], float(weight), snapshot.instruments[i].asset_class, path=path)
        for i, weight, path in zip(columns, weights, paths, strict=True)
    ]
    market = paths[[snapshot.symbols[i] for i in columns].index("US-EQUITY")]
    table = Table("scenario", "change", "of the weight", "rests on")
    for result in standard_scenarios(holdings, market=market):
        rests = ", ".join(f"{part.symbol} {part.basis.value}" for part in result.parts if part.weight > 0.0)
        table.add_row(result.id, f"{result.change or 0.0:.1%}", f"{result.covered:.0%}", rests)
    CONSOLE.print("60/40 in scenarios", table)


def bonds() -> None:
    """Durations and convexities of par bonds at 4 %, and Treasuries repriced over the late episodes."""
    for years in (2, 7.5, 8.5, 25):
        found = sensitivity(level_coupons(0.04, years), 0.04)
        CONSOLE.print(f"{years} years at 4 %: duration {found.modified:.2f}, convexity {found.convexity:.1f}")
    for raw in tables()["episodes"]:
        days = (raw["end"] - raw["start"]).days
        for name, figure in raw["classes"].items():
            if figure["source"] == "yields":
                change = constant_maturity_change(figure["maturity"], figure["from"], figure["to"], days)
                CONSOLE.print(f"{raw['id']} {name}: {change:.1%}")


def main() -> None:
    """Print all of it."""
    snapshot = asyncio.run(SampleMarket().snapshot("USD", LAST))
    backtests(snapshot)
    measures(snapshot)
    scenarios(snapshot)
    bonds()


if __name__ == "__main__":
    main()
