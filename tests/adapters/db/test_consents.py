"""The storage contract: what somebody agreed to."""

from __future__ import annotations

import pytest

from advisor.domain.errors import NotFound
from advisor.domain.identity import Consent, ConsentKind
from advisor.ports.storage import Storage
from tests.adapters.db.builders import MINUTE, NOW, opened


async def test_every_yes_and_every_no_is_kept_in_order(storage: Storage) -> None:
    user, other = (await opened(storage)).user_id, (await opened(storage, address="other")).user_id
    said = [
        Consent(user, ConsentKind.STORAGE, True, "en-1", NOW),
        Consent(user, ConsentKind.LANGUAGE_MODEL, True, "en-1", NOW),
        Consent(user, ConsentKind.LANGUAGE_MODEL, False, "de-2", NOW + MINUTE),
    ]
    for consent in said:
        await storage.set_consent(consent)
    await storage.set_consent(Consent(other, ConsentKind.MESSAGES, True, "en-1", NOW))
    assert await storage.consents(user) == said
    assert await storage.consents("nobody") == []


async def test_somebody_who_is_not_there_agrees_to_nothing(storage: Storage) -> None:
    with pytest.raises(NotFound):
        await storage.set_consent(Consent("nobody", ConsentKind.STORAGE, True, "en-1", NOW))
