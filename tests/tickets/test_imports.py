"""Tables from offices are read as they come; every bad row is told apart with what to do about it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from tickets import people
from tickets.database import Database
from tickets.imports import import_stations, import_workers, read_csv
from tickets.models import Station, Worker

STATIONS = "编码,名称,电话,运营方式,启用\n430121103,跳马镇社工站,0731-00000000,政府购买,是\n4301,长沙市社工总站,,,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_of_office_programs(encoding: str) -> None:
    """UTF-8 with or without a mark and GB18030 read alike; Chinese headings are known; empty lines skipped."""
    rows = read_csv((STATIONS + ",,,,\n\n").encode(encoding))
    assert [row["code"] for row in rows] == ["430121103", "4301"]
    assert rows[0]["name"] == "跳马镇社工站"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x00", b"PK\x03\x04\x00\x00\xff\xff"])
def test_no_table_is_said_so(content: bytes) -> None:
    """An empty file or an Excel workbook is refused with a sentence."""
    with pytest.raises(ValueError, match=r"[一-鿿]"):
        read_csv(content)


def test_stations_are_imported_and_reimported(database: Database) -> None:
    """The level follows from the code; the same file again changes nothing; a change is one update."""
    with database.session() as session:
        report = import_stations(session, read_csv(STATIONS.encode()))
        assert (report.created, report.errors) == (["430121103", "4301"], [])
        again = import_stations(session, read_csv(STATIONS.encode()))
        assert (again.created, again.updated, again.unchanged) == ([], [], 2)
        changed = import_stations(session, [{"code": "4301", "name": "长沙市总站"}])
        assert changed.updated == ["4301"]
        assert (session.get_one(Station, "4301").level, session.get_one(Station, "430121103").level) == (
            "city",
            "township",
        )
        # A column the file does not have stays as it was.
        import_stations(session, [{"code": "430121103", "name": "跳马镇社工站"}])
        assert session.get_one(Station, "430121103").phone == "0731-00000000"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"code": "", "name": "x"}, "缺少编码"),
        ({"code": "4.30121E+11", "name": "x"}, "科学计数"),
        ({"code": "43012110A", "name": "x"}, "不是数字"),
        ({"code": "430100", "name": "x"}, "4301"),
        ({"code": "430000", "name": "x"}, "2 位：43"),
        ({"code": "430121000", "name": "x"}, "430121"),
        ({"code": "430121102001", "name": "x"}, "430121102"),
        ({"code": "43012", "name": "x"}, "5 位"),
        ({"code": "430121102", "name": " "}, "缺少名称"),
        ({"code": "430121102", "name": "长" * 101}, "太长"),
        ({"code": "430121102", "name": "x", "operator_type": "外包"}, "政府购买"),
        ({"code": "430121102", "name": "x", "active": "也许"}, "是 或 否"),
    ],
)
def test_bad_station_rows(database: Database, row: dict[str, str], said: str) -> None:
    """A bad row names its line and the cure, and the good row after it is still taken."""
    with database.session() as session:
        report = import_stations(session, [row, {"code": "430121113", "name": "安沙镇社工站"}])
        assert report.created == ["430121113"]
        assert report.errors[0].line == 2
        assert said in str(report.errors[0]) and str(report.errors[0]).startswith("第 2 行：")


def test_line_numbers_survive_empty_lines(database: Database) -> None:
    """The line is the one the office program shows, and duplicates name the first."""
    table = "编码,名称\n430121113,安沙\n\n430121113,安沙\n"
    with database.session() as session:
        errors = import_stations(session, read_csv(table.encode())).errors
    assert [str(error) for error in errors] == ["第 4 行：编码 430121113 和第 2 行重复，请只留一行。"]


def test_workers_are_imported(database: Database, cast: Any) -> None:
    """Roles may be Chinese; new workers have no password yet; the same file again changes nothing."""
    table = (
        "登录名,姓名,角色,所属站点,管辖区划,启用\n"
        "Wang.Shegong,王社工,社工,430121102,,是\nqian.zhuren,钱主任,主管,,4301,\nsun.guanli,孙管理,管理员,,,\n"
    )
    with database.session() as session:
        report = import_workers(session, read_csv(table.encode("gb18030")))
        assert (report.created, report.errors) == (["wang.shegong", "qian.zhuren", "sun.guanli"], [])
        roles = {worker.login: worker.role for worker in session.scalars(select(Worker))}
        assert (roles["wang.shegong"], roles["qian.zhuren"], roles["sun.guanli"]) == ("worker", "supervisor", "admin")
        assert session.scalars(select(Worker).where(Worker.login == "wang.shegong")).one().password_hash == ""
        assert import_workers(session, read_csv(table.encode())).unchanged == 3


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"login": "李社工"}, "小写字母"),
        ({"login": "resident"}, "不能用"),
        ({"login": "wang"}, "缺少姓名"),
        ({"login": "wang", "display_name": "王", "role": "老板"}, "社工、主管"),
        ({"login": "wang", "display_name": "王"}, "所属站点"),
        ({"login": "wang", "display_name": "王", "station_code": "430121999"}, "先导入站点"),
        ({"login": "wang", "display_name": "王", "role": "主管"}, "管辖区划"),
    ],
)
def test_bad_worker_rows(database: Database, cast: Any, row: dict[str, str], said: str) -> None:
    """A bad row is explained and writes nothing."""
    with database.session() as session:
        before = session.scalar(select(func.count()).select_from(Worker))
        report = import_workers(session, [row])
        assert said in str(report.errors[0])
        assert session.scalar(select(func.count()).select_from(Worker)) == before


def test_import_can_close_an_account(database: Database, cast: Any) -> None:
    """启用 = 否 ends the worker's tokens in the same transaction."""
    row = {"login": "li.shegong", "display_name": "李社工", "station_code": "430121102", "active": "否"}
    with database.session() as session:
        token = people.issue_token(session, session.get_one(Worker, cast.li.id))
        assert import_workers(session, [row]).updated == ["li.shegong"]
        session.commit()
        session.expire_all()
        assert people.worker_by_token(session, token) is None
