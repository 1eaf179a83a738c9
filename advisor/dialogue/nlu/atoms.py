"""Amounts, percentages and times of a message side by side, each with the words around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from advisor.dialogue.nlu.durations import HorizonReading, horizons_in
from advisor.dialogue.nlu.lengths import durations_in
from advisor.dialogue.nlu.money import MoneyReading, money_in
from advisor.dialogue.nlu.percent import PercentReading, percents_in
from advisor.dialogue.nlu.phrases import Hit
from advisor.dialogue.nlu.slots import PERCENT_SLOTS, TIME_SLOTS, Context, Cue
from advisor.dialogue.nlu.utterance import Utterance

_MOST_PERCENT = {"loss_limit": 100, "debt": 200, "wanted_return": 500}
_OLD = 40  # an age that money is needed at is higher, a rate of interest lower
_DAYS_PER_MONTH = Decimal("365.25") / 12


@dataclass(frozen=True, slots=True)
class Atom:
    """One thing said with a number. A length of time has both a `reading` (as a horizon) and its `months`."""

    reading: MoneyReading | PercentReading | HorizonReading
    first: int
    last: int
    months: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Nearby:
    """A cue near an atom, by the number of words between."""

    cue: Cue
    distance: int


def atoms_in(said: Utterance, context: Context) -> list[Atom]:
    """Everything said with a number, from left to right. What a bare number is depends on the question."""
    asked = context.asked
    atoms = [Atom(item.reading, item.first, item.last) for item in money_in(said, context.currency)]
    if asked in PERCENT_SLOTS or asked == "loss_limit":
        atoms = [_as_percent(atom, asked) for atom in atoms]
    taken = [(atom.first, atom.last) for atom in atoms if isinstance(atom.reading, PercentReading)]
    atoms += [
        Atom(item.reading, item.first, item.last) for item in percents_in(said) if (item.first, item.last) not in taken
    ]
    times = [atom for atom in _times(said, context) if not _is_a_rate(atom, context)]
    atoms += _rates(said, atoms, context)
    # the bare "10" that answers a question for a time is no amount
    atoms = [atom for atom in atoms if not any(time.first <= atom.first < time.last for time in times)]
    return sorted([*atoms, *times], key=lambda atom: atom.first)


def _as_percent(atom: Atom, asked: str | None) -> Atom:
    """An unmarked number where a percentage was asked for; a loss, a rate or a return above its limit is money."""
    money = atom.reading
    most = _MOST_PERCENT.get(str(asked))
    if not isinstance(money, MoneyReading) or money.marked or (most is not None and abs(money.amount) > most):
        return atom
    percent = PercentReading(
        money.amount, money.span, money.raw, money.low, money.high, marked=False, fraction=0 < money.amount < 1
    )
    return replace(atom, reading=percent)


def _is_a_rate(atom: Atom, context: Context) -> bool:
    """ "The car at 6": where a rate is asked for, a number that small is no age."""
    reading = atom.reading
    return context.asked == "debt" and isinstance(reading, HorizonReading) and (reading.age or _OLD) < _OLD


def _rates(said: Utterance, atoms: list[Atom], context: Context) -> list[Atom]:
    if context.asked != "debt":
        return []
    taken = {atom.first for atom in atoms}
    small = [item for item in said.quantities if item.kind == "age" and item.value < _OLD and item.first not in taken]
    return [
        Atom(
            PercentReading(
                item.value, said.lexed.span(item.first, item.last), said.lexed.raw(item.first, item.last), marked=False
            ),
            item.first,
            item.last,
        )
        for item in small
    ]


def _times(said: Utterance, context: Context) -> list[Atom]:
    asked_time = context.asked in TIME_SLOTS
    horizons = horizons_in(said, context.today, context.birth_year, asked=asked_time)
    lengths = {(item.first, item.last): item.total_months for item in durations_in(said, asked=asked_time)}
    atoms = [Atom(reading, first, last, lengths.get((first, last))) for reading, first, last in horizons]
    if context.asked == "emergency_fund":
        atoms = [
            replace(atom, months=_bare_months(said, atom)) if atom.months is None and atom.reading.span else atom
            for atom in atoms
        ]
    return atoms


def _bare_months(said: Utterance, atom: Atom) -> Decimal | None:
    """A buffer is counted in months, so a bare "3" is three of them."""
    return next((item.value for item in said.quantities if (item.first, item.last) == (atom.first, atom.last)), None)


def window(said: Utterance, atoms: list[Atom], index: int, *, whole: bool = False) -> tuple[int, int]:
    """The tokens around an atom that speak of it: up to its neighbours and, unless `whole`, to the ends of its clause."""
    atom = atoms[index]
    low = atoms[index - 1].last if index else 0
    high = atoms[index + 1].first if index + 1 < len(atoms) else len(said.lexed.words)
    if whole:
        return low, high
    breaks = said.words.money.breaks
    for place in range(atom.first - 1, low - 1, -1):
        if said.lexed.word(place) in breaks:
            low = place + 1
            break
    for place in range(atom.last, high):
        if said.lexed.word(place) in breaks:
            high = place
            break
    return low, high


def best_cue(
    hits: list[Hit[tuple[Cue, ...]]], atom: Atom, bounds: tuple[int, int], admits: Callable[[Cue], bool]
) -> Cue | None:
    """The strong cue nearest to an atom, else the nearest weak one."""
    low, high = bounds
    near = [
        Nearby(cue, _distance(hit, atom))
        for hit in hits
        if (low <= hit.first and hit.last <= high) and not (atom.first <= hit.first < atom.last)
        for cue in hit.tag
        if admits(cue)
    ]
    if not near:
        return None
    return min(near, key=lambda item: (not item.cue.strong, item.distance)).cue


def _distance(hit: Hit[tuple[Cue, ...]], atom: Atom) -> int:
    # what stands behind is as near as one word further before: "my savings are 5k now" is about now
    return atom.first - hit.last if hit.last <= atom.first else hit.first - atom.last
