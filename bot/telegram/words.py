"""What Telegram itself says to people: everything else is said by the conversation or the domain."""

from __future__ import annotations

from telegram import BotCommand

from bot.conversation import words as said

RESIDENT_COMMANDS = (
    BotCommand("start", "从头开始"),
    BotCommand("help", "怎么用"),
    BotCommand("status", "查我的事办得怎么样了"),
    BotCommand("cancel", "不办了，取消正在填的"),
    BotCommand("human", "找真人社工"),
    BotCommand("privacy", "我的信息怎么用、怎么删"),
)
WORKER_COMMANDS = (
    BotCommand("queue", "本站没办完的工单"),
    BotCommand("mine", "我手上的工单"),
    BotCommand("bind", "绑定账号：/bind 加绑定码"),
    BotCommand("help", "怎么用"),
)
COMMAND_TEXT = said.COMMANDS

HELP = (
    "有什么难处，用自己的话打字告诉我就行，比如“我娘八十二了，瘫在床上没人照顾”。\n"
    "我会问您住哪里、怎么联系您，再把您的事交给当地的社工站。\n"
    "看到按钮，点一下就行；说错了，重新说一遍就行。\n"
    "想查办到哪一步，发“查进度”；想找真人，发“找社工”；不想办了，发“取消”。\n"
    "急事请打 12345；有危险打 110，急病打 120。"
)
EXPIRED = "这个按钮已经过期了，请看最新的一条"
CHOSEN = "✅ 您选了：{title}"
UNKNOWN_KIND = said.UNKNOWN_KIND
OLD_EDIT = "您改的是很早以前的一句话，我没法接着改。请把要说的重新发一遍。"
LOCATION = said.UNKNOWN_PLACE
TOO_LARGE = "这个文件超过 20 兆，Telegram 不让我取。请拍短一点、小一点再发。"
FAILED_TURN = said.SET_ASIDE
GROUP = "我只在私聊里办事，群里不谈任何人的情况。需要帮助的，请点我的头像，单独给我发消息。"
ID_NUMBER = (
    "身份证号请不要发在这里。您发的号码我没有保存，请您自己也把那条消息删掉。\n"
    "社工要用身份证号时，请点这个链接，在我们自己的网页上填（{minutes} 分钟内有效，只能打开一次）：\n{link}"
)
DOCUMENTS = (
    "身份证、病历、孩子的照片这些，请不要发在这里。\n"
    "请点这个链接，在我们自己的网页上传（{minutes} 分钟内有效，只能打开一次）：\n{link}"
)

WORKER_ONLY = "这个机器人是给社工用的。\n请先在工作台里生成绑定码，再发：/bind 绑定码"
BOUND = "绑定好了，{name}。\n新工单会在这里提醒您。发 /queue 看本站的工单，发 /help 看用法。"
BIND_HOW = "请发：/bind 绑定码\n绑定码在工作台“我的账号”里生成，三十分钟内有效，只能用一次。"
PRIVATE_ONLY = "这件事只能在私聊里办，请单独给我发消息。"
NOT_YOURS = "这个按钮不是给您的，或者已经失效。发 /queue 可以重新列出工单。"
WORKER_HELP = (
    "/queue　本站没办完的工单\n/mine　我手上的工单\n"
    "工单下面的按钮：认领（我来办）、回复（把您的话发给居民）、办结（写一句结果）、查看（看详情，只在私聊里）。\n"
    "点了“回复”或“办结”，接着打字发给我就行；不想发了，发 /cancel。\n"
    "接管对话（直接跟居民说）：您在这里打的字居民马上能看到，助手不插话；说完点“交回助手”。\n"
    "转办、转介、备注、重新打开，请到网页工作台。"
)
ASK_REPLY = "请打字：要回复居民什么？（工单 {number}）\n发出去居民马上能看到。不想发了，发 /cancel。"
ASK_RESULT = "请用一句话写明结果：办了什么、居民得到了什么。（工单 {number}）\n不想办结了，发 /cancel。"
REPLIED = "已经发给居民。（工单 {number}）"
RESOLVED = "已经办结。（工单 {number}）"
HELD = (
    "您接管了对话（工单 {number}）。\n"
    "现在您在这里打的字，居民马上能看到；居民说的话也会发到这里。您的名字和号码居民看不到。\n"
    "说完了，请点“交回助手”。"
)
HANDED_BACK = "已经交回给助手。（工单 {number}）"
WHICH_TALK = "您同时在跟几位居民说话，我不知道这句是给谁的。请长按要回的那条“💬 居民”，选“回复”，再打字。"
CANCELLED = "好，没有发出去。"
NOTHING_ASKED = "我没看懂。发 /queue 看本站的工单，发 /help 看用法。"
TEXT_ONLY = "这里只能发文字。图片和文件请到网页工作台里传。"
NO_TICKETS = "现在没有工单。"
MORE = "还有 {count} 件没有列出，请到网页工作台里看。"
WORKER_ID_NUMBER = "身份证号请不要发在 Telegram 里，这句话没有发出去。请到网页工作台里写。"
