"""Danger to a person: found by rules alone (`assess`) and answered at once (`safety_messages`).

Pure: no Rasa, no network, no database; runs in the engine and in the app, on Python 3.10 and later.
"""

from nlu.safety.alone import assess_alone
from nlu.safety.floor import CALM, LEVELS, Alarm, assess
from nlu.safety.fragments import says_nothing
from nlu.safety.hotlines import Hotline, hotlines, hotlines_for
from nlu.safety.reply import safety_messages

__all__ = [
    "CALM",
    "LEVELS",
    "Alarm",
    "Hotline",
    "assess",
    "assess_alone",
    "hotlines",
    "hotlines_for",
    "safety_messages",
    "says_nothing",
]
