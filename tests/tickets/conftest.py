"""Both databases for every test of the domain, and its cast: 李社工, 何社工, 周社工, 陈主任, an administrator."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.postgres import execute
from tickets.database import Database, migrate
from tickets.filing import Intake, file_intake
from tickets.models import Conversation, Station, Ticket, Worker, new_data_key, new_id
from tickets.sealing import Keyring

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # a Friday, 10:00 in China
HUANGXING, ANSHA, COUNTY = "430121102", "430121113", "430121"


@pytest.fixture
def now() -> datetime:
    """Friday, 20 November 2026, 10:00 in China."""
    return NOW


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated SQLite file."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh migrated database, once for each kind."""
    if request.param == "sqlite":
        path = tmp_path / "yimi.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    address: str = request.getfixturevalue("postgres")
    name = f"test_{new_id()}"
    execute(address, f"CREATE DATABASE {name} TEMPLATE template_yimi")
    yield address.format(name)
    execute(address, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A fresh database with the test's keyring."""
    opened = Database(url, Keyring("a secret key only for tests, 40 signs or so"))
    yield opened
    opened.close()


@dataclass
class Cast:
    """The people and desks of the tests; the objects are detached but complete."""

    li: Worker
    he: Worker
    zhou: Worker
    chen: Worker
    admin: Worker


@pytest.fixture
def cast(database: Database) -> Cast:
    """黄兴镇 with 李社工 and 何社工, 安沙镇 with 周社工, the county desk with 陈主任, and an administrator."""
    with database.session() as session:
        session.add_all(
            [
                Station(code=HUANGXING, name="黄兴镇社工站", level="township"),
                Station(code=ANSHA, name="安沙镇社工站", level="township"),
                Station(code=COUNTY, name="长沙县社工总站", level="county"),
            ]
        )
        session.flush()
        people = Cast(
            li=Worker(login="li.shegong", display_name="李社工", station_code=HUANGXING),
            he=Worker(login="he.shegong", display_name="何社工", station_code=HUANGXING),
            zhou=Worker(login="zhou.shegong", display_name="周社工", station_code=ANSHA),
            chen=Worker(login="chen.zhuren", display_name="陈主任", role="supervisor", division_code=COUNTY),
            admin=Worker(login="admin", display_name="管理员", role="admin"),
        )
        session.add_all(vars(people).values())
        session.commit()
    return people


@pytest.fixture
def talk(database: Database, cast: Cast) -> Conversation:
    """王奶奶's conversation on the web."""
    with database.session() as session:
        conversation = Conversation(channel="web", data_key=new_data_key(session))
        session.add(conversation)
        session.commit()
    return conversation


@pytest.fixture
def filed() -> Callable[..., Ticket]:
    """File a request of 王奶奶 in 黄兴镇: `filed(session, urgency="urgent", …)` with any field of Intake."""

    def file(session: Session, at: datetime = NOW, **known: Any) -> Ticket:
        facts: dict[str, Any] = {
            "draft_id": new_id(),
            "channel": "phone",
            "township": HUANGXING,
            "services": ["home_care"],
            "name": "王奶奶",
            "phone": "13800000000",
            "description": "一个人在家做不了饭",
        }
        return file_intake(session, Intake(**(facts | known)), at)

    return file
