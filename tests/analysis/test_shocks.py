from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis.bonds import level_coupons, price_at, sensitivity
from advisor.analysis.scenario_results import Basis, Holding, Path
from advisor.analysis.scenario_tables import sensitivities, tables
from advisor.analysis.shocks import Shock, ShockKind, apply_shocks, bond_change, shock
from advisor.domain.errors import InvalidInput
from advisor.domain.market import AssetClass, AssetGroup

RATES_UP = shock("rates", 0.02)


def one(kind: AssetClass | None, *shocks: Shock, base: str = "USD", **own: object) -> float | None:
    """What the shocks do to a single holding."""
    holding = Holding("S", 1.0, kind, **own)  # type: ignore[arg-type]
    return apply_shocks(shocks, [holding], base_currency=base).change


def test_committed_durations_are_those_of_par_bonds_at_four_percent() -> None:
    for raw in tables()["bonds"].values():
        if raw["maturity"]:
            found = sensitivity(level_coupons(0.04, raw["maturity"]), 0.04)
            assert raw["duration"] == pytest.approx(found.modified, abs=0.006)
            assert raw["convexity"] == pytest.approx(found.convexity, rel=0.005)


@pytest.mark.parametrize("years", [2, 8.5, 25])
@pytest.mark.parametrize("move", [-0.02, -0.005, 0.005, 0.02])
def test_duration_and_convexity_come_close_to_repricing(years: float, move: float) -> None:
    bond = next(
        item for name, item in sensitivities().bonds.items() if tables()["bonds"][name.value]["maturity"] == years
    )
    exact = price_at(level_coupons(0.04, years), 0.04 + move) - 1.0
    assert bond_change(bond, move) == pytest.approx(exact, abs=0.012)


def test_two_points_more_cost_bonds_by_their_length_and_cash_nothing() -> None:
    short, medium, long = (
        one(kind, RATES_UP) or 0.0
        for kind in (AssetClass.TREASURY_SHORT, AssetClass.TREASURY_MEDIUM, AssetClass.TREASURY_LONG)
    )
    assert medium == pytest.approx(-7.15 * 0.02 + 0.5 * 59.7 * 0.02**2)
    assert long < medium < short < 0.0
    assert one(AssetClass.CASH, RATES_UP) == 0.0
    assert one(None, RATES_UP, duration=5.0, convexity=30.0) == pytest.approx(-0.1 + 0.5 * 30.0 * 0.0004)


def test_spreads_move_only_what_pays_one_and_add_to_yields_before_the_curve_bends() -> None:
    wider = shock("spreads", 0.03)
    assert one(AssetClass.TREASURY_LONG, wider) == 0.0
    credit = sensitivities().bonds[AssetClass.CREDIT]
    assert one(AssetClass.CREDIT, wider) == pytest.approx(bond_change(credit, 0.03))
    assert one(AssetClass.CREDIT, wider, RATES_UP) == pytest.approx(bond_change(credit, 0.05))
    mixed = one(AssetClass.AGGREGATE_BOND, wider)
    assert mixed == pytest.approx(0.3 * bond_change(credit, 0.03))


def test_oil_moves_what_is_oil() -> None:
    halves = shock("oil", -0.5)
    assert one(AssetClass.COMMODITIES, halves) == pytest.approx(-0.1)
    assert one(AssetClass.COMMODITIES, halves, oil=1.0) == pytest.approx(-0.5)
    assert one(AssetClass.GOLD, halves) == 0.0


def test_shares_answer_directly_to_share_prices_only_and_that_is_said() -> None:
    result = apply_shocks([shock("oil", -0.5)], [Holding("VTI", 1.0, AssetClass.US_EQUITY)])
    assert result.change == 0.0
    assert result.parts[0].notes[0].key == "scenario.direct_effects_only"
    assert one(AssetClass.US_EQUITY, shock("shares", -0.3)) == pytest.approx(-0.3)
    assert one(AssetClass.REAL_ESTATE, shock("shares", -0.3)) == pytest.approx(-0.3)
    assert one(AssetClass.TREASURY_LONG, shock("shares", -0.3)) == 0.0


def test_currencies_move_what_is_foreign() -> None:
    weaker = shock("currency", -0.15)
    assert one(AssetClass.US_EQUITY, weaker) == 0.0
    assert one(AssetClass.DEVELOPED_EQUITY, weaker) == pytest.approx(-0.15)
    assert one(AssetClass.US_EQUITY, weaker, base="EUR", currency="EUR") == pytest.approx(-0.15)
    assert one(AssetClass.HOME_EQUITY, weaker, base="EUR", currency="EUR") == 0.0
    assert one(AssetClass.WORLD_EQUITY, weaker, base="EUR", currency="EUR") is None
    assert one(None, weaker, currency="JPY") == pytest.approx(-0.15)
    yen = shock("currency", -0.15, "JPY")
    assert one(AssetClass.HOME_EQUITY, yen, currency="JPY") == pytest.approx(-0.15)
    assert one(AssetClass.HOME_EQUITY, yen, currency="GBP") == 0.0
    assert one(AssetClass.DEVELOPED_EQUITY, yen) is None  # how much of the fund is in yen is not known


def test_shocks_combine_price_first_and_then_currency() -> None:
    both = one(AssetClass.EMERGING_EQUITY, shock("shares", -0.4), shock("currency", -0.15))
    assert both == pytest.approx(0.6 * 0.85 - 1.0)
    result = apply_shocks([RATES_UP, shock("oil", -0.4)], [Holding("S", 1.0, AssetClass.CASH)])
    assert result.id == "rates+0.02+oil-0.4"


def test_what_has_no_class_is_unknown() -> None:
    result = apply_shocks([RATES_UP], [Holding("A", 0.5, AssetClass.TREASURY_LONG), Holding("B", 0.5)])
    assert result.unknown == ("B",)
    assert result.covered == pytest.approx(0.5)


DAYS = np.arange("2005-01-03", "2013-01-01", dtype="datetime64[D]")
DAYS = DAYS[np.is_busday(DAYS)]
OIL = np.random.default_rng(1).normal(0.0, 0.02, len(DAYS))
YIELD = 0.04 + np.cumsum(np.random.default_rng(2).normal(0.0, 0.0003, len(DAYS)))


def answering(to_oil: float, to_yields: float) -> Path:
    growth = 1.0 + to_oil * OIL + to_yields * np.diff(YIELD, prepend=YIELD[0])
    return Path(DAYS, 100.0 * np.cumprod(growth))


DRIVERS = {ShockKind.OIL: Path(DAYS, 50.0 * np.cumprod(1.0 + OIL)), ShockKind.RATES: Path(DAYS, YIELD)}


def test_a_share_is_regressed_on_all_drivers_together_when_that_is_asked_for() -> None:
    share = Holding("XOM", 1.0, AssetClass.US_EQUITY, path=answering(0.4, -2.0))
    shocks = [shock("oil", -0.4), RATES_UP]
    found = apply_shocks(shocks, [share], drivers=DRIVERS)
    assert found.parts[0].basis is Basis.ESTIMATE
    assert found.change == pytest.approx(0.4 * -0.4 - 2.0 * 0.02, abs=0.02)
    assert found.parts[0].notes[0].values["weeks"] == 260.0
    assert float(found.parts[0].notes[0].values["fit"]) > 0.95
    assert apply_shocks(shocks, [share]).change == 0.0
    only_oil = apply_shocks(shocks, [share], drivers={ShockKind.OIL: DRIVERS[ShockKind.OIL]})
    assert only_oil.parts[0].basis is Basis.CLASS


def test_a_bond_keeps_its_mathematics_and_a_short_or_flat_series_is_not_regressed() -> None:
    bond = Holding("IEF", 1.0, AssetClass.TREASURY_MEDIUM, path=answering(0.4, -2.0))
    assert apply_shocks([RATES_UP], [bond], drivers=DRIVERS).parts[0].basis is Basis.CLASS
    whole = answering(0.4, -2.0)
    short = Holding("NEW", 1.0, path=Path(whole.dates[-300:], whole.levels[-300:]))
    assert apply_shocks([RATES_UP], [short], drivers=DRIVERS).change is None
    still = {ShockKind.RATES: Path(DAYS, np.full(len(DAYS), 0.04))}
    assert apply_shocks([RATES_UP], [Holding("X", 1.0, path=whole)], drivers=still).change is None


@given(st.sampled_from(list(AssetClass)), st.floats(-0.1, 0.1), st.floats(-0.9, 2.0), st.floats(-0.9, 2.0))
def test_nothing_can_lose_more_than_itself_and_no_shock_is_no_change(
    kind: AssetClass, yields: float, oil: float, shares: float
) -> None:
    changed = one(kind, shock("rates", yields), shock("oil", oil), shock("shares", shares))
    assert changed is not None
    assert changed >= -1.0
    assert one(kind, shock("rates", 0.0), shock("oil", 0.0), shock("shares", 0.0)) == 0.0


@given(st.sampled_from([kind for kind in AssetClass if kind.group is AssetGroup.BOND]), st.floats(0.0, 0.04))
def test_higher_yields_never_help_a_bond_and_lower_ones_never_hurt_it(kind: AssetClass, size: float) -> None:
    assert (one(kind, shock("rates", size)) or 0.0) <= 0.0
    assert (one(kind, shock("rates", -size)) or 0.0) >= 0.0


@pytest.mark.parametrize(
    ("kind", "size", "currency"),
    [
        ("weather", 0.1, None),
        ("rates", 0.5, None),
        ("oil", -1.1, None),
        ("oil", float("nan"), None),
        ("oil", 0.1, "EUR"),
    ],
)
def test_a_shock_that_cannot_be_is_refused(kind: str, size: float, currency: str | None) -> None:
    with pytest.raises(InvalidInput):
        shock(kind, size, currency)


def test_no_shock_is_no_scenario() -> None:
    with pytest.raises(InvalidInput):
        apply_shocks([], [Holding("A", 1.0)])
