"""All tables of the domain. Times are aware UTC; ids are uuid4 hex unless a table says otherwise."""

from tickets.models.base import LOCAL, Base, new_id, utc_now
from tickets.models.conversations import Attachment, Consent, Conversation, Message
from tickets.models.delivery import CoverageGap, Delivery, Inbox, Outbox, Setting
from tickets.models.holds import Hold
from tickets.models.keys import BLIND_INDEX, INBOX, DataKey, blind_index, new_data_key, rewrap, system_key
from tickets.models.people import (
    LEVELS,
    ROLES,
    TRIAGE,
    LoginThrottle,
    Station,
    TelegramBinding,
    Worker,
    WorkerSession,
    WorkerToken,
)
from tickets.models.telegram import Handover, WorkerPrompt
from tickets.models.ticket import (
    CHANNELS,
    OPEN,
    STATUSES,
    URGENCIES,
    Resident,
    Ticket,
    TicketCounter,
    TicketEvent,
    priority_of,
)

__all__ = [
    "BLIND_INDEX",
    "CHANNELS",
    "INBOX",
    "LEVELS",
    "LOCAL",
    "OPEN",
    "ROLES",
    "STATUSES",
    "TRIAGE",
    "URGENCIES",
    "Attachment",
    "Base",
    "Consent",
    "Conversation",
    "CoverageGap",
    "DataKey",
    "Delivery",
    "Handover",
    "Hold",
    "Inbox",
    "LoginThrottle",
    "Message",
    "Outbox",
    "Resident",
    "Setting",
    "Station",
    "TelegramBinding",
    "Ticket",
    "TicketCounter",
    "TicketEvent",
    "Worker",
    "WorkerPrompt",
    "WorkerSession",
    "WorkerToken",
    "blind_index",
    "new_data_key",
    "new_id",
    "priority_of",
    "rewrap",
    "system_key",
    "utc_now",
]
