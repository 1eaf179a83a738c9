"""Text as it came, made safe and uniform before anything is read from it."""

from __future__ import annotations

import re
import unicodedata

# Nobody says in more than this what a question asks for; the rest of a longer message is stored by others but never scanned.
SCANNED = 2_000

_SPACES = re.compile(r"\s+")
_POWER = re.compile(r"(?<![\d.,^])(\d{1,3}) ?\^ ?(\d{1,2})(?![\d.,^])")
_PLAIN = re.compile(r"[\x20-\x7e]*")
_KEYCAP_AND_TONES = {0x20E3, *range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400)}
_SAME = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "`": "'", "´": "'",
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "−": "-", "—": " - ", "―": " - ",
        "⁄": "/", "٫": ".", "٬": ",", "،": ",", "、": ",", "。": ".",
    }
)  # fmt: skip


def clean(text: str) -> str:
    """The first `SCANNED` characters of `text` in one uniform spelling.

    Control, bidirectional and zero-width characters go; compatibility forms become plain ones (NFKC); digits of every script
    become ASCII digits, "½" becomes " 1/2"; quotes and dashes become their ASCII forms; white space folds to single
    spaces; powers are written out ("10^6").
    Idempotent, and it never raises.
    """
    text = text[:SCANNED]
    if _PLAIN.fullmatch(text) is None:
        text = "".join(_uniform(char) for char in text)
        # NFKC once more: the exchanged characters may now join with an accent that follows.
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).translate(_SAME))
    elif "`" in text:
        text = text.replace("`", "'")
    text = _SPACES.sub(" ", text)[:SCANNED].strip()
    return _POWER.sub(_written_out, text)[:SCANNED] if "^" in text else text


def _written_out(power: re.Match[str]) -> str:
    """ "10^6" as 1000000: without it, only the 10 would be read."""
    return str(int(power[1]) ** int(power[2]))


def fold(text: str) -> str:
    """Lower case of the same length, so that positions stay valid ("İ" is the one letter whose lower case is longer)."""
    return text.replace("İ", "I").lower()


def _uniform(char: str) -> str:
    if char in "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85":
        return " "
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn") or ord(char) in _KEYCAP_AND_TONES:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "No":
        form = unicodedata.decomposition(char)
        if form.startswith("<super>"):
            return ""
        if form.startswith("<fraction>"):
            return " " + char
    return char
