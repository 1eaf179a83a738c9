"""A system question in words: what it asks, its answers, and why. Made anew each time, in the language of the moment. Pure."""

from __future__ import annotations

from advisor.dialogue import goals, speaking
from advisor.dialogue.frames import Frame, definition
from advisor.dialogue.state import State
from advisor.domain.reply import Option
from advisor.replies.answers import quoted
from advisor.replies.wording import known, locales, say

GOAL = "goal_"
"""What the id of an option begins with that stands for a goal; its key follows."""
CLARIFIED = "meant_"
"""Likewise for a meaning, whose place follows."""
NONE = "none"


def words(frame: Frame, state: State) -> str:
    """The question."""
    return say(state.locale, f"frames.ask.{frame.name}", **_values(frame, state))


def options(frame: Frame, state: State) -> tuple[Option, ...]:
    """The answers to choose from."""
    asked = definition(frame)
    match asked.source:
        case "languages":
            return tuple(Option(language, speaking.native(language)) for language in locales())
        case "clarified":
            kept = [
                Option(f"{CLARIFIED}{place}", item["label"]) for place, item in enumerate(frame.values["options"], 1)
            ]
            return (*kept, _fixed(frame, NONE, state))
        case "interrupted":
            there = [key for key in frame.values["goals"] if key in goals.book(state)]
            return (*(Option(f"{GOAL}{key}", goals.title(state, key)) for key in there), _fixed(frame, NONE, state))
        case "suggestions":
            wished = [Option(item, say(state.locale, f"buttons.{item}")) for item in frame.values["suggestions"]]
            return (*wished, _fixed(frame, NONE, state))
    return tuple(_fixed(frame, option, state) for option in asked.options)


def _fixed(frame: Frame, option: str, state: State) -> Option:
    own = f"frames.options.{frame.name}.{option}"
    return Option(option, say(state.locale, own if known(state.locale, own) else f"frames.options.any.{option}"))


def _values(frame: Frame, state: State) -> dict[str, str]:
    """What the question's words are filled with."""
    match frame.name:
        case "change_answer":
            slot = frame.values["slot"]
            now, then = (
                quoted(slot, value, state.locale, state.currency)
                for value in (state.value(slot), frame.values["value"])
            )
            return {"label": say(state.locale, f"labels.{slot}"), "before": now, "value": then}
        case "resume":
            key = frame.values["goal"]
            return {"name": goals.title(state, key) if key in goals.book(state) else say(state.locale, "goals.unnamed")}
        case "link_join" | "link_confirm":
            key = f"personal.channels.{frame.values.get('channel')}"
            return {"channel": say(state.locale, key if known(state.locale, key) else "frames.other_channel")}
    return {}
