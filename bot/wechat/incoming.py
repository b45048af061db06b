"""What a WeChat message or event is, in the conversation's terms. Pure: reads a payload, touches nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from wechatpy.messages import MESSAGE_TYPES

from bot.conversation import Attached, Inbound
from bot.conversation.words import COMMANDS, UNKNOWN_KIND, UNKNOWN_PLACE
from bot.telegram.links import read_station_token
from bot.wechat import words

CHANNEL = "wechat"
EVENT = "event-"  # begins the message id of an event
LONGEST_MEDIA_ID = 200
OPENID = re.compile(r"[\w\-]{6,64}", re.ASCII)
# What WeChat itself puts in the place of a sticker or a card it does not hand over.
_NOT_HANDED_OVER = re.compile(r"【收到不支持的消息类型，暂无法显示】|\[收到了?一条.{0,20}消息.{0,40}\]")
_VOICE_TYPES = {"amr": "audio/amr", "speex": "audio/speex", "mp3": "audio/mpeg"}
_QR = "qrscene_"
_LATEST = 2**31 - 1


class BadMessage(ValueError):
    """Signed by WeChat, but without what every message has: who, when, what."""


@dataclass(frozen=True)
class Heard:
    """One message or event. With neither text nor attachment nor notes there is nothing to say to it.

    `account`: the account's own id, the sender of our passive reply. `acts`: an event (followed, scanned, pressed a
    menu), for which WeChat lets us say less than after a message. `shown`: what the resident sent, for the worker, when
    no turn takes it. `notes`: what to say besides the turn. `present`: False when they stopped following.
    """

    sender: str
    account: str
    message_id: str
    sequence: int = 0
    text: str | None = None
    attachment: Attached | None = None
    scene: str | None = None
    acts: bool = False
    shown: str | None = None
    notes: tuple[str, ...] = ()
    present: bool = True

    @property
    def is_turn(self) -> bool:
        """Whether the conversation has to answer it."""
        return self.text is not None or self.attachment is not None

    @property
    def is_silent(self) -> bool:
        """Whether nothing is to be done or said."""
        return self.present and not self.is_turn and not self.notes

    def inbound(self, app_id: str) -> Inbound:
        """For the durable inbox."""
        return Inbound(
            CHANNEL,
            app_id,
            self.message_id,
            self.sender,
            text=self.text,
            attachment=self.attachment,
            start=self.scene,
            sequence=self.sequence,
        )


def read(fields: dict[str, Any]) -> Heard:
    """What a payload says. Raises BadMessage."""
    sender, account, kind, created = (
        _text(fields, name) for name in ("FromUserName", "ToUserName", "MsgType", "CreateTime")
    )
    if not OPENID.fullmatch(sender) or not kind or not re.fullmatch(r"\d{1,12}", created, re.ASCII):
        raise BadMessage("sender, kind or time is missing")
    event = kind == "event" or kind.startswith("device_")
    # Messages have a number of their own. Events have none: WeChat says to tell them by sender and time. The openid is
    # personal data, so a name made of it must not show it.
    number = "" if event else _text(fields, "MsgId")
    if not re.fullmatch(r"\d{1,20}", number, re.ASCII):
        told_by = "\n".join((sender, created, kind, _text(fields, "Event"), _text(fields, "EventKey")))
        number = hashlib.sha256(told_by.encode()).hexdigest()[:40]
    base: dict[str, Any] = {
        "sender": sender,
        "account": account,
        "message_id": (EVENT if event else "message-") + number,
        "sequence": min(int(created), _LATEST),
    }
    return Heard(**base, **(_event(fields) if event else _message(kind.lower(), fields)))


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def _message(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    if kind not in MESSAGE_TYPES:
        return {"notes": (UNKNOWN_KIND,)}
    if kind == "text":
        content = _text(fields, "Content")
        # Only our own choices may speak to the engine in its own terms.
        return {"notes": (UNKNOWN_KIND,)} if _NOT_HANDED_OVER.fullmatch(content) else {"text": content.lstrip("/")}
    media = _text(fields, "MediaId")
    remote = media if 0 < len(media) <= LONGEST_MEDIA_ID else None
    if kind == "image":
        return {"attachment": Attached("photo", "image/jpeg", remote_id=remote)}
    if kind == "voice":
        heard = _text(fields, "Recognition").lstrip("/")
        media_type = _VOICE_TYPES.get(_text(fields, "Format").lower())
        voice = Attached("voice", media_type, remote_id=remote, recognised=bool(heard))
        return {"attachment": voice, "text": heard or None}
    if kind in ("video", "shortvideo"):
        return {"attachment": Attached("video", "video/mp4", remote_id=remote)}
    if kind == "location":
        place = Attached("location", None, f"{_text(fields, 'Location_X')},{_text(fields, 'Location_Y')}"[:60])
        label = _text(fields, "Label").lstrip("/")
        return {"attachment": place, "text": label or None, "notes": () if label else (UNKNOWN_PLACE,)}
    if kind == "link":
        shown = words.LINK_SHOWN.format(title=_text(fields, "Title"), url=_text(fields, "Url"))
        return {"shown": shown[:2000], "notes": (words.LINK,)}
    return {"notes": (UNKNOWN_KIND,)}


def _event(fields: dict[str, Any]) -> dict[str, Any]:
    event, key = _text(fields, "Event").lower(), _text(fields, "EventKey")
    if event == "subscribe":
        return {
            "acts": True,
            "text": COMMANDS["start"],
            "scene": key.removeprefix(_QR) if key.startswith(_QR) else None,
        }
    if event == "scan":
        return {"acts": True, "text": COMMANDS["start"], "scene": key or None}
    if event == "unsubscribe":
        return {"present": False}
    if event == "click" and key.lower() in COMMANDS:
        return {"acts": True, "text": COMMANDS[key.lower()]}
    return {}  # a menu that opens a page, a position reported in the background, a receipt: nobody waits for words


def station_of(scene: str | None, secrets: Iterable[str]) -> str | None:
    """The township a poster hangs in: its scene is a division code (9 digits, or a village's 12), or our signed token.

    A bare code can be trusted: only who holds the account's secret can make codes for it.
    """
    if not scene:
        return None
    place = scene if re.fullmatch(r"[1-9]\d{8}(\d{3})?", scene, re.ASCII) else read_station_token(scene, secrets)
    return place[:9] if place else None
