"""Log returns of a series that is fit to be forecast; everything else is refused with its reason."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import Floats, Series

MAX_HORIZON = 60
MIN_RETURNS = 250
_RECENT = 250  # a series must be alive lately; what it did long ago may have holes
_LONGEST_GAP_DAYS = 21  # the longest closures of large exchanges (1914, 2001 aside) stay below three weeks
_MOST_UNCHANGED = 0.5
_LARGEST_MOVE = np.log(5.0)  # more in one day is a change of unit or an unadjusted split


def log_returns(series: Series, minimum: int = MIN_RETURNS) -> Floats:
    """Daily log returns (T - 1,) of the series' levels, as fractions.

    Raises:
        NotEnoughHistory: with `details["reason"]` "short" (fewer than `minimum` returns), "invalid" (levels that are not
            finite and positive), "jump" (a level changes by more than a factor of 5 in a day), "gaps" (no price for more
            than three weeks within the last 250) or "constant" (more than half of the last 250 prices did not move).
    """
    levels = np.asarray(series.levels, dtype=float)
    if levels.size < minimum + 1:
        raise _refuse(series, "short", f"has only {levels.size} prices; {minimum + 1} are needed")
    if not np.all(np.isfinite(levels) & (levels > 0)):
        raise _refuse(series, "invalid", "has prices that are missing or not above zero")
    returns: Floats = np.diff(np.log(levels))
    recent = returns[-_RECENT:]
    gaps = np.diff(series.dates.astype("datetime64[D]")).astype(int)[-_RECENT:]
    findings: tuple[tuple[str, str, Callable[[], bool]], ...] = (
        ("jump", "jumps more than fivefold within a day", lambda: bool(np.abs(returns).max() > _LARGEST_MOVE)),
        ("gaps", "has gaps of more than three weeks", lambda: bool(gaps.max() > _LONGEST_GAP_DAYS)),
        ("constant", "hardly ever moves", lambda: bool(np.mean(recent == 0) > _MOST_UNCHANGED)),
    )
    for reason, sentence, holds in findings:
        if holds():
            raise _refuse(series, reason, sentence)
    return returns


def _refuse(series: Series, reason: str, sentence: str) -> NotEnoughHistory:
    return NotEnoughHistory(
        f"{series.symbol} cannot be forecast: it {sentence}.", details={"reason": reason, "symbol": series.symbol}
    )
