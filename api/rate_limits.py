"""How often a person and an address may ask for what. Each class of routes has its own counts; a webhook's secret frees of all."""

from __future__ import annotations

import hmac
import math
from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from advisor.config import Settings
from advisor.container import Container
from advisor.domain.errors import TooManyAttempts
from advisor.domain.rates import Rate
from api.errors import too_many

_ROOT = "/api/v1"
_WEBHOOK = f"{_ROOT}/telegram/webhook"
_FREE = frozenset({"/healthz", "/readyz", "/metrics"})  # whoever watches us asks often
_HEAVY = frozenset({"optimize", "frontier", "simulate", "backtest", "risk-analysis", "scenarios", "forecasts"})
_HEAVY_ENDINGS = ("/replay", "/report.pdf", "/me/export")


class RouteClass(StrEnum):
    """What kind of work a request is."""

    MESSAGES = "messages"
    SESSIONS = "sessions"
    HEAVY = "heavy"
    AUTH = "auth"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one user, and one address with all who share it, may ask for: each rate holds."""

    user: tuple[Rate, ...]
    address: tuple[Rate, ...]


def _allowance(kind: RouteClass, user: tuple[int, int], address: tuple[int, int]) -> Allowance:
    """So many a minute, and so many an hour."""
    return Allowance(
        (Rate(f"user:{kind}:minute", user[0], 60), Rate(f"user:{kind}:hour", user[1], 3600)),
        (Rate(f"address:{kind}:minute", address[0], 60), Rate(f"address:{kind}:hour", address[1], 3600)),
    )


ALLOWANCES = {
    RouteClass.MESSAGES: _allowance(RouteClass.MESSAGES, (40, 600), (240, 3600)),
    RouteClass.SESSIONS: _allowance(RouteClass.SESSIONS, (20, 120), (30, 300)),
    RouteClass.HEAVY: _allowance(RouteClass.HEAVY, (20, 200), (60, 600)),
    RouteClass.AUTH: _allowance(RouteClass.AUTH, (40, 200), (60, 600)),
    RouteClass.OTHER: _allowance(RouteClass.OTHER, (300, 6000), (900, 18000)),
}


def class_of(method: str, path: str) -> RouteClass:
    """The class of a request."""
    head, _, rest = path.removeprefix(f"{_ROOT}/").partition("/")
    if path == f"{_ROOT}/chat/messages":
        return RouteClass.MESSAGES
    if path == f"{_ROOT}/chat/sessions":
        return RouteClass.SESSIONS
    # A code of 128 bits is not guessed, but nobody needs to hand in many.
    if head == "auth" or path == f"{_ROOT}/me/links/join":
        return RouteClass.AUTH
    makes_plan = head == "plans" and method == "POST" and not rest
    if (method == "POST" and head in _HEAVY) or makes_plan or path.endswith(_HEAVY_ENDINGS):
        return RouteClass.HEAVY
    return RouteClass.OTHER


async def spend_for_user(request: Request, resources: Container, user_id: str) -> None:
    """Count a request of a known user.

    Raises:
        TooManyAttempts: if he has used up what he may ask for; `details["retry_after"]` holds the seconds to wait.
    """
    if resources.settings.rate_limits:
        rates = ALLOWANCES[class_of(request.method, request.url.path)].user
        _refuse(await resources.limiter.spend(rates, user_id))


class AddressLimits:
    """Counts the requests of each address before anything is looked up for them, so that guessed tokens count as well."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 429."""
        if scope["type"] == "http" and self._settings.rate_limits and not self._is_free(scope):
            client = scope.get("client")
            rates = ALLOWANCES[class_of(scope["method"], scope["path"])].address
            container: Container = scope["app"].state.container
            try:
                _refuse(await container.limiter.spend(rates, client[0] if client else "unknown"))
            except TooManyAttempts as error:
                await too_many(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_free(self, scope: Scope) -> bool:
        """Whoever watches us, a browser's question before a request, and Telegram with its secret."""
        if scope["path"] in _FREE or scope["method"] == "OPTIONS":
            return True
        secret = self._settings.telegram_webhook_secret
        if scope["path"] != _WEBHOOK or secret is None:
            return False
        given = HTTPConnection(scope).headers.get("x-telegram-bot-api-secret-token", "")
        return hmac.compare_digest(given.encode(), secret.get_secret_value().encode())


def _refuse(wait: float) -> None:
    if wait > 0:
        seconds = math.ceil(wait)
        raise TooManyAttempts(
            f"These were many requests in a short time. Please try again in {seconds} seconds.",
            details={"retry_after": seconds},
        )
