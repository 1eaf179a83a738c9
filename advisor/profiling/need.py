"""The return that a goal requires, held against what the ceiling of risk may earn. It is said, and it never raises the ceiling."""

from __future__ import annotations

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Reason


def need(required_real: float | None, ceiling_return: float, inflation: float) -> Reason | None:
    """The reason that compares need and ceiling; None where no target was set or the money put in suffices without any return.

    `required_real` is the yearly return after inflation at which the payments reach the target (fraction;
    `projection.required_return`), `ceiling_return` what the boldest suitable plan may earn a year before inflation,
    `inflation` the one expected. Compared is (1 + ceiling_return) / (1 + inflation) - 1. The key is `need.within` or
    `need.beyond`, the effect the difference (fraction a year, negative where the goal needs more than the ceiling earns).

    Raises:
        InvalidInput: for an inflation of -100 % or less.
    """
    if inflation <= -1.0:
        raise InvalidInput("Inflation cannot be -100 % or less.")
    if required_real is None or required_real <= 0.0:
        return None
    earned = (1.0 + ceiling_return) / (1.0 + inflation) - 1.0
    key = "need.within" if required_real <= earned else "need.beyond"
    values: dict[str, float | str] = {"rate": required_real, "plan_return": earned}
    return Reason(key, values, earned - required_real)
