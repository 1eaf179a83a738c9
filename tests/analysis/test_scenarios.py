from __future__ import annotations

import asyncio
import csv
import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.market.sample.market import SampleMarket
from advisor.analysis.scenario_results import Basis, Holding, ScenarioResult
from advisor.analysis.scenario_results import Path as Levels
from advisor.analysis.scenario_tables import Episode, episode, episodes, tables
from advisor.analysis.scenarios import replay, standard_scenarios
from advisor.domain.errors import InvalidInput
from advisor.domain.market import AssetClass, MarketSnapshot
from advisor.domain.money import Money
from benchmarks.risk_figures import constant_maturity_change
from tests.published import published

CRISIS = episode("crisis_2008")
DAYS = np.arange("2000-01-03", "2016-01-01", dtype="datetime64[D]")
DAYS = DAYS[np.is_busday(DAYS)]
DOLLARS = Money(Decimal(10000), "USD")


def path(seed: int = 1, slope: float | None = None, first: int = 0) -> Levels:
    """A made-up market, or something that moves `slope` times as much."""
    market = np.random.default_rng(1).normal(0.0002, 0.01, len(DAYS))
    returns = np.random.default_rng(seed).normal(0.0002, 0.01, len(DAYS)) if slope is None else slope * market
    return Levels(DAYS[first:], 100.0 * np.cumprod(1.0 + returns)[first:])


MIX = (
    Holding("VTI", 0.4, AssetClass.US_EQUITY),
    Holding("IEF", 0.3, AssetClass.TREASURY_MEDIUM),
    Holding("XYZ", 0.2),
    Holding("GLD", 0.1, AssetClass.GOLD),
)


@pytest.fixture(scope="module")
def sample() -> MarketSnapshot:
    return asyncio.run(SampleMarket().snapshot("USD", date(2016, 7, 1)))


@pytest.mark.parametrize(("start", "end", "fall"), published("sp500_mdd_close")["falls"])
def test_the_episodes_have_the_published_days_and_falls(start: str, end: str, fall: float) -> None:
    found = next(item for item in episodes() if item.start.isoformat() == start)
    assert found.end.isoformat() == end
    assert found.shares == fall
    assert found.classes[AssetClass.US_EQUITY].change == fall


def test_a_holdings_own_prices_come_before_its_class() -> None:
    own = path()
    at = [int(np.searchsorted(DAYS, np.datetime64(day), side="right")) - 1 for day in (CRISIS.start, CRISIS.end)]
    found = replay(CRISIS, [Holding("VTI", 1.0, AssetClass.US_EQUITY, path=own)])
    assert found.parts[0].basis is Basis.OWN_PRICES
    assert found.change == pytest.approx(own.levels[at[1]] / own.levels[at[0]] - 1.0)
    assert (found.start, found.end) == (CRISIS.start, CRISIS.end)


def test_prices_that_miss_an_end_of_the_episode_do_not_count_as_its_own() -> None:
    late = path(first=int(np.searchsorted(DAYS, np.datetime64("2008-01-02"))))
    found = replay(CRISIS, [Holding("EFA", 1.0, AssetClass.DEVELOPED_EQUITY, path=late)])
    assert found.parts[0].basis is Basis.CLASS
    assert found.change == CRISIS.classes[AssetClass.DEVELOPED_EQUITY].change
    ended = Levels(DAYS[:2000], path().levels[:2000])
    assert replay(CRISIS, [Holding("OLD", 1.0, path=ended)]).parts[0].basis is Basis.UNKNOWN


def test_what_nobody_knows_is_named_and_never_counted_as_nothing_lost() -> None:
    found = replay(CRISIS, MIX, amount=DOLLARS)
    assert found.unknown == ("XYZ",)
    assert found.covered == pytest.approx(0.8)
    unknown = next(part for part in found.parts if part.symbol == "XYZ")
    assert (unknown.change, unknown.contribution, unknown.amount) == (None, None, None)
    assert unknown.notes[0].key == "scenario.unknown"
    assert found.change == pytest.approx(0.4 * -0.5678 + 0.3 * 0.216 + 0.1 * 0.249)
    nothing = replay(CRISIS, [Holding("XYZ", 1.0)], amount=DOLLARS)
    assert (nothing.change, nothing.covered, nothing.amount) == (None, 0.0, None)
    json.dumps(found.to_json(), allow_nan=False)


def test_without_prices_of_that_time_beta_to_the_share_market_is_an_estimate() -> None:
    young_market, recent = path(slope=1.0, first=2500), path(slope=1.3, first=2600)
    found = replay(CRISIS, [Holding("XYZ", 1.0, path=recent)], market=young_market)
    assert found.parts[0].basis is Basis.ESTIMATE
    assert found.change == pytest.approx(1.3 * CRISIS.shares, rel=0.02)
    assert found.parts[0].notes[0].values["weeks"] == 260.0
    wild = replay(CRISIS, [Holding("XYZ", 1.0, path=path(slope=3.0, first=3000))], market=young_market)
    assert wild.change == -1.0
    short = path(slope=1.3, first=len(DAYS) - 300)
    assert replay(CRISIS, [Holding("XYZ", 1.0, path=short)], market=young_market).change is None


def test_a_share_market_of_another_currency_falls_by_its_own_measure_and_never_by_that_of_the_dollar() -> None:
    home, recent = path(slope=1.0), path(slope=1.3, first=2600)
    inside = [int(np.searchsorted(DAYS, np.datetime64(day), side="right")) - 1 for day in (CRISIS.start, CRISIS.end)]
    own_fall = float(home.levels[inside[1]] / home.levels[inside[0]] - 1.0)
    holding = Holding("NEWCO", 1.0, currency="INR", path=recent)
    found = replay(CRISIS, [holding], base_currency="INR", market=home)
    assert found.change == pytest.approx(1.3 * own_fall, rel=0.05)
    unknown = replay(CRISIS, [holding], base_currency="INR", market=path(slope=1.0, first=2500))
    assert unknown.parts[0].basis is Basis.UNKNOWN


def test_dollar_figures_do_not_stand_in_for_the_bonds_of_another_currency() -> None:
    bund = Holding("BUND", 0.5, AssetClass.TREASURY_MEDIUM, currency="EUR")
    spy = Holding("CSPX", 0.5, AssetClass.US_EQUITY, currency="EUR")
    found = replay(CRISIS, [bund, spy], base_currency="USD")
    assert [part.basis for part in found.parts] == [Basis.UNKNOWN, Basis.CLASS]
    assert "scenario.currency_left_out" in [note.key for note in found.parts[1].notes]
    at_home = replay(CRISIS, [bund, spy], base_currency="EUR")
    assert "scenario.currency_left_out" not in [note.key for note in at_home.parts[1].notes]


def test_a_figure_from_memory_says_so() -> None:
    found = replay(episode("rates_2022"), [Holding("IEF", 1.0, AssetClass.TREASURY_MEDIUM)])
    assert found.parts[0].notes[0].key == "scenario.class_figure_from_memory"
    looked_up = replay(CRISIS, [Holding("IEF", 1.0, AssetClass.TREASURY_MEDIUM)])
    assert looked_up.parts[0].notes[0].key == "scenario.class_figure"


def test_all_standard_scenarios_come_in_a_fixed_order() -> None:
    found = standard_scenarios(MIX, amount=DOLLARS)
    assert [item.id for item in found] == [
        *("dotcom_2000", "crisis_2008", "pandemic_2020", "rates_2022"),
        *("rates+0.02", "spreads+0.03", "oil-0.4", "oil+0.4", "currency-0.15", "currency+0.15"),
    ]
    assert found == standard_scenarios(MIX, amount=DOLLARS)


@st.composite
def mixes(draw: st.DrawFn) -> list[Holding]:
    classes = draw(st.lists(st.sampled_from([*AssetClass, None]), min_size=1, max_size=8))
    raw = draw(st.lists(st.floats(0.01, 1.0), min_size=len(classes), max_size=len(classes)))
    return [Holding(f"S{i}", part / sum(raw), kind) for i, (kind, part) in enumerate(zip(classes, raw, strict=True))]


@given(
    mixes(),
    st.sampled_from(episodes()),
    st.decimals(Decimal("0.01"), Decimal(10) ** 9, places=2),
    st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_contributions_sum_in_fractions_and_in_money_to_the_smallest_unit(
    holdings: list[Holding], past: Episode, sum_held: Decimal, currency: str
) -> None:
    found = replay(past, holdings, amount=Money(sum_held, currency))
    known = [part for part in found.parts if part.change is not None]
    assert found.covered == pytest.approx(sum(part.weight for part in known))
    if not known:
        assert found.amount is None
        return
    assert found.change == pytest.approx(sum(part.weight * part.change for part in known if part.change is not None))
    assert found.amount is not None
    assert sum((part.amount for part in known if part.amount), Money(Decimal(0), currency)) == found.amount
    unit = {"USD": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001")}[currency]
    assert abs(found.amount.amount - sum_held * Decimal(repr(found.change))) <= unit * Decimal("0.51")
    for part in known:
        assert part.amount is not None
        assert part.amount == part.amount.quantized()
        assert part.contribution is not None
        assert abs(part.amount.amount - sum_held * Decimal(repr(part.contribution))) < unit


@given(mixes(), st.randoms())
def test_the_order_of_holdings_does_not_matter(holdings: list[Holding], order: object) -> None:
    shuffled = list(holdings)
    order.shuffle(shuffled)  # type: ignore[attr-defined]

    def told(result: ScenarioResult) -> dict[str, float | None]:
        return {part.symbol: part.change for part in result.parts}

    one, other = replay(CRISIS, holdings), replay(CRISIS, shuffled)
    assert told(one) == told(other)
    assert one.change == (None if other.change is None else pytest.approx(other.change))


@pytest.mark.parametrize("weights", [(), (0.5,), (1.5, -0.5), (float("nan"), 1.0)])
def test_what_is_no_portfolio_is_refused(weights: tuple[float, ...]) -> None:
    with pytest.raises(InvalidInput):
        replay(CRISIS, [Holding(f"S{i}", weight) for i, weight in enumerate(weights)])


def test_an_episode_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="crisis_2008"):
        episode("tulips")


def test_every_figure_names_a_source_that_is_listed() -> None:
    for item in episodes():
        assert AssetClass.CASH in item.classes
        for figure in item.classes.values():
            assert figure.source
            assert -1.0 < figure.change < 1.0


def test_figures_by_yields_follow_from_the_yields_beside_them() -> None:
    found = 0
    for raw in tables()["episodes"]:
        days = (raw["end"] - raw["start"]).days
        for figure in raw["classes"].values():
            if figure["source"] == "yields":
                worked = constant_maturity_change(figure["maturity"], figure["from"], figure["to"], days)
                assert figure["change"] == pytest.approx(worked, abs=0.0006)
                found += 1
            if figure["source"] == "bill":
                assert figure["change"] == pytest.approx(figure["from"] * days / 365.25, abs=0.0006)
    assert found == 6


def test_figures_of_the_sample_are_those_of_the_sample(sample: MarketSnapshot) -> None:
    for raw in tables()["episodes"]:
        for figure in raw["classes"].values():
            if figure["source"] == "sample":
                column = sample.levels[:, sample.symbols.index(figure["of"])]
                own = Holding(figure["of"], 1.0, path=Levels(sample.dates, column))
                assert replay(episode(raw["id"]), [own]).change == pytest.approx(figure["change"], abs=0.0006)


def test_figures_of_funds_are_those_of_their_prices(shared_data: Path) -> None:
    prices: dict[str, dict[str, float]] = {}
    with gzip.open(shared_data / "etf" / "us_etf_ohlcv_daily.csv.gz", "rt") as lines:
        for row in csv.DictReader(lines):
            prices.setdefault(row["ticker"], {})[row["date"]] = float(row["adj_close"])
    checked = 0
    for raw in tables()["episodes"]:
        for figure in raw["classes"].values():
            if figure["source"] == "funds":
                series = prices[figure["of"]]
                change = series[str(raw["end"])] / series[str(raw["start"])] - 1.0
                assert figure["change"] == pytest.approx(change, abs=0.0006)
                checked += 1
    assert checked == 7


def test_figures_of_gold_are_those_of_its_price(shared_data: Path) -> None:
    with (shared_data / "macro" / "gold_spot_usd_daily_1968.csv").open() as lines:
        price = {row["date"]: float(row["usd_per_oz"]) for row in csv.DictReader(lines)}
    for raw in tables()["episodes"]:
        figure = raw["classes"].get("gold")
        if figure:
            assert figure["change"] == pytest.approx(
                price[str(raw["end"])] / price[str(raw["start"])] - 1.0, abs=0.0006
            )
