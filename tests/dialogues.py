"""A dialogue of real parts over a storage and a market of the test's choice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from advisor.adapters.market.archive import snapshot_from_bytes, snapshot_to_bytes
from advisor.adapters.system.bulletin import InProcessBulletin
from advisor.dialogue.actions import Actions
from advisor.dialogue.conversation import Dialogue
from advisor.dialogue.flows import Flow, load
from advisor.dialogue.host import Host
from advisor.dialogue.personal import Personal
from advisor.ports.market import MarketData
from advisor.ports.storage import Storage
from advisor.ports.system import Clock, Offload
from advisor.replies.personal import WORDING, readme
from advisor.services.forecast import ForecastService
from advisor.services.instruments import InstrumentService
from advisor.services.links import LinkService
from advisor.services.people import PeopleService
from advisor.services.plan import PlanService
from tests.reports import report_service

HOST = Host("an operator", "a licence", "by nobody")


def actions_of(
    storage: Storage,
    market: MarketData,
    offload: Offload,
    clock: Clock,
    *,
    host: Host = HOST,
    flow: Flow | None = None,
    plans: PlanService | None = None,
) -> Actions:
    """What the engine's effects are carried out by."""
    flow = flow or load("first_plan")
    return Actions(
        storage=storage,
        plans=plans or PlanService(market, offload, snapshot_to_bytes, snapshot_from_bytes, "code"),
        forecasts=ForecastService(market, offload),
        instruments=InstrumentService(market),
        reports=report_service(offload),
        clock=clock,
        host=host,
        flow=flow,
        today=lambda: clock.now().date(),
        personal=Personal(
            storage, PeopleService(storage, clock, offload, readme, wording=WORDING), LinkService(storage, clock), flow
        ),
    )


def dialogue_of(
    storage: Storage,
    market: MarketData,
    offload: Offload,
    clock: Clock,
    *,
    host: Host = HOST,
    flow: Flow | None = None,
    today: Callable[[], date] | None = None,
    actions: Actions | None = None,
) -> Dialogue:
    """The one door, with lanes of its own, as another process has."""
    flow = flow or load("first_plan")
    return Dialogue(
        storage=storage,
        market=market,
        actions=actions or actions_of(storage, market, offload, clock, host=host, flow=flow),
        clock=clock,
        bulletin=InProcessBulletin(),
        host=host,
        flow=flow,
        today=today or (lambda: clock.now().date()),
    )
