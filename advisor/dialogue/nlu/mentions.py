"""Answers without a number: options, "no debt", a currency, a share of the whole."""

from __future__ import annotations

from decimal import Decimal

from advisor.dialogue.nlu.choices import How, Match, choice_words, matched
from advisor.dialogue.nlu.dates import dates_in
from advisor.dialogue.nlu.decades import IN_A_DECADE
from advisor.dialogue.nlu.durations import birth_year_of
from advisor.dialogue.nlu.lengths import LONG, years_alone
from advisor.dialogue.nlu.lexer import Lexed
from advisor.dialogue.nlu.money import currency_at, find_money, nothing_in
from advisor.dialogue.nlu.percent import PercentReading
from advisor.dialogue.nlu.phrases import PhraseTable
from advisor.dialogue.nlu.slots import (
    ASKED_ONLY,
    CHOICE_SLOTS,
    MONEY_SLOTS,
    Context,
    Mention,
    SlotValue,
    SlotWords,
    slot_words,
)
from advisor.dialogue.nlu.utterance import Quantity, Utterance, utterance
from advisor.dialogue.nlu.yesno import yes_no_in
from advisor.domain.reply import Option

# An amount or percentage among options has to be named exactly: "$3,000" and "$8,000" are alike to the eye only.
_EXACT_ONLY = frozenset({"confirm_bad_year", "loss_limit", "currency"})
# The new answer stands within so many words behind the name of the question.
_NAME_WITHIN = 12
_OLDEST, _YOUNGEST = 120, 10
_DATE_WORDS = 6  # "born on the 3rd of May 1988"
_CERTAIN = ("id", "label", "number", "letter", "ordinal")


def chosen(said: Utterance, context: Context) -> tuple[Mention, How] | None:
    """The option of the open question that a message names, and how it does."""
    asked = context.asked
    if asked is None or asked not in CHOICE_SLOTS | ASKED_ONLY | _EXACT_ONLY:
        return None
    options = context.options or _known_options(asked, context)
    if asked == "confirm_bad_year" and (same := _same_amount(said, options, context)):
        return _mention(said.lexed, asked, same), same.how
    match = matched(said.lexed, options, multiple=asked == "exclusions", slot=asked, locale=context.locale)
    if match is None or (asked in _EXACT_ONLY and not _is_exact(match, asked)):
        return None
    return _mention(said.lexed, asked, match), match.how


def _is_exact(match: Match, asked: str) -> bool:
    # "20" is 20 %, not the twentieth option
    return match.how in (("id", "label") if asked == "loss_limit" else _CERTAIN)


def _mention(lexed: Lexed, slot: str, match: Match) -> Mention:
    value: SlotValue = None
    if match.ids:
        value = match.ids if slot == "exclusions" else match.ids[0]
    span = lexed.span(0, len(lexed.tokens))
    return Mention(slot, value, lexed.text[span[0] : span[1]], span, candidates=match.candidates)


def _known_options(slot: str, context: Context) -> tuple[Option, ...]:
    """The options by their ids alone, for when the question's own are not at hand."""
    if slot in context.choices:
        return context.choices[slot]
    if slot == "exclusions":
        return tuple(
            Option(item, item.replace("_", " ")) for item in ("none", *slot_words(context.locale).exclusion_ids)
        )
    if slot != "goal":
        return ()
    return tuple(Option(item, item) for item in choice_words(context.locale).synonyms.get(slot, {}))


def _same_amount(said: Utterance, options: tuple[Option, ...], context: Context) -> Match | None:
    amounts = find_money(said.lexed.text, context.locale, context.currency)
    if len(amounts) != 1 or len(said.quantities) != 1 or amounts[0].low is not None:
        return None
    for option in options:
        shown = find_money(option.label, context.locale, context.currency)
        if len(shown) == 1 and shown[0].amount == amounts[0].amount:
            return Match((option.id,), "label")
    return None


def said_in_words(said: Utterance, context: Context) -> list[Mention]:
    """Values said without a number: "nothing", "no debt", "nothing set aside", "about a fifth", "in euros"."""
    words, asked = slot_words(context.locale), context.asked
    found: list[Mention] = []
    if asked in MONEY_SLOTS and (zero := nothing_in(said)):
        found.append(Mention(str(asked), zero, zero.raw, zero.span))
    if _is_debt_free(said, context, words) or (asked == "debt" and _only(said, words.no)):
        found.append(_whole("debt", _none(said), said))
    if words.no_buffer.scan(said.lexed.words) or (asked == "emergency_fund" and _only(said, words.no)):
        found.append(_whole("emergency_fund", Decimal(0), said))
    if asked == "loss_limit" or _wants_no_risk(said, context, words):
        found += _loss_in_words(said, words)
    found += _wished_away(said, context, words)
    if "spending_years" in context.admits and words.for_life.scan(said.lexed.words):
        found.append(_whole("spending_years", "for_life", said))
    found += _currency(said, context, words)
    return found


def is_repaid(text: str, locale: str) -> bool:
    """Whether paying off may mean a whole debt: a debt is named, no amount, and nothing that makes it a part."""
    said, words = utterance(text, locale), slot_words(locale)
    owed = any(cue.slot == "debt" for hit in words.cues.scan(said.lexed.words) for cue in hit.tag)
    return owed and _is_whole(said, words)


def _is_whole(said: Utterance, words: SlotWords) -> bool:
    return not said.quantities and not words.parts.scan(said.lexed.words)


def _is_debt_free(said: Utterance, context: Context, words: SlotWords) -> bool:
    """ "No debt" anywhere, "paid off" only of a whole debt: whoever paid off a half owes the other one."""
    if words.debt_free.scan(said.lexed.words):
        return True
    if not words.repaid.scan(said.lexed.words):
        return False
    return _is_whole(said, words) if context.asked == "debt" else is_repaid(said.lexed.text, said.locale)


def _wants_no_risk(said: Utterance, context: Context, words: SlotWords) -> bool:
    """ "10,000 for 20 years, no risk at all": a wish that counts before it is asked for, but not once it was answered."""
    asks = "?" in said.lexed.words
    return not asks and "loss_limit" not in context.settled and bool(words.no_risk.scan(said.lexed.words))


def _wished_away(said: Utterance, context: Context, words: SlotWords) -> list[Mention]:
    """ "No target", "I have no pension": what there may be or not, and is not (any more)."""
    if said.quantities:
        return []
    found = [_whole("target_amount", "none", said)] if words.no_target.scan(said.lexed.words) else []
    if "pension_monthly" in context.admits and words.no_pension.scan(said.lexed.words):
        found.append(_whole("pension_monthly", "none", said))
    return found


def born(said: Utterance, context: Context) -> Mention | None:
    """The year in which somebody was born: as a year, or by the age now; a bare figure where it was asked for. None if not said.

    An age that something is due at ("I'm 52, retire at 65") is a time, which tells the year of birth itself.
    """
    if "birth_year" not in context.admits or any(item.kind == "age" for item in said.quantities):
        return None
    for item in said.quantities:
        year = _birth_year(said, item, context)
        if year is not None:
            span = said.lexed.span(item.first, item.last)
            return Mention("birth_year", Decimal(year), said.lexed.raw(item.first, item.last), span)
    return _born_on(said, context) if context.asked == "birth_year" else None


def _born_on(said: Utterance, context: Context) -> Mention | None:
    """ "3/5/1988": a day in figures; a year in two digits that is still to come was of the century before."""
    for placed in dates_in(said, context.today):
        year = placed.day.year - (100 if placed.day > context.today else 0)
        if said.lexed.kind(placed.first) == "date" and _YOUNGEST <= context.today.year - year <= _OLDEST:
            span = said.lexed.span(placed.first, placed.last)
            return Mention("birth_year", Decimal(year), said.lexed.raw(placed.first, placed.last), span)
    return None


def _birth_year(said: Utterance, item: Quantity, context: Context) -> int | None:
    value = int(max(min(item.value, Decimal(9999)), Decimal(0)))
    others = any(word in said.words.times.others for word in said.lexed.words[: item.first])
    asked = context.asked == "birth_year"
    lived = item.kind == "time" and item.value >= LONG and years_alone(said.lexed.text, said.locale)
    bare = asked and (lived or item.kind in ("plain", "year", "age", "old"))
    if others or not (item.head.whole or not item.head.digits) or item.low is not None:
        return None
    told = birth_year_of(item, said, context.today)
    if told is not None or (bare and value > _OLDEST) or (item.kind == "date" and (asked or _born_before(said, item))):
        value = value if told is None else told
        return value if context.today.year - _OLDEST <= value <= context.today.year - _YOUNGEST else None
    if item.kind == "old" or bare:
        part = said.words.times.parts.before(said.lexed.words, item.first)
        value += IN_A_DECADE.get(part.tag, 0) if part and value % 10 == 0 else 0
        return context.today.year - value if _YOUNGEST <= value <= _OLDEST else None
    return None


def _born_before(said: Utterance, item: Quantity) -> bool:
    """ "Born 3 May 1988": the date's first words stand between."""
    return bool(said.words.times.born.scan(said.lexed.words[max(0, item.first - _DATE_WORDS) : item.first]))


def _whole(slot: str, value: SlotValue, said: Utterance) -> Mention:
    return Mention(slot, value, said.lexed.text, (0, len(said.lexed.text)))


def _none(said: Utterance) -> PercentReading:
    return PercentReading(Decimal(0), (0, len(said.lexed.text)), said.lexed.text)


def _only(said: Utterance, phrases: PhraseTable[str]) -> bool:
    """Whether a message is one of the phrases, or "nothing" in so many words."""
    words = tuple(word for word in said.lexed.words if word not in ".,!?:;")
    hit = phrases.at(words, 0)
    return (hit is not None and hit.last == len(words)) or nothing_in(said) is not None


def declines(text: str, locale: str) -> bool:
    """Whether somebody says that there is none: "no", "nothing", "I have no target", "0", also behind "actually"."""
    said, words = utterance(text, locale), slot_words(locale)
    start = words.corrections.at(said.lexed.words, 0)
    rest = said if start is None else utterance(text[said.lexed.span(0, start.last)[1] :], locale)
    whole = _only(rest, words.no)
    return whole or (not rest.quantities and bool(words.no_wish.scan(rest.lexed.words)))


def comes_on_top(text: str, locale: str) -> bool:
    """Whether an amount may come on top of what is there: "I inherited 50k"."""
    return bool(slot_words(locale).on_top.scan(utterance(text, locale).lexed.words))


def says_soon(text: str, locale: str) -> bool:
    """Whether the money is needed so soon that no time is said: "straight away", "next month"."""
    lexed = utterance(text, locale).lexed
    return bool(slot_words(locale).soon.scan(lexed.words)) and yes_no_in(lexed, locale) != "unsure"


def _loss_in_words(said: Utterance, words: SlotWords) -> list[Mention]:
    loses_nothing = not said.quantities and bool(words.loses_nothing.scan(said.lexed.words))
    if _only(said, words.nothing_to_lose) or loses_nothing or words.no_risk.scan(said.lexed.words):
        return [_whole("loss_limit", _none(said), said)]
    shares = words.shares.scan(said.lexed.words)
    if len(shares) == 1:
        hit = shares[0]
        raw, span = said.lexed.raw(hit.first, hit.last), said.lexed.span(hit.first, hit.last)
        return [Mention("loss_limit", PercentReading(hit.tag, span, raw), raw, span)]
    return []


def _currency(said: Utterance, context: Context, words: SlotWords) -> list[Mention]:
    """A currency that belongs to no amount: "in euros", or the answer to the question for one."""
    lexed = said.lexed
    for index in range(len(lexed.words)):
        found = currency_at(said, index, context.currency)
        if found is None:
            continue
        code, last = found
        at_number = lexed.kind(last) == "number" or any(item.last == index for item in said.quantities)
        opened = lexed.word(index - 1) in words.currency_openers
        if at_number or not (opened or context.asked == "currency"):
            continue
        return [Mention("currency", code, lexed.raw(index, last), lexed.span(index, last))]
    return []


def named_elsewhere(said: Utterance, context: Context) -> list[Mention]:
    """Choices of other questions, where the message names the question: "change my goal to a house", "leave out gold"."""
    found: list[Mention] = []
    tried: set[str] = set()
    for hit in slot_words(context.locale).cues.scan(said.lexed.words):
        for cue in hit.tag:
            slot = cue.slot
            if not cue.strong or slot == context.asked or slot not in CHOICE_SLOTS or slot in tried:
                continue
            tried.add(slot)
            end = hit.last + _NAME_WITHIN
            rest = Lexed(said.lexed.text, said.lexed.tokens[hit.last : end], said.lexed.words[hit.last : end])
            options = _known_options(slot, context)
            match = matched(rest, options, multiple=slot == "exclusions", slot=slot, locale=context.locale)
            if match and match.how not in ("number", "letter", "ordinal"):
                found.append(_mention(rest, slot, match))
    found += [item for item in _facts_told(said, context) if item.slot not in tried]
    return found or _goal_unasked(said, context)


def _facts_told(said: Utterance, context: Context) -> list[Mention]:
    """ "I freelance, by the way": words that are an answer of their own, whatever was asked."""
    if "?" in said.lexed.words:
        return []
    hits = {hit.tag[0]: hit for hit in slot_words(context.locale).facts_said.scan(said.lexed.words)}
    return [
        Mention(slot, hit.tag[1], said.lexed.raw(hit.first, hit.last), said.lexed.span(hit.first, hit.last))
        for slot, hit in hits.items()
        if slot != context.asked
    ]


def _goal_unasked(said: Utterance, context: Context) -> list[Mention]:
    """ "Ich will in 15 Jahren ein Haus kaufen": a goal that is named before it is asked for, as long as there is none."""
    if context.asked is not None or "goal" in context.settled or "?" in said.lexed.words:
        return []
    hits = slot_words(context.locale).goals_said.scan(said.lexed.words)
    if len({hit.tag for hit in hits}) != 1:
        return []
    (hit, *_) = hits
    return [Mention("goal", hit.tag, said.lexed.raw(hit.first, hit.last), said.lexed.span(hit.first, hit.last))]
