"""A loopback WeChat: the API an Official Account calls, and the platform that posts residents' messages to it.

Real HTTP on both sides. Rules as in WeChat's public documentation: a new access token makes the old one invalid; 5
customer-service messages in 48 hours after a message, 3 in a minute after an event (45047, 45015); texts of 2,048 bytes
at most (45002); 5 seconds for the answer to a request, asked three times with the same MsgId; anything that is neither
"success", nor empty, nor a message shows the resident an excuse.
"""

from tests.wechatapi.platform import EXCUSE, Person, Platform

__all__ = ["EXCUSE", "Person", "Platform"]
