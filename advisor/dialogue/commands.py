"""What an investor can mean: the closed union of commands that understanding emits and the engine executes.

The rules emit them, buttons emit them, and a language model may emit nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Fill:
    """Give a slot a value: an answer to the open question, something volunteered, or a correction.

    `value` is JSON-able and in the form of the slot's kind (see `advisor.dialogue.slots`). `raw` is what was said.
    `note` is a wording key to be said along with it ("I take the middle of that range"), with `note_values`. `echo` asks to
    say what was understood, for where the words leave room for a misreading.
    """

    slot: str
    value: Any
    raw: str
    note: str = ""
    note_values: tuple[tuple[str, str], ...] = ()
    echo: bool = False


@dataclass(frozen=True, slots=True)
class Skip:
    """Take the stated default of the open question."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """ "I don't know": offer to skip, with what that stands for."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """Ask an answered question again, because its answer is to be changed and the new one was not said yet."""

    slot: str


@dataclass(frozen=True, slots=True)
class Back:
    """Ask the previous question again."""


@dataclass(frozen=True, slots=True)
class Why:
    """Say why the open question is asked."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Say the open question again."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop for now and keep the answers."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on where we stopped."""


@dataclass(frozen=True, slots=True)
class Restart:
    """Begin again; the answers are put aside, not lost."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the last correction, or bring back the answers put aside by a restart."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Small talk or a question about us: answered from the catalogue under `key`, then the open question again."""

    key: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Show:
    """Something on demand: a view of the plan, a forecast, a price. `argument` names what it is about.

    `period` is a span of time as `advisor.dialogue.nlu.spans` writes it, "" where none was said.
    """

    what: str
    argument: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class Tentative:
    """A wish to see something, if the words name anything that can be seen; otherwise the message means `otherwise`.

    Only the market knows the names, so this is settled after understanding and before the engine. `exact`: a part of a name
    is not enough, because the words may well mean something else.
    """

    show: Show
    otherwise: tuple[Command, ...]
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a what-if. `operation` is "set", "add" or "times"; `value` is in the slot's unit (money as a number)."""

    slot: str
    operation: str
    value: Any


@dataclass(frozen=True, slots=True)
class GoalOrder:
    """An order about goals: `goals` are the keys of those that the words may mean, `name` is the new name."""

    what: Literal["new", "switch", "pause", "close", "resume", "rename", "first"]
    goals: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class LifeChange:
    """Something in the investor's life has changed, which `slot` asks about; `value` is the new answer where the words hold it.

    `said` is the wording key of what that changes.
    """

    slot: str
    said: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Compute the plan under other answers, beside the present one. No changes: ask what to change."""

    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class ApplyWhatIf:
    """Take over the changes of the last what-if."""


@dataclass(frozen=True, slots=True)
class SwitchLanguage:
    """Go on in another language, "" to be asked which."""

    locale: str


@dataclass(frozen=True, slots=True)
class Export:
    """Hand over everything that is stored of the investor."""


@dataclass(frozen=True, slots=True)
class Erase:
    """Remove everything that is stored of the investor, once he has confirmed it."""


@dataclass(frozen=True, slots=True)
class Link:
    """Make this channel and another one the same person's: ask for a code ("" here), or hand one in."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class Unlink:
    """Take the other channels away again."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """Say where the investor is signed in; `end` the number of one to be ended."""

    end: int | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """Talk to a person, about `topic`."""

    topic: str = ""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Send nothing unasked any more."""


@dataclass(frozen=True, slots=True)
class Wake:
    """Send messages unasked again."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What the investor thinks of us: `score` 1 to 5, None where only words were said."""

    score: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """The investor asks for a moment: nothing is asked again, and silence is not minded."""


@dataclass(frozen=True, slots=True)
class EndSession:
    """That is all for now: goodbye, and the place is kept."""


@dataclass(frozen=True, slots=True)
class OfferChange:
    """An old button of a question that was answered since: ask whether its answer is to be changed to this one."""

    slot: str
    value: Any
    raw: str


@dataclass(frozen=True, slots=True)
class Clarify:
    """It could mean several things: ask which, with at most three options, each a label and the commands it stands for."""

    options: tuple[tuple[str, tuple[Command, ...]], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to the question of a system frame, by its option's id, or in words where it takes words."""

    frame: str
    answer: str


@dataclass(frozen=True, slots=True)
class Happened:
    """Nobody said anything: a timer ran out, another channel asks to be linked (see `Occurrence`)."""

    kind: str
    values: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Nothing could be made of it. `key` says what was wrong in the catalogue, `values` fill it."""

    key: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """It could mean several of the open question's options (ids, at most three)."""

    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Partial:
    """A part of an answer that needs one more fact: `need` names it ("age"), `value` is kept until it comes."""

    slot: str
    need: str
    value: Any


Settled = (
    Fill | Skip | Unsure | Reopen | Back | Why | Repeat | Cancel | Resume | Restart | Undo | Talk | Show
    | GoalOrder | LifeChange | WhatIf | ApplyWhatIf | SwitchLanguage | Export | Erase | Link | Unlink | Sessions
    | Handoff | Quiet | Wake | Rate | Wait | EndSession | OfferChange | Clarify | Reply | Happened | Unreadable
    | Ambiguous | Partial
)  # fmt: skip
Command = Settled | Tentative
