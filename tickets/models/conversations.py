"""What residents and the assistant say to each other, on every channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, column_property, mapped_column

from tickets.models.base import Base, BigId, JsonDict, JsonValue, UtcDateTime, code_type, new_id, utc_now
from tickets.models.keys import SealedRow
from tickets.sealing import Sealed, SealedBytes


class Conversation(SealedRow, Base):
    """One resident on one channel. `offered` holds the button payloads that may be pressed now."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))  # web | telegram | wechat
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # web session, SHA-256
    address_index: Mapped[bytes | None] = mapped_column(
        LargeBinary(16), unique=True
    )  # blind index of the chat id or openid
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    draft_id: Mapped[str | None] = mapped_column(String(64))
    awaiting: Mapped[str | None] = mapped_column(String(20))
    offered: Mapped[list[str]] = mapped_column(JsonValue)
    offer_no: Mapped[int]
    urgency: Mapped[str] = mapped_column(String(10))
    station_hint: Mapped[str | None] = mapped_column(code_type(9))  # township of a poster's deep link
    consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consent_declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    quality_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # asked once, never again
    no_contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # they asked not to be contacted
    erase_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # carried out once nobody is in danger
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    unreachable_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # they blocked the bot
    # WeChat lets an account speak first only for a while after the resident did, and only so often.
    reach_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reach_left: Mapped[int | None]
    is_demo: Mapped[bool]

    address = Sealed()

    def __init__(self, **values: Any) -> None:
        now = values.get("created_at") or utc_now()
        defaults: JsonDict = {
            "id": new_id(),
            "offered": [],
            "offer_no": 0,
            "urgency": "routine",
            "version": 1,
        }
        defaults |= {"created_at": now, "seen_at": now, "is_demo": False}
        super().__init__(**(defaults | values))


class Message(SealedRow, Base):
    """One message of a conversation, in the order of `id`. Rows with `delivered_at` NULL are still to be
    sent."""

    __tablename__ = "messages"
    # autoincrement: the page asks for "what came after id n", so a number must never come back.
    __table_args__ = (
        Index("ix_messages_conversation_id_id", "conversation_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)  # the row's name inside its sealed text
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    author: Mapped[str] = mapped_column(String(10))  # resident | bot | worker | system
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    buttons: Mapped[list[dict[str, str]]] = mapped_column(JsonValue)
    image: Mapped[str | None] = mapped_column(String(200))
    source_id: Mapped[str | None] = mapped_column(String(64))  # the inbound message this answers or is
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    text = Sealed()

    def __init__(self, **values: Any) -> None:
        self.uid = values.pop("uid", None) or new_id()
        super().__init__(**({"buttons": [], "created_at": utc_now()} | values))

    @property
    def seal_id(self) -> str:
        """The primary key is known only after the insert."""
        return self.uid


class Consent(Base):
    """A resident's consent for one purpose, to one version of the text they were shown."""

    __tablename__ = "consents"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))  # handling | quality
    text_version: Mapped[str] = mapped_column(String(20))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attachment(SealedRow, Base):
    """A photo, voice note, file, video or location. Telegram's may be only a `remote_id` until fetched.

    `transcript`: the words a machine heard or read in it. `heard_at`: when that was settled, whatever came of it.
    """

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    ticket_id: Mapped[str | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # photo | voice | file | location | video
    media_type: Mapped[str | None] = mapped_column(String(100))
    filename_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    size: Mapped[int | None]
    # Megabytes: loaded only when somebody opens the file.
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    remote_id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    transcript_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    # Whether the content is with us, without loading it.
    is_here: Mapped[bool] = column_property(content_sealed.is_not(None))

    filename = Sealed()
    content = SealedBytes()
    remote_id = Sealed()
    transcript = Sealed()

    def __init__(self, **values: Any) -> None:
        super().__init__(**({"id": new_id(), "created_at": utc_now()} | values))
