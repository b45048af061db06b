"""Wishes about personal data in plain words: heard without the engine, and not heard where nobody utters one."""

from __future__ import annotations

import pytest

from bot.conversation.wishes import CORRECT, ERASE, INFORM, NO_CONTACT, NO_QUALITY, SHOW, WITHDRAW, heard, meant

UTTERED = [
    ("把我的信息删了", ERASE),
    ("删除我的信息", ERASE),
    ("帮我把资料都删了吧", ERASE),
    ("我讲过的话全部删掉", ERASE),
    ("刚才说的那些内容删掉，我不想让人知道", ERASE),
    ("俺的东西都给俺删球了", ERASE),
    ("我不想你们保存我的信息了", ERASE),
    ("别留我的记录", ERASE),
    ("注销", ERASE),
    ("帮我注销账号", ERASE),
    ("删我", ERASE),
    ("清空聊天记录，我的都清掉", ERASE),
    ("不同意你们留我的记录了", WITHDRAW),
    ("我不同意你们继续用我的信息", WITHDRAW),
    ("撤回同意", WITHDRAW),
    ("我要收回之前的授权", WITHDRAW),
    ("之前点的同意收回", WITHDRAW),
    ("我想看看你们记了我什么", SHOW),
    ("你们手里有我什么信息", SHOW),
    ("你们存了我哪些资料", SHOW),
    ("导出我的数据", SHOW),
    ("查看我的信息", SHOW),
    ("把我的资料给我看一下", SHOW),
    ("别拿我的话去改进", NO_QUALITY),
    ("不要用我们的对话做训练", NO_QUALITY),
    ("别给我打电话", NO_CONTACT),
    ("以后不要联系我了", NO_CONTACT),
    ("千万别打那个电话", NO_CONTACT),
]
NOT_UTTERED = [
    "我的名字被村里从低保名单里删了",
    "我家低保资料被清退了",
    "他们把我的医保信息弄错了",
    "我不同意他们占用我的地",
    "我不想留电话",
    "我想办低保，要什么资料",
    "手机里的照片删了还能找回来吗",
    "我孩子的户口注销了",
    "你们会不会删我的资料",
    "他把我的照片发到网上，删不掉",
    "我爸记不得我了",
    "能不能给我打电话",
    "别急，我找一下身份证",
    "我们村记了谁的名字没记我",
    "老师说我孩子的记录不好",
    "我老公不准我打电话回娘家",
    "他不许我打电话报警",
    "村干部叫我不要来找我们",
    "不用上门，我自己去行不行",
]


@pytest.mark.parametrize(("said", "wish"), UTTERED)
def test_a_clear_wish_is_heard(said: str, wish: str) -> None:
    """In the words people use, dialects included."""
    assert heard(said) == wish
    assert meant(said) == wish


@pytest.mark.parametrize("said", NOT_UTTERED)
def test_a_grievance_or_a_question_is_no_wish(said: str) -> None:
    """Nobody is asked whether everything shall be erased because a list or a picture was spoken of."""
    assert heard(said) is None


def test_a_long_story_is_no_wish() -> None:
    """Something is deleted in it, but somebody wants help."""
    assert heard("我老伴去年走了以后，村里说要把我的信息从五保名册里删掉重新登记，" * 3) is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("我的电话写错了，应该是13800000009", CORRECT),
        ("信息填错了想改一下", CORRECT),
        ("帮我删晒啲资料佢", ERASE),
        ("怎么删聊天记录", ERASE),
        ("取消授权", WITHDRAW),
        ("把我的数据导出来", SHOW),
        ("我说的会保密吗", INFORM),
        ("会不会泄露出去", INFORM),
        ("聊天记录会保存多久", INFORM),
    ],
)
def test_the_kind_of_a_matter_of_personal_data(said: str, kind: str) -> None:
    """Where the engine has said what it is about, the kind is found more freely."""
    assert meant(said) == kind
