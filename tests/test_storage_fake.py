"""The storage in memory keeps the promises of the databases that one process can see: the same tests, run on it."""

from __future__ import annotations

import pytest

from tests.adapters.db.test_inbox import (
    test_a_committed_or_discarded_message_waits_no_more_and_is_not_taken_again,
    test_a_large_batch_of_messages_is_taken_whole,
    test_received_messages_wait_in_order_each_once,
    test_telegram_ids_are_unique_over_all_chats_and_web_ids_per_visitor,
)
from tests.adapters.db.test_outbox import (
    test_a_buried_reply_never_comes_again_and_frees_the_later_ones,
    test_a_postponed_reply_waits_and_holds_back_the_later_ones,
    test_a_reply_is_handed_out_whole,
    test_a_reply_stays_uncertain_until_a_further_part_is_accepted,
    test_blocking_by_somebody_unknown_is_no_error,
    test_nothing_is_pushed_to_somebody_who_blocked_us,
    test_of_a_conversation_only_the_oldest_unsent_reply_is_handed_out,
    test_progress_never_falls_and_an_unknown_reply_is_not_found,
    test_the_limit_is_kept_and_the_oldest_go_first,
)
from tests.storage_fake import MemoryStorage

__all__ = [
    "test_a_buried_reply_never_comes_again_and_frees_the_later_ones",
    "test_a_committed_or_discarded_message_waits_no_more_and_is_not_taken_again",
    "test_a_large_batch_of_messages_is_taken_whole",
    "test_a_postponed_reply_waits_and_holds_back_the_later_ones",
    "test_a_reply_is_handed_out_whole",
    "test_a_reply_stays_uncertain_until_a_further_part_is_accepted",
    "test_blocking_by_somebody_unknown_is_no_error",
    "test_nothing_is_pushed_to_somebody_who_blocked_us",
    "test_of_a_conversation_only_the_oldest_unsent_reply_is_handed_out",
    "test_progress_never_falls_and_an_unknown_reply_is_not_found",
    "test_received_messages_wait_in_order_each_once",
    "test_telegram_ids_are_unique_over_all_chats_and_web_ids_per_visitor",
    "test_the_limit_is_kept_and_the_oldest_go_first",
]


@pytest.fixture
def storage() -> MemoryStorage:
    """The storage in memory, instead of the one on a database."""
    return MemoryStorage()
