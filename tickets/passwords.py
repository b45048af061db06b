"""Passwords: argon2id, at most four hashed at once, because each hash takes 64 MiB."""

from __future__ import annotations

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"  # no 0/O, no 1/l: a password may be read out on the phone

_hasher = PasswordHasher()  # argon2id: 3 passes, 64 MiB, 4 lanes
_hashing = threading.BoundedSemaphore(4)


def hash_password(password: str) -> str:
    """An argon2id hash; waits while four others are being computed."""
    with _hashing:
        return _hasher.hash(password)


def verify(password_hash: str, password: str) -> bool:
    """Whether the password made the hash; False for anything that is no hash."""
    with _hashing:
        try:
            return _hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with older, weaker parameters."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def nobody_hash() -> str:
    """A hash nothing verifies against, so that an unknown login costs what a known one costs."""
    return hash_password(secrets.token_urlsafe(32))


def new_password() -> str:
    """A random password of 80 bits in four groups: "k7mq-…"."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(signs[start : start + 4] for start in range(0, 16, 4))
