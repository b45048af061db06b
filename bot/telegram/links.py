"""Start parameters of deep links (`https://t.me/<bot>?start=<token>`): posters of a station, binding of a worker.

A poster's token says which station it hangs at and is signed, so that nobody can send residents to a queue of their
own choosing by inventing one. It is no secret and opens nothing. Telegram allows 64 characters of `A-Z a-z 0-9 _ -`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

BIND_PREFIX = "bind_"
CODE_BYTES = 5  # a division code of up to 12 digits
SIGNATURE_BYTES = 8


def _signature(body: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), b"yimi station link 1:" + body, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def station_token(code: str, secret: str) -> str:
    """The start parameter of a station or division code (2 to 12 digits): 18 characters, the same every time.

    ValueError for anything that is not such a code.
    """
    if not (code.isascii() and code.isdigit() and 2 <= len(code) <= 12) or code.startswith("0"):
        raise ValueError(f"not a division code: {code!r}")
    body = int(code).to_bytes(CODE_BYTES, "big")
    return base64.urlsafe_b64encode(body + _signature(body, secret)).decode().rstrip("=")


def read_station_token(token: str, secrets: Iterable[str]) -> str | None:
    """The division code of a token that one of `secrets` signed; None for any other text."""
    try:
        data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        return None
    if len(data) != CODE_BYTES + SIGNATURE_BYTES:
        return None
    body, signature = data[:CODE_BYTES], data[CODE_BYTES:]
    if any(hmac.compare_digest(signature, _signature(body, secret)) for secret in secrets):
        return str(int.from_bytes(body, "big"))
    return None


def bot_link(username: str, parameter: str) -> str:
    """The address that opens the bot with a start parameter."""
    return f"https://t.me/{username}?start={parameter}"
