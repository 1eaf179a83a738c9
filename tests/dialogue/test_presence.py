"""Coming back, falling silent, a moment's pause, a goodbye, and no message that nobody wants."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.dialogue import asking, presence
from advisor.dialogue import commands as c
from advisor.dialogue.effects import Do, Say
from advisor.dialogue.engine import step
from advisor.domain.message import Channel
from tests.dialogue.test_engine import FLOW, filled, keys, planned, start

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
SILENT = (c.Happened("silence"),)


def seen(ago: timedelta) -> str:
    return (NOON - ago).isoformat()


def test_somebody_who_comes_back_after_a_day_is_told_where_we_are_in_one_line() -> None:
    away = replace(filled("debt"), seen=seen(timedelta(hours=25)))
    assert presence.welcome(away, NOON) == (Say("session.back", {"goal": "A home", "label": "the dearest debt"}),)
    assert presence.welcome(replace(away, seen=seen(timedelta(hours=23))), NOON) == ()
    assert presence.welcome(replace(away, seen=""), NOON) == ()


def test_the_line_fits_the_place() -> None:
    ago = seen(timedelta(days=30))
    at_start = presence.welcome(replace(start(), seen=ago), NOON)
    assert at_start == (Say("session.back_at_start"),)
    (checking,) = presence.welcome(replace(planned(), seen=ago), NOON)
    assert isinstance(checking, Say)
    assert checking.values["label"] == "what a bad year could cost"
    done = replace(planned(), asking=None, seen=ago)
    assert presence.welcome(done, NOON) == (Say("session.back_with_plan"),)
    assert presence.welcome(replace(done, facts={}), NOON) == ()


@given(
    st.integers(0, 15 * 365 * 24 * 60),
    st.sampled_from(["UTC", "Asia/Kolkata", "Europe/Berlin", "Pacific/Apia", "America/New_York"]),
)
def test_a_reminder_comes_by_day_where_the_investor_is_and_within_a_day(minutes: int, zone: str) -> None:
    moment = NOON + timedelta(minutes=minutes)
    due = presence.decent(moment, zone)
    assert moment <= due < moment + timedelta(hours=25)
    assert 9 <= due.astimezone(ZoneInfo(zone)).hour < 20


def test_silence_is_minded_a_day_after_an_unanswered_question_on_channels_that_reach_people() -> None:
    state = replace(filled("debt"), timezone="Europe/Berlin")
    for channel in (Channel.TELEGRAM, Channel.WEB):
        assert presence.timers(state, state, channel, NOON)["silence"] == NOON + timedelta(days=1)
    late = datetime(2026, 3, 10, 22, tzinfo=UTC)
    assert presence.timers(state, state, Channel.WEB, late)["silence"] == datetime(2026, 3, 12, 8, tzinfo=UTC)
    assert presence.timers(state, state, Channel.TERMINAL, NOON)["silence"] is None


@pytest.mark.parametrize("command", [c.Cancel(), c.Wait(), c.EndSession(), c.Quiet()], ids=repr)
def test_silence_is_not_minded_after_a_pause_a_goodbye_or_a_wish_for_quiet(command: c.Command) -> None:
    state = step(filled("debt"), [command], FLOW).state
    assert presence.timers(state, state, Channel.TELEGRAM, NOON)["silence"] is None
    assert step(state, SILENT, FLOW).effects == ()
    assert asking.expects(state, FLOW) is None
    assert step(state, [c.Fill("debt", 0.0, "none")], FLOW).state.asking == "emergency_fund"


def test_with_nothing_open_nobody_is_reminded() -> None:
    state = replace(planned(), asking=None)
    assert presence.timers(state, state, Channel.WEB, NOON)["silence"] is None
    assert step(state.without(), [c.Talk("talk.thanks")], FLOW).state.paused is False


def test_a_reminder_says_where_we_are_clears_nothing_and_asks_again() -> None:
    state = filled("debt")
    done = step(state, SILENT, FLOW)
    assert done.effects == (Say("session.silent"),)
    assert done.state == state
    erasing = step(state, [c.Erase()], FLOW).state
    assert step(erasing, SILENT, FLOW).state.frame is None  # what nobody answered for a day is not done


def test_a_wish_for_quiet_is_kept_as_a_consent_over_a_new_beginning_too() -> None:
    done = step(filled("debt"), [c.Quiet()], FLOW)
    assert Do("consent", "off") in done.effects
    anew = step(done.state, [c.Restart()], FLOW).state
    assert presence.timers(anew, anew, Channel.TELEGRAM, NOON)["silence"] is None
    awake = step(anew, [c.Wake()], FLOW)
    assert Do("consent", "on") in awake.effects
    assert presence.timers(awake.state, awake.state, Channel.TELEGRAM, NOON)["silence"] is not None


def test_a_goodbye_keeps_the_place_and_asks_nothing() -> None:
    state = filled("debt")
    done = step(state, [c.EndSession()], FLOW)
    assert keys(done) == ["session.goodbye"]
    assert asking.words(done.state, FLOW) == ""
    assert done.state.slots == state.slots
    assert keys(step(replace(planned(), asking=None).without("confirm_summary"), [c.EndSession()], FLOW))


def test_thanks_wake_nobody_who_said_goodbye_but_a_greeting_does() -> None:
    away = step(filled("debt"), [c.EndSession()], FLOW).state
    assert step(away, [c.Talk("talk.thanks")], FLOW).state.paused
    assert not step(away, [c.Talk("talk.greeting")], FLOW).state.paused


def test_a_plan_that_came_into_use_is_asked_about_a_day_later_once_and_only_if_nothing_is_open() -> None:
    before = replace(planned(), asking=None)
    used = before.with_facts(in_use="p1").without()
    assert presence.timers(before, used, Channel.TELEGRAM, NOON)["satisfaction"] == NOON + timedelta(days=1)
    quiet = used.with_facts(quiet=True)
    assert "satisfaction" not in presence.timers(before, quiet, Channel.TELEGRAM, NOON)
    resting = replace(used, slots=used.slots | {"confirm_bad_year": used.slots["confirm_summary"]})
    asked = step(resting, [c.Happened("satisfaction")], FLOW).state
    assert asked.frame is not None
    assert presence.timers(resting, asked, Channel.TELEGRAM, NOON)["satisfaction"] is None
    assert step(asked.without_frame(), [c.Happened("satisfaction")], FLOW).effects == ()
    assert step(filled("debt").with_facts(in_use="p1"), [c.Happened("satisfaction")], FLOW).effects == ()
