"""The figures behind docs/moments.md, all of the embedded sample (real prices, 1990 to 1 July 2016).

python benchmarks/moments_figures.py
"""

from __future__ import annotations

import asyncio
import os
from datetime import date

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.covariance import LedoitWolf

from advisor.adapters.market.sample.market import SampleMarket
from advisor.analysis.assumptions import prior_weights
from advisor.analysis.returns import WEEKS_PER_YEAR, weekly_returns
from advisor.domain.market import AssetClass, Floats, MarketSnapshot
from advisor.optimizer.constraints import Constraints
from advisor.optimizer.covariance import shrinkage_intensity, universe_covariance
from advisor.optimizer.estimates import Estimates, EstimateSpec, estimate_panel
from advisor.optimizer.moments import estimate
from advisor.optimizer.solve import Problem, trace_exact

LAST = date(2016, 7, 1)
CONSOLE = Console(width=140)
MARKET = SampleMarket()
MEANS = ("historical", "shrunk", "capm", "black_litterman", "forward")


def snapshot(day: date) -> MarketSnapshot:
    """The sample's universe of plans on a day."""
    return asyncio.run(MARKET.snapshot("USD", day))


def estimates(found: MarketSnapshot, spec: EstimateSpec) -> Estimates:
    """Estimates of the universe, US shares being the index for betas."""
    return estimate_panel(
        found.symbols,
        found.dates,
        found.levels,
        spec=spec,
        risk_free=found.rates.bill,
        benchmark=found.levels[:, 0],
        classes=tuple(item.asset_class for item in found.instruments),
        rates=found.rates,
    )


def shown(title: str, *columns: str) -> Table:
    """An empty table."""
    table = Table(title=title)
    for column in columns:
        table.add_column(column)
    return table


def lifted_volatilities() -> None:
    """What shrinking covariances, not correlations, does to what hardly moves."""
    found = snapshot(LAST)
    weekly = weekly_returns(found.dates, found.levels).returns[-20 * WEEKS_PER_YEAR :]
    common = weekly[~np.isnan(weekly).any(axis=1)]
    plain = LedoitWolf().fit(common)
    cash = np.arange(len(found.symbols)) == found.cash_column
    ours = universe_covariance(common, cash, "ledoit_wolf")[0]
    intensity = shrinkage_intensity(common[:, ~cash])
    whole = estimate(found).covariance
    table = shown("Volatility a year under four covariances, 2016", "", *found.symbols, "intensity")
    rows = {
        "sample, the weeks all have": (np.cov(common, rowvar=False), 0.0),
        "Ledoit-Wolf towards a scaled identity, same weeks": (plain.covariance_, plain.shrinkage_),
        "ours, same weeks": (ours / WEEKS_PER_YEAR, intensity),
        "ours, 20 years": (whole / WEEKS_PER_YEAR, intensity),
    }
    for name, (matrix, intensity) in rows.items():
        spread = np.sqrt(np.diag(matrix) * WEEKS_PER_YEAR)
        table.add_row(name, *(f"{item:.2%}" for item in spread), f"{intensity:.1%}")
    CONSOLE.print(table)


def stock_bond_correlation() -> None:
    """Correlation of weekly returns of US shares with seven- to ten-year and with 20-year Treasuries by window."""
    found = snapshot(LAST)
    weekly = weekly_returns(found.dates, found.levels)
    kinds = [item.asset_class for item in found.instruments]
    stock, medium, long = (
        weekly.returns[:, kinds.index(kind)]
        for kind in (AssetClass.US_EQUITY, AssetClass.TREASURY_MEDIUM, AssetClass.TREASURY_LONG)
    )
    table = shown("Correlation of US shares with Treasuries, weekly", "years", "medium", "long")
    for first in range(1990, 2016, 4):
        inside = (weekly.ends >= np.datetime64(f"{first}-01-01")) & (weekly.ends < np.datetime64(f"{first + 4}-01-01"))
        pair = [float(np.corrcoef(stock[inside], bond[inside])[0, 1]) for bond in (medium, long)]
        table.add_row(f"{first}-{min(first + 3, 2016)}", *(f"{item:+.2f}" for item in pair))
    CONSOLE.print(table)


def _long_only(found: Estimates) -> Constraints:
    count = len(found.symbols)
    names = tuple(f"cap.{symbol}" for symbol in found.symbols)
    return Constraints(np.zeros(count), np.ones(count), np.zeros((0, count)), np.zeros(0), names, ())


def corners() -> None:
    """The mix in the middle of the volatility range, long-only and without our caps, by the way means are estimated."""
    table = shown("Half-way up the volatility range, no caps", "day", "means", "mix", "largest")
    for day in (date(2003, 6, 30), date(2010, 6, 30), LAST):
        found = snapshot(day)
        for mean in MEANS:
            record = estimates(found, EstimateSpec(mean=mean))  # type: ignore[arg-type]
            problem = Problem(record.symbols, record.mean, record.covariance, _long_only(record))
            weights = trace_exact(problem).at(0.5)
            said = " ".join(f"{s} {100 * w:.0f}" for s, w in zip(record.symbols, weights, strict=True) if w > 0.005)
            table.add_row(str(day), mean, said, f"{weights.max():.0%}")
    CONSOLE.print(table)


def mean_record() -> None:
    """How far each way of estimating means was from what the next five years earned (arithmetic, a year), and its bias."""
    whole = snapshot(LAST)
    weekly = weekly_returns(whole.dates, whole.levels)
    misses: dict[str, list[Floats]] = {mean: [] for mean in MEANS}
    for year in range(1995, 2012):
        found = snapshot(date(year, 6, 30))
        columns = [whole.symbols.index(symbol) for symbol in found.symbols]
        after = (weekly.ends > np.datetime64(found.dates[-1])) & (weekly.ends <= np.datetime64(f"{year + 5}-06-30"))
        came = dict(zip(found.symbols, weekly.returns[after][:, columns].mean(axis=0) * WEEKS_PER_YEAR, strict=True))
        for mean in MEANS:
            record = estimates(found, EstimateSpec(mean=mean))  # type: ignore[arg-type]
            misses[mean].append(record.mean - np.array([came[symbol] for symbol in record.symbols]))
    table = shown("Means against the next five years, 17 yearly starts 1995-2011", "means", "root mean square", "bias")
    for mean, found_misses in misses.items():
        joined = np.concatenate(found_misses)
        table.add_row(mean, f"{np.sqrt(np.mean(joined**2)):.2%}", f"{joined.mean():+.2%}")
    CONSOLE.print(table)


def _likelihood(covariance: Floats, returns: Floats) -> float:
    """Mean log-likelihood of a week (normal, mean zero) per instrument."""
    spread = np.linalg.slogdet(covariance)[1]
    distance = np.einsum("ij,ij->i", returns @ np.linalg.inv(covariance), returns)
    return float(-0.5 * np.mean(spread + distance + len(covariance) * np.log(2 * np.pi)) / len(covariance))


def covariance_record() -> None:
    """Which covariance told the next quarter and the next year best, and how far off it was for the prior mix."""
    whole = snapshot(LAST)
    risky = [i for i in range(len(whole.symbols)) if i != whole.cash_column]
    kept = [i for i in risky if not np.isnan(whole.levels[0, i])]  # those that live from the start
    weekly = weekly_returns(whole.dates, whole.levels[:, kept])
    prior = prior_weights([whole.instruments[i].asset_class for i in kept])
    ways: dict[str, tuple[str, float | None]] = {"sample": ("sample", None), "ledoit_wolf": ("ledoit_wolf", None)}
    ways |= {f"ewma, half-life {half:g} weeks": ("ewma", half) for half in (11.0, 26.0, 52.0, 104.0, 208.0)}
    table = shown(
        "Covariances told forward, quarterly starts 1995-2015 (six risky columns at most)",
        "covariance",
        "log-likelihood, 13 weeks",
        "52 weeks",
        "prior mix: realised/promised volatility, 52 weeks (10-90 %)",
    )
    starts = [
        int(np.searchsorted(weekly.ends, np.datetime64(f"{y}-{m:02}-01")))
        for y in range(1995, 2015)
        for m in (1, 4, 7, 10)
    ]
    for name, (method, half) in ways.items():
        near, far, ratios = [], [], []
        for start in starts:
            history = weekly.returns[max(0, start - 20 * WEEKS_PER_YEAR) : start]
            matrix = universe_covariance(history, np.zeros(len(kept), bool), method, half_life_weeks=half)[0]  # type: ignore[arg-type]
            per_week = matrix / WEEKS_PER_YEAR
            near.append(_likelihood(per_week, weekly.returns[start : start + 13]))
            far.append(_likelihood(per_week, weekly.returns[start : start + 52]))
            came = weekly.returns[start : start + 52] @ prior
            ratios.append(came.std(ddof=1) / np.sqrt(prior @ per_week @ prior))
        low, middle, high = np.percentile(ratios, [10, 50, 90])
        spread = f"{middle:.2f} ({low:.2f}-{high:.2f})"
        table.add_row(name, f"{np.mean(near):.4f}", f"{np.mean(far):.4f}", spread)
    CONSOLE.print(table)


def mean_shrinkage() -> None:
    """The intensity by which historical means are drawn together, over time."""
    table = shown("Jorion's intensity", "day", "intensity", "towards")
    for year in (1995, 2000, 2005, 2010, 2016):
        record = estimates(snapshot(min(LAST, date(year, 12, 31))), EstimateSpec(mean="shrunk"))
        note = next(item for item in record.notes if item.key == "estimates.means_shrunk")
        table.add_row(str(year), f"{note.values['intensity']:.0%}", f"{note.values['towards']:.2%}")
    CONSOLE.print(table)


def main() -> None:
    """Print all of it."""
    lifted_volatilities()
    stock_bond_correlation()
    corners()
    mean_shrinkage()
    mean_record()
    covariance_record()


if __name__ == "__main__":
    main()
