"""How fast and how exact the numerics are, each beside its peer, measured in the same run.

    python benchmarks/bench_numerics.py

prints a table and writes var/bench/numerics.json. One BLAS thread is used, as in the services.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402  after the number of threads is set
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from advisor.analysis.projection import Market, fan, simulate  # noqa: E402
from advisor.optimizer.conic import solve_quadratic  # noqa: E402
from advisor.optimizer.constraints import box  # noqa: E402
from advisor.optimizer.estimates import Estimates  # noqa: E402
from advisor.optimizer.general import efficient_points  # noqa: E402
from advisor.optimizer.optimality import Programme  # noqa: E402
from advisor.optimizer.solve import Problem, trace_exact  # noqa: E402
from advisor.optimizer.strategies import STRATEGIES, Task, allocate  # noqa: E402
from advisor.optimizer.strategies.region import Region  # noqa: E402

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Line:
    """One figure: ours, the peer's (None where there is none) and what to reach."""

    what: str
    unit: str
    ours: float
    peer: float | None
    peer_name: str
    reach: str


def milliseconds(function: Callable[[], object], repeats: int) -> float:
    """Median wall time of a call, after one call to warm up."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(1e3 * (time.perf_counter() - start))
    return float(np.median(times))


def twenty_stocks() -> Problem:
    """Means and covariance of 20 made-up stocks: three factors and own risk, seeded."""
    generator = np.random.default_rng(0)
    loadings = generator.normal([1.0, 0.0, 0.0], [0.3, 0.4, 0.4], (20, 3))
    factors = np.diag([0.16, 0.08, 0.06]) ** 2
    covariance = loadings @ factors @ loadings.T + np.diag(generator.uniform(0.12, 0.35, 20) ** 2)
    mean = 0.03 + 0.05 * loadings[:, 0] + generator.normal(0, 0.03, 20)
    return Problem(tuple(f"S{i:02}" for i in range(20)), mean, covariance, box(np.zeros(20), np.ones(20)))


def fresh_points(problem: Problem) -> None:
    """50 points with a new PyPortfolioOpt object each."""
    from pypfopt import EfficientFrontier

    low, high = efficient_points(*problem.arrays(), count=2) @ problem.mean
    for target in np.linspace(low, high, 50)[1:-1]:
        EfficientFrontier(problem.mean, problem.covariance, solver="CLARABEL").efficient_return(float(target))


def frontier_lines() -> list[Line]:
    """The exact frontier of 20 stocks beside 50 points of PyPortfolioOpt."""
    problem = twenty_stocks()
    ours = milliseconds(lambda: trace_exact(problem), 15)
    reused = milliseconds(lambda: efficient_points(*problem.arrays()), 3)
    fresh = milliseconds(lambda: fresh_points(problem), 2)
    corners = len(trace_exact(problem).weights)
    return [
        Line(
            f"frontier of 20 stocks, {corners} corners",
            "ms",
            ours,
            reused,
            "pypfopt, 50 points, one object",
            "<= 10, x5",
        ),
        Line(
            f"frontier of 20 stocks, {corners} corners",
            "ms",
            ours,
            fresh,
            "pypfopt, 50 points, fresh objects",
            "<= 10, x40",
        ),
    ]


def exactness() -> Line:
    """Largest deviation from the ten published corners."""
    entries = json.loads((ROOT / "tests" / "fixtures" / "quant.json").read_text("utf-8"))
    paper = entries["cla10"]
    upper = np.zeros((10, 10))
    for i, row in enumerate(paper["cov_upper_rows"]):
        upper[i, i:] = row
    covariance = upper + np.triu(upper, 1).T
    frontier = trace_exact(
        Problem(tuple("ABCDEFGHIJ"), np.array(paper["mu"]), covariance, box(np.zeros(10), np.ones(10)))
    )
    expected = np.array(paper["corners_return_risk_lambda"])[::-1, :2]
    error = float(np.abs(np.column_stack([frontier.returns, frontier.volatilities]) - expected).max())
    return Line(
        "ten published corners, largest error", "", error, None, "Bailey & Lopez de Prado 2013 (6 digits)", "<= 1e-6"
    )


def lookup_lines() -> list[Line]:
    """A million investors looked up on the 20-stock frontier, and the deviation from single lookups."""
    frontier = trace_exact(twenty_stocks())
    wanted = np.random.default_rng(1).uniform(frontier.volatilities[0], frontier.volatilities[-1], 1_000_000)
    took = milliseconds(lambda: frontier.look_up(volatilities=wanted), 5)
    plain = milliseconds(lambda: frontier.at_volatilities(wanted), 2)
    found = frontier.look_up(volatilities=wanted)[:2000]
    error = float(np.abs(found - [frontier.at_volatility(v) for v in wanted[:2000]]).max())
    return [
        Line("1,000,000 investors by volatility", "ms", took, plain, "numpy in one piece, double", "<= 100"),
        Line("largest deviation from the own solve", "", error, None, "", "<= 1e-5"),
    ]


def projection_lines() -> list[Line]:
    """10,000 futures of 300 months with their percentiles, the draws being cached."""
    past = np.random.default_rng(2).standard_t(5, 300) * 0.03
    market = Market(past, 0.05, 0.02)

    def plain() -> None:
        generator = np.random.default_rng(3)
        wealth = np.full(10_000, 1000.0)
        yearly = []
        for month in range(300):
            wealth = wealth * (1.0 + past[generator.integers(0, 300, 10_000)]) + 100.0
            if month % 12 == 11:
                yearly.append(np.percentile(wealth, [5, 10, 25, 50, 75, 90, 95]))

    def plan() -> None:
        fan(simulate(market, 25, seed=1), start=1000.0, monthly=100.0, target=60_000.0)

    futures = simulate(market, 25, seed=1)
    again = milliseconds(lambda: fan(futures, start=2000.0, monthly=100.0, target=60_000.0), 9)
    return [
        Line(
            "projection 10,000 x 300",
            "ms",
            milliseconds(plan, 9),
            milliseconds(plain, 3),
            "numpy, single months, double",
            "<= 15",
        ),
        Line("the same futures, another amount", "ms", again, None, "", ""),
    ]


def strategy_lines() -> list[Line]:
    """Each strategy on the 20 stocks with five years of weeks, beside PyPortfolioOpt where it has the same problem."""
    problem = twenty_stocks()
    draws = np.random.default_rng(4).multivariate_normal(problem.mean / 52, problem.covariance / 52, 260)
    ends = np.datetime64("2000-01-07", "D") + 7 * np.arange(260)
    even = np.full(20, 0.05)
    figures = (problem.symbols, problem.mean, problem.covariance, 0.02, draws, ends, 52)
    estimates = Estimates(*figures, mean_method="historical", covariance_method="sample", prior=even)
    target = float(problem.mean.mean())
    task = Task(estimates, problem.constraints, target_return=target, target_volatility=0.16)
    lines = []
    for name in STRATEGIES:
        ours = milliseconds(lambda name=name: allocate(name, task), 7)  # type: ignore[misc]
        peer = _peer(name, task)
        theirs = None if peer is None else milliseconds(peer, 3)
        lines.append(Line(f"{name}, 20 stocks", "ms", ours, theirs, "pypfopt, fresh object" if peer else "", ""))
    return lines


_IMPORT = """
import time
from pathlib import Path
import numpy, scipy.optimize, scipy.sparse
def pages(): return int(Path("/proc/self/statm").read_text().split()[1])  # resident; Linux
size, start = pages(), time.perf_counter()
import {module}
print(1e3 * (time.perf_counter() - start), (pages() - size) * 4096 / 2**20)
"""


def conic_lines() -> list[Line]:
    """Clarabel called directly, and what it costs to load beside PyPortfolioOpt, each in a new process that has numpy and scipy."""
    problem = twenty_stocks()
    region = Region(problem.constraints)
    programme = Programme(problem.covariance, np.zeros(20), region.limits)
    ours = milliseconds(lambda: solve_quadratic(programme), 25)
    loaded = [
        [float(part) for part in _output(_IMPORT.format(module=module)).split()] for module in ("clarabel", "pypfopt")
    ]
    return [
        Line("one quadratic programme, 20 stocks", "ms", ours, None, "", ""),
        Line("loading the solver", "ms", loaded[0][0], loaded[1][0], "pypfopt", ""),
        Line("its memory", "MB", loaded[0][1], loaded[1][1], "pypfopt", ""),
    ]


def _output(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def _peer(name: str, task: Task) -> Callable[[], object] | None:
    """PyPortfolioOpt's way to the same portfolio."""
    import pandas as pd
    from pypfopt import EfficientCVaR, EfficientFrontier, HRPOpt

    known = task.estimates

    def fresh() -> EfficientFrontier:
        return EfficientFrontier(known.mean, known.covariance, solver="CLARABEL")

    peers: dict[str, Callable[[], object]] = {
        "max_sharpe": lambda: fresh().max_sharpe(known.risk_free),
        "min_volatility": lambda: fresh().min_volatility(),
        "efficient_return": lambda: fresh().efficient_return(task.target_return),
        "efficient_risk": lambda: fresh().efficient_risk(task.target_volatility),
        "black_litterman": lambda: fresh().max_quadratic_utility(2.5),
        "hrp": lambda: HRPOpt(cov_matrix=pd.DataFrame(known.covariance)).optimize("single"),
        "min_cvar": lambda: EfficientCVaR(known.mean, pd.DataFrame(known.returns), solver="CLARABEL").min_cvar(),
    }
    return peers.get(name)


def main() -> None:
    """Measure, print, store."""
    lines = [*frontier_lines(), exactness(), *lookup_lines(), *strategy_lines(), *conic_lines(), *projection_lines()]
    table = Table(title="Numerics")
    for column in ("what", "ours", "peer", "ratio", "peer is", "reach"):
        table.add_column(column)
    for line in lines:
        peer = f"{line.peer:.4g} {line.unit}" if line.peer is not None else ""
        ratio = f"x{line.peer / line.ours:.1f}" if line.peer is not None else ""
        table.add_row(line.what, f"{line.ours:.4g} {line.unit}", peer, ratio, line.peer_name, line.reach)
    Console().print(table)
    target = ROOT / "var" / "bench" / "numerics.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps([asdict(line) for line in lines], indent=1), "utf-8")


if __name__ == "__main__":
    main()
