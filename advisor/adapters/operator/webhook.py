"""Tells the operator of wishes to talk to a person, by a signed POST.

The signature is HMAC-SHA256 over the moment and the body, so that the receiver knows it is from us, and not an old one sent again.
The address is looked up once for each call and then connected to by number: no answer of a name server given in between can lead
the call into the network behind us.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit

import httpx

from advisor.ports.operator import Wish

SIGNATURE = "SmartInvest-Signature"
MOMENT = "SmartInvest-Timestamp"
IDEMPOTENCY = "Idempotency-Key"
_SECONDS = 10.0


class Webhook:
    """Posts JSON to one address. Redirects are not followed, proxies of the environment not used.

    `loopback` allows addresses of this machine, for an installation that serves this machine only; private networks stay out.
    """

    def __init__(self, url: str, secret: str, *, loopback: bool = False, seconds: float = _SECONDS) -> None:
        self._url = urlsplit(url)
        self._secret = secret.encode()
        self._loopback = loopback
        self._seconds = seconds
        self._client = httpx.AsyncClient(
            verify=ssl.create_default_context(), timeout=seconds, follow_redirects=False, trust_env=False
        )

    async def tell(self, wish: Wish) -> str | None:
        """Post a wish; None if the receiver answered 2xx, otherwise why it counts as untold."""
        try:
            async with asyncio.timeout(self._seconds):
                address = await self._look_up()
                if address is None:
                    return "the address leads into a private network, or nowhere"
                answer = await self._post(wish, address)
        except (TimeoutError, httpx.TimeoutException):
            return f"no answer within {self._seconds:g} s"
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            return f"not to be reached ({type(error).__name__})"
        return None if answer.is_success else f"answered {answer.status_code}"

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _look_up(self) -> str | None:
        """A number of the receiver's host that may be called; None if any of them may not, or there is none."""
        host, port = self._url.hostname or "", self._url.port or (443 if self._url.scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        numbers = [str(entry[4][0]) for entry in found]
        return numbers[0] if numbers and all(self._may_be_called(number) for number in numbers) else None

    def _may_be_called(self, number: str) -> bool:
        address = ipaddress.ip_address(number.partition("%")[0])
        inner = getattr(address, "ipv4_mapped", None) or address
        if inner.is_loopback:
            return self._loopback
        return inner.is_global and not inner.is_multicast

    async def _post(self, wish: Wish, number: str) -> httpx.Response:
        body = json.dumps(
            {
                "id": wish.id,
                "at": wish.at.isoformat(),
                "channel": wish.channel,
                "topic": wish.topic,
                "language": wish.language,
            }
        ).encode()
        moment = str(int(datetime.now(UTC).timestamp()))
        name = f"[{number}]" if ":" in number else number
        place = f"{name}:{self._url.port}" if self._url.port else name
        return await self._client.post(
            urlunsplit((self._url.scheme, place, self._url.path or "/", self._url.query, "")),
            content=body,
            headers={
                "Host": self._url.netloc,
                "Content-Type": "application/json",
                IDEMPOTENCY: wish.id,
                MOMENT: moment,
                SIGNATURE: f"sha256={signature(self._secret, moment, body)}",
            },
            extensions={"sni_hostname": self._url.hostname or ""},
        )


def signature(secret: bytes, moment: str, body: bytes) -> str:
    """HMAC-SHA256 of `moment.body` in hexadecimal; `moment` is the seconds since 1970 that stand in the header."""
    return hmac.new(secret, moment.encode() + b"." + body, hashlib.sha256).hexdigest()
