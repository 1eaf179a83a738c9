"""The figures behind the defaults of the advice (docs/advice.md): portraits on the sample, the price of the path, the fan's record.

    python benchmarks/advice_figures.py [year-month-day]

The last part reads Fama-French returns and ten-year yields from ../shared/data and is left out where they are not there.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import os
import sys
from datetime import date
from functools import partial
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from advisor.adapters.market.sample.market import SampleMarket
from advisor.analysis.assumptions import EQUITY_PREMIUM, equal_weights, sixty_forty
from advisor.analysis.history import mix_history
from advisor.analysis.projection import Market, project
from advisor.analysis.risk import normal_cvar
from advisor.domain.investor import RiskProfile
from advisor.domain.market import Floats, MarketSnapshot
from advisor.optimizer.choose import choose
from advisor.optimizer.constraints import default_constraints
from advisor.optimizer.frontier import Frontier
from advisor.optimizer.moments import Moments, estimate
from advisor.optimizer.path import advice_path
from advisor.optimizer.solve import solve
from advisor.profiling import equity_cap

DATA = Path(__file__).parents[2] / "shared" / "data"
CONSOLE = Console()


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title)
    for column in columns:
        table.add_column(column)
    return table


def portraits(snapshot: MarketSnapshot, moments: Moments, frontier: Frontier) -> None:
    """Calm, middle and bold portfolios beside 60/40 and 1/N."""
    mixes = {f"{share:.0%} of the volatility range": frontier.at(share) for share in (0.1, 0.5, 0.9)}
    mixes |= {"60/40": sixty_forty(moments.classes), "1/N": equal_weights(len(moments.symbols))}
    table = _table(
        f"Portraits, {snapshot.provenance.last}", "mix", "weights", "equity", "vol", "mean", "CVaR 95", "worst year"
    )
    for name, weights in mixes.items():
        history = mix_history(snapshot, dict(zip(moments.symbols, weights.tolist(), strict=True)))
        spread, mean = moments.volatility(weights), moments.projection_mean(weights)
        worst = f"{history.worst_year.result:.1%} to {history.worst_year.end}" if history.worst_year else "-"
        said = " ".join(f"{s} {100 * w:.0f}" for s, w in zip(moments.symbols, weights, strict=True) if w > 0.005)
        figures = (weights @ moments.equity, spread, mean, normal_cvar(spread, mean))
        table.add_row(name, said, *(f"{figure:.1%}" for figure in figures), worst)
    CONSOLE.print(table)


def _at_most(equity: Floats, share: float, weights: Floats) -> NDArray[np.bool_]:
    return np.asarray(weights @ equity <= share)


def path_price(moments: Moments, frontier: Frontier) -> None:
    """Volatility of the advice path beside the frontier's at the same mean, and the largest weight change per month of horizon."""
    path = advice_path(frontier, moments.equity)
    table = _table("Path of advice", "equity", "volatility", "the frontier's at that mean")
    for share in (0.05, 0.1, 0.2, 0.3, 0.45, 0.7, 0.85):
        position = path.highest_where(partial(_at_most, moments.equity, share))
        if position is not None:
            weights = path.at(position)
            best = moments.volatility(frontier.at_return(float(weights @ frontier.mean)))
            table.add_row(f"{share:.0%}", f"{moments.volatility(weights):.2%}", f"{best:.2%}")
    CONSOLE.print(table)
    months = np.arange(12 * 19) / 12 + 2

    def profile(years: float) -> RiskProfile:
        return RiskProfile(50, 40, 60, 50, 50, "", 0.35, equity_cap(years), None, ())

    chosen = np.array([choose(frontier, moments, profile(float(y))).exact for y in months])
    CONSOLE.print(
        f"Largest change of a weight per month of horizon: {100 * np.abs(np.diff(chosen, axis=0)).max():.2f} points"
    )


def sixty_forty_record() -> tuple[Floats, Floats] | None:
    """Monthly returns of 60 % US shares and 40 % ten-year Treasuries, 1953-2002, and the yield at each month's end."""
    shares, yields = DATA / "factors" / "ff3_daily_1926.csv.gz", DATA / "macro" / "us10y_monthly.csv"
    if not (shares.exists() and yields.exists()):
        return None
    months: dict[str, float] = {}
    with gzip.open(shares, "rt") as lines:
        for row in csv.DictReader(lines):
            key = row["date"][:7]
            months[key] = months.get(key, 1.0) * (1.0 + (float(row["mkt_rf"]) + float(row["rf"])) / 100.0)
    with yields.open() as lines:
        rates = {row["date"][:7]: float(row["rate"]) / 100.0 for row in csv.DictReader(lines)}
    keys = sorted(set(months) & set(rates))
    after = np.array([rates[key] for key in keys])
    before, left = after[:-1], 2 * (10 - 1 / 12)
    discount = (1 + after[1:] / 2) ** -left
    bond = before * (1 - discount) / after[1:] + discount - 1 + before / 12
    mix = 0.6 * (np.array([months[key] for key in keys[1:]]) - 1.0) + 0.4 * bond
    return mix, after[1:]


def fan_record() -> None:
    """Share of five-year outcomes of 60/40 inside the 80 % fan that was drawn before, by block length and mean uncertainty."""
    record = sixty_forty_record()
    if record is None:
        CONSOLE.print("The record of the fans is left out: the shared data is not here.")
        return
    mix, yields = record
    table = _table(
        "80 % fans of 60/40, five years ahead, half-yearly starts",
        "mean block",
        "mean uncertainty",
        "inside",
        "below",
        "above",
    )
    for block in (1, 6, 12, 24):
        for uncertainty in (0.0, 0.02):
            places = []
            for start in range(120, len(mix) - 60, 6):
                mean = float(yields[start - 1]) + 0.6 * EQUITY_PREMIUM
                market = Market(mix[:start], mean, 0.0, mean_uncertainty=uncertainty, mean_block=block)
                fan = project(market, start=1.0, monthly=0.0, years=5, seed=1, paths=2000).terminal
                came = float(np.prod(1.0 + mix[start : start + 60]))
                places.append((fan["p10"] <= came <= fan["p90"], came < fan["p10"], came > fan["p90"]))
            table.add_row(
                f"{block} months", f"{uncertainty:.0%}", *(f"{share:.0%}" for share in np.mean(places, axis=0))
            )
    CONSOLE.print(table)


def main() -> None:
    """Print all of it."""
    day = date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else date(2016, 7, 1)
    snapshot = asyncio.run(SampleMarket().snapshot("USD", day))
    moments = estimate(snapshot)
    frontier = solve(moments, default_constraints(moments.classes)).frontier
    portraits(snapshot, moments, frontier)
    path_price(moments, frontier)
    fan_record()


if __name__ == "__main__":
    main()
