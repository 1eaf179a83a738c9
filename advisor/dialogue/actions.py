"""Doing what the engine asked for: services are called, their results become blocks, and what later turns need is kept."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date

from advisor.dialogue import asking
from advisor.dialogue import commands as c
from advisor.dialogue.answers import changed, listed, to_answers
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.examining import BESIDE, EXAMINED, Examining
from advisor.dialogue.flows import Flow
from advisor.dialogue.goal_keeping import GoalKeeping
from advisor.dialogue.host import Host
from advisor.dialogue.outcome import Outcome, Performed
from advisor.dialogue.personal import Personal
from advisor.dialogue.proposing import Proposing
from advisor.dialogue.quoting import Quoting
from advisor.dialogue.serving import Serving
from advisor.dialogue.state import State
from advisor.domain.chart import ChartSpec
from advisor.domain.documents import file_block
from advisor.domain.errors import SmartInvestError
from advisor.domain.message import Conversation
from advisor.domain.plan import Plan
from advisor.domain.reply import Block, Chart, Notice, Text
from advisor.ports.storage import Storage
from advisor.ports.system import Clock
from advisor.profiling import assess
from advisor.replies import answers as answer_words
from advisor.replies import plan as plan_words
from advisor.replies import views, what_if
from advisor.replies.translated import translated
from advisor.replies.wording import listing, say
from advisor.services.forecast import ForecastService
from advisor.services.instruments import InstrumentService
from advisor.services.plan import RESULT_FORMAT, PlanService
from advisor.services.report import ReportService

__all__ = ["Actions", "Host"]

_MOST_CONTRADICTIONS = 2
_log = logging.getLogger(__name__)


class Actions:
    """Executes effects for one conversation at a time; holds no state of its own."""

    def __init__(
        self,
        *,
        storage: Storage,
        plans: PlanService,
        forecasts: ForecastService,
        instruments: InstrumentService,
        reports: ReportService,
        clock: Clock,
        host: Host,
        flow: Flow,
        today: Callable[[], date],
        personal: Personal,
    ) -> None:
        self._storage = storage
        self._plans = plans
        self._quoting = Quoting(instruments, forecasts)
        self._reports = reports
        self._examining = Examining(storage, plans, clock)
        self._host = host
        self._flow = flow
        proposing = Proposing(storage, plans, clock, flow, today)
        self._keeping = GoalKeeping(storage, plans, clock, flow)
        serving = Serving(storage, clock, host)
        self._doers: dict[str, Callable[[State, Do, Conversation], Awaitable[Outcome]]] = {
            "rough_picture": self._rough_picture,
            "summary": self._summary,
            "plan": proposing.plan,
            "activate": proposing.activate,
            "review_same": proposing.restate,
            "what_if": self._what_if,
            "report": self._report,
            "forecast": self._quoting.forecast,
            "price": self._quoting.price,
            **self._keeping.doers(),
            **serving.doers(),
            **personal.doers(),
        }

    async def settled(self, commands: Sequence[c.Command]) -> tuple[c.Command, ...]:
        """The commands with all that was tentative settled by what the market knows."""
        return await self._quoting.settle(commands)

    async def perform(self, effects: tuple[Effect, ...], state: State, conversation: Conversation) -> Performed:
        """Execute the effects in order. An error of a service becomes a notice, and the dialogue stays where it was; so does one
        that nobody foresaw, which is in the log with its trace.
        """
        done = Performed(state)
        for effect in effects:
            try:
                outcome = await self._one(effect, done.state, conversation)
            except SmartInvestError as error:
                outcome = Outcome((Notice("error", translated(error.message, done.state.locale)),), failed=True)
            except Exception:  # noqa: BLE001 - what nobody foresaw must not lose the message
                _log.exception("effect_failed what=%s", effect.what if isinstance(effect, Do) else effect.key)
                outcome = Outcome((Notice("error", say(done.state.locale, "internal_error")),), failed=True)
            done = self._absorb(done, outcome, effect, conversation)
            if done.erased:
                break  # the goodbye is the last word
        changed = await self._keeping.changed(conversation.user_id, done.goal_changes)
        return replace(done, goals=changed)

    async def _one(self, effect: Effect, state: State, conversation: Conversation) -> Outcome:
        if isinstance(effect, Say):
            values = self._host.values(state.locale) | {"served": listing(state.locale, state.served)} | effect.values
            return Outcome((Text(say(state.locale, effect.key, **values)),))
        if effect.what in self._doers:
            return await self._doers[effect.what](state, effect, conversation)
        if effect.what in EXAMINED or effect.what == BESIDE:
            plan = await self._current_plan(state, conversation)
            return await self._examining.show(plan, effect, state, conversation)
        if effect.what in views.VIEWS:
            plan = await self._current_plan(state, conversation)
            return Outcome(views.VIEWS[effect.what](plan.result, state.locale, effect.argument))
        return Outcome((Text(self._echo(state, effect)),))

    def _absorb(self, done: Performed, outcome: Outcome, effect: Effect, conversation: Conversation) -> Performed:
        state = replace(done.state, facts=done.state.facts | outcome.facts)
        if outcome.failed and isinstance(effect, Do) and effect.what == "plan":
            # The plan could not be made: the summary stays open, so that a "yes" tries again.
            state = replace(
                state.without("confirm_summary"),
                done=tuple(x for x in state.done if x != "plan"),
                asking="confirm_summary",
            )
        if outcome.state is not None:
            state = outcome.state
        if outcome.frame is not None:
            state = state.with_frame(outcome.frame)
        return done.then(state, tuple(self._stored(block, conversation) for block in outcome.blocks), outcome)

    @staticmethod
    def _stored(block: Block | ChartSpec, conversation: Conversation) -> Block:
        """A picture gets the id under which its owner, and nobody else, can fetch it."""
        if not isinstance(block, ChartSpec):
            return block
        return Chart(hashlib.sha256(f"{conversation.user_id}:{block.digest()}".encode()).hexdigest()[:32], block)

    def _echo(self, state: State, effect: Do) -> str:
        """Words about a question or an answer."""
        part = self._flow.slot(effect.argument)
        locale = state.locale
        if effect.what == "why_asked":
            return asking.why(part, state)
        if effect.what == "default_taken":
            return asking.default_words(part, state)
        if effect.what == "needed":
            return say(locale, f"needed.{part.slot}")
        if effect.what == "more_help":
            return asking.more_help(part, state)
        if effect.what == "skip_offered":
            return say(locale, "skip_offered", said=asking.default_words(part, state))
        return self._said_back(state, effect)

    @staticmethod
    def _said_back(state: State, effect: Do) -> str:
        """An answer beside the one before it, where there was one."""
        locale, slot = state.locale, effect.argument
        now, before = (
            answer_words.quoted(slot, value, locale, state.currency) for value in (state.value(slot), effect.before)
        )
        if effect.what == "understood":
            return say(locale, "understood", value=answer_words.spoken(slot, state.value(slot), locale, state.currency))
        label = say(locale, f"labels.{slot}")
        return say(locale, effect.what, label=label, value=now, before=before)

    async def _rough_picture(self, state: State, _do: Do, _conversation: Conversation) -> Outcome:
        result = await self._plans.preview(to_answers(state, self._flow))
        return Outcome(plan_words.rough(result, state.locale))

    async def _summary(self, state: State, _do: Do, _conversation: Conversation) -> Outcome:
        currency = state.currency or state.served[0]
        blocks = answer_words.summary(listed(state, self._flow), state.locale, currency)
        # Said while both answers can still be changed, not only once the plan counts the more careful one.
        pairs = assess(to_answers(state, self._flow), 0.0).contradictions
        return Outcome((*blocks, *(self._contradiction(pair, state) for pair in pairs[:_MOST_CONTRADICTIONS])))

    @staticmethod
    def _contradiction(pair: tuple[str, str], state: State) -> Notice:
        locale, said = state.locale, {}
        for place, slot in zip(("first", "second"), pair, strict=True):
            said[f"{place}"] = say(locale, f"labels.{slot}")
            said[f"{place}_answer"] = answer_words.spoken(slot, state.value(slot), locale, state.currency)
        return Notice("info", say(locale, "summary.contradiction", **said))

    async def _what_if(self, state: State, _do: Do, conversation: Conversation) -> Outcome:
        changes = [c.Change(*change) for change in state.facts.get("what_if", [])]
        if not changes:
            return Outcome(what_if.ask(state.locale, state.currency or state.served[0]))
        plan = await self._current_plan(state, conversation)
        hypothetical, risk = changed(state, changes)
        answers = to_answers(hypothetical, self._flow)
        result = await self._plans.preview(answers, risk_scale=risk)
        # While newer answers wait for their plan, what is compared is today's answers with and without the change.
        now = plan.result if "plan" in state.done else await self._plans.preview(to_answers(state, self._flow))
        said = [(item.slot, item.operation, item.value) for item in changes]
        return Outcome(what_if.compare(now, result, said, state.locale))

    async def _report(self, state: State, _do: Do, conversation: Conversation) -> Outcome:
        made = await self._reports.make(await self._current_plan(state, conversation), state.locale)
        return Outcome((Text(say(state.locale, "report.ready")), file_block(made)), document=made)

    async def _current_plan(self, state: State, conversation: Conversation) -> Plan:
        plan = await self._storage.plan(conversation.user_id, str(state.facts.get("plan_id")))
        if plan is None:
            raise SmartInvestError(say(state.locale, "no_plan_yet"))
        if plan.result.get("format") != RESULT_FORMAT:
            raise SmartInvestError(say(state.locale, "plan_of_older_form"))
        return plan
