"""Encryption of personal fields: AES-256-GCM per field, one data key per person, wrapped by the master key.

    SECRET_KEY --HKDF--> master key --wraps--> data key (one per person) --HKDF--> key of a column

A sealed value is `version(1) | key id(4) | nonce(12) | ciphertext | tag(16)`; the table, the column and the
row's id are authenticated with it, so a value copied to another row or column does not open. Dropping a
data key makes everything of that person unreadable for ever, wherever the ciphertext was copied to.
Changing SECRET_KEY only re-wraps the data keys.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata
from typing import Any, Protocol, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

ERASED = "[已删除]"
"""What an erased person's text reads as."""

VERSION = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12
MINIMUM_SECRET = 32


class SealBroken(Exception):
    """A sealed value does not open: wrong key, moved to another row or column, or changed."""


def seal(cipher: AESGCM, key_id: bytes, place: str, plain: bytes) -> bytes:
    """Encrypt `plain` for the one place (`table.column.row id`) it may be read at."""
    head = VERSION + key_id
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + cipher.encrypt(nonce, plain, head + place.encode())


def unseal(cipher: AESGCM, place: str, sealed: bytes) -> bytes:
    """Decrypt what `seal` made for the same place; SealBroken otherwise."""
    start = len(VERSION) + KEY_ID_BYTES
    if not sealed.startswith(VERSION) or len(sealed) < start + NONCE_BYTES + 16:
        raise SealBroken(f"{place}: not a sealed value of a known version")
    head, nonce, body = sealed[:start], sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, body, head + place.encode())
    except InvalidTag as error:
        raise SealBroken(f"{place}: the value does not belong here or the key is wrong") from error


class Keyring:
    """The master keys: the present one wraps, older ones only unwrap until `rewrap` has run.

    `secret_key` and every one of `old` are SECRET_KEY strings of at least 32 characters (ValueError
    otherwise).
    """

    def __init__(self, secret_key: str, old: tuple[str, ...] = ()) -> None:
        self._masters: dict[bytes, AESGCM] = {}
        for secret in (secret_key, *old):
            if len(secret) < MINIMUM_SECRET:
                raise ValueError(f"SECRET_KEY needs at least {MINIMUM_SECRET} characters")
            derived = HKDF(hashes.SHA256(), 32 + KEY_ID_BYTES, salt=None, info=b"yimi master key 1").derive(
                secret.encode()
            )
            self._masters.setdefault(derived[32:], AESGCM(derived[:32]))
        self.current = next(iter(self._masters))

    def __repr__(self) -> str:
        return f"Keyring(current={self.current.hex()}, keys={len(self._masters)})"

    def wrap(self, data_key_id: str, data_key: bytes) -> bytes:
        """Wrap a 32-byte data key under the present master key, bound to its row."""
        return seal(self._masters[self.current], self.current, f"data_keys.wrapped.{data_key_id}", data_key)

    def unwrap(self, data_key_id: str, wrapped: bytes) -> bytes:
        """Unwrap a data key; SealBroken when none of the keys of the ring made it."""
        master = self._masters.get(wrapped[1 : 1 + KEY_ID_BYTES])
        if master is None:
            raise SealBroken(f"data key {data_key_id}: wrapped by a SECRET_KEY that is not in the ring")
        return unseal(master, f"data_keys.wrapped.{data_key_id}", wrapped)


def column_cipher(data_key: bytes, column: str) -> AESGCM:
    """The cipher of one column (`table.column`) under a person's data key."""
    return AESGCM(HKDFExpand(hashes.SHA256(), 32, info=b"yimi field " + column.encode()).derive(data_key))


def normalise_phone(text: str) -> str:
    """Digits of a phone number, without the country code: '+86 138-0000-0000' and '１３８０…' both become
    '13800000000'."""
    digits = "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign in "0123456789")
    digits = digits.removeprefix("00") if digits.startswith("0086") else digits
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def index_digest(index_key: bytes, kind: str, value: str) -> bytes:
    """Blind index: 16 bytes of HMAC-SHA256 over `kind` and the normalised value. Equal values have equal
    digests."""
    normal = normalise_phone(value) if kind == "phone" else value.strip()
    return hmac.new(index_key, f"{kind}:{normal}".encode(), hashlib.sha256).digest()[:16]


class PersonKey(Protocol):
    """What a sealed field needs of its row's data key (models.DataKey)."""

    id: Any
    dropped: bool

    def cipher(self, column: str) -> AESGCM:
        """The cipher of one column."""


class _SealedField:
    """Common part of `Sealed` and `SealedBytes`: `x = Sealed()` reads and writes the column `x_sealed`."""

    def __set_name__(self, owner: Any, name: str) -> None:
        self.name = name
        self.column = f"{name}_sealed"

    def _place(self, row: Any) -> tuple[str, str]:
        column = f"{row.__tablename__}.{self.name}"
        return column, f"{column}.{row.seal_id}"

    def _write(self, row: Any, plain: bytes | None) -> None:
        if plain is None:
            setattr(row, self.column, None)
            return
        key: PersonKey | None = row.data_key
        if key is None:
            raise SealBroken(f"{row.__tablename__}.{self.name}: give the row its data_key before its sealed fields")
        column, place = self._place(row)
        setattr(row, self.column, seal(key.cipher(column), bytes.fromhex(key.id)[:KEY_ID_BYTES], place, plain))

    def _read(self, row: Any) -> bytes | None:
        """The plain bytes; None when empty. Raises LookupError when the person was erased."""
        sealed: bytes | None = getattr(row, self.column)
        if sealed is None:
            return None
        key: PersonKey | None = row.data_key
        if key is None or key.dropped:
            raise LookupError("erased")
        column, place = self._place(row)
        return unseal(key.cipher(column), place, sealed)


class Sealed(_SealedField):
    """A text field that is encrypted at rest. Reads None when empty and `[已删除]` after the person was
    erased."""

    @overload
    def __get__(self, row: None, owner: Any) -> Sealed: ...
    @overload
    def __get__(self, row: object, owner: Any) -> str | None: ...
    def __get__(self, row: object | None, owner: Any) -> Sealed | str | None:
        if row is None:
            return self
        try:
            plain = self._read(row)
        except LookupError:
            return ERASED
        return None if plain is None else plain.decode()

    def __set__(self, row: object, value: str | None) -> None:
        self._write(row, None if value is None else value.encode())


class SealedBytes(_SealedField):
    """Like `Sealed` for bytes (photos, voice); reads None when empty and after the person was erased."""

    @overload
    def __get__(self, row: None, owner: Any) -> SealedBytes: ...
    @overload
    def __get__(self, row: object, owner: Any) -> bytes | None: ...
    def __get__(self, row: object | None, owner: Any) -> SealedBytes | bytes | None:
        if row is None:
            return self
        try:
            return self._read(row)
        except LookupError:
            return None

    def __set__(self, row: object, value: bytes | None) -> None:
        self._write(row, value)
