from __future__ import annotations

import pytest

from advisor.analysis.costs import mix_costs
from advisor.domain.errors import InvalidInput
from advisor.domain.market import AssetClass, Instrument

KNOWN = Instrument("AAA", "A", AssetClass.US_EQUITY, "USD", 0.001, 0.0004)
UNKNOWN = Instrument("BBB", "B", AssetClass.TREASURY_SHORT, "USD")


def test_costs_are_weighted_and_the_unknown_is_named_not_zero() -> None:
    costs = mix_costs({"AAA": 0.6, "BBB": 0.4}, (KNOWN, UNKNOWN))
    assert costs.yearly == pytest.approx(0.0006)
    assert costs.yearly_known_weight == pytest.approx(0.6)
    assert costs.yearly_unknown == ("BBB",)
    assert costs.purchase == pytest.approx(0.6 * 0.0002)
    assert costs.purchase_unknown == ("BBB",)


def test_nothing_known_is_none() -> None:
    costs = mix_costs({"BBB": 1.0, "AAA": 0.0}, (KNOWN, UNKNOWN))
    assert costs.yearly is None
    assert costs.purchase is None
    assert costs.yearly_unknown == ("BBB",)


def test_a_holding_outside_the_universe_is_refused() -> None:
    with pytest.raises(InvalidInput):
        mix_costs({"ZZZ": 1.0}, (KNOWN,))
