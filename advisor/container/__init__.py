"""Every resource is opened here, once, with a way to ask whether it lives and a way to close it."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.adapters.auth.access_tokens import JwtAccessTokens
from advisor.adapters.auth.passwords import Argon2Passwords
from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.adapters.db.url import parse_url
from advisor.adapters.market.archive import (
    panel_from_bytes,
    panel_to_bytes,
    snapshot_from_bytes,
    snapshot_to_bytes,
)
from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.system.clock import SystemClock
from advisor.adapters.system.code_version import code_version
from advisor.adapters.system.offload import LocalOffload
from advisor.adapters.vault import Vault, load_or_create_keys
from advisor.charts.renderer import ChartRenderer
from advisor.config import Settings
from advisor.container.market import Sources, open_sources
from advisor.dialogue.actions import Actions, Host
from advisor.dialogue.conversation import Dialogue
from advisor.dialogue.flows import Flow
from advisor.dialogue.flows import load as load_flow
from advisor.dialogue.personal import Personal
from advisor.dialogue.signing_in import SigningIn
from advisor.dialogue.state import State
from advisor.dialogue.understand import understand
from advisor.domain.documents import Issuer
from advisor.domain.errors import MarketDataError
from advisor.domain.message import Inbound
from advisor.ports.history import HistoryStore
from advisor.ports.jobs import JobLedger
from advisor.ports.limits import RateLimiter
from advisor.ports.market import MarketData
from advisor.ports.system import Bulletin, Clock, Offload
from advisor.replies import personal as personal_words
from advisor.replies import report as report_words
from advisor.replies.wording import FALLBACK, locales, say
from advisor.report import write_pdf
from advisor.services.accounts import AccountService
from advisor.services.analytics import AnalyticsService
from advisor.services.audit import AuditService
from advisor.services.features import FeatureService
from advisor.services.forecast import ForecastService
from advisor.services.goals import GoalService
from advisor.services.instruments import InstrumentService
from advisor.services.links import LinkService
from advisor.services.people import PeopleService
from advisor.services.plan import PlanService
from advisor.services.profiles import ProfileService
from advisor.services.report import ReportService

_log = logging.getLogger(__name__)
_PING_SECONDS = 5.0


@dataclass(frozen=True)
class Container:
    """The open resources of one process."""

    settings: Settings
    clock: Clock
    offload: Offload
    bulletin: Bulletin
    storage: SqlStorage
    sources: Sources
    market: MarketData
    charts: ChartRenderer
    plans: PlanService
    forecasts: ForecastService
    instruments: InstrumentService
    features: FeatureService
    analytics: AnalyticsService
    reports: ReportService
    accounts: AccountService
    goals: GoalService
    profiles: ProfileService
    audit: AuditService
    dialogue: Dialogue
    flow: Flow
    limiter: RateLimiter
    people: PeopleService
    links: LinkService
    signing_in: SigningIn

    @property
    def ledger(self) -> JobLedger:
        """What the jobs need of the database."""
        return self.storage

    @property
    def history(self) -> HistoryStore:
        """Stored prices and macro series."""
        return self.storage.history_store

    async def ping(self) -> dict[str, str]:
        """Each resource with "ok" or what is wrong."""
        checks = {"database": self.storage.ping, "news": self.bulletin.ping, "market": self.market.ping}
        outcomes = await asyncio.gather(*(_outcome(check()) for check in checks.values()))
        return dict(zip(checks, outcomes, strict=True))

    async def warm(self) -> None:
        """Do once, before anybody waits, what the first plan would otherwise wait for; then keep it out of the collector's way."""
        sample = SampleMarket()
        snapshot = await sample.snapshot((await sample.currencies())[0], await sample.market_date())
        for language in locales():
            # a question of which nothing is known goes through every table there is
            for text in ("10", "warm?"):
                understand(Inbound("warm", text=text), State(locale=language), self.flow, self.clock.now().date())
        await asyncio.gather(self.plans.warm(snapshot), self.charts.warm())
        gc.collect()
        gc.freeze()

    async def fetch_market(self) -> None:
        """Let the market decide on its source and fetch, and tell the operator what came of it.

        A failure stops nothing: the first reply that needs data says it too.
        """
        try:
            provenance = await self.plans.fetch()
        except MarketDataError as fault:
            _log.warning("No plan can be made yet: %s", fault.message)
        else:
            _log.info("Plans are made from %s: prices to %s.", provenance.source, provenance.last)


@asynccontextmanager
async def open_container(settings: Settings, *, patient: bool = False) -> AsyncIterator[Container]:
    """Open everything that the settings ask for, and close it in reverse order. `patient`: no person waits for this process."""
    async with AsyncExitStack() as stack:
        clock, offload = SystemClock(), LocalOffload(processes=2)
        stack.push_async_callback(offload.close)
        # A backtest may take half a minute: no picture of somebody's conversation waits behind one.
        analyses = LocalOffload(processes=2)
        stack.push_async_callback(analyses.close)
        bulletin = await _bulletin(settings)
        stack.push_async_callback(bulletin.close)
        limiter = _limiter(settings)
        stack.push_async_callback(limiter.close)
        vault = open_vault(settings)
        storage = await open_storage(settings.database_url.get_secret_value(), vault)
        stack.push_async_callback(storage.close)
        sources = open_sources(settings, storage.history_store, offload, clock, patient=patient)
        stack.push_async_callback(sources.close)
        await sources.seed()
        yield _put_together(
            settings=settings,
            clock=clock,
            offload=offload,
            analyses=analyses,
            bulletin=bulletin,
            storage=storage,
            sources=sources,
            accounts=_accounts(settings, storage, vault, offload, clock),
            limiter=limiter,
        )


def _put_together(
    *, settings: Settings, storage: SqlStorage, sources: Sources, analyses: Offload, **opened: Any
) -> Container:
    """Services and dialogue over what is open; `opened` goes into the container as it is."""
    market, clock, offload, flow = sources.market, opened["clock"], opened["offload"], load_flow("first_plan")
    charts, reports = _papers(settings, offload)
    advice: dict[str, Any] = {
        "plans": PlanService(market, offload, snapshot_to_bytes, snapshot_from_bytes, code_version()),
        "forecasts": ForecastService(market, offload),
        "instruments": InstrumentService(market),
        "reports": reports,
    }
    people = PeopleService(storage, clock, offload, personal_words.readme, wording=personal_words.WORDING)
    links = LinkService(storage, clock)
    host, today = _host(settings), sources.today
    parts: dict[str, Any] = {"storage": storage, "clock": clock, "host": host, "flow": flow, "today": today}
    actions = Actions(personal=Personal(storage, people, links, flow), **advice, **parts)
    dialogue = Dialogue(market=market, actions=actions, bulletin=opened["bulletin"], **parts)
    return Container(
        settings=settings,
        storage=storage,
        sources=sources,
        market=market,
        charts=charts,
        features=FeatureService(advice["instruments"], storage.history_store, offload),
        analytics=AnalyticsService(market, analyses, panel_to_bytes, panel_from_bytes, code_version()),
        goals=GoalService(storage, clock, today),
        profiles=ProfileService(storage, market, clock, today),
        audit=AuditService(storage),
        dialogue=dialogue,
        flow=flow,
        people=people,
        links=links,
        signing_in=SigningIn(storage, dialogue, clock),
        **advice,
        **opened,
    )


def _host(settings: Settings) -> Host:
    """Who runs this, for the sentences that must say so."""
    told = settings.operator_webhook is not None
    return Host(
        settings.operator,
        settings.licence,
        _paid(),
        contact=settings.operator_contact,
        reached_by_us=told,
        on_telegram=settings.telegram_token is not None,
        language_model=settings.llm_model is not None,
    )


def _paid() -> str:
    """How the service is paid: there is no other way."""
    return say(FALLBACK, "host.paid")


def _papers(settings: Settings, offload: Offload) -> tuple[ChartRenderer, ReportService]:
    """Who draws pictures, and who makes reports with them."""
    charts, issuer = ChartRenderer(offload), Issuer(settings.operator, settings.licence, _paid())
    reports = ReportService(
        pictures=charts,
        offload=offload,
        issuer=issuer,
        compose=report_words.compose,
        file_name=report_words.file_name,
        write=write_pdf,
    )
    return charts, reports


async def _outcome(check: asyncio.Future[None] | object) -> str:
    try:
        await asyncio.wait_for(check, _PING_SECONDS)  # type: ignore[arg-type]  # every check is a coroutine of None
    except TimeoutError:
        return f"no answer within {_PING_SECONDS:.0f} seconds"
    except Exception as error:  # noqa: BLE001 - whatever is wrong is what readiness has to report
        return str(error) or type(error).__name__
    return "ok"


async def _bulletin(settings: Settings) -> Bulletin:
    if settings.redis_url is None and (url := parse_url(settings.database_url.get_secret_value())).kind == "postgresql":
        from advisor.adapters.db.bulletin import PostgresBulletin

        return PostgresBulletin(url.dsn)
    if settings.redis_url is None:
        from advisor.adapters.system.bulletin import InProcessBulletin

        return InProcessBulletin()
    from advisor.adapters.redis.bulletin import RedisBulletin

    return RedisBulletin(settings.redis_url.get_secret_value())


def _limiter(settings: Settings) -> RateLimiter:
    from advisor.adapters.limiting.limiter import SlidingLimiter

    return SlidingLimiter(settings.redis_url.get_secret_value() if settings.redis_url else None)


def open_vault(settings: Settings) -> Vault:
    """The vault under the keys of the settings, or those kept in the data directory.

    Raises:
        SettingsError: if they cannot be read or made.
    """
    given = tuple(key.get_secret_value() for key in settings.secret_keys)
    return Vault(given or load_or_create_keys(Path(settings.data_dir)))


def _accounts(settings: Settings, storage: SqlStorage, vault: Vault, offload: Offload, clock: Clock) -> AccountService:
    return AccountService(
        storage,
        Argon2Passwords(),
        JwtAccessTokens(vault.derived_keys("access tokens")),
        offload,
        clock,
        pepper=vault.derived_keys("throttle")[0],
        by_address=settings.rate_limits,
    )
