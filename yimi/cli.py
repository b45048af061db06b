"""The `yimi` command. Errors are one line on stderr: exit code 2 for bad usage or input, 1 for failures."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from yimi.settings import Settings, settings_or_exit

cli = typer.Typer(
    help="最后一米：乡镇社工站助手", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
ticket = typer.Typer(help="工单：列表、查看、导出", no_args_is_help=True)
station = typer.Typer(help="社工站：导入、列表", no_args_is_help=True)
worker = typer.Typer(help="社工：导入、列表、令牌", no_args_is_help=True)
cli.add_typer(ticket, name="ticket")
cli.add_typer(station, name="station")
cli.add_typer(worker, name="worker")


def fail(text: str, code: int = 1) -> typer.Exit:
    """One line on stderr; raise the result."""
    print(text, file=sys.stderr)
    return typer.Exit(code)


def show(value: Any) -> None:
    """One JSON value as a line of plain Chinese."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


@cli.command()
def run() -> None:
    """启动一切（make run 用的就是它）"""
    from yimi.run import CannotStart
    from yimi.run import run as start

    try:
        code = start(settings_or_exit())
    except CannotStart as error:
        raise fail(f"启动不了：{error}") from None
    raise typer.Exit(code)


@cli.command()
def analyze() -> None:
    """标准输入逐行：{"id","text"} 或纯文字；输出逐行分析结果"""
    from yimi.lines import analyze_lines

    raise typer.Exit(analyze_lines(settings_or_exit(), sys.stdin, sys.stdout, sys.stderr))


@cli.command()
def locate() -> None:
    """标准输入逐行：{"id","text"} 或纯文字；输出逐行地点"""
    from nlu.places.cli import locate_lines

    raise typer.Exit(locate_lines(sys.stdin, sys.stdout, sys.stderr))


@cli.command()
def ask() -> None:
    """标准输入逐行：{"id","question"} 或纯文字；输出逐行政策依据"""
    from policy.cli import ask_lines

    raise typer.Exit(ask_lines(sys.stdin, sys.stdout, sys.stderr))


@cli.command()
def chat() -> None:
    """在终端里和正在运行的助手对话"""
    from yimi.terminal import talk

    raise typer.Exit(talk(settings_or_exit()))


@cli.command()
def demo() -> None:
    """载入演示用的站点、社工和工单（都标明“演示”）"""
    from tickets.database import migrate
    from yimi.processes import open_keyring
    from yimi.run import load_demonstration

    settings = settings_or_exit()
    migrate(settings.database_url, open_keyring(settings))
    for line in load_demonstration(settings):
        print(line)


@cli.command(hidden=True)
def web() -> None:
    """网页进程（Procfile 用）"""
    _process().web(settings_or_exit())


@cli.command(hidden=True)
def bot() -> None:
    """Telegram 进程（Procfile 用）"""
    _process().bot(settings_or_exit())


@cli.command(hidden=True)
def dispatcher() -> None:
    """通知进程（Procfile 用）"""
    _process().dispatcher(settings_or_exit())


def _process() -> Any:
    from yimi import processes

    processes.set_up_logging()
    return processes


@cli.command(hidden=True)
def redis() -> None:
    """内置 Redis 进程（Procfile 用）"""
    from yimi.redis import become_redis

    become_redis(settings_or_exit())


Code = Annotated[str | None, typer.Option(help="只看这个队列（区划编码）")]
Status = Annotated[str | None, typer.Option(help="只看这个状态")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，一行一条")]


@ticket.command("list")
def ticket_list(queue: Code = None, status: Status = None, as_json: AsJson = False, limit: int = 50) -> None:
    """工单列表（姓名电话已遮挡）"""
    from yimi.tables import list_tickets

    list_tickets(settings_or_exit(), queue, status, as_json, limit)


@ticket.command("show")
def ticket_show(number: str, as_json: AsJson = False) -> None:
    """一张工单的全部内容"""
    from yimi.tables import UnknownNumber, show_ticket

    try:
        show_ticket(settings_or_exit(), number, as_json)
    except UnknownNumber:
        raise fail(f"没有受理号 {number} 的工单", 2) from None


@ticket.command("export")
def ticket_export(queue: Code = None, status: Status = None, personal: bool = False) -> None:
    """导出工单为 CSV（默认不含姓名、电话和原话；--personal 才含）"""
    from yimi.tables import export_tickets

    export_tickets(settings_or_exit(), queue, status, personal)


File = Annotated[Path, typer.Argument(help="CSV 文件", exists=True, dir_okay=False)]


@station.command("import")
def station_import(file: File) -> None:
    """从 CSV 导入社工站"""
    from yimi.tables import import_file

    raise typer.Exit(import_file(settings_or_exit(), file, "stations"))


@station.command("list")
def station_list(as_json: AsJson = False) -> None:
    """社工站列表"""
    from yimi.tables import list_stations

    list_stations(settings_or_exit(), as_json)


WeChatToo = Annotated[bool, typer.Option("--wechat", help="也向微信要一个公众号的永久二维码网址")]


@station.command("link")
def station_link(code: str, wechat: WeChatToo = False) -> None:
    """站点海报用的链接：扫码进来的居民不用再说住哪个乡镇"""
    from bot.telegram.links import station_token

    settings = settings_or_exit()
    try:
        token = station_token(code, settings.secret_key)
    except ValueError:
        raise fail(f"{code} 不是区划编码：乡镇的编码是 9 位数字", 2) from None
    print(f"网页：{settings.public_url}/?s={token}")
    print(f"Telegram：https://t.me/机器人的用户名?start={token}")
    if wechat:
        print(f"微信：{_wechat_code(settings, code)}　（把这个网址做成二维码）")


def _wechat_code(settings: Settings, code: str) -> str:
    """The address of a lasting code of the Official Account for a township."""
    from bot.wechat.api import Api, NotNow, Refused
    from yimi.processes import open_redis

    if not (settings.wechat_app_id and settings.wechat_app_secret):
        raise fail("还没有设置微信公众号（WECHAT_TOKEN 等）", 2)
    try:
        api = Api(settings.wechat_app_id, settings.wechat_app_secret, settings.wechat_api_url, open_redis(settings))
        return api.code_for(code)
    except (NotNow, Refused) as error:
        raise fail(f"微信没有给二维码（{error}）：请核对公众号的设置和权限") from None


@worker.command("import")
def worker_import(file: File) -> None:
    """从 CSV 导入社工；新账号的密码只显示一次"""
    from yimi.tables import import_file

    raise typer.Exit(import_file(settings_or_exit(), file, "workers"))


@worker.command("list")
def worker_list(as_json: AsJson = False) -> None:
    """社工列表"""
    from yimi.tables import list_workers

    list_workers(settings_or_exit(), as_json)


@worker.command("token")
def worker_token(login: str) -> None:
    """给一个账号发令牌（最后一行就是令牌）"""
    from yimi.tables import issue

    token = issue(settings_or_exit(), login)
    if token is None:
        raise fail(f"没有账号 {login}，或者已停用", 2)
    print(token)


@worker.command("bind")
def worker_bind(login: str) -> None:
    """给一个账号发绑定 Telegram 的一次性口令"""
    from yimi.tables import binding

    code = binding(settings_or_exit(), login)
    if code is None:
        raise fail(f"没有账号 {login}，或者已停用", 2)
    print(f"在 Telegram 里对机器人发：/bind {code}")


def main() -> None:
    """The entry point; failures of the database or the network end in one line, never a traceback."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        cli()
    except SQLAlchemyError as error:
        print(f"数据库出错（{type(error).__name__}）：请检查 DATABASE_URL，数据库是否开着。", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
