"""The Telegram process as a program of its own, for tests that kill it: `python -m tests.telegram.serve <json>`."""

from __future__ import annotations

import asyncio
import json
import sys

from bot.conversation import Conversations
from bot.engine import Engine
from bot.telegram import lines
from bot.telegram.process import run
from tests.telegram.replay import TOKEN
from tickets.database import Database
from tickets.sealing import Keyring
from yimi.settings import Settings


def main() -> None:
    given = json.loads(sys.argv[1])
    lines.MORE_SECONDS = given.pop("more_seconds")
    settings = Settings(_env_file=None, **given)
    database = Database(settings.database_url, Keyring(settings.secret_key))
    asyncio.run(run(settings, database, Conversations(database, Engine(settings.engine_url, TOKEN)), None))


if __name__ == "__main__":
    main()
