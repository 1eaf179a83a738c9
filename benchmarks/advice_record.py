"""The record of the default advice on real funds, as the Markdown tables of docs/advice-record.md: what was told, and what came.

    python -m benchmarks.advice_record [--data ../shared/data]

Three investors with fixed answers get a plan at the end of each quarter, by the functions of the product and from what was known
that day. Each plan is then held against the months that followed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from advisor.adapters.market.stored.levels import COMPUTED_CASH
from advisor.analysis.backtest import COSTS_BPS, compare_tracks
from advisor.analysis.calibration import chance_of_at_least, proportion
from advisor.analysis.ratios import annual_return, sharpe
from advisor.analysis.returns import MONTHS_PER_YEAR
from advisor.analysis.risk import maximum_drawdown, volatility
from advisor.analysis.sharpe import Trials, sharpe_difference, sharpe_record
from advisor.domain.alignment import in_words
from benchmarks.real_funds import LAST, consumer_prices, real_funds
from benchmarks.told_plans import FAN_YEARS, INVESTORS, YARDSTICKS, PlanDay, Told, mixes_of, plan_days, quarter_ends
from benchmarks.what_came import JUDGED_AT, NAMES, VARIANTS, Record

DATA = Path(__file__).parents[2] / "shared" / "data"
FIRST = date(2002, 9, 30)  # the oldest bond funds of the data began two months before
SEED = 1
FALL = (np.datetime64("2007-11"), np.datetime64("2009-02"))
BEYOND_NORMAL = 0.0196  # how often a normal year is worse than the average of its worst twentieth
KINDS = {
    "shares": ("equity",),
    "bonds": ("bond",),
    "property, gold, commodities": ("real_estate", "commodity"),
    "cash": ("cash",),
}


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A Markdown table under its title."""
    yield from ("", f"### {title}", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}")
    yield from (f"| {' | '.join(row)} |" for row in rows)


def share(value: float | None, digits: int = 1) -> str:
    """A fraction in per cent."""
    return "none" if value is None else f"{100 * value:.{digits}f} %"


def answers_given() -> Iterator[str]:
    """The answers of the three, as the short form asks for them."""
    fields = (
        "horizon_years",
        "emergency_fund_months",
        "income_stability",
        "share_of_savings",
        "early_need",
        "experience",
    )
    rows = [
        [field.replace("_", " "), *(str(getattr(answers, field)) for answers in INVESTORS.values())] for field in fields
    ]
    rows.append(["five questions on risk", *(", ".join(answers.risk) for answers in INVESTORS.values())])
    yield from table("Answers", ("", *INVESTORS), rows)


def what_existed(told: Sequence[PlanDay]) -> Iterator[str]:
    """The first plans in which each fund had its year of prices, and the last ones where it was replaced."""
    symbols = sorted({symbol for day in told for symbol in day.symbols})
    there = {symbol: [day.day for day in told if symbol in day.symbols] for symbol in symbols}
    order = sorted(symbols, key=lambda symbol: (there[symbol][0], symbol))
    rows = [(symbol, in_words(there[symbol][0]), in_words(there[symbol][-1])) for symbol in order]
    yield from table("In plans", ("fund", "from", "to"), rows)


def portraits(told: Sequence[PlanDay]) -> Iterator[str]:
    """Plans of four days: what is held, and what was told of it."""
    head = ("", "day", "word", *KINDS, "expected", "volatility", "bad year")
    chosen = [told[round(at)] for at in np.linspace(0, len(told) - 1, 4)]

    def row(name: str, day: PlanDay) -> list[str]:
        plan: Told = day.plans[name]
        held = [share(sum(plan.groups.get(item, 0.0) for item in kind), 0) for kind in KINDS.values()]
        figures = (plan.expected_return, plan.volatility, plan.bad_year)
        return [name, in_words(day.day), plan.word, *held, *(share(item) for item in figures)]

    yield from table("Plans told", head, [row(name, day) for name in INVESTORS for day in chosen])


def tracks(record: Record) -> Iterator[str]:
    """Every track at every level of costs."""
    walked = {name: record.track(name) for name in NAMES}
    own = walked[NAMES[0]]
    title = f"Tracks, {own.ends[0].astype('datetime64[M]')} to {own.ends[-1].astype('datetime64[M]')}"
    head = ("", "costs", "a year", "volatility", "Sharpe", "worst fall", "worst year", "turnover a year")
    rows = [
        (
            item.name,
            f"{item.cost_bps:g} bp",
            *(share(figure) for figure in (item.annual_return, item.volatility)),
            f"{item.sharpe or 0.0:.2f}",
            *(share(figure) for figure in (item.max_drawdown, item.worst_year, item.turnover)),
        )
        for item in compare_tracks(walked, MONTHS_PER_YEAR, costs_bps=COSTS_BPS, risk_free=record.bill)
    ]
    yield from table(title, head, rows)


def evidence(record: Record) -> Iterator[str]:
    """What the Sharpe ratios are worth: probabilistic, deflated by all that was tried, and their differences to the yardsticks."""
    bill = record.bill
    tried = [sharpe(record.track(name, variant).net, 1, bill) for name in INVESTORS for variant in VARIANTS]
    trials = Trials.of([item for item in tried if item is not None])
    net = {name: record.track(name).net for name in NAMES}
    rows = []
    for name in INVESTORS:
        found = sharpe_record(net[name], MONTHS_PER_YEAR, risk_free=bill, trials=trials)
        assert found is not None
        row = [name, f"{found.sharpe:.2f}", f"{found.probability:.2f}", f"{found.deflated:.2f}"]
        for other in YARDSTICKS.values():
            gap = sharpe_difference(net[name], net[other], MONTHS_PER_YEAR, seed=SEED, risk_free=bill)
            assert gap is not None
            row.append(f"{gap.difference:+.2f} ({gap.low:+.2f} to {gap.high:+.2f})")
        rows.append(row)
    differences = (f"less {other} (95 %)" for other in YARDSTICKS.values())
    title = f"Sharpe ratios at {JUDGED_AT:g} bp, {trials.count} trials, {len(net[NAMES[0]])} months"
    yield from table(title, ("", "Sharpe", "above 0", "deflated", *differences), rows)


def risk_met(record: Record) -> Iterator[str]:
    """Realised over promised volatility: of each year by the plan of the December before, and of all weeks by the plan before."""
    years = {name: [item for item in record.years_after(name) if december(item.month)] for name in INVESTORS}
    count = len(years[NAMES[0]])
    rows = [
        [str(years[NAMES[0]][at].month.astype(int) // 12 + 1971)]
        + [f"{items[at].risk / items[at].plan.volatility:.2f}" for items in years.values()]
        for at in range(count)
    ]
    ratios = {name: [item.risk / item.plan.volatility for item in items] for name, items in years.items()}
    rows.append(["years within 0.75 to 1.33", *(str(sum(0.75 <= r <= 1.33 for r in v)) for v in ratios.values())])
    pooled = {name: record.risk_ratio(name) for name in INVESTORS}
    weeks = pooled[NAMES[0]][1]
    rows.append([f"**all {weeks} weeks**", *(f"**{ratio:.2f}**" for ratio, _ in pooled.values())])
    yield from table("Realised over promised volatility", ("", *INVESTORS), rows)


def bad_years(record: Record) -> Iterator[str]:
    """How often more was lost in twelve months than the bad year told, and than the estimate alone."""
    of_years = ("calendar years", "worse than told", "true share (95 %)", "so many or more, if 2 % or 5 % are")
    of_quarters = ("worse than the estimate alone", "quarterly starts", "worse than told", "worst twelve months")
    rows = []
    for name in INVESTORS:
        every = record.years_after(name)
        years = [item for item in every if december(item.month)]
        hits = sum(item.exceeded for item in years)
        found = proportion(hits, len(years))
        chances = (chance_of_at_least(hits, len(years), frequency) for frequency in (BEYOND_NORMAL, 0.05))
        said = (f"{share(found.low, 0)} to {share(found.high, 0)}", ", ".join(share(item, 0) for item in chances))
        beyond_estimate = sum(-item.result > item.plan.cvar for item in years)
        beyond = [str(item.month) for item in every if item.exceeded]
        listed = f"{len(beyond)} ({', '.join(beyond)})" if beyond else "0"
        worst = min(every, key=lambda item: item.result)
        told = f"{share(worst.result)} after {worst.month}; told {share(-worst.plan.bad_year)}"
        counts = (str(beyond_estimate), str(len(every)), listed)
        rows.append((name, str(len(years)), str(hits), *said, *counts, told))
    yield from table("Bad years", ("", *of_years, *of_quarters), rows)


def fans(record: Record) -> Iterator[str]:
    """The share of real outcomes inside the 80 % fan, before and after the draws of the mean."""
    windows = ("", "years", "starts", "without overlap")
    shares = ("before: inside", "below, above", "after: inside", "below, above", "wider by")
    rows = []
    for name in INVESTORS:
        for years in FAN_YEARS:
            before, after = (record.fan_coverage(name, years, before=item) for item in (True, False))
            if before is None or after is None:
                continue
            wider = share(record.fan_widening(name, years), 0)
            sides = [
                (share(item.inside, 0), f"{share(item.below, 0)}, {share(item.above, 0)}") for item in (before, after)
            ]
            rows.append((name, str(years), str(after.count), str(after.disjoint), *sides[0], *sides[1], wider))
    yield from table("Inside the 80 % fan, in today's money", (*windows, *shares), rows)


def renewals(record: Record) -> Iterator[str]:
    """The same advice renewed more or less often, over the months that all of them have."""
    rows = []
    months = len(record.track(NAMES[0], VARIANTS[-1]).ends)
    for name in INVESTORS:
        for variant in VARIANTS:
            track = record.track(name, variant)
            net = track.net[-months:]
            ratio = sharpe(net, MONTHS_PER_YEAR, record.bill) or 0.0
            figures = (annual_return(net, 12), volatility(net, 12), maximum_drawdown(net), track.turnover(12))
            said = [share(item) for item in figures]
            rows.append((name, variant, said[0], said[1], f"{ratio:.2f}", said[2], said[3]))
    head = ("", "renewed", "a year", "volatility", "Sharpe", "worst fall", "turnover a year")
    yield from table(f"How often the advice is renewed, {JUDGED_AT:g} bp, {months} months", head, rows)


def around_the_fall(record: Record) -> Iterator[str]:
    """The tracks before, in and after the fall of 2007 to 2009, and without it."""
    rows = []
    for name in NAMES:
        track = record.track(name)
        net, months = track.net, track.ends.astype("datetime64[M]")
        fell = (months >= FALL[0]) & (months <= FALL[1])
        rest = net[~fell]
        parts = (annual_return(net[months < FALL[0]], 12), float(np.prod(1.0 + net[fell]) - 1.0))
        later = (annual_return(net[months > FALL[1]], 12), annual_return(rest, 12))
        rows.append((name, *(share(item) for item in (*parts, *later)), f"{sharpe(rest, 12, record.bill) or 0.0:.2f}"))
    head = (
        "",
        f"a year before {FALL[0]}",
        f"{FALL[0]} to {FALL[1]}, in all",
        "a year after",
        "a year without the fall",
    )
    yield from table(f"With and without the fall, {JUDGED_AT:g} bp", (*head, "Sharpe without"), rows)


def december(month: np.datetime64) -> bool:
    """Whether a month is a December: twelve months after it are a calendar year."""
    return int(month.astype("datetime64[M]").astype(int)) % 12 == 11


def report(record: Record, without: Sequence[tuple[date, str]]) -> Iterator[str]:
    """All of it, line by line."""
    told = record.told
    yield f"{len(told)} plan days, {in_words(told[0].day)} to {in_words(told[-1].day)}."
    yield from ("", *(f"- No plan on {in_words(day)}. {why}" for day, why in without))
    yield from answers_given()
    yield from what_existed(told)
    yield from portraits(told)
    for part in (tracks, evidence, risk_met, bad_years, fans, renewals, around_the_fall):
        yield from part(record)


async def gathered(
    data: Path, days: Sequence[date], *, last: date = LAST, progress: Callable[[str], None] = lambda _: None
) -> tuple[Record, list[tuple[date, str]]]:
    """The plans of these days on the funds of `data` up to `last`, what came of them, and the days without a plan."""
    with tempfile.TemporaryDirectory(prefix="advice-record-") as folder:
        progress("reading prices")
        async with real_funds(data, Path(folder), last) as funds:
            told, without = await plan_days(funds, days, progress)
            held = {symbol for day in told for mix in mixes_of(day).values() for symbol in mix}
            levels = await funds.levels(sorted(held | {COMPUTED_CASH}))
    return Record(told, levels, consumer_prices(data)), without


def _tell_progress(said: str) -> None:
    print(f"\r{said:<60}", end="", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--data", type=Path, default=DATA, help="the folder of shared data, with etf, bonds and macro in it"
    )
    data: Path = parser.parse_args(arguments).data
    if not (data / "etf").is_dir():
        print(f"There is no real data in {data}: name its folder with --data.", file=sys.stderr)
        return 1
    record, without = asyncio.run(gathered(data, list(quarter_ends(FIRST, LAST)), progress=_tell_progress))
    _tell_progress("")
    print("\n".join(report(record, without)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
