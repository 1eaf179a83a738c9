"""The universes as committed keep their own rules."""

from __future__ import annotations

from importlib import resources

import pytest
import yaml

from advisor.adapters.market.universe import Universe, load_universe
from advisor.domain.market import AssetClass, Instrument

NAMES = ["sample_usd", "yahoo_usd"]


@pytest.mark.parametrize("name", NAMES)
def test_a_universe_holds_shares_bonds_and_exactly_one_cash(name: str) -> None:
    classes = [item.asset_class for item in load_universe(name).instruments]
    assert classes.count(AssetClass.CASH) == 1
    assert {AssetClass.US_EQUITY, AssetClass.TREASURY_SHORT} <= set(classes)


@pytest.mark.parametrize("name", NAMES)
def test_every_stated_cost_has_a_dated_source(name: str) -> None:
    text = (resources.files("advisor.adapters.market") / "universes" / f"{name}.yaml").read_text()
    for item in yaml.safe_load(text)["instruments"]:
        if "expense_ratio" in item:
            assert "202" in item["expense_source"], item["symbol"]


def test_two_funds_of_one_class_are_refused() -> None:
    cash = Instrument("A", "A", AssetClass.CASH, "USD")
    share = Instrument("B", "B", AssetClass.US_EQUITY, "USD")
    with pytest.raises(ValueError, match="at most once"):
        Universe("USD", (cash, share, share), {}, ())


def test_a_universe_without_cash_is_refused() -> None:
    with pytest.raises(ValueError, match="cash exactly once"):
        Universe("USD", (Instrument("B", "B", AssetClass.US_EQUITY, "USD"),), {}, ())
