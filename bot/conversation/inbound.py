"""What comes in from a channel, and what goes back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

Said = tuple[str, list[dict[str, str]]]
"""One message of ours: its words and its buttons ({"title", "payload"})."""


@dataclass(frozen=True)
class Attached:
    """A photo, voice note, file, video or location that came with a message.

    `remote_id` names it on its channel; `id` is its row once the content is with us. `fetched`: the content came after
    the message, and this is the second turn of it, for the words a machine heard. `recognised`: the channel's own
    machine has heard it, and the message's text is what it heard.
    """

    kind: str  # photo | voice | file | video | location
    media_type: str | None = None
    filename: str | None = None
    size: int | None = None
    remote_id: str | None = None
    id: str | None = None
    fetched: bool = False
    recognised: bool = False


@dataclass(frozen=True)
class Inbound:
    """One message. `message_id` is unique within (channel, bot_id): a repeat is recognised by it.

    `sender` is the web session, the Telegram chat id or the WeChat openid; `start` the token of a station's poster.
    """

    channel: str
    bot_id: str
    message_id: str
    sender: str
    text: str | None = None
    payload: str | None = None
    attachment: Attached | None = None
    start: str | None = None
    sequence: int = 0

    def to_json(self) -> str:
        """For the sealed inbox."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Inbound:
        """From the sealed inbox."""
        data = json.loads(text)
        attached = data.pop("attachment")
        return Inbound(**data, attachment=Attached(**attached) if attached else None)


@dataclass(frozen=True)
class Reply:
    """The answer to one message: [{"text", "buttons", "image", "id"}], and where the conversation stands.

    `early`: the turn is stored and still being taken, its own answer comes by itself; these words are in no row.
    """

    session: str
    messages: list[dict[str, Any]]
    awaiting: str | None = None
    urgency: str = "routine"
    tickets: list[str] = field(default_factory=list)
    early: bool = False
