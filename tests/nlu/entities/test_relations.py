"""Who is in need: one message for each kind of sign, and weights for every sign."""

from __future__ import annotations

import pytest

from nlu.entities import extract
from nlu.entities.relations import candidates, weights


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("我妈让我来问的，她的低保怎么办", "母亲"),  # a messenger is not meant by saying so; 她 refers back
        ("外孙放我这里，他有癫痫", "孙辈"),
        ("我女儿十五岁，整天不说话，我怕她出事", "女儿"),
        ("老伴走了三年，我一个人", "本人"),  # the dead
        ("我爸去世了，妈妈一个人在家", "母亲"),
        ("我奶奶八十多了，我爸在外面打工，我妈跑了", "祖辈"),  # who is away or gone
        ("儿媳妇跑了，儿子坐牢，孙子上学没钱", "孙辈"),
        ("我在深圳上班，家里老父亲没人管", "父亲"),
        ("儿子儿媳不管我，我七十五了", "本人"),  # who neglects or harms
        ("我哥打我妈，我妈七十了", "母亲"),
        ("被儿子赶出来了，我没地方去", "本人"),
        ("我照顾不了我弟弟，他脑瘫", "其他"),  # the carer
        ("我一个老太婆不晓得怎么劝我孙女，她不肯上学", "孙辈"),
        ("我带着孙女在镇上读书，学费能不能减", "孙辈"),  # what is asked for
        ("我爸的养老认证，我不会弄", "父亲"),
        ("儿子三岁了还不会叫爸爸妈妈", "儿子"),  # a word that is only spoken
        ("我读五年级，我爸妈在外打工，作业没人教", "本人"),  # a child that writes
        ("我们村有个老人，儿女都不在身边，没人管", "村民"),  # an introduction
        ("隔壁王婆婆摔了，儿子在广东", "邻居"),
        ("我是村医，三组有个五保户瘫在床上", "村民"),  # who reports by trade
        ("我给我婆婆问个事，高龄津贴怎么领", "其他"),
        ("我电话13800000000，打我儿子的也行", None),  # telephones only
    ],
)
def test_the_one_in_need(text: str, value: str | None) -> None:
    """The person the message is about, whoever else is named."""
    primary = [one.value for one in extract(text) if one.type == "relation" and one.primary]
    assert primary == ([] if value is None else [value])


def test_every_sign_has_a_weight() -> None:
    """A sign without one would be found in vain: `python -m evaluation.relations --write` learns it."""
    text = "我一个老太婆带着外孙女，老伴走了，儿子在外打工不管她，没钱交学费，电话13800000000"
    for one in candidates(text, text):
        assert set(one.signs) <= set(weights()[one.kind])


def test_the_speaker_inside_a_person_is_no_mention() -> None:
    """我 in 我妈 stands for the speaker only if it is the speaker who is in need."""
    assert [one.value for one in extract("我妈瘫了") if one.type == "relation"] == ["母亲"]
