"""`smartinvest doctor`: what is configured, what can be reached, and what is missing. It looks and changes nothing."""

from __future__ import annotations

import asyncio
import http.client
import importlib.util
import json
import os
import platform
import shutil
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr

from advisor.domain.errors import MarketDataError, SmartInvestError
from smartinvest.supervisor import check_port, healthy

if TYPE_CHECKING:
    from advisor.config import Settings
    from advisor.container import Container
    from advisor.container.market import Feed
    from advisor.services.audit import AuditReport

State = Literal["ok", "off", "warn", "fail"]
_SIGNS = {"ok": "ok  ", "off": "off ", "warn": "look", "fail": "FAIL"}
_TELEGRAM_SECONDS = 5.0
_SOURCE_SECONDS = 20.0  # a large folder is read whole the first time


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `fail` needs mending before `smartinvest run` works; `warn` is worth a look; `off` is not in use."""

    name: str
    state: State
    said: str


def examine(settings: Settings) -> list[Check]:
    """All checks, in the order they are shown. Takes up to about ten seconds where something does not answer."""
    from smartinvest.doctor_delivery import operator_check

    return [
        Check("Python", "ok", platform.python_version()),
        Check("Settings", "ok", "from the environment and .env" if Path(".env").is_file() else "from the environment"),
        _data_dir(settings),
        _keys(settings),
        *asyncio.run(_resources(settings)),
        telegram(settings),
        operator_check(settings),
        _language_model(settings),
        _training(),
        _port(settings),
    ]


def report(checks: list[Check]) -> str:
    """The checks as lines, aligned."""
    width = max(len(check.name) for check in checks)
    return "\n".join(f"{_SIGNS[check.state]}  {check.name:<{width}}  {check.said}" for check in checks)


def _data_dir(settings: Settings) -> Check:
    path = settings.data_dir
    if not path.exists():
        return Check("Data directory", "ok", f"{path}: the first run makes it")
    if not os.access(path, os.W_OK | os.X_OK):
        return Check(
            "Data directory", "fail", f"{path} cannot be written to. Set SMARTINVEST_DATA_DIR to one that can."
        )
    free = shutil.disk_usage(path).free / 2**30
    return Check("Data directory", "ok" if free >= 1 else "warn", f"{path}, {free:.1f} GiB free")


def _keys(settings: Settings) -> Check:
    if settings.secret_keys:
        return Check("Secret keys", "ok", f"{len(settings.secret_keys)} from SMARTINVEST_SECRET_KEYS")
    return Check("Secret keys", "ok", "kept in the data directory. Back it up: nothing can be read without them.")


async def _resources(settings: Settings) -> list[Check]:
    """Database, Redis and market data, asked through the same container that the processes use."""
    from advisor.adapters.db.migrate import migrate
    from advisor.adapters.db.url import parse_url
    from advisor.adapters.vault import KEY_FILE
    from advisor.container import open_container
    from smartinvest.doctor_delivery import delivery_check

    url = parse_url(settings.database_url.get_secret_value())
    fresh = url.kind == "sqlite" and not url.path.exists()
    keyless = not fresh and not settings.secret_keys and not (settings.data_dir / KEY_FILE).exists()
    with tempfile.TemporaryDirectory() as folder:
        if fresh or keyless:  # opening it would make it or its keys, and a look must not
            stand_in = SecretStr(f"sqlite:///{folder}/empty.db")
            settings = settings.model_copy(update={"data_dir": Path(folder), "database_url": stand_in})
            await migrate(stand_in.get_secret_value())
        try:
            async with open_container(settings) as container:
                outcomes = await container.ping()
                market = await _market(container, outcomes["market"])
                chain = audit_check(await container.audit.check())
                delivery = await delivery_check(container)
        except SmartInvestError as error:
            return [Check("Resources", "fail", error.message)]
    if fresh:
        database = Check("Database", "ok", f"{url.path}: the first run makes it")
        chain, delivery = (Check(each.name, "off", "nothing is stored yet") for each in (chain, delivery))
    elif keyless:
        unread = "not looked into, for want of its secret keys: put them back, or let the first run make them"
        database = Check("Database", "warn", unread)
        chain, delivery = (Check(each.name, "warn", "not looked into, as the database") for each in (chain, delivery))
    else:
        database = _outcome("Database", outcomes["database"], str(url.path) if url.kind == "sqlite" else "PostgreSQL")
    redis = Check("Redis", "off", "not needed on one machine")
    if settings.redis_url is not None:
        redis = _outcome("Redis", outcomes["news"], "answers")
    return [database, chain, delivery, redis, *market]


def audit_check(found: AuditReport) -> Check:
    """What a walk along the audit chain found."""
    if found.broken is not None:
        number, fault = found.broken
        return Check("Audit chain", "fail", f"link {number} is {fault}. docs/audit.md says what that means.")
    if found.altered:
        numbers = ", ".join(map(str, found.altered[:5]))
        return Check("Audit chain", "fail", f"not as stored: {len(found.altered)} records, of link {numbers}")
    if found.missing:
        numbers = ", ".join(map(str, found.missing[:5]))
        return Check("Audit chain", "fail", f"gone without a word: {len(found.missing)} records, of link {numbers}")
    traced = f"; {found.traced} records as they were stored, {found.gone} erased or deleted" if found.traced else ""
    return Check("Audit chain", "ok", f"{found.links} links, whole{traced}")


async def _market(container: Container, outcome: str) -> list[Check]:
    """The market data as a whole, then each source that is stored."""
    chosen, feeds = container.settings.market_data, container.sources.feeds
    order = f"auto, in this order: {', '.join([*(feed.name for feed in feeds), 'sample'])}"
    checks = [_outcome("Market data", outcome, order if chosen == "auto" else chosen)]
    return [*checks, *[await _source(container, feed) for feed in feeds]]


async def _source(container: Container, feed: Feed) -> Check:
    """Whether a source answers, what is stored of it, and of a folder which plans it may serve."""
    from advisor.container.market import plan_currencies

    held = await container.history.coverage(feed.name)
    last = max((item.last for item in held.values() if item.last), default=None)
    stored = f"{sum(item.rows > 0 for item in held.values())} instruments stored, prices to {last}." if last else ""
    try:
        await asyncio.wait_for(feed.ingest.ping(), _SOURCE_SECONDS)
        symbols = await feed.symbols()
    except (MarketDataError, TimeoutError) as fault:
        said = fault.message if isinstance(fault, MarketDataError) else "It does not answer."
        return Check(f"- {feed.name}", "warn", f"{said} {stored or 'Nothing is stored of it.'}")
    stored = stored or "Nothing is stored yet: the first run or `smartinvest ingest` does it."
    if feed.reading is None:
        return Check(f"- {feed.name}", "ok", f"answers. {stored}")
    served = plan_currencies(feed.universes.values(), symbols)
    if not served:
        lacking = "It serves prices but no plan: docs/universes.md names the shares and bonds that plans are made of."
        return Check(f"- {feed.name}", "warn", f"{len(symbols)} symbols. {lacking} {stored}")
    return Check(f"- {feed.name}", "ok", f"{len(symbols)} symbols, for plans in {', '.join(served)}. {stored}")


def _outcome(name: str, outcome: str, fine: str) -> Check:
    return Check(name, "ok", fine) if outcome == "ok" else Check(name, "fail", outcome)


def telegram(settings: Settings) -> Check:
    """Ask Telegram who the bot is. Neither token nor address of the call is ever shown."""
    if settings.telegram_token is None:
        return Check("Telegram", "off", "SMARTINVEST_TELEGRAM_TOKEN is not set")
    address = f"{settings.telegram_api_url}/bot{settings.telegram_token.get_secret_value()}/getMe"
    try:
        with urllib.request.urlopen(address, timeout=_TELEGRAM_SECONDS) as answer:  # noqa: S310 - the setting allows http(s) only
            name = json.load(answer)["result"]["username"]
    except urllib.error.HTTPError as error:
        refused = "Telegram does not know this token" if error.code in (401, 404) else f"Telegram answers {error.code}"
        return Check("Telegram", "fail", f"{refused}. Check SMARTINVEST_TELEGRAM_TOKEN.")
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        # What went wrong is not shown, since it may hold the address, and that holds the token.
        return Check("Telegram", "fail", f"no sensible answer from {settings.telegram_api_url}")
    return Check("Telegram", "ok", f"@{name}, {settings.telegram_mode}")


def _language_model(settings: Settings) -> Check:
    if settings.llm_model is None:
        return Check("Language model", "off", "not needed: every step works by rules")
    if importlib.util.find_spec("langchain") is None:
        return Check("Language model", "fail", f"{settings.llm_model}: install requirements/llm.txt to use it")
    return Check("Language model", "ok", settings.llm_model)


def _training() -> Check:
    if importlib.util.find_spec("tensorflow") is None:
        return Check("Training", "off", "TensorFlow is not installed: requirements/train.txt has it")
    return Check("Training", "ok", "TensorFlow is installed")


def _port(settings: Settings) -> Check:
    if healthy(settings.host, settings.port):
        return Check("Web address", "ok", f"{settings.url} answers")
    try:
        check_port(settings.host, settings.port, patience=0)
    except SmartInvestError as error:
        return Check("Web address", "fail", error.message)
    return Check("Web address", "ok", f"{settings.url} is free")
