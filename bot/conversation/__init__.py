"""One channel-neutral turn: durable inbox, safety floor, engine, effects, commit, answer."""

from bot.conversation.conversations import Conversations
from bot.conversation.inbound import Attached, Inbound, Reply
from bot.conversation.outage import Unrecorded

__all__ = ["Attached", "Conversations", "Inbound", "Reply", "Unrecorded"]
