"""Personal fields are unreadable without the key, bound to their place, and forgotten with the person."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tickets.database import Database, migrate
from tickets.models import (
    Attachment,
    Conversation,
    DataKey,
    Inbox,
    Message,
    Resident,
    Ticket,
    blind_index,
    new_data_key,
    rewrap,
    system_key,
)
from tickets.sealing import ERASED, Keyring, SealBroken, normalise_phone, seal, unseal

NEW_SECRET = "another secret key, also only for tests, long"


@given(st.binary(max_size=200), st.text(max_size=30))
def test_seal_opens_only_at_its_place(plain: bytes, place: str) -> None:
    """What is sealed for one place opens there and nowhere else, and never after a bit was changed."""
    cipher = AESGCM(os.urandom(32))
    sealed = seal(cipher, b"abcd", place, plain)
    assert unseal(cipher, place, sealed) == plain
    with pytest.raises(SealBroken):
        unseal(cipher, place + "x", sealed)
    with pytest.raises(SealBroken):
        unseal(cipher, place, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(SealBroken):
        unseal(AESGCM(os.urandom(32)), place, sealed)
    for cut in (0, 4, 20):
        with pytest.raises(SealBroken):
            unseal(cipher, place, sealed[:cut])


def test_short_secret_is_refused() -> None:
    """A SECRET_KEY under 32 characters is no key."""
    with pytest.raises(ValueError, match="32"):
        Keyring("short")


@pytest.mark.parametrize(
    "written", ["13800000000", "138 0000 0000", "+86 138-0000-0000", "008613800000000", "１３８００００００００"]
)
def test_phone_is_one_number_however_written(written: str) -> None:
    """Spaces, dashes, country code and full-width digits make no difference."""
    assert normalise_phone(written) == "13800000000"


def test_fields_come_back_in_another_session(database: Database, cast: object, filed: Callable[..., Ticket]) -> None:
    """A stored name, phone and text read the same later, also after the session has ended."""
    with database.session() as session:
        number = filed(session).number
        session.commit()
    with database.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        assert ticket.beneficiary_name == "王奶奶"
    assert ticket.phone == "13800000000"
    assert ticket.description == "一个人在家做不了饭"
    assert ticket.village_text is None


def test_swapped_values_do_not_open(database: Database, cast: object, filed: Callable[..., Ticket]) -> None:
    """A value copied to another row or another column is refused, even under the same person's key."""
    with database.session() as session:
        key = new_data_key(session)
        talk = Conversation(channel="web", data_key=key)
        session.add(talk)
        session.flush()
        first = filed(session, conversation_id=talk.id)
        second = filed(session, conversation_id=talk.id, description="别的事")
        session.commit()
        assert first.data_key_id == second.data_key_id
        table = Ticket.__table__
        session.execute(
            update(table).where(table.c.id == second.id).values(description_sealed=first.description_sealed)
        )
        session.execute(update(table).where(table.c.id == first.id).values(phone_sealed=first.beneficiary_name_sealed))
        session.commit()
    with database.reading() as session:
        with pytest.raises(SealBroken):
            _ = session.get_one(Ticket, second.id).description
        with pytest.raises(SealBroken):
            _ = session.get_one(Ticket, first.id).phone


def test_wrong_master_key_opens_nothing(url: str, database: Database) -> None:
    """With another SECRET_KEY the fields stay shut."""
    with database.session() as session:
        person = Resident(data_key=new_data_key(session), name="王奶奶")
        session.add(person)
        session.commit()
    other = Database(url, Keyring(NEW_SECRET))
    with other.reading() as session, pytest.raises(SealBroken):
        _ = session.get_one(Resident, person.id).name
    other.close()


def test_rotation_rewraps_every_key(url: str, database: Database) -> None:
    """After `rewrap` the new SECRET_KEY alone reads everything, and look-ups by phone still find."""
    with database.session() as session:
        person = Resident(
            data_key=new_data_key(session), name="王奶奶", phone_index=blind_index(session, "phone", "13800000000")
        )
        session.add(person)
        session.commit()
    both = Database(url, Keyring(NEW_SECRET, ("a secret key only for tests, 40 signs or so",)))
    with both.session() as session:
        assert session.get_one(Resident, person.id).name == "王奶奶"
        assert rewrap(session) == 2
        assert rewrap(session) == 0
        session.commit()
    both.close()
    new = Database(url, Keyring(NEW_SECRET))
    with new.reading() as session:
        index = blind_index(session, "phone", "138-0000-0000")
        assert session.scalars(select(Resident).where(Resident.phone_index == index)).one().name == "王奶奶"
    new.close()


def test_dropped_key_erases(database: Database, now: object) -> None:
    """Without the data key text reads [已删除], bytes read None, and nothing new can be written."""
    with database.session() as session:
        key = new_data_key(session)
        talk = Conversation(channel="telegram", data_key=key, address="1001")
        session.add(talk)
        session.flush()
        photo = Attachment(data_key=key, conversation_id=talk.id, kind="photo", content=b"jpeg", filename="a.jpg")
        session.add(photo)
        session.commit()
        key.drop(talk.created_at)
        session.commit()
    with database.session() as session:
        again = session.get_one(Conversation, talk.id)
        assert again.address == ERASED
        assert session.get_one(Attachment, photo.id).content is None
        with pytest.raises(SealBroken):
            again.address = "1002"


def test_sealed_needs_its_key_first(database: Database) -> None:
    """A row without a data key refuses personal text instead of storing it in clear."""
    with pytest.raises(SealBroken):
        Resident(name="王奶奶")


def test_inbox_is_sealed_by_the_systems_key(database: Database) -> None:
    """A message in the inbox comes back by its triple; the system's key is made once."""
    with database.session() as session:
        key = system_key(session, "inbox")
        session.add(Inbox(channel="telegram", bot_id="1", message_id="7", body='{"text": "你好"}', data_key=key))
        session.commit()
    with database.session() as session:
        assert system_key(session, "inbox").id == key.id
        assert session.get_one(Inbox, ("telegram", "1", "7")).body == '{"text": "你好"}'


def test_reading_before_anything_was_indexed(database: Database) -> None:
    """Looking somebody up in an empty database finds nobody and writes nothing."""
    with database.reading() as session:
        assert blind_index(session, "phone", "13800000000") == b""
        assert session.scalar(select(DataKey.id)) is None


def test_nothing_readable_in_the_file(
    tmp_path: Path, cast_in: Callable[[Database], None], filed: Callable[..., Ticket]
) -> None:
    """No name, phone or word of a resident stands in the SQLite file or its log."""
    address = f"sqlite:///{tmp_path / 'canary.db'}"
    migrate(address)
    database = Database(address, Keyring(NEW_SECRET))
    cast_in(database)
    canaries = [f"金丝雀{number}号" for number in range(20)]
    with database.session() as session:
        key = new_data_key(session)
        talk = Conversation(channel="telegram", data_key=key, address="987654321")
        session.add(talk)
        session.flush()
        for number, canary in enumerate(canaries):
            filed(session, name=canary, phone=f"1390000{number:04d}", description=f"{canary}的事", village_text=canary)
            session.add(Message(data_key=key, conversation_id=talk.id, author="resident", text=canary))
        session.commit()
        raw = b"".join(path.read_bytes() for path in tmp_path.glob("canary.db*"))
        assert (tmp_path / "canary.db-wal").exists()
    database.close()
    assert not [canary for canary in canaries if canary.encode() in raw]
    assert b"1390000" not in raw
    assert b"987654321" not in raw


@pytest.fixture
def cast_in() -> Callable[[Database], None]:
    """Puts the station the requests go to into a database of the test's own."""

    def put(database: Database) -> None:
        with database.session() as session:
            session.execute(
                text(
                    "INSERT INTO stations (code, name, level, active, is_demo) "
                    "VALUES ('430121102', '黄兴镇社工站', 'township', true, false)"
                )
            )
            session.commit()

    return put


def test_session_without_keyring_is_refused(database: Database) -> None:
    """A plain session that was not opened by Database can make no keys."""
    with Session(database.engine) as session, pytest.raises(SealBroken):
        new_data_key(session)
