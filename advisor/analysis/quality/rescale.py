"""Repairs by scale, and their reversal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from advisor.analysis.quality.rule import Mask
from advisor.domain.bars import Bars, Finding, FindingKind, Treatment
from advisor.domain.errors import InvalidInput

_PRICES = ("open", "high", "low", "close")


def rescale(bars: Bars, days: Mask, kind: FindingKind, factor: float) -> Bars:
    """Bars with the prices of `days` (T,) multiplied by `factor`. The kind of fault says which columns share it.

    * UNADJUSTED_SPLIT: prices and adjusted close; volume is divided, because shares were counted before the split.
    * SCALE_BREAK: prices and adjusted close; volume was right.
    * MIXED_ADJUSTMENT: prices, volume divided; the adjusted close was right.
    """
    names = _PRICES if kind is FindingKind.MIXED_ADJUSTMENT else (*_PRICES, "adj_close")
    columns = {name: np.where(days, getattr(bars, name) * factor, getattr(bars, name)) for name in names}
    if kind is not FindingKind.SCALE_BREAK:
        columns["volume"] = np.where(days, bars.volume / factor, bars.volume)
    return replace(bars, **columns)


def take_back(bars: Bars, finding: Finding) -> Bars:
    """Bars as they were before a repair by scale. Several repairs are taken back in the opposite order of their findings.

    Raises:
        InvalidInput: if the finding is not a repair by scale.
    """
    if finding.treatment is not Treatment.REPAIRED or finding.factor is None:
        raise InvalidInput("Only a repair with a factor can be taken back.")
    days = (bars.dates >= np.datetime64(finding.first)) & (bars.dates <= np.datetime64(finding.last))
    return rescale(bars, days, finding.kind, 1 / finding.factor)
