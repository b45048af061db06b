"""Files in a turn: kept or not, heard by a machine where one listens, and marked as machine-heard wherever they go.

A file comes with its content (web chat: stored with the message, in one transaction) or with the channel's name for it
(Telegram, WeChat: fetched after the turn; its words then come in a second turn of their own, `Attached.fetched`, unless
the channel has sent them along, `Attached.recognised`).

Whether a file may stay follows the same rule as the words (`consent.keeps`): after a no only while something filed is
open, or when there is a cry for help in it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation import words
from bot.conversation.inbound import Attached, Inbound
from bot.conversation.transcript import find
from bot.media import Listener
from bot.telegram.inbox import mask_id_numbers
from tickets.access import tickets_of
from tickets.attachments import TOO_MANY, full, settle_hearing
from tickets.database import Database
from tickets.lifecycle import RESIDENT, NotAllowed, act
from tickets.models import OPEN, Attachment, Conversation, Ticket

SHOWN = 500  # characters of a transcript that are read back to the resident
LEAST = 4  # characters from which a transcript is recognised inside other words
WORDS_OF_PHOTOS = (None, "service", "description")  # what may be awaited when writing in a photo counts as the answer


def name_of(inbound: Inbound) -> str:
    """The id of the file that came with a message: the same for a repeat."""
    return hashlib.sha256("\n".join((inbound.channel, inbound.bot_id, inbound.message_id)).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Came:
    """What a message brought: typed words, a file, and the words a machine heard in it.

    `text` is what the resident is taken to have said. Speech always is; writing in a photo only where a story is
    expected, not where a telephone number or a name is: a photographed paper would be taken for the answer.
    """

    inbound: Inbound
    text: str
    heard: str | None = None
    listens: bool = False  # whether a machine of ours takes this kind of file
    too_many: bool = False  # the conversation holds as many files as it may: this one is left where it is

    @property
    def said(self) -> str:
        """What they said themselves, typed or spoken: writing in a photo presses no button and wishes nothing."""
        spoken = self.inbound.attachment is not None and self.inbound.attachment.kind == "voice"
        return self.text if spoken else (self.inbound.text or "").strip()

    def choosing(self, payload: str) -> Came:
        """The same message as the press of a button, on a channel without buttons."""
        return replace(self, inbound=replace(self.inbound, text=None, payload=payload), text="")

    @property
    def aside(self) -> str:
        """What a machine heard beside the words that are answered: heard for danger only."""
        return "" if self.heard is None or self.heard == self.text else self.heard

    @property
    def everything(self) -> str:
        """Typed and heard together."""
        return f"{self.text}\n{self.aside}".strip()

    @property
    def marked(self) -> str:
        """The same for a ticket: what a machine heard stands there as such."""
        typed = (self.inbound.text or "").strip()
        if not self.heard or self.inbound.attachment is None:
            return typed
        if self.inbound.attachment.recognised:
            typed = ""
        return f"{typed}\n{words.MACHINE_HEARD[self.inbound.attachment.kind]}{self.heard}".strip()

    def shown(self, kept: bool) -> str:
        """As it stands in the talk, for the worker and on the resident's own page."""
        attached = self.inbound.attachment
        if attached is None or not kept or self.too_many:
            return (self.inbound.text or "").strip()
        return self.marked if attached.fetched else f"{words.SENT[attached.kind]}{self.marked}"

    def answer(self, kept: bool) -> str | None:
        """The answer to a file without words: "" when all is said already; None when there are words to answer."""
        attached = self.inbound.attachment
        if attached is None or self.text:
            return None
        if self.too_many:
            return TOO_MANY
        if not kept and (attached.id or not self.listens):
            return words.NOT_KEPT
        if self.heard:
            return ""
        if attached.kind == "voice" and self.listens:
            return words.NOT_HEARD if attached.id else words.LISTENING
        if not kept:  # it stays only if there is a cry for help in it
            return words.LOOKING
        return "" if attached.fetched else words.ATTACHMENT[attached.kind]

    def told(self, kept: bool) -> list[str]:
        """What is said of the file before the words are answered."""
        attached = self.inbound.attachment
        if attached is None:
            return []
        said = [TOO_MANY] if self.too_many and self.text else []
        photo = attached.kind == "photo" and not attached.fetched
        if kept and not self.too_many and ((self.text and not self.heard) or (self.heard and photo)):
            said.append(words.RECEIVED[attached.kind])
        if self.heard:
            clipped = self.heard if len(self.heard) <= SHOWN else self.heard[:SHOWN] + "……"
            said.append(words.HEARD[attached.kind].format(text=clipped))
        if self.text and not kept and not self.too_many and (attached.id or not self.listens):
            said.append(words.NOT_KEPT)
        return said


def listen(database: Database, listener: Listener | None, inbound: Inbound, awaiting: str | None) -> Came:
    """What a message brought. A file is listened to once; what was heard is sealed with it, ID numbers masked."""
    typed, attached = (inbound.text or "").strip(), inbound.attachment
    if attached is None:
        return Came(inbound, typed)
    too_many = attached.id is None and _is_full(database, inbound)
    if attached.recognised:
        return Came(inbound, typed, typed or None, too_many=too_many)
    listens = listener is not None and listener.takes(attached.media_type)
    heard = _heard(database, listener, attached.id) if attached.id else None
    as_words = heard if attached.kind == "voice" or awaiting in WORDS_OF_PHOTOS else None
    return Came(inbound, typed or as_words or "", heard, listens, too_many)


def _is_full(database: Database, inbound: Inbound) -> bool:
    """Whether there is no place for one more file that has still to be fetched."""
    with database.reading() as session:
        conversation = find(session, inbound.channel, inbound.sender)
        if conversation is None or session.get(Attachment, name_of(inbound)) is not None:
            return False
        return full(session, conversation)


def _heard(database: Database, listener: Listener | None, attachment_id: str) -> str | None:
    if listener is None:
        return None
    with database.reading() as session:
        row = session.get(Attachment, attachment_id)
        if row is None or row.data_key is None or row.data_key.dropped:
            return None
        if row.heard_at is not None:
            return row.transcript
        media_type = row.media_type or ""
        content = row.content if listener and listener.takes(media_type) else None
    said = listener.text(content, media_type) if listener and content else None
    text = mask_id_numbers(said) if said else None
    with database.session() as session:
        row = session.get(Attachment, attachment_id)
        if row is not None and row.data_key is not None and not row.data_key.dropped:
            settle_hearing(row, text)
            session.commit()
    return text


def arrive(
    session: Session, conversation: Conversation, came: Came, kept: bool, now: datetime, of_person: Ticket | None = None
) -> None:
    """Store the file, or drop it; one that comes after the form is done belongs to the request that runs, and one that
    is sent to a person to theirs (`of_person`)."""
    attached = came.inbound.attachment
    if attached is None or came.too_many:
        return
    row = session.get(Attachment, attached.id) if attached.id else None
    if not kept and (attached.id or not came.listens):
        if row is not None:
            session.delete(row)
        return
    if attached.id is None:
        row = _unfetched(conversation, came.inbound, attached)
        if attached.recognised:
            settle_hearing(row, came.heard)
        session.add(row)
    in_form = conversation.awaiting is not None and of_person is None
    if row is None or attached.fetched or not kept or in_form:
        return
    running = [of_person or each for each in tickets_of(session, conversation) if each.status in OPEN]
    if not running:
        return
    row.ticket_id = running[-1].id
    if not came.text:  # words tell the worker by themselves
        try:
            act(session, running[-1], "supplement", RESIDENT, note=words.SENT_LATER[attached.kind], now=now)
        except NotAllowed:
            return


def _unfetched(conversation: Conversation, inbound: Inbound, attached: Attached) -> Attachment:
    return Attachment(
        id=name_of(inbound),
        conversation_id=conversation.id,
        data_key=conversation.data_key,
        kind=attached.kind,
        media_type=attached.media_type,
        filename=attached.filename,
        size=attached.size,
        remote_id=attached.remote_id,
    )


def marked(session: Session, conversation: Conversation, text: str) -> str:
    """A text on its way into a ticket, with what a machine heard marked as such."""
    heard = select(Attachment).where(
        Attachment.conversation_id == conversation.id, Attachment.transcript_sealed.is_not(None)
    )
    for row in session.scalars(heard) if text else ():
        said, mark = row.transcript or "", words.MACHINE_HEARD[row.kind]
        if (text == said or (len(said) >= LEAST and said in text)) and mark + said not in text:
            text = text.replace(said, mark + said, 1)
    return text
