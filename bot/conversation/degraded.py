"""The engine is down: the words are kept, a person gets them, and the resident is told the truth."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.conversation import words
from bot.conversation.attachments import marked
from bot.conversation.consent import declined
from bot.conversation.person import BACK_BUTTON, asks_for_person, call
from nlu.entities import extract
from nlu.places.national import locate
from tickets.filing import Intake, file_intake
from tickets.models import Conversation, Station

SHORTEST = 6  # characters from which words are a request and not a greeting or a bare answer


def take_down(
    session: Session, conversation: Conversation, text: str, alarmed: bool, now: datetime
) -> list[tuple[str, list[dict[str, str]]]]:
    """Files what was said for a person to read (the same ticket for the whole outage); returns what to say."""
    place = locate(text)
    phones = [str(each.value) for each in extract(text) if each.type == "phone"]
    if alarmed:  # the alarm is filed and answered already
        return []
    wanted = asks_for_person(text)  # it takes no engine to call one
    if declined(conversation) and not wanted:  # nothing of them is written down; the engine will ask again
        return [(words.PAUSED, [])]
    if not wanted and len(text) < SHORTEST and place.status == "none" and not phones:
        return [(words.PAUSED, [])]
    ticket = file_intake(
        session,
        Intake(
            draft_id=str(conversation.draft_id),
            channel=conversation.channel,
            conversation_id=conversation.id,
            township=place.code or conversation.station_hint,
            county=place.area if place.area and len(place.area) <= 6 else None,
            village=place.village_code,
            services=["other"],
            phone=phones[0] if phones else None,
            description=marked(session, conversation, text),
            degraded=True,
        ),
        now,
    )
    if wanted and not (said := call(session, conversation, ticket, text, now)):
        desk = session.get_one(Station, ticket.queue)
        return [(words.called_without_engine(ticket, desk, now), [BACK_BUTTON])]
    return said if wanted else [(words.recorded_without_engine(ticket), [])]
