"""What a password must be like. Source: NIST SP 800-63B, 3.1.1: length and a list of the commonest, and no rules of composition."""

from __future__ import annotations

import unicodedata

from advisor.domain.errors import InvalidInput

SHORTEST, LONGEST = 10, 200

# Of at least ten characters, from the tops of public lists of leaked passwords; those made of these are caught by their parts.
# fmt: off
_COMMONEST = frozenset({
    "0123456789", "0987654321", "1029384756", "1122334455", "123123123123", "1234512345", "1234567890",
    "1234567891", "12345678910", "1q2w3e4r5t", "1q2w3e4r5t6y", "1qaz2wsx3edc", "9876543210", "abc123456789",
    "abcdefg123", "abcdefghij", "admin12345", "administrator", "asdfghjkl1", "asdfghjkl123", "baseball123",
    "basketball", "changeme123", "correcthorsebatterystaple", "football123", "iloveyou12", "iloveyou123",
    "letmein123", "liverpool1", "manchester", "michael123", "motherfucker", "p@ssw0rd123", "p@ssword123",
    "passw0rd123", "password12", "password123", "password1234", "password12345", "princess123", "qwerty12345",
    "qwerty123456", "qwertyuiop", "qwertyuiop123", "smartinvest", "smartinvest1", "smartinvest123", "sunshine123",
    "superman123", "trustno1234", "unbelievable", "welcome123", "welcome1234", "zxcvbnm123",
})
# fmt: on


def normal_password(password: str) -> str:
    """One form for what looks the same, however a keyboard sends it (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, email: str) -> None:
    """Return if a password may be chosen for the account of `email`.

    Raises:
        InvalidInput: with a sentence that says what to change.
    """
    folded = normal_password(password).casefold()
    names = {email.casefold(), _bare(email.casefold()), _bare(email.partition("@")[0].casefold())}
    if not SHORTEST <= len(folded) <= LONGEST:
        said = f"A password has {SHORTEST} to {LONGEST} characters. A short sentence is a good one."
    elif "\0" in folded or any(unicodedata.category(letter) == "Cs" for letter in folded):
        said = "This password holds a character that cannot be typed again."
    elif folded in names or _bare(folded) in names:
        said = "The e-mail address is no password. Please choose another one."
    elif folded in _COMMONEST or len(set(folded)) < 4 or _half(folded) in _COMMONEST:
        said = "This password is among the first that are guessed. Please choose another one."
    else:
        return
    raise InvalidInput(said, field="password")


def _bare(text: str) -> str:
    """A text without the digits and marks that people put around it."""
    return text.strip("0123456789!?.-_")


def _half(text: str) -> str:
    """What a text repeats twice; the text itself if it repeats nothing."""
    half = text[: len(text) // 2]
    return half if half * 2 == text else text
