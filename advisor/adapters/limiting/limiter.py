"""Rates counted in a sliding window, in this process or in Redis.

Source: the sliding window counter (two fixed windows, the older one weighted by what is left of it), as `limits` has it.
"""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Sequence

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import ConfigurationError, StorageError

from advisor.domain.errors import SettingsError
from advisor.domain.rates import Rate

_PATIENCE = 1.0  # seconds; a count is not worth more of somebody's time
_SAY_EVERY = 60.0
_PREFIX = "smartinvest:limits"

_log = logging.getLogger(__name__)


class SlidingLimiter:
    """Implements `advisor.ports.limits.RateLimiter`. In Redis, all processes count together; without it, each its own.

    If Redis goes away every request passes, and the log says so once a minute.

    Raises:
        SettingsError: for an address that is not Redis's.
    """

    def __init__(self, redis_url: str | None) -> None:
        self._storage = MemoryStorage() if redis_url is None else _redis(redis_url)
        self._strategy = SlidingWindowCounterRateLimiter(self._storage)
        self._said = -math.inf

    async def spend(self, rates: Sequence[Rate], who: str) -> float:
        """Count a request against each rate, unless one is used up. Returns the seconds to wait, 0 if it fits."""
        items = [(RateLimitItemPerSecond(rate.amount, rate.seconds, rate.name), _key(who)) for rate in rates]
        try:
            used_up = [item for item, key in items if not await self._strategy.test(item, key)]
            used_up = used_up or [item for item, key in items if not await self._strategy.hit(item, key)]
            waits = [await self._wait(item, _key(who)) for item in used_up]
        except StorageError as error:
            self._tell(error)
            return 0.0
        return max(waits, default=0.0)

    async def close(self) -> None:
        """Close the connections to Redis, if there are any."""
        if isinstance(self._storage, MemoryStorage):
            if self._storage.timer is not None:
                self._storage.timer.cancel()
        elif isinstance(self._storage.bridge, RedispyBridge):
            await self._storage.bridge.storage.aclose()

    async def _wait(self, item: RateLimitItemPerSecond, key: str) -> float:
        """Seconds until one more fits, as the library tells; at least one, so that nobody comes back at once."""
        stats = await self._strategy.get_window_stats(item, key)
        return min(max(stats.reset_time - time.time(), 1.0), float(item.get_expiry()))

    def _tell(self, error: StorageError) -> None:
        now = time.monotonic()
        if now - self._said >= _SAY_EVERY:
            self._said = now
            _log.warning("rate_limits_off: the counts cannot be reached (%s)", type(error.storage_error).__name__)


def _redis(url: str) -> RedisStorage:
    address = f"async+redis+{url}" if url.startswith("unix:") else f"async+{url}"
    patience = {"socket_connect_timeout": _PATIENCE, "socket_timeout": _PATIENCE}
    try:
        return RedisStorage(address, wrap_exceptions=True, implementation="redispy", key_prefix=_PREFIX, **patience)
    except (ValueError, ConfigurationError) as error:
        raise SettingsError("REDIS_URL must start with redis://, rediss:// or unix://.", field="REDIS_URL") from error


def _key(who: str) -> str:
    """Redis need not know whose requests it counts."""
    return hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()[:32]
