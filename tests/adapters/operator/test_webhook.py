"""The operator's webhook: what is posted, how it is signed, and where it is never posted to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from advisor.adapters.operator.webhook import Webhook
from advisor.ports.operator import Wish
from tests.operator_desk import SECRET, Desk, certificate_in

WISH = Wish("w1", datetime(2026, 11, 2, 9, 30, tzinfo=UTC), "telegram", "my father's shares €", "de")


async def told(url: str, *, loopback: bool = True, seconds: float = 5.0) -> str | None:
    webhook = Webhook(url, SECRET, loopback=loopback, seconds=seconds)
    try:
        return await webhook.tell(WISH)
    finally:
        await webhook.close()


async def test_a_wish_is_posted_with_its_id_and_a_signature() -> None:
    with Desk() as desk:
        assert await told(desk.url) is None
    [call] = desk.calls
    assert call.told == {
        "id": "w1",
        "at": "2026-11-02T09:30:00+00:00",
        "channel": "telegram",
        "topic": "my father's shares €",
        "language": "de",
    }
    assert call.headers["path"] == "/told?by=us"
    assert call.headers["Idempotency-Key"] == "w1"
    assert call.headers["Content-Type"] == "application/json"
    assert call.is_signed()
    assert not call.is_signed("another secret")


@pytest.mark.parametrize("status", [301, 307, 400, 404, 500, 503])
async def test_every_answer_but_a_2xx_says_why_and_no_redirect_is_followed(status: int) -> None:
    with Desk(status) as desk:
        assert await told(desk.url) == f"answered {status}"
    assert len(desk.calls) == 1


async def test_a_receiver_that_does_not_answer_is_left() -> None:
    with Desk(delay=1.0) as desk:
        assert await told(desk.url, seconds=0.2) == "no answer within 0.2 s"


async def test_a_receiver_that_is_not_there_is_said() -> None:
    with Desk() as desk:
        url = desk.url
    assert await told(url) == "not to be reached (ConnectError)"
    assert await told("https://nobody.invalid/told") == "not to be reached (gaierror)"


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.7",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  called, not bound to
        "224.0.0.1",
        "[fd00::1]",
        "[fe80::1]",
        "[::ffff:10.0.0.7]",
    ],
)
@pytest.mark.parametrize("loopback", [False, True])
async def test_nothing_is_posted_into_a_private_network(host: str, loopback: bool) -> None:
    assert await told(f"https://{host}/told", loopback=loopback, seconds=1.0) == (
        "the address leads into a private network, or nowhere"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
async def test_this_machine_is_told_only_where_that_is_allowed(host: str) -> None:
    with Desk() as desk:
        url = desk.url.replace("127.0.0.1", host)
        assert await told(url, loopback=False) == "the address leads into a private network, or nowhere"
        assert desk.calls == []
        assert await told(url.replace("[::ffff:127.0.0.1]", "127.0.0.1")) is None


async def test_the_certificate_is_checked_against_the_name_though_a_number_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_in(tmp_path)
    with Desk(certificate=certificate) as desk:
        assert await told(desk.url) == "not to be reached (ConnectError)"  # nobody vouches for it yet
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert await told(desk.url) is None
        assert await told(desk.url.replace("localhost", "127.0.0.1")) == "not to be reached (ConnectError)"
    assert [call.headers["Host"].partition(":")[0] for call in desk.calls] == ["localhost"]
