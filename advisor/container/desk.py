"""The way to the operator that the settings name."""

from __future__ import annotations

from advisor.config import Settings
from advisor.config.values import is_loopback
from advisor.ports.operator import OperatorDesk


def open_desk(settings: Settings) -> OperatorDesk | None:
    """Where wishes to talk to a person are told; None if the settings name nothing."""
    if settings.operator_webhook is None or settings.operator_webhook_secret is None:
        return None
    from advisor.adapters.operator.webhook import Webhook

    return Webhook(
        settings.operator_webhook.get_secret_value(),
        settings.operator_webhook_secret.get_secret_value(),
        loopback=is_loopback(settings.host),
    )
