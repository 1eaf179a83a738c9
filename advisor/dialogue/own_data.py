"""What somebody wants done with what we know of him, whom he wants to talk to, and what he thinks of us. Pure."""

from __future__ import annotations

from dataclasses import replace

from advisor.dialogue import commands as c
from advisor.dialogue import presence
from advisor.dialogue.advancing import Step
from advisor.dialogue.effects import Do, Say
from advisor.dialogue.frames import Frame
from advisor.dialogue.state import State

Order = c.Export | c.Erase | c.Link | c.Unlink | c.Sessions | c.Handoff | c.Quiet | c.Wake | c.Rate
MESSAGES_ON, MESSAGES_OFF = "on", "off"
"""What the work `consent` is told of messages sent unasked."""
_SCORES = range(1, 6)
_LONGEST_TOPIC = 500


def carry_out(state: State, order: Order) -> Step:
    """The state after an order, and the work that it asks for."""
    match order:
        case c.Erase():
            return Step(state.with_frame(Frame("confirm_erase")))
        case c.Handoff(topic=topic) if not topic.strip():
            return Step(state, (Do("handoff_wanted"),))
        case c.Handoff(topic=topic):
            return Step(state, (Do("handoff", topic.strip()[:_LONGEST_TOPIC]),))
        case c.Rate():
            return _rate(state, order)
        case c.Quiet():
            quiet = replace(state, paused=True).with_facts(**{presence.QUIET: True})
            return Step(quiet, (Say("quiet.on"), Do("consent", MESSAGES_OFF)))
        case c.Wake():
            return Step(state.with_facts(**{presence.QUIET: False}), (Say("quiet.off"), Do("consent", MESSAGES_ON)))
        case c.Export() | c.Link() | c.Unlink() | c.Sessions():
            return Step(state, (_work(order),))


def _work(order: c.Export | c.Link | c.Unlink | c.Sessions) -> Do:
    match order:
        case c.Export():
            return Do("export")
        case c.Link(code=code):
            return Do("link_join", code) if code else Do("link_offer")
        case c.Unlink():
            return Do("unlink")
        case c.Sessions(end=None):
            return Do("sessions")
        case c.Sessions(end=end):
            return Do("session_end", str(end))


def _rate(state: State, rate: c.Rate) -> Step:
    """A score is kept; words alone are thanked for with the question for one."""
    if rate.score is None:
        return Step(state.with_frame(Frame("satisfaction", {"comment": rate.comment[:_LONGEST_TOPIC]})))
    if rate.score not in _SCORES:
        return Step(state.with_frame(Frame("satisfaction")), (Say("frames.score_out_of_range"),))
    kept = presence.rated(state)
    thanks = "frames.thanks_good" if rate.score > 2 else "frames.thanks_poor"
    return Step(kept, (Do("feedback", str(rate.score), before=rate.comment[:_LONGEST_TOPIC]), Say(thanks)))
