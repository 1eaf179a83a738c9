"""What is known of somebody who has said nothing yet: language, time zone and, from the locale, the currency."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.numbers import get_territory_currencies

from advisor.dialogue.state import State
from advisor.domain.message import Visitor


def first_state(visitor: Visitor, served: tuple[str, ...]) -> State:
    """The state of a new dialogue. A currency that the market data cannot serve is kept as a wish and asked about."""
    locale = _locale(visitor.locale)
    wished = visitor.currency.upper() if visitor.currency else _currency_of(locale)
    known = wished in served
    return State(
        locale=locale,
        timezone=_zone(visitor.timezone),
        currency=wished if known else None,
        wished_currency=None if known else wished,
        served=served,
    )


def _locale(raw: str | None) -> str:
    try:
        return str(Locale.parse((raw or "en").replace("-", "_"))).replace("_", "-")
    except (ValueError, UnknownLocaleError):
        return "en"


def _currency_of(locale: str) -> str | None:
    territory = Locale.parse(locale.replace("-", "_")).territory
    return next(iter(get_territory_currencies(territory)), None) if territory else None


def _zone(raw: str | None) -> str:
    try:
        return ZoneInfo(raw or "UTC").key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
