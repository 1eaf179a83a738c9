"""The audit chain as pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain.audit import AuditEvent, ChainFault, Happening, commitment, content_of, link, verify
from advisor.domain.plan import Plan, PlanStatus
from advisor.domain.records import GENESIS, AuditEntry, Document

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PLAN = Plan("p", "u", PlanStatus.PROPOSED, NOW, {"a": 0.1}, "hash", "1", {"w": [0.6, 0.4]})
CHAINS = st.lists(st.sampled_from(AuditEvent), min_size=3, max_size=12)


def chain(events: list[AuditEvent]) -> list[AuditEntry]:
    """A whole chain of these events."""
    entries: list[AuditEntry] = []
    head = (0, GENESIS)
    for number, event in enumerate(events):
        happening = Happening(event, f"subject-{number}", {"n": number})
        entry = link(head, NOW + timedelta(minutes=number), "somebody", happening, commitment(b"key", number))
        entries.append(entry)
        head = (entry.number, entry.hash)
    return entries


@given(CHAINS)
def test_a_whole_chain_has_no_fault_in_one_piece_or_in_two(events: list[AuditEvent]) -> None:
    entries = chain(events)
    assert verify(entries) is None
    assert verify(entries[2:], entries[1]) is None
    assert verify([]) is None


@given(CHAINS, st.data())
def test_any_changed_field_is_found_where_it_was_changed(events: list[AuditEvent], data: st.DataObject) -> None:
    entries = chain(events)
    place = data.draw(st.integers(0, len(entries) - 1))
    changes: dict[str, Any] = {
        "at": NOW - timedelta(days=1),
        "event": "other",
        "actor": "other",
        "subject": "other",
        "digest": "other",
        "previous": "other",
        "hash": "other",
    }
    name = data.draw(st.sampled_from(sorted(changes)))
    entries[place] = replace(entries[place], **{name: changes[name]})
    assert verify(entries) == ChainFault(place + 1, "changed")


@given(CHAINS, st.data())
def test_a_removed_link_is_named_unless_it_was_the_last(events: list[AuditEvent], data: st.DataObject) -> None:
    entries = chain(events)
    place = data.draw(st.integers(0, len(entries) - 2))
    del entries[place]
    assert verify(entries) == ChainFault(place + 1, "missing")


@given(CHAINS, st.data())
def test_a_link_written_anew_without_those_after_it_is_found(events: list[AuditEvent], data: st.DataObject) -> None:
    entries = chain(events)
    place = data.draw(st.integers(0, len(entries) - 2))
    before = (place, entries[place].previous)
    forged = link(before, NOW, "forger", Happening(AuditEvent.PLAN_STORED, "x", {}), "digest")
    entries[place] = forged
    assert verify(entries) == ChainFault(place + 2, "misplaced")


def test_two_links_that_changed_places_are_found() -> None:
    entries = chain([AuditEvent.PLAN_STORED] * 4)
    entries[1], entries[2] = entries[2], entries[1]
    assert verify(entries) == ChainFault(2, "missing")
    assert verify([entries[0], entries[0]]) == ChainFault(2, "misplaced")


def test_a_digest_covers_the_whole_plan_but_its_status() -> None:
    digest = commitment(b"key", content_of(PLAN))
    assert commitment(b"key", content_of(replace(PLAN, status=PlanStatus.ACTIVE))) == digest
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5)))
    assert commitment(b"key", content_of(replace(PLAN, created_at=elsewhere))) == digest
    changed = [
        replace(PLAN, id="q"),
        replace(PLAN, user_id="v"),
        replace(PLAN, created_at=NOW + timedelta(seconds=1)),
        replace(PLAN, inputs={"a": 0.2}),
        replace(PLAN, data_hash="other"),
        replace(PLAN, code_version="2"),
        replace(PLAN, result={"w": [0.4, 0.6]}),
        replace(PLAN, goal_id="g"),
    ]
    assert len({digest, *(commitment(b"key", content_of(plan)) for plan in changed)}) == 1 + len(changed)


def test_a_digest_tells_nothing_without_its_key() -> None:
    document = content_of(Document("d", "a.pdf", "application/pdf", b"content"))
    assert commitment(b"one", document) != commitment(b"other", document)


def test_half_a_surrogate_pair_has_a_digest_and_a_number_that_is_none_has_not() -> None:
    assert commitment(b"key", {"said": "\ud800"})
    with pytest.raises(ValueError, match="not JSON compliant"):
        commitment(b"key", {"value": float("nan")})
