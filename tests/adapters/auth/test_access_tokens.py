"""Access tokens: what is accepted, and every way in which one is not."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.auth.access_tokens import AUDIENCE, ISSUER, JwtAccessTokens
from advisor.domain.errors import Unauthorised

KEY, OTHER = b"k" * 32, b"o" * 32
TOKENS = JwtAccessTokens([KEY])


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def forged(change: Callable[[dict[str, Any], dict[str, Any]], None], key: bytes = KEY, algorithm: str = "HS256") -> str:
    """A token of ours with its header and claims changed, signed anew."""
    token = TOKENS.issue("user", "family", now())
    header, claims = jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})
    change(header, claims)
    header.pop("alg")
    return jwt.encode(claims, key if algorithm != "none" else "", algorithm=algorithm, headers=header)


def test_a_token_says_whose_it_is_for_half_an_hour() -> None:
    moment = now()
    claims = TOKENS.read(TOKENS.issue("user", "family", moment))
    assert (claims.user_id, claims.family) == ("user", "family")
    assert claims.expires_at == moment + timedelta(minutes=30)
    assert TOKENS.lifetime == 1800


def test_an_expired_token_is_refused_and_says_so() -> None:
    with pytest.raises(Unauthorised, match="expired"):
        TOKENS.read(TOKENS.issue("user", "family", now() - timedelta(minutes=31)))


@pytest.mark.parametrize(
    "change",
    [
        lambda _, claims: claims.update(aud="another"),
        lambda _, claims: claims.update(aud=["another"]),
        lambda _, claims: claims.update(iss="another"),
        lambda _, claims: claims.pop("aud"),
        lambda _, claims: claims.pop("iss"),
        lambda _, claims: claims.pop("sub"),
        lambda _, claims: claims.pop("sid"),
        lambda _, claims: claims.pop("exp"),
        lambda _, claims: claims.pop("iat"),
        lambda _, claims: claims.update(sub=7),
        lambda _, claims: claims.update(exp="soon"),
        lambda _, claims: claims.update(iat=int((now() + timedelta(hours=1)).timestamp())),
        lambda header, _: header.update(typ="JWT"),
        lambda header, _: header.update(kid="unknown"),
        lambda header, _: header.pop("kid"),
    ],
)
def test_a_token_meant_otherwise_is_refused_though_its_signature_is_right(
    change: Callable[[dict[str, Any], dict[str, Any]], None],
) -> None:
    with pytest.raises(Unauthorised):
        TOKENS.read(forged(change))


def test_a_token_changed_in_nothing_is_accepted() -> None:
    assert TOKENS.read(forged(lambda *_: None)).user_id == "user"
    assert (ISSUER, AUDIENCE) == ("smartinvest", "smartinvest-api")


@pytest.mark.parametrize(
    ("algorithm", "key"), [("none", b""), ("HS512", KEY * 2), ("HS384", KEY * 2), ("HS256", OTHER)]
)
def test_another_algorithm_or_key_is_refused(algorithm: str, key: bytes) -> None:
    with pytest.raises(Unauthorised):
        TOKENS.read(forged(lambda *_: None, key, algorithm))


def test_changed_claims_without_a_new_signature_are_refused() -> None:
    head, body, signature = TOKENS.issue("user", "family", now()).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "another"}).encode()).decode().rstrip("=")
    for token in (f"{head}.{changed}.{signature}", f"{head}.{body}.", f"{head}.{body}", f".{body}.{signature}"):
        with pytest.raises(Unauthorised):
            TOKENS.read(token)


@given(st.text(max_size=200) | st.lists(st.text(max_size=40), min_size=3, max_size=3).map(".".join))
def test_whatever_is_sent_as_a_token_is_refused_and_never_an_error(text: str) -> None:
    with pytest.raises(Unauthorised):
        TOKENS.read(text)


def test_after_a_change_of_keys_older_tokens_hold_until_their_key_leaves() -> None:
    token = TOKENS.issue("user", "family", now())
    changed = JwtAccessTokens([OTHER, KEY])
    assert changed.read(token).user_id == "user"
    fresh = changed.issue("user", "family", now())
    assert changed.read(fresh).user_id == "user"
    with pytest.raises(Unauthorised):
        TOKENS.read(fresh)
    with pytest.raises(Unauthorised):
        JwtAccessTokens([OTHER]).read(token)
