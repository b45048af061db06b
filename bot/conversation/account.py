"""What is kept of somebody, told to themselves in plain words (PIPL Art. 45)."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversation import words
from nlu.places.national import describe
from tickets import consents
from tickets.access import tickets_of
from tickets.models import Attachment, Consent, Conversation, Message, Station, Ticket

AT_HOME = ("web",)  # on other channels numbers travel abroad or lie on a foreign server: the middle is left out
LONGEST = 300  # characters of one description


def account_of(session: Session, conversation: Conversation) -> str:
    """Requests, words, files, consents: what, who sees it, for how long, and what can be done about it."""
    tickets = tickets_of(session, conversation)
    lines = ["您在这里留下的，我都列出来："]
    lines += [f"{i}. {_ticket(session, ticket, conversation)}" for i, ticket in enumerate(tickets, 1)]
    if not tickets:
        lines.append("没有交过事，没有登记姓名、电话、住址。")
    own = Message.conversation_id == conversation.id, Message.text_sealed.is_not(None)
    said = session.scalar(select(func.count()).where(*own, Message.author == "resident")) or 0
    lines.append(f"您在这里说的话：{said} 句，加密存着，最多半年。" if said else "您在这里说的话：没有留。")
    files = session.scalar(select(func.count()).where(Attachment.conversation_id == conversation.id)) or 0
    if files:
        lines.append(f"您发来的照片、文件：{files} 个，加密存着。")
    lines += [_consent(each) for each in consents.given(session, conversation)]
    lines.append("要改哪一项，直接说，比如“电话写错了，是……”；不想留了，说“删掉我的信息”。")
    return "\n".join(lines)


def _ticket(session: Session, ticket: Ticket, conversation: Conversation) -> str:
    seen = f"（受理号 {ticket.number}），{words.shown(session.get_one(Station, ticket.queue))}的社工能看到"
    if ticket.risks:  # somebody else may be reading along
        return f"一件急事{seen}。为了您的安全，说了什么不在这里显示，可以当面看。"
    phone = ticket.phone if conversation.channel in AT_HOME else _masked(ticket.phone)
    facts = [
        ("帮谁", ticket.relation),
        ("姓名", ticket.beneficiary_name),
        ("年龄", f"{ticket.age} 岁" if ticket.age is not None else None),
        ("电话", phone),
        ("住址", _place(ticket)),
        ("情况", _short(ticket.description)),
    ]
    told = "".join(f"\n   {name}：{value}" for name, value in facts if value)
    return f"{words.matter(ticket)}{seen}，{words.local_time(ticket.created_at)}交的{told}\n   保存：办完满三年抹掉"


def _place(ticket: Ticket) -> str | None:
    """The village in the resident's own words where there are any."""
    own = ticket.village_text or ""
    code = (ticket.township or ticket.county) if own else (ticket.village or ticket.township or ticket.county)
    return (describe(code) if code else "") + own or None


def _consent(given: Consent) -> str:
    what = {"handling": "把事情交给社工站办", "quality": "留下这次说的话，好改进"}[given.purpose]
    back = f"，{words.local_day(given.withdrawn_at)}收回了" if given.withdrawn_at else ""
    return f"您同意过：{what}（{words.local_day(given.granted_at)}，第 {given.text_version} 版）{back}。"


def _masked(phone: str | None) -> str | None:
    return f"{phone[:3]}****{phone[-4:]}" if phone and len(phone) > 7 else phone


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST else text[:LONGEST] + "……"
