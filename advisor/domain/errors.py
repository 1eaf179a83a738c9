"""One tree of errors. Each carries a stable code for programs and a sentence that is safe to show to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class SmartInvestError(Exception):
    """Base of every error we raise on purpose.

    `message` is a sentence for the person concerned; it never holds a secret, a stack trace or another person's data.
    `field` names the input at fault, `details` adds machine-readable facts.
    """

    code: ClassVar[str] = "internal"

    def __init__(self, message: str, *, field: str | None = None, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.details = dict(details or {})


class InvalidInput(SmartInvestError):
    """What was given cannot be used as it is."""

    code = "invalid_input"


class NotFound(SmartInvestError):
    """It does not exist, or it belongs to somebody else: the two look the same from outside."""

    code = "not_found"


class Unauthorised(SmartInvestError):
    """No valid token came with the request."""

    code = "unauthorised"


class TooManyAttempts(SmartInvestError):
    """Somebody tried too often. `details["retry_after"]` holds the seconds to wait."""

    code = "too_many_attempts"


class Conflict(SmartInvestError):
    """The state has moved on since the caller read it."""

    code = "conflict"


class IdempotencyMismatch(SmartInvestError):
    """A known client id came again with other content."""

    code = "idempotency_mismatch"


class CodeChanged(SmartInvestError):
    """A plan made by other code cannot be replayed bit for bit by this one."""

    code = "code_changed"


class SettingsError(SmartInvestError):
    """A setting is wrong; the message is one line that names it."""

    code = "settings"


class MarketDataError(SmartInvestError):
    """Base of what can go wrong between us and a source of prices."""

    code = "market_data"


class SourceUnavailable(MarketDataError):
    """The source did not answer, answered with an error or with something that is not data."""

    code = "source_unavailable"


class RateLimited(SourceUnavailable):
    """The source asks us to come back later."""

    code = "rate_limited"


class UnknownSymbol(MarketDataError):
    """The source is fine and has never heard of this symbol."""

    code = "unknown_symbol"


class CurrencyNotServed(MarketDataError):
    """The source holds no instruments in this currency."""

    code = "currency_not_served"


class NotOffered(MarketDataError):
    """The source does not have this kind of data at all."""

    code = "not_offered"


class StalePrices(MarketDataError):
    """The newest stored prices are older than the operator allows for advice."""

    code = "stale_prices"


class NotEnoughHistory(MarketDataError):
    """There are prices, but too few for the computation asked for."""

    code = "not_enough_history"


class InfeasibleConstraints(SmartInvestError):
    """No portfolio meets all the wishes. `details` names the conflict and the smallest relaxation that allows one."""

    code = "infeasible_constraints"


class SolverFailed(SmartInvestError):
    """Every solver of the chain gave up; `details['tried']` says what each one answered."""

    code = "solver_failed"


class StorageError(SmartInvestError):
    """The database did not answer, or it refused; nothing was changed unless the answer alone was lost."""

    code = "storage"


class UnreadableData(StorageError):
    """Something stored cannot be decrypted: it was damaged or moved, or its key is not among ours."""

    code = "unreadable_data"
