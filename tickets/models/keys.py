"""Data keys (one per person, or per purpose of the system itself) and the mixin of rows that carry sealed
fields."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ForeignKey, LargeBinary, String, event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, QueryContext, Session, declared_attr, mapped_column, relationship

from tickets.models.base import Base, UtcDateTime, new_id, utc_now
from tickets.sealing import Keyring, SealBroken, column_cipher, index_digest

BLIND_INDEX = "blind-index"
INBOX = "inbox"


class DataKey(Base):
    """A wrapped 32-byte key. `wrapped` is NULL once dropped: whatever it sealed can never be read again.

    The unwrapped key and its column ciphers stay on the object, that is: for the life of one session.
    """

    __tablename__ = "data_keys"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    purpose: Mapped[str | None] = mapped_column(String(32), unique=True)  # set for the system's own keys only
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    _keyring = None  # type: Keyring | None
    _plain = None  # type: bytes | None
    _ciphers = None  # type: dict[str, AESGCM] | None

    @property
    def dropped(self) -> bool:
        """Whether the person was erased."""
        return self.wrapped is None

    def plain(self) -> bytes:
        """The unwrapped key; SealBroken when it was dropped or the ring does not fit."""
        if self.wrapped is None:
            raise SealBroken(f"data key {self.id} was dropped")
        if self._plain is None:
            if self._keyring is None:
                raise SealBroken("this session has no keyring: open it with Database.session()")
            self._plain = self._keyring.unwrap(self.id, self.wrapped)
        return self._plain

    def cipher(self, column: str) -> AESGCM:
        """The cipher of one column (`table.column`)."""
        if self._ciphers is None:
            self._ciphers = {}
        if column not in self._ciphers:
            self._ciphers[column] = column_cipher(self.plain(), column)
        return self._ciphers[column]

    def drop(self, now: datetime) -> None:
        """Forget the key for good."""
        self.wrapped = None
        self.dropped_at = now
        self._plain = None
        self._ciphers = None


@event.listens_for(DataKey, "load")
def _remember_keyring(key: DataKey, context: QueryContext) -> None:
    key._keyring = context.session.info.get("keyring") if context.session is not None else None


class SealedRow:
    """Mixin of tables with `Sealed` fields: the data key they are sealed with, loaded along with the row.

    `seal_id` names the row inside the sealed value; rows whose primary key is only known after the insert
    override it.
    """

    __tablename__: str
    id: Any

    def __init__(self, **values: Any) -> None:
        # The key and the identity first: sealed fields need both.
        for name in ("id", "data_key"):
            if name in values:
                setattr(self, name, values.pop(name))
        for name, value in values.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no field {name!r}")
            setattr(self, name, value)

    @declared_attr
    def data_key_id(cls) -> Mapped[str | None]:
        return mapped_column(ForeignKey("data_keys.id"), index=True)

    @declared_attr
    def data_key(cls) -> Mapped[DataKey | None]:
        return relationship(DataKey, lazy="selectin")

    @property
    def seal_id(self) -> str:
        """Name of this row inside its sealed values."""
        return str(self.id)


def new_data_key(session: Session, purpose: str | None = None) -> DataKey:
    """A fresh data key, added to the session. One per person; pass it as `data_key` to every row about
    them."""
    keyring: Keyring | None = session.info.get("keyring")
    if keyring is None:
        raise SealBroken("this session has no keyring: open it with Database.session()")
    key_id, plain = new_id(), os.urandom(32)
    key = DataKey(id=key_id, purpose=purpose, wrapped=keyring.wrap(key_id, plain), created_at=utc_now())
    key._keyring, key._plain = keyring, plain
    session.add(key)
    return key


def system_key(session: Session, purpose: str) -> DataKey:
    """The system's own key for a purpose (`INBOX`, `BLIND_INDEX`), made at its first use (needs a writing
    session)."""
    query = select(DataKey).where(DataKey.purpose == purpose)
    key = session.scalar(query)
    if key is None:
        try:
            with session.begin_nested():
                key = new_data_key(session, purpose)
        except IntegrityError:  # another process was faster
            key = session.scalars(query).one()
    return key


def blind_index(session: Session, kind: str, value: str) -> bytes:
    """The 16 bytes a `phone` or a `telegram` address is looked up by.

    In a reading session of a database that never indexed anything the answer is b"", which matches no row.
    """
    if session.info.get("reading") and not session.scalar(select(DataKey.id).where(DataKey.purpose == BLIND_INDEX)):
        return b""
    return index_digest(system_key(session, BLIND_INDEX).plain(), kind, value)


def rewrap(session: Session) -> int:
    """Re-wrap every data key that an older SECRET_KEY wrapped; returns how many. Afterwards the old secret
    can go."""
    keyring: Keyring = session.info["keyring"]
    done = 0
    for key in session.scalars(select(DataKey).where(DataKey.wrapped.is_not(None)).with_for_update()):
        if key.wrapped is not None and key.wrapped[1:5] != keyring.current:
            key.wrapped = keyring.wrap(key.id, key.plain())
            done += 1
    return done
