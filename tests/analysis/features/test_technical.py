from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from advisor.analysis.features.registry import FEATURES, FUNDAMENTAL, TECHNICAL
from advisor.analysis.features.technical import technical
from advisor.domain.errors import InvalidInput
from tests.analysis.features.stated import of_prices, traded, without

NAMES = tuple(item.name for item in TECHNICAL)
OF_PRICES = tuple(name for name in NAMES if name not in ("atr", "volume_ratio"))


def test_there_are_nineteen_features_fourteen_of_them_technical_and_each_is_explained() -> None:
    assert (len(TECHNICAL), len(FUNDAMENTAL), len(FEATURES)) == (14, 5, 19)
    assert technical(traded(1, 300).stated()).names == NAMES
    assert all(item.meaning.endswith(".") and len(item.meaning) > 20 for item in FEATURES.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_feature_is_unknown_until_it_has_warmed_up_and_known_ever_after(name: str) -> None:
    column = technical(traded(2, 300).stated()).column(name)
    warm_up = FEATURES[name].warm_up
    assert np.isnan(column[:warm_up]).all()
    assert np.isfinite(column[warm_up:]).all()


@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_a_short_series_has_unknown_features_and_no_error(count: int) -> None:
    bars = traded(3, 30).stated()
    features = technical(replace(bars, **{n: getattr(bars, n)[:count] for n in _ARRAYS}))
    assert features.values.shape == (count, 14)
    assert np.isnan(features.column("momentum_1m")).all()


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no feature called magic"):
        technical(traded(1, 30).stated()).column("magic")


def test_an_instrument_without_ranges_or_volume_lacks_only_the_features_made_of_them() -> None:
    bars = traded(4, 300).stated()
    whole, every = technical(bars), np.arange(300)
    bare = technical(without(bars, every, "open", "high", "low", "volume"))
    assert np.isnan(bare.column("atr")).all()
    assert np.isnan(bare.column("volume_ratio")).all()
    for name in OF_PRICES:
        assert np.array_equal(bare.column(name), whole.column(name), equal_nan=True)


def test_suspended_days_have_no_value_and_the_others_are_as_if_those_days_did_not_exist() -> None:
    bars = traded(5, 400).stated()
    closed = np.sort(np.random.default_rng(5).choice(np.arange(1, 400), 90, replace=False))
    traded_days = np.setdiff1d(np.arange(400), closed)
    suspended = technical(without(bars, closed, *_ARRAYS[1:]))
    absent = technical(replace(bars, **{name: getattr(bars, name)[traded_days] for name in _ARRAYS}))
    assert np.isnan(suspended.values[closed]).all()
    assert np.array_equal(suspended.values[traded_days], absent.values, equal_nan=True)


def test_infinite_prices_are_unknown_ones() -> None:
    bars = traded(6, 300).stated()
    broken = bars.adj_close.copy()
    broken[100] = np.inf
    assert np.array_equal(
        technical(replace(bars, adj_close=broken)).values,
        technical(without(bars, np.array([100]), "adj_close")).values,
        equal_nan=True,
    )


def test_after_a_price_below_zero_the_features_begin_anew() -> None:
    bars = traded(7, 700).stated()
    struck = bars.adj_close.copy()
    struck[300] = -37.63
    features, later = technical(replace(bars, adj_close=struck)), technical(bars.between(bars.dates[301].item(), None))
    for name in OF_PRICES:
        assert np.isnan(features.column(name)[300])
        assert np.array_equal(features.column(name)[:300], technical(bars).column(name)[:300], equal_nan=True)
        assert np.array_equal(features.column(name)[301:], later.column(name), equal_nan=True)
    assert np.isfinite(features.column("atr")[20:]).all()


def test_a_price_that_stands_still_has_no_relative_strength_and_no_place_in_its_band() -> None:
    features = technical(of_prices(np.full(300, 5.1)))
    assert np.isnan(features.column("rsi")).all()
    assert np.isnan(features.column("bollinger_position")).all()
    for name in ("volatility", "bollinger_width", "drawdown", "momentum_12_1", "macd_histogram", "atr"):
        known = features.column(name)[FEATURES[name].warm_up :]
        assert known == pytest.approx(np.zeros(len(known)), abs=1e-14)


def test_a_suspension_written_as_a_repeated_price_ends_in_an_unknown_strength_not_in_free_fall() -> None:
    moving = traded(8, 100).stated().close
    features = technical(of_prices(np.concatenate((moving, np.full(600, moving[-1])))))
    assert np.isfinite(features.column("rsi")[14:120]).all()
    assert np.isnan(features.column("rsi")[-1])


def test_relative_strength_is_0_in_free_fall_and_100_in_a_straight_rise() -> None:
    fall, rise = 100 * 0.99 ** np.arange(60.0), 100 * 1.01 ** np.arange(60.0)
    assert technical(of_prices(fall)).column("rsi")[14:] == pytest.approx(np.zeros(46))
    assert technical(of_prices(rise)).column("rsi")[14:] == pytest.approx(np.full(46, 100.0))


def test_days_without_trades_give_an_unknown_volume_ratio_only_while_nothing_is_traded() -> None:
    volume = np.concatenate((np.full(40, 123.4), np.zeros(40), np.full(10, 50.0)))
    ratio = technical(of_prices(np.linspace(10, 11, 90), volume=volume)).column("volume_ratio")
    assert ratio[39] == pytest.approx(1.0)
    assert ratio[40] == 0.0
    assert np.isnan(ratio[59:80]).all()
    assert ratio[80] == pytest.approx(20.0)


@pytest.mark.parametrize("unit", [1e-12, 1e-20, 1e20])
def test_a_unit_of_price_near_nothing_changes_nothing(unit: float) -> None:
    bars = traded(9, 300).stated()
    tiny = replace(bars, **{name: getattr(bars, name) * unit for name in ("open", "high", "low", "close", "adj_close")})
    np.testing.assert_allclose(technical(tiny).values, technical(bars).values, rtol=1e-9, atol=1e-9)


def test_the_recursive_features_remember_where_the_series_began_and_forget_it() -> None:
    bars = traded(10, 900).stated()
    late = technical(bars.between(bars.dates[200].item(), None))
    gap = {name: np.abs(technical(bars).column(name)[200:] - late.column(name)) for name in NAMES}
    for name in ("sma50_distance", "bollinger_position", "momentum_12_1", "volatility", "volume_ratio"):
        assert np.nanmax(gap[name]) < 1e-9
    for name, scale in (("ema_ratio", 0.02), ("rsi", 100.0), ("macd_histogram", 0.005), ("atr", 0.05)):
        assert gap[name][FEATURES[name].warm_up] > 1e-6 * scale
        assert np.nanmax(gap[name][150:]) < 1e-3 * scale


@pytest.mark.parametrize("damage", ["length", "order"])
def test_bars_that_break_their_promises_are_refused(damage: str) -> None:
    bars = traded(1, 30).stated()
    broken = replace(bars, volume=bars.volume[:-1]) if damage == "length" else replace(bars, dates=bars.dates[::-1])
    with pytest.raises(InvalidInput):
        technical(broken)


_ARRAYS = ("dates", "open", "high", "low", "close", "adj_close", "volume")
