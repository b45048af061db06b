"""What the WeChat channel itself says: to residents, and to workers about what did not get through."""

from __future__ import annotations

LINK = "链接我打不开，社工能看到网址。您想办什么事，打几个字告诉我就行。"
LINK_NOT_KEPT = "链接我打不开。您没有同意登记，网址我也没有留下。您想办什么事，打几个字告诉我就行。"
LINK_SHOWN = "【转来的链接】{title} {url}"
TOO_FAST = "发得太快了，请等 {seconds} 秒再发。您前面说的话都还在。"

KINDS = {"photo": "照片", "voice": "语音", "video": "视频", "file": "文件"}
LOST = "您发来的{kind}没有取到，社工看不到。麻烦您再发一次，或者打几个字告诉我。"
LOST_NOTE = "居民发来的{kind}没有从微信取到，已经请居民再发一次。"

# Why a message waits. The worker reads it in the ticket's history.
_HELD = "发给居民的话还没有送到：{why}等居民在微信上再说话，会马上一起送到。要紧的话，请打电话或者上门。"
HELD = {
    "closed": _HELD.format(why="居民上次在微信上说话已经超过 48 小时，微信不让我们先开口。"),
    "used": _HELD.format(why="居民上次说话以后，微信只让我们发 5 条，已经发满了。"),
    "gone": _HELD.format(why="居民取消了关注公众号，或者不收公众号的消息。"),
    "barred": _HELD.format(why="公众号没有“客服消息”的权限（要认证过的公众号），只能等居民说话时回复。"),
    "refused": "发给居民的一句话，微信不收，没有送到，也不会再送。请打电话或者上门告诉居民。",
}

# WeChat has no buttons: words of the conversation that speak of pressing.
PRESSES = (
    ("点下面的按钮", "回复下面的{marks}"),
    ("点下面的", "回复下面的{marks}"),
    ("拿不准就点“", "拿不准就选“"),
    ("点一下按钮", "回复{marks}"),
)
