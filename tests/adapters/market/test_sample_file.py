"""The committed file is what the script makes, byte for byte, and the Treasury arithmetic is right."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """The script as a module: it is no package."""
    spec = importlib.util.spec_from_file_location("build_sample", ROOT / "scripts/build_sample.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_sample"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["build_sample"]


@pytest.mark.slow
def test_building_it_again_gives_the_committed_bytes(script: ModuleType, tmp_path: Path) -> None:
    try:
        script.download(tmp_path)
    except (subprocess.CalledProcessError, OSError) as fault:
        pytest.skip(reason=f"the four wheels cannot be had from the package index: {fault}")
    first = script.build(tmp_path)
    assert first == script.build(tmp_path)
    assert first == script.TARGET.read_bytes()


def test_the_file_is_small(script: ModuleType) -> None:
    assert script.TARGET.stat().st_size <= 2_000_000


def test_a_changed_source_stops_the_build(script: ModuleType, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "mlfinpy-0.1.2-py3-none-any.whl", "w") as wheel:
        wheel.writestr("mlfinpy/dataset/data/stock_prices.csv", "Date,EFA\n2008-01-02,78.2\n")
    with pytest.raises(ValueError, match="not the file"):
        script.read(tmp_path, "etfs")


def test_a_missing_wheel_is_named(script: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="mlfinpy"):
        script.read(tmp_path, "etfs")


def test_a_bond_at_its_own_yield_costs_its_face_value(script: ModuleType) -> None:
    assert script.dirty_price(0.05, 10.0, 0.05) == pytest.approx(1.0)
    assert script.dirty_price(0.05, 10.0, 0.06) == pytest.approx(0.925613, abs=1e-6)  # 200 / 20 half-years at 3 %


def test_at_constant_yields_a_treasury_earns_its_yield(script: ModuleType) -> None:
    days = np.arange("2001-01-01", "2002-01-02", dtype="M8[D]")
    flat = {name: np.full(len(days), 0.04) for name in script.TENORS}
    for years in script.TREASURIES.values():
        levels = script.treasury(script.Table(days, flat), years)
        assert levels[-1] / levels[0] == pytest.approx((1 + 0.04 / 2) ** 2, rel=2e-4)


def test_a_falling_curve_adds_roll_down(script: ModuleType) -> None:
    days = np.arange("2001-01-01", "2002-01-02", dtype="M8[D]")
    steep = {name: np.full(len(days), 0.02 + 0.002 * tenor) for name, tenor in script.TENORS.items()}
    levels = script.treasury(script.Table(days, steep), 8.5)
    assert levels[-1] / levels[0] > 1 + 0.02 + 0.002 * 8.5 + 0.01


def test_a_tenor_that_disappears_makes_no_false_return(script: ModuleType) -> None:
    days = np.arange("2002-02-18", "2002-02-22", dtype="M8[D]")
    curve = {name: np.full(len(days), 0.05) for name in script.TENORS}
    curve["30year"] = np.array([0.054, 0.054, np.nan, np.nan])
    levels = script.treasury(script.Table(days, curve), 25.0)
    assert np.all(np.abs(np.diff(np.log(levels))) < 0.001)


def test_us_shares_earn_each_months_market_return(script: ModuleType) -> None:
    days = np.arange("1990-01-02", "1990-06-30", dtype="M8[D]")
    price = 100 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.01, len(days))))
    months = np.arange("1990-01", "1990-07", dtype="M8[M]").astype("M8[D]")
    french = script.Table(months, {"Mkt-RF": np.array([1.0, 2, -3, 4, 5, -6]), "RF": np.full(6, 0.5)})
    dates, levels = script.us_equity(script.Table(days, {"SP500": price}), french)
    assert dates[0] == np.datetime64("1990-01-31")
    ends = [int(np.flatnonzero(dates.astype("M8[M]") == month)[-1]) for month in np.unique(dates.astype("M8[M]"))]
    np.testing.assert_allclose(
        np.diff(levels[ends]) / levels[ends[:-1]], [0.025, -0.025, 0.045, 0.055, -0.055], atol=1e-12
    )


def test_a_day_without_a_quote_takes_the_last_known_and_never_a_later_one(script: ModuleType) -> None:
    days = np.array(["2001-01-02", "2001-01-05"], "M8[D]")
    asked = np.arange("2001-01-01", "2001-01-07", dtype="M8[D]")
    taken = script.latest(days, np.array([1.0, 2.0]), asked)
    np.testing.assert_array_equal(taken, [np.nan, 1, 1, 1, 2, 2])
