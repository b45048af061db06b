"""What the app itself says: everything that depends on the database, and everything said when a part is down."""

from __future__ import annotations

from datetime import UTC, datetime

from tickets.catalogue import service_names
from tickets.models import LOCAL, TRIAGE, Station, Ticket
from tickets.office_hours import read_hours
from tickets.telling import desk_name, worker_name

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
NOT_RECORDED_IN_DANGER = (
    "现在系统出了毛病，社工还看不到您的话，请先打上面的电话。您也可以接着在这里说，过一会儿我再试。"
)
KEPT = (
    "系统现在出了毛病，您说的已记下，还没有交上去；系统恢复后我接着办，给您编号，不用再发一遍。\n"
    "急事请打 12345；有危险打 110，急病打 120。"
)
KEPT_IN_DANGER = (
    "系统现在出了毛病，社工还看不到，请先打上面的电话。您说的已记下，系统恢复后我接着转给社工，给您编号。"
    "您可以一直在这里说。"
)
SLOW = "您的话收到了。这会儿有点慢，一会儿就在这里回您，不用再发。"
PAUSED = "电脑助手正在抢修，请过几分钟再说一次。急事请打 12345；有危险打 110，急病打 120。"
SUPPLEMENTED = "好，补充到 {number} 里了，社工能看到。"
COMPLAINED = "您的意见已经记到 {number} 里，社工和他们的主管都能看到。"
WITH_YOU = "我在这里，您说的社工都能看到。有危险马上打 110，急病打 120。"
SILENT = "收到，您不方便说话。社工能看到。等方便了，打几个字说说您在哪里；有危险马上打 110。"
CALLED_ALREADY = "社工已经叫了，来了就在这里回您。等不及请打 12345。"
CALLED_IN_DANGER = "社工已经叫了，您说的他们都能看到。我在这里，您随时说。有危险马上打 110，急病打 120。"
WORKER_READS = "社工在看，您的话他（她）能看到。"
WORKER_WILL_READ = "社工还没到，您说的都给他（她）留着，来了就能看到。"
PASSED_ON = "好，您的话社工能看到。"
WITH_ASSISTANT = "好，接着跟我说就行。您跟社工说的话都留着，他（她）来了会在这里回您。"
TO_ASSISTANT = "不等了，先跟助手说"
RATED = "谢谢您告诉我们，已经记下了。"
RATED_LOW = "对不住，没让您满意。您的话社工和主管都能看到。要不要重新打开，让社工接着办？"
NOT_RATED = "好，不说也没关系。有事随时找我。"
WITHDRAWN = "好，{number} 已经撤回，不再办了。以后想办再跟我说。"
OFFER_REOPENING = "这件事（{number}）社工已经办结了。要接着办，我替您重新打开？"
TOO_OLD = "这件事（{number}）办结超过 {days} 天了，打不开了。还要办的话，我给您重新交一件？"
WAS_WITHDRAWN = "这件事（{number}）您已经撤回了。还想办的话，我给您重新交一件？"
REOPENED = "好，{number} 重新打开了，社工会接着办，您的话他们能看到。"
QUALITY_YES = "谢谢您，记下了。哪天不愿意了，说一声“别拿我的话去改进”就收回。"
QUALITY_NO = "好，这次说的话不留作改进用。您的事照常办。"
PRIVACY = (
    "您说的话、姓名、电话都加密存着，只有接您这件事的社工站能看；统计时不带姓名电话。\n"
    "办完满三年抹掉；没交成的，七天后抹掉；说过的话最多留半年。没有您同意，不拿您的话去做别的。\n"
    "您随时可以说：“看看你们记了我什么”“我的电话写错了，是……”“删掉我的信息”“收回同意”。"
)
ASK_ERASURE = "删了就找不回来：您说过的话、姓名、电话、住址、照片，都抹掉，进度也查不到了。{ends}确定删吗？"
ASK_WITHDRAWAL_OF_CONSENT = (
    "好，您随时可以收回。收回以后，您的信息我们不再用，说过的话、姓名、电话、住址、照片都抹掉，找不回来。{ends}确定吗？"
)
ERASURE_ENDS = "没办完的 {count} 件事会撤回，不再办。"
ERASED = "好，都删掉了，这里不再有您的信息。以后想办事，随时再跟我说。有危险打 110，急病打 120。"
ERASED_BUT = (
    "好，删掉了。有 {count} 件求助的事，按规定要存三年，我已经封起来，平时谁也不能打开，"
    "{until} 到期抹掉；别的都没有了。\n"
    "以后有事，随时再跟我说。有危险打 110，急病打 120。"
)
ERASED_LATER = (
    "记下了，您要删。现在还有急事没办完，人平安以前，这件事要留着给社工看，这是法律许可的。办完了就照您的意思删，"
    "不用再说一遍。有危险打 110，急病打 120。"
)
KEPT_AS_IT_IS = "好，不动，都照原来的。"
NO_CONTACT_NOTE = "居民不愿意被主动联系（打电话、上门、发消息），联系前请先看他（她）的原话。"
NO_CONTACT = "好，记下了：不主动联系您，您的事里也给社工写明。您什么时候想说，随时在这里找我。"
NOTHING_TO_CORRECT = "您在这里没有正在办的事，也就没有登记要改。想办什么，跟我说就行。"
ASK_CORRECTION = "我把您正在办的这件事改一下：{changes}。对吗？"
CORRECTED = "好，{what}改过来了，社工看到的是新的。"
CORRECTION_TOLD = "好，要改的话我记到您的事里了，社工会看到，照着改。电话、姓名、年龄，直接说“电话改成……”我就能改。"
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
# A file that came with typed words.
RECEIVED = ATTACHMENT | {"voice": "语音收到了，社工会听。"}
LISTENING = "语音收到了，我正在听，请稍等。"
LOOKING = "收到了，我看一看，请稍等。"
NOT_HEARD = "语音收到了，社工会听。我没有听清，麻烦您再打几个字说说是什么事。"
HEARD = {"voice": "我听到的是：{text}", "photo": "照片里的字，我看到的是：{text}"}
NOT_KEPT = "您没有同意登记，发来的这个我没有留下。改主意了，再跟我说一声，重新发一遍就行。"
SENT = {"photo": "［照片］", "voice": "［语音］", "video": "［视频］", "file": "［文件］", "location": "［位置］"}
SENT_LATER = {
    "photo": "居民发来照片，见附件。",
    "voice": "居民发来语音，见附件。",
    "video": "居民发来视频，见附件。",
    "file": "居民发来文件，见附件。",
    "location": "居民发来位置，见附件。",
}
MACHINE_HEARD = {"voice": "（语音，机器听写）", "photo": "（照片里的字，机器识别）"}


def local_time(moment: datetime) -> str:
    """Like 11月23日 16:30, in China's time."""
    local = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(LOCAL)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def local_day(moment: datetime) -> str:
    """Like 2026年11月23日, in China's time."""
    local = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(LOCAL)
    return f"{local.year}年{local.month}月{local.day}日"


def back_again(numbers: list[str]) -> str:
    """The first words after an outage, to who said something during it."""
    number = f"受理号 {numbers[-1]}。" if numbers else ""
    return f"系统恢复了，您刚才说的我都收着，现在接着办。{number}"


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
    """A desk as residents are told of it."""
    return desk_name(desk)


def when(moment: datetime, now: datetime) -> str:
    """A moment to come as one says it: 今天 13:30, 明天 8:30, 周一（11月23日）8:30."""
    local, today = moment.astimezone(LOCAL), now.astimezone(LOCAL).date()
    clock = f"{local.hour}:{local.minute:02}"
    days = (local.date() - today).days
    if days in (0, 1):
        return f"{('今天', '明天')[days]} {clock}"
    return f"周{'一二三四五六日'[local.weekday()]}（{local.month}月{local.day}日）{clock}"


def presence(ticket: Ticket, desk: Station, now: datetime) -> str:
    """When somebody will be there to answer, honestly: at night nobody is."""
    hours = read_hours(desk.hours)
    if not hours.open_at(now):
        opens = when(hours.next_opening(now), now)
        return (
            f"现在社工下班了，{opens} 上班，看到了就在这里回您（节假日会晚些）。\n"
            "等不及请打 12345；有危险打 110，急病打 120。"
        )
    if ticket.acknowledged_at:
        return "接您这件事的社工会在这里回您。等不及请打 12345。"
    due = f"，最晚 {when(ticket.due_acknowledge, now)} 前有人接" if ticket.due_acknowledge > now else ""
    return f"社工来了就在这里回您{due}。等不及请打 12345。"


def called(ticket: Ticket, desk: Station, now: datetime, asking: bool) -> str:
    """A person was called. `asking`: where the resident lives is asked next, so the right desk is not known yet."""
    if asking:
        return f"好，我这就替您叫社工（受理号 {ticket.number}）。"
    return f"好，我替您叫社工了，已经告诉{shown(desk)}（受理号 {ticket.number}）。\n{_meanwhile(ticket, desk, now)}"


def called_without_engine(ticket: Ticket, desk: Station, now: datetime) -> str:
    """The engine is down and a person was called all the same; nobody will ask for the place but this."""
    where = "" if ticket.township else "\n请告诉我您住哪个县、哪个乡镇，好找离您最近的社工。"
    return called(ticket, desk, now, asking=False) + where


def called_there(ticket: Ticket, desk: Station, now: datetime) -> str:
    """The place is known now, and with it who comes."""
    return f"好，告诉{shown(desk)}了。\n{_meanwhile(ticket, desk, now)}"


def _meanwhile(ticket: Ticket, desk: Station, now: datetime) -> str:
    phone = "" if ticket.phone else "留个电话也行，社工好打给您。"
    return f"{presence(ticket, desk, now)}\n您先说说是什么事，社工来了都能看到，只用来办您的事。{phone}"


def progress(ticket: Ticket, desk: Station, now: datetime) -> str:
    """One request in plain words: whose desk, by when; what is overdue is said to be, with whom to turn to."""
    who = worker_name(ticket.assignee, desk)
    status = STATUS[ticket.status].format(desk=shown(desk), who=who, department=ticket.department or "有关部门")
    due, late = "", False
    if ticket.status in ("new", "assigned") and ticket.acknowledged_at is None:
        late = ticket.due_acknowledge < now
        due = f"，{'原定' if late else '最晚'} {local_time(ticket.due_acknowledge)} 前接手"
    elif ticket.status in ("assigned", "accepted", "in_progress", "referred"):
        late = ticket.due_resolve < now
        due = f"，{'原定' if late else '最晚'} {local_time(ticket.due_resolve)} 前给您答复"
    overdue = "，已经过了时候，对不住。您可以打 12345 催，报受理号就行；也可以跟我说“投诉”" if late else ""
    return f"{matter(ticket)}（受理号 {ticket.number}）：{status}{due}{overdue}。"


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
