"""How a message is said is read from its text alone."""

from __future__ import annotations

import pytest

from evaluation.voices import CADRE, CHILD, FEW_WORDS, LETTERS, NONE, SPOKEN, TRADITIONAL, all_voices, voices


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("老人的事，" * 28, LETTERS),
        ("要办低保", FEW_WORDS),
        ("我今天去镇上问了那个人说要等到下个月才能给我办", NONE),
        ("我今天去镇上问了那个人说要等到下个月才能给我办下来行不行", SPOKEN),
        ("我媽媽八十歲了，想問那個津貼怎麼領", TRADITIONAL),
        ("堂客病了三年，药钱都借遍了", "方言：湘"),
        ("娃儿莫得人带，我要出去打工", "方言：川渝"),
        ("俺娘腿摔了，恁能来看看吗", "方言：豫鲁"),
        ("阿爸屋企冇人煮饭，佢行唔到", "方言：粤"),
        ("老头摔了起不来，这可咋整啊", "方言：东北"),
        ("我十二岁，妈妈走了以后没人管我们", CHILD),
        ("后爸昨晚打我，我躲在同学家里呢", CHILD),
        ("我是村支书，替村里一户老人报名", CADRE),
        ("入户走访发现，该户房屋漏雨严重", CADRE),
    ],
)
def test_each_rule_hears_its_voice(text: str, voice: str) -> None:
    """One example a rule."""
    assert voice in voices(text)


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("我十二岁的儿子不肯上学，怎么劝都不听", CHILD),
        ("家里是低收入户，想问问护理补贴的事", CADRE),
        ("我站在河边不想活了，没有人在乎我", CADRE),
        ("这是什么样的手续，怎么样才能办好", "方言：鄂赣"),
        ("他说你先去問一问吧，我也不清楚", TRADITIONAL),
    ],
)
def test_no_rule_hears_what_only_looks_like_it(text: str, voice: str) -> None:
    """A parent's child, a word inside a word, a single traditional character."""
    assert voice not in voices(text)


def test_a_message_may_have_several_voices_or_none() -> None:
    """They are counted one by one; nobody falls out of the table."""
    assert {LETTERS, "方言：豫鲁"} <= set(voices("俺" * 140))
    assert voices("想问一下办理残疾证要带什么。") == [NONE]
    assert set(voices("俺")) <= set(all_voices())
