"""The storage in memory keeps the promises of the databases that one process can see: the same tests, run on it."""

from __future__ import annotations

import pytest

from tests.adapters.db.test_accounts import (
    test_a_new_hash_replaces_the_old_one,
    test_a_refresh_token_is_good_for_one_use,
    test_a_refused_attempt_is_counted_nowhere,
    test_a_second_use_ends_all_that_came_from_the_same_sign_in,
    test_a_sign_in_is_ended_by_its_family_and_by_its_user_only,
    test_a_token_expires,
    test_a_visitors_account_has_his_conversation,
    test_an_account_is_found_by_its_user_and_by_its_address,
    test_an_account_made_without_a_visit_opens_its_conversation_as_the_same_user,
    test_an_address_and_a_user_have_one_account,
    test_attempts_fill_a_bucket_that_leaks,
    test_of_registrations_at_once_one_wins,
    test_signing_out_ends_the_family,
    test_the_first_answer_of_a_write_is_kept,
    test_whoever_signed_in_before_is_not_kept_out_by_others_guessing,
)
from tests.adapters.db.test_audit import (
    test_activating_again_by_rest_is_told_too,
    test_every_event_appends_a_link_to_one_chain,
    test_the_same_content_of_two_people_has_different_digests,
    test_what_is_stored_matches_its_link,
)
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
from tests.adapters.db.test_records import (
    test_a_computation_is_read_back_with_its_prices,
    test_a_computation_without_its_prices_is_not_stored,
    test_a_deleted_goal_is_gone_and_its_plans_stay,
    test_a_goal_is_changed_by_whoever_read_its_latest_version,
    test_a_plan_for_a_goal_that_is_not_ones_own_is_not_stored,
    test_a_turn_whose_record_is_anothers_writes_nothing,
    test_each_goal_has_an_active_plan_of_its_own_and_those_without_a_goal_have_one,
    test_goals_are_read_back_by_priority,
    test_nothing_is_stored_for_somebody_who_is_not_there,
    test_of_two_changes_at_once_one_wins,
    test_the_latest_profile_is_the_profile_and_the_former_ones_stay,
    test_the_same_document_is_stored_once_and_each_owner_has_his_own,
    test_what_a_turn_found_computed_and_made_is_stored_with_it,
    test_what_is_anothers_does_not_exist,
)
from tests.storage_fake import MemoryStorage

__all__ = [
    "test_a_buried_reply_never_comes_again_and_frees_the_later_ones",
    "test_a_committed_or_discarded_message_waits_no_more_and_is_not_taken_again",
    "test_a_computation_is_read_back_with_its_prices",
    "test_a_computation_without_its_prices_is_not_stored",
    "test_a_deleted_goal_is_gone_and_its_plans_stay",
    "test_a_goal_is_changed_by_whoever_read_its_latest_version",
    "test_a_large_batch_of_messages_is_taken_whole",
    "test_a_new_hash_replaces_the_old_one",
    "test_a_plan_for_a_goal_that_is_not_ones_own_is_not_stored",
    "test_a_postponed_reply_waits_and_holds_back_the_later_ones",
    "test_a_refresh_token_is_good_for_one_use",
    "test_a_refused_attempt_is_counted_nowhere",
    "test_a_reply_is_handed_out_whole",
    "test_a_reply_stays_uncertain_until_a_further_part_is_accepted",
    "test_a_second_use_ends_all_that_came_from_the_same_sign_in",
    "test_a_sign_in_is_ended_by_its_family_and_by_its_user_only",
    "test_a_token_expires",
    "test_a_turn_whose_record_is_anothers_writes_nothing",
    "test_a_visitors_account_has_his_conversation",
    "test_activating_again_by_rest_is_told_too",
    "test_an_account_is_found_by_its_user_and_by_its_address",
    "test_an_account_made_without_a_visit_opens_its_conversation_as_the_same_user",
    "test_an_address_and_a_user_have_one_account",
    "test_attempts_fill_a_bucket_that_leaks",
    "test_blocking_by_somebody_unknown_is_no_error",
    "test_each_goal_has_an_active_plan_of_its_own_and_those_without_a_goal_have_one",
    "test_every_event_appends_a_link_to_one_chain",
    "test_goals_are_read_back_by_priority",
    "test_nothing_is_pushed_to_somebody_who_blocked_us",
    "test_nothing_is_stored_for_somebody_who_is_not_there",
    "test_of_a_conversation_only_the_oldest_unsent_reply_is_handed_out",
    "test_of_registrations_at_once_one_wins",
    "test_of_two_changes_at_once_one_wins",
    "test_progress_never_falls_and_an_unknown_reply_is_not_found",
    "test_received_messages_wait_in_order_each_once",
    "test_signing_out_ends_the_family",
    "test_telegram_ids_are_unique_over_all_chats_and_web_ids_per_visitor",
    "test_the_first_answer_of_a_write_is_kept",
    "test_the_latest_profile_is_the_profile_and_the_former_ones_stay",
    "test_the_limit_is_kept_and_the_oldest_go_first",
    "test_the_same_content_of_two_people_has_different_digests",
    "test_the_same_document_is_stored_once_and_each_owner_has_his_own",
    "test_what_a_turn_found_computed_and_made_is_stored_with_it",
    "test_what_is_anothers_does_not_exist",
    "test_what_is_stored_matches_its_link",
    "test_whoever_signed_in_before_is_not_kept_out_by_others_guessing",
]


@pytest.fixture
def storage() -> MemoryStorage:
    """The storage in memory, instead of the one on a database."""
    return MemoryStorage()
