"""Messages that the database could not take, kept on the local disk until it can: encrypted, fsynced, one file each.

| file                                                | content                                                       |
| --------------------------------------------------- | ------------------------------------------------------------- |
| `<ns since 1970>-<channel>-<sender>-<message>.kept` | Fernet of {"inbound", "station", "at"}; keys from SECRET_KEY  |

The middle parts are keyed digests: the name says neither who wrote nor what. Files sort in the order they came.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.conversation.inbound import Inbound

log = logging.getLogger("conversation")

SUFFIX = ".kept"
DIGITS = 16  # hexadecimal, of each digest
MOST = 50_000  # files; a disk that fills up takes the database with it


class SpoolFull(OSError):
    """The spool holds as much as it may."""


@dataclass(frozen=True)
class Kept:
    """One message as it was kept; `at` is when it came, `station` the township of the poster it came from."""

    path: Path
    inbound: Inbound
    station: str | None
    at: datetime


class Spool:
    """The folder of kept messages. `secrets` are SECRET_KEY strings: the first one seals, all of them open."""

    def __init__(self, folder: Path, secrets: Sequence[str]) -> None:
        self._folder = folder
        keys = [_derived(secret, b"yimi spool 1") for secret in secrets]
        self._box = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
        self._names = [_derived(secret, b"yimi spool names 1") for secret in secrets]

    def put(self, inbound: Inbound, station: str | None = None) -> bool:
        """Keeps a message for good: True once it is on the disk, False when it was there already. OSError when the
        disk does not take it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = self._name(inbound, self._names[0])
        if any(self._folder.glob(f"*-{name}{SUFFIX}")):
            return False
        if sum(1 for _ in self._folder.glob(f"*{SUFFIX}")) >= MOST:
            raise SpoolFull(f"{MOST} messages are kept already")
        content = {"inbound": inbound.to_json(), "station": station, "at": datetime.now(UTC).isoformat()}
        sealed = self._box.encrypt(json.dumps(content, ensure_ascii=False).encode())
        target = self._folder / f"{time.time_ns():020d}-{name}{SUFFIX}"
        part = target.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
        self._settle()
        return True

    def waiting(self, channel: str, sender: str | None = None) -> list[Kept]:
        """The kept messages of a channel (of one sender), oldest first. One that no key opens stays where it is."""
        if sender is None:
            patterns = [f"*-{channel}-*{SUFFIX}"]
        else:
            patterns = [f"*-{channel}-{_digest(key, sender)}-*{SUFFIX}" for key in self._names]
        paths = sorted({path for pattern in patterns for path in self._folder.glob(pattern)})
        return [kept for path in paths if (kept := self._read(path))]

    def remove(self, kept: Kept) -> None:
        """The message is in the database now."""
        kept.path.unlink(missing_ok=True)
        self._settle()

    def _read(self, path: Path) -> Kept | None:
        try:
            content = json.loads(self._box.decrypt(path.read_bytes()))
        except FileNotFoundError:  # another thread was quicker
            return None
        except InvalidToken:
            log.error("spool: %s opens with none of the keys; put its SECRET_KEY into SECRET_KEYS_OLD", path.name)
            return None
        inbound = Inbound.from_json(content["inbound"])
        return Kept(path, inbound, content["station"], datetime.fromisoformat(content["at"]))

    def _settle(self) -> None:
        """A name is on the disk only when its folder is."""
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @staticmethod
    def _name(inbound: Inbound, key: bytes) -> str:
        message = _digest(key, f"{inbound.bot_id}\n{inbound.message_id}")
        return f"{inbound.channel}-{_digest(key, inbound.sender)}-{message}"


def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose).derive(secret.encode())


def _digest(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:DIGITS]
