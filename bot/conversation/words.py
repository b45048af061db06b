"""What the app itself says: everything that depends on the database, and everything said when a part is down."""

from __future__ import annotations

from datetime import UTC, datetime

from tickets.catalogue import service_names
from tickets.models import LOCAL, TRIAGE, Station, Ticket

STATUS = {
    "new": "已经交到{desk}，等社工接手",
    "assigned": "已经分给{who}，等他（她）接手",
    "accepted": "{who}已经接手，会联系您",
    "in_progress": "{who}正在办",
    "referred": "已经转到{department}办，社工站会一直跟着",
    "resolved": "已经办完。觉得没办好，直接跟我说就行",
    "closed": "已经办结",
    "withdrawn": "您已经撤回",
}

EMPTY = "我没收到字。您遇到什么难处，打字告诉我就行。"
ONLY_SIGNS = "我这里只看到符号，没看到字。遇到什么事，打几个字告诉我好吗？"
STALE_BUTTON = "这个按钮已经用过了，请看最新的一条。"
TOO_LONG = "您写得很长，前面一万字我看到了，后面的请再发一条。"
NOTHING_FILED = "您在这里还没有交过事。想办什么，用自己的话告诉我就行。"
SET_ASIDE = "刚才这句话我没处理好，请您换个说法再发一遍。急事请打 12345；有危险打 110，急病打 120。"
NOT_RECORDED = "现在系统出了毛病，您这句话没有记下来，请过一会儿再发一次。急事请打 12345；有危险打 110，急病打 120。"
PAUSED = "电脑助手正在抢修，请过几分钟再说一次。急事请打 12345；有危险打 110，急病打 120。"
SUPPLEMENTED = "好，补充到 {number} 里了，社工能看到。"
COMPLAINED = "您的意见已经记到 {number} 里，社工和他们的主管都能看到。"
WITH_YOU = "我在这里，您说的社工都能看到。有危险马上打 110，急病打 120。"
SILENT = "收到，您不方便说话。社工能看到。等方便了，打几个字说说您在哪里；有危险马上打 110。"
HUMAN_CALLED = "好，我已经告诉{desk}：您要找真人。社工会在这里回复您{phone}。等不及可以打 12345。"
RATED = "谢谢您告诉我们，已经记下了。"
WITHDRAWN = "好，{number} 已经撤回，不再办了。以后想办再跟我说。"
REOPENED = "好，{number} 重新打开了，社工会接着办，您的话他们能看到。"
ASK_WITHDRAWAL = "您要撤回哪一件？撤回了就不再办。"
UNKNOWN_KIND = "您发的这种消息我看不懂。请打字告诉我是什么事，打几个字就行。"
UNKNOWN_PLACE = "地图上的位置我认不准，请您再打字说一下：哪个县、哪个乡镇（街道）、哪个村。"
FROM_WORKER = "【社工回复】"
# What a command or a menu stands for in the conversation.
COMMANDS = {
    "start": "你好",
    "status": "我的事办得怎么样了",
    "cancel": "不办了，取消",
    "human": "我要找真人社工",
    "privacy": "你们怎么用我的个人信息",
}
ATTACHMENT = {
    "photo": "照片收到了，社工能看到。",
    "voice": "语音收到了，社工会听。我还听不懂语音，麻烦您再打几个字说说是什么事。",
    "video": "视频收到了，社工能看到。",
    "file": "文件收到了，社工能看到。",
    "location": "位置收到了，社工能看到。",
}


def local_time(moment: datetime) -> str:
    """Like 11月23日 16:30, in China's time."""
    local = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(LOCAL)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def accepted(ticket: Ticket, desk: Station) -> str:
    """Said only after the commit: number, whose desk, by when."""
    reach = "社工会打您留的电话，也会在这里回您。" if ticket.phone else "社工会在这里回您，请留意看。"
    where = "，先帮您找离您最近的社工" if desk.code == TRIAGE else ""
    return (
        f"已受理，受理号 {ticket.number}。\n交给了{shown(desk)}{where}。\n"
        f"最晚 {local_time(ticket.due_acknowledge)} 前有社工接手。{reach}\n"
        "想问进度、再补充、不想办了，随时在这里说。"
    )


def completed(ticket: Ticket, desk: Station) -> str:
    """For a danger alarm that was filed before the form was done."""
    return f"记下了，{shown(desk)}的社工能看到（受理号 {ticket.number}）。我一直在这里，您随时说。"


def shown(desk: Station) -> str:
    """A desk as residents are told of it; the desk of last resort means nothing to them by its name."""
    return "值班总台" if desk.code == TRIAGE else desk.name


def progress(ticket: Ticket, desk: Station) -> str:
    """One request in plain words: whose desk, by when."""
    who = ticket.assignee.display_name if ticket.assignee else "社工"
    status = STATUS[ticket.status].format(desk=shown(desk), who=who, department=ticket.department or "有关部门")
    due = ""
    if ticket.status == "new":
        due = f"，最晚 {local_time(ticket.due_acknowledge)} 前接手"
    elif ticket.status in ("assigned", "accepted", "in_progress"):
        due = f"，最晚 {local_time(ticket.due_resolve)} 前给您答复"
    return f"{matter(ticket)}（受理号 {ticket.number}）：{status}{due}。"


def matter(ticket: Ticket) -> str:
    """What a request is about, in a few words that fit a button."""
    return service_names(ticket.services[:1] or ["other"])[0]


def recorded_without_engine(ticket: Ticket) -> str:
    """The engine is down: honest, and something is done all the same."""
    known = "" if ticket.township else "请再告诉我您住哪个县、哪个乡镇、哪个村，"
    phone = "" if ticket.phone else "留个电话，"
    more = f"{known}{phone}社工好找您。" if known or phone else "社工会联系您。"
    return (
        f"电脑助手正在抢修，您说的我先原样记下了，已受理，受理号 {ticket.number}，社工会看到。{more}\n"
        "急事请打 12345；有危险打 110，急病打 120。"
    )
