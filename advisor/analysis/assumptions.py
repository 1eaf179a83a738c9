"""Committed market assumptions: prior weights and forward-looking mean returns per asset class.

Every figure is judgement or a published number and is dated here, so that a plan never rests on the luck of one price history.
`docs/advice.md` says why each was taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from advisor.domain.errors import InvalidInput
from advisor.domain.market import AssetClass, AssetGroup, Floats, Rates

# State Street Global Market Portfolio, March 2025 (equity 43.6, government 21.1, investment grade 9.1, gold 4.5, real estate
# 3.5 ...), rounded; the cash share is judgement. Used after normalising over the classes present, where a snapshot's instruments
# do not state their own points (those of today's universe files do). The twelve classes of the dollar come to 100 points. A
# class that stands in for several of them has the sum of theirs; one that is held beside its like has a part of it.
PRIOR_POINTS: Mapping[AssetClass, float] = MappingProxyType(
    {
        AssetClass.US_EQUITY: 31.0,
        AssetClass.DEVELOPED_EQUITY: 14.0,
        AssetClass.EMERGING_EQUITY: 5.0,
        AssetClass.WORLD_EQUITY: 45.0,
        AssetClass.HOME_EQUITY: 31.0,
        AssetClass.HOME_MID_EQUITY: 5.0,
        AssetClass.FOREIGN_EQUITY: 14.0,
        AssetClass.TREASURY_SHORT: 6.0,
        AssetClass.TREASURY_MEDIUM: 9.0,
        AssetClass.TREASURY_LONG: 4.0,
        AssetClass.TIPS: 3.0,
        AssetClass.CREDIT: 14.0,
        AssetClass.AGGREGATE_BOND: 36.0,
        AssetClass.GOLD: 4.0,
        AssetClass.SILVER: 0.5,
        AssetClass.COMMODITIES: 1.0,
        AssetClass.REAL_ESTATE: 4.0,
        AssetClass.CASH: 5.0,
    }
)

# A universe without credit, inflation-linked bonds and real assets (the embedded sample): Treasuries stand in for all bonds.
NARROW_PRIOR_POINTS: Mapping[AssetClass, float] = MappingProxyType(
    {
        AssetClass.US_EQUITY: 32.0,
        AssetClass.DEVELOPED_EQUITY: 18.0,
        AssetClass.EMERGING_EQUITY: 7.0,
        AssetClass.TREASURY_SHORT: 12.0,
        AssetClass.TREASURY_MEDIUM: 18.0,
        AssetClass.TREASURY_LONG: 7.0,
        AssetClass.CASH: 4.0,
    }
)

EQUITY_PREMIUM = 0.04
"""Expected return of shares above the ten-year Treasury yield, per year (Dimson, Marsh and Staunton, Yearbook 2024: shares
beat government bonds by 4-5 % a year over 1900-2023; the lower end, because the record holds the luckiest markets)."""

MEAN_UNCERTAINTY = 0.02
"""Standard deviation of the mean itself, per year: with it 80 % fans held 80 % of later outcomes (docs/advice.md)."""

# Where a bond class sits between the bill (0) and the ten-year yield (1), by its average maturity in tens of years. Beyond ten
# years the ten-year yield is taken, not extrapolated.
_MATURITY_SHARE: Mapping[AssetClass, float] = MappingProxyType(
    {
        AssetClass.TREASURY_SHORT: 0.2,
        AssetClass.TREASURY_MEDIUM: 0.85,
        AssetClass.TREASURY_LONG: 1.0,
        AssetClass.TIPS: 0.75,
        AssetClass.CREDIT: 0.85,
        AssetClass.AGGREGATE_BOND: 0.85,
    }
)

# Investment-grade spreads are about 1 %, half of which defaults and downgrades take (Giesecke, Longstaff, Schaefer and
# Strebulaev 2011, "Corporate bond default risk: a 150-year perspective").
# A fund of all bonds holds about three tenths in them.
_CREDIT_PREMIUM: Mapping[AssetClass, float] = MappingProxyType(
    {AssetClass.CREDIT: 0.005, AssetClass.AGGREGATE_BOND: 0.0015}
)

# Collateral earns the bill; the average future earned about nothing on top (Erb and Harvey 2006), gold nothing (2013).
# Silver is taken as gold; judgement.
_CARRY: Mapping[AssetClass, float] = MappingProxyType(
    {AssetClass.GOLD: 0.0, AssetClass.SILVER: 0.0, AssetClass.COMMODITIES: 0.0}
)

# Listed property lies between credit and shares; judgement.
_REAL_ESTATE_PREMIUM = 0.03


def prior_weights(classes: Sequence[AssetClass], points: Sequence[float | None] = ()) -> Floats:
    """Prior (market portfolio) weights (n,) of a universe, summing to 1.

    `points` (n,) are the instruments' own (`Instrument.prior`), on any scale. They count when every instrument has some; else
    the tables of this module do, in which instruments of one class share its points equally. The narrow table is used when
    no class outside it is present.

    Raises:
        InvalidInput: for an empty universe, or for points that are not positive numbers, one for each class.
    """
    if not classes:
        raise InvalidInput("A universe needs at least one instrument.")
    own = [item for item in points if item is not None]
    if points and len(points) != len(classes):
        raise InvalidInput("Prior points are one for each instrument.", field="prior")
    if own and len(own) == len(classes):
        return _normalised(np.array(own))
    table = NARROW_PRIOR_POINTS if set(classes) <= set(NARROW_PRIOR_POINTS) else PRIOR_POINTS
    raw = np.array([table[item] / sum(other is item for other in classes) for item in classes])
    return _normalised(raw)


def _normalised(points: Floats) -> Floats:
    if not np.all(np.isfinite(points)) or np.any(points <= 0):
        raise InvalidInput("Prior points must be positive numbers.", field="prior")
    weights: Floats = points / points.sum()
    return weights


def forward_mean(asset_class: AssetClass, rates: Rates) -> float:
    """Expected arithmetic return of a class as a fraction per year, nominal, from today's rates.

    Bonds earn the yield of their maturity (bill and ten-year interpolated), cash the bill, shares ten-year + 4 %, gold and
    commodities bill + carry, property ten-year + 3 %. Past returns play no part: they follow yields down and mislead.
    """
    if asset_class in _MATURITY_SHARE:
        yield_of_maturity = rates.bill + _MATURITY_SHARE[asset_class] * (rates.ten_year - rates.bill)
        return yield_of_maturity + _CREDIT_PREMIUM.get(asset_class, 0.0)
    if asset_class.group is AssetGroup.EQUITY:
        return rates.ten_year + EQUITY_PREMIUM
    if asset_class is AssetClass.REAL_ESTATE:
        return rates.ten_year + _REAL_ESTATE_PREMIUM
    return rates.bill + _CARRY.get(asset_class, 0.0)


def projection_means(classes: Sequence[AssetClass], rates: Rates) -> Floats:
    """Means (n,) on which projections are centred: the calibrated rule "ten-year yield + 4 % x equity share, cash at bill".

    Fractions per year, arithmetic, nominal. Two amendments keep it from promising too much: short Treasuries, which the rule
    (tried on 60/40) never met, earn their own yield, and gold, commodities and property earn `forward_mean`.
    """
    own_yield = (AssetClass.TREASURY_SHORT,)
    at_ten_year = [item.group is AssetGroup.BOND and item not in own_yield for item in classes]
    return np.array(
        [rates.ten_year if flat else forward_mean(item, rates) for item, flat in zip(classes, at_ten_year, strict=True)]
    )


def sixty_forty(classes: Sequence[AssetClass], prior: Floats | None = None) -> Floats:
    """The 60/40 yardstick (n,): 60 % in the equity classes and 40 % in the bond classes, each by prior shares.

    `prior` (n,) are the universe's prior weights; without them those of the tables are taken.

    Raises:
        InvalidInput: if the universe lacks shares or bonds.
    """
    prior = prior_weights(classes) if prior is None else prior
    weights = np.zeros(len(classes))
    for group, share in ((AssetGroup.EQUITY, 0.6), (AssetGroup.BOND, 0.4)):
        member = np.array([item.group is group for item in classes])
        if not member.any():
            raise InvalidInput(f"A 60/40 mix needs a class of the kind {group.value}.")
        weights[member] = share * prior[member] / prior[member].sum()
    return weights


def equal_weights(count: int) -> Floats:
    """The 1/N yardstick (n,) over all instruments (DeMiguel, Garlappi and Uppal 2009).

    Raises:
        InvalidInput: for an empty universe.
    """
    if count < 1:
        raise InvalidInput("A universe needs at least one instrument.")
    return np.full(count, 1.0 / count)
