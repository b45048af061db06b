"""Short replies in many mouths: what agrees, what refuses, what skips, what gives up, and what is none of these."""

from __future__ import annotations

import time

import pytest

from actions import replies

YES = [
    "同意",
    "要得",
    "中",
    "沾",
    "会使",
    "能成",
    "好个",
    "好嘅",
    "可以噻",
    "著，送出",
    "對，提交",
    "冇錯",
    "没毛病",
    "嗯嗯，好的呢",
    "行，你记吧闺女",
    "中 恁记吧",
    "照 你记",
    "管，记吧",
    "记 你给我记清楚",
    "能成 你记",
    "行吧 先记着",
    "记吧……同意",
    "好额",
    "蛮好",
    "同意，麻烦您了",
    "同意，谢谢老师",
    "外婆说可以",
    "我问了姥姥 姥姥说行",
    "同意，我给老汉念过了，他也愿意",
    "可以，只准拿来办这件事，别的用处不同意",
    "中，别说是俺说的就行",
    "这回对了 交吧",
    "对了，交上去吧",
    "是的，报上去嘛",
    "信息都对",
    "对 赶紧的",
    "妥了 交吧",
    "1",
    "👌",
]
NO = [
    "不同意",
    "不行",
    "不要",
    "不了",
    "不用了",
    "不可以",
    "别记",
    "莫登记",
    "莫登莫登 我搞不来这些",
    "唔好记，费事啲仔女知",
    "说了不记 我不信你们这些",
    "不同意。个人信息我一个字也不留。",
    "那还是不要了，我不同意记",
    "算了，不同意",
    "拒绝",
    "不对",
    "不是",
    "2",
]
NEITHER = [
    "你好",
    "老师好",
    "您好，在吗",
    "<script>alert(1)</script>",
    "不清楚",
    "可以办多少钱一个月",
    "可以吗",
    "要钱不",
    "好难受",
    "好像是82",
    "行动不便",
    "行李被偷了",
    "中风了",
    "得了癌症",
    "对面那家",
    "对了，问一下要多久",
    "不是82是83",
    "我没说可以",
    "别的",
    "我不知道",
    "没有",
    "？",
    "是不是要户口本",
    "我妈不同意我嫁给他才打的",
]
SKIP = [
    "跳过",
    "不说咧",
    "不说了",
    "唔记得",
    "没手机",
    "记不清了",
    "你莫问村了嘛 跳过",
    "不记得几组了，跳过",
    "不晓得属于哪个居委会",
    "我讲不清是哪个屯",
    "名字算了 俺也叫不上大名 先空着吧",
    "村就算了 你们来镇上一打听都知道",
    "俺嫁出来多年了，村改名了不知道叫啥",
]
STOP = [
    "莫交哒",
    "不办哒",
    "这个不要了 取消嘛",
    "算了 不办了 撤了吧",
    "莫交哒 我女儿讲她下个月回来照顾我 不麻烦政府哒 不办哒",
]


@pytest.mark.parametrize("said", YES)
def test_yes(said: str) -> None:
    """In every dialect, with thanks, with what is added."""
    assert replies.agrees(said) and not replies.refuses(said)


@pytest.mark.parametrize("said", NO)
def test_no(said: str) -> None:
    """A no is never taken for a yes."""
    assert replies.refuses(said) and not replies.agrees(said)


@pytest.mark.parametrize("said", NEITHER)
def test_neither(said: str) -> None:
    """Consent is taken from a clear yes only; a question is none."""
    assert not replies.agrees(said) and not replies.refuses(said)


@pytest.mark.parametrize("said", SKIP)
def test_a_small_question_is_left_open(said: str) -> None:
    """However it is said."""
    assert replies.skips(said, loosely=True) and not replies.gives_up(said)


@pytest.mark.parametrize("said", ["没得钱看病", "我妈不知道怎么办才好", "没有人照顾他"])
def test_a_story_is_no_skip(said: str) -> None:
    """Where the matter itself was asked for, 不知道 may be part of it."""
    assert not replies.skips(said, loosely=False)


@pytest.mark.parametrize("said", STOP)
def test_giving_up_is_no_skip(said: str) -> None:
    """不办了 ends it; 算了 alone does not."""
    assert replies.gives_up(said) and not replies.skips(said, loosely=True)


def test_time_is_bounded() -> None:
    """Words that overlap can be cut in many ways: 10,000 characters of them are read at once all the same."""
    began = time.perf_counter()
    for said in ("好的了就是" * 2000, "，".join(["就是就是就是就是"] * 1200)):
        replies.agrees(said), replies.refuses(said), replies.skips(said, loosely=True)
    assert time.perf_counter() - began < 5
