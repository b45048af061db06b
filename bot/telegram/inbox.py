"""Raw updates in the database from the moment they are fetched until they are handled.

Rows of `inbox` with the channel `tg-update` (a resident's words go on from there into the conversation's own inbox).
Bodies are sealed with the system's key and blanked when done. ID numbers are masked before anything is stored:
Telegram keeps what it carries abroad, so this channel takes no ID numbers at all.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tickets.database import Database
from tickets.models import INBOX, Inbox, blind_index, system_key, utc_now

CHANNEL = "tg-update"
MASK = "（身份证号已隐去）"
MASKED = "yimi_masked"  # set in the stored update when an ID number was taken out
KEPT_HOURS = 48  # Telegram repeats an update for 24 hours at most
Update = dict[str, Any]

_DIGIT = "[0-9０-９]"
_ID_NUMBER = re.compile(rf"(?<!{_DIGIT})(?:{_DIGIT}[ \-　.]?){{17}}[0-9０-９XxＸｘ](?!{_DIGIT})")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789XX")


def mask_id_numbers(text: str) -> str:
    """Replace 18-character ID numbers (those with a possible date of birth) by a remark."""

    def judge(match: re.Match[str]) -> str:
        digits = re.sub(r"[ \-　.]", "", match.group()).translate(_FULL_WIDTH)
        year, month, day = int(digits[6:10]), int(digits[10:12]), int(digits[12:14])
        return MASK if 1880 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31 else match.group()

    return _ID_NUMBER.sub(judge, text)


def masked(value: Any) -> Any:
    """A copy of an update with every text in it masked."""
    if isinstance(value, str):
        return mask_id_numbers(value)
    if isinstance(value, dict):
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value


def chat_of(update: Update) -> str:
    """The chat an update belongs to: its lane. Updates of no chat share the lane ""."""
    for kind in ("message", "edited_message", "my_chat_member"):
        if kind in update:
            return str(update[kind].get("chat", {}).get("id", ""))
    query = update.get("callback_query", {})
    return str(query.get("message", {}).get("chat", {}).get("id") or query.get("from", {}).get("id", ""))


def keep(database: Database, bot_id: str, updates: list[Update]) -> list[Update]:
    """Store a batch in one transaction; returns those that are new, masked. Committed when it returns."""
    fresh: list[Update] = []
    with database.session() as session:
        known = set(
            session.scalars(
                select(Inbox.message_id).where(
                    Inbox.channel == CHANNEL,
                    Inbox.bot_id == bot_id,
                    Inbox.message_id.in_([str(update["update_id"]) for update in updates]),
                )
            )
        )
        key = system_key(session, INBOX)
        for update in updates:
            name = str(update["update_id"])
            if name in known:
                continue
            known.add(name)
            clean: Update = masked(update)
            if clean != update:
                clean[MASKED] = True
            row = Inbox(
                channel=CHANNEL,
                bot_id=bot_id,
                message_id=name,
                data_key=key,
                sequence=int(update["update_id"]),
                sender_index=blind_index(session, "telegram", chat_of(update)),
            )
            row.body = json.dumps(clean, ensure_ascii=False)
            session.add(row)
            fresh.append(clean)
        session.commit()
    return fresh


def unfinished(database: Database, bot_id: str) -> list[Update]:
    """What a crash or a stop left, oldest first."""
    with database.reading() as session:
        rows = session.scalars(
            select(Inbox)
            .where(Inbox.channel == CHANNEL, Inbox.bot_id == bot_id, Inbox.state == "pending")
            .order_by(Inbox.sequence)
        )
        return [json.loads(row.body) for row in rows if row.body]


def _row(session: Session, bot_id: str, update_id: int) -> Inbox | None:
    return session.get(Inbox, (CHANNEL, bot_id, str(update_id)))


def finish_in(session: Session, bot_id: str, update_id: int, state: str = "done") -> None:
    """Mark an update `done` or `failed` and blank what it held, in the caller's transaction."""
    row = _row(session, bot_id, update_id)
    if row is not None:
        row.state, row.body = state, None


def join(database: Database, bot_id: str, updates: list[Update]) -> Update:
    """Make several text messages of one chat one, under the number of the last; committed when it returns."""
    *before, last = updates
    whole: Update = {**last, "message": {**last["message"], "text": "\n".join(x["message"]["text"] for x in updates)}}
    whole["message"].pop("entities", None)  # they count characters of a text that is no more
    if any(update.get(MASKED) for update in updates):
        whole[MASKED] = True
    with database.session() as session:
        row = _row(session, bot_id, last["update_id"])
        if row is not None:
            row.body = json.dumps(whole, ensure_ascii=False)
        for update in before:
            finish_in(session, bot_id, update["update_id"])
        session.commit()
    return whole


def finish(database: Database, bot_id: str, update_id: int, state: str = "done") -> None:
    """`finish_in` in a transaction of its own."""
    with database.session() as session:
        finish_in(session, bot_id, update_id, state)
        session.commit()


def count_attempt(database: Database, bot_id: str, update_id: int) -> int:
    """Count a failed attempt; returns how many there were."""
    with database.session() as session:
        row = _row(session, bot_id, update_id)
        if row is None:
            return 0
        row.attempts += 1
        session.commit()
        return row.attempts


def sweep(database: Database) -> int:
    """Delete finished rows that no repeat can hit any more; returns how many."""
    with database.session() as session:
        before = utc_now() - timedelta(hours=KEPT_HOURS)
        result = session.execute(
            delete(Inbox).where(Inbox.channel == CHANNEL, Inbox.state == "done", Inbox.received_at < before)
        )
        session.commit()
        return int(getattr(result, "rowcount", 0))
