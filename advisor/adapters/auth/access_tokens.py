"""Access tokens: JWT (RFC 7519) signed by HMAC-SHA256, in the profile of RFC 9068 and by the rules of RFC 8725."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import jwt

from advisor.domain.errors import Unauthorised
from advisor.ports.auth import AccessClaims

ISSUER = "smartinvest"
AUDIENCE = "smartinvest-api"
_ALGORITHM = "HS256"
_TYPE = "at+jwt"
_LIFETIME_SECONDS = 30 * 60
_CLAIMS = ["iss", "aud", "sub", "sid", "iat", "exp"]
# Clocks of several machines differ by this much at most.
_LEEWAY_SECONDS = 10


class JwtAccessTokens:
    """Signs with the first key and verifies with all, told apart by `kid`: keys can be changed while people are signed in."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {hashlib.sha256(key).hexdigest()[:16]: key for key in keys}
        self._kid = next(iter(self._keys))

    @property
    def lifetime(self) -> int:
        """Seconds for which a token is valid."""
        return _LIFETIME_SECONDS

    def issue(self, user_id: str, family: str, now: datetime) -> str:
        """A signed token for a user's sign-in, valid from `now`."""
        issued = int(now.timestamp())
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": user_id,
            "sid": family,
            "iat": issued,
            "exp": issued + _LIFETIME_SECONDS,
        }
        return jwt.encode(
            payload, self._keys[self._kid], algorithm=_ALGORITHM, headers={"kid": self._kid, "typ": _TYPE}
        )

    def read(self, token: str) -> AccessClaims:
        """What a token says.

        Raises:
            Unauthorised: if it is malformed, expired, signed by nobody or by others, or meant for others.
        """
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.get(header.get("kid", ""))
            if key is None or header.get("typ") != _TYPE:
                raise _refused()
            said = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],  # what the token itself says of its algorithm decides nothing
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=_LEEWAY_SECONDS,
                options={"require": _CLAIMS},
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthorised("This access token has expired. Please refresh it.") from error
        except jwt.PyJWTError as error:
            raise _refused() from error
        return AccessClaims(str(said["sub"]), str(said["sid"]), datetime.fromtimestamp(said["exp"], UTC))


def _refused() -> Unauthorised:
    return Unauthorised("This access token is not valid. Please sign in again.")
