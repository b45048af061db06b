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
        ("快派个人来，我家老头子攥着药瓶不出来", "配偶"),  # whoever is to come is nobody
        ("我想领那个高龄老人的补贴，别人都领上了", "本人"),  # the name of a benefit
        ("俺家失火了，俺一家现在搁俺兄弟家住着，给俺申请个临时救助", "本人"),  # a shelter
        ("我妈住在我哥家，没人照看", "母亲"),
        ("我弟家失火了，啥都没了", "其他"),
        ("额二大打了一辈子光棍，想给他办个五保", "其他"),  # Shaanxi: a father's brother
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


KIN = {
    "儿子": ["我个仔今年廿三岁，智力残疾", "我阿仔自闭症，十岁了", "我嗰个仔冇工做", "个仔叫邓伟强，十八岁"],
    "女儿": ["我个女生病了，要住院", "我阿女考上大学，学费不够", "我妹仔五岁，想上幼儿园冇钱", "我屋阿囡发烧了"],
    "父亲": [
        "我大八十三了",
        "俺达腿断了，下不了地",
        "我爹老子瘫在床上",
        "额大得了脑梗，额在打工",
        "我大三年前中的风，瘫了",
    ],
    "其他": ["我嬢嬢一个人过，查出来有抑郁症", "我兄弟残疾，四十多了没成家", "我有个打工认识的兄弟，喝了农药"],
    "本人": [
        "我们老两口都七十多了，想装个扶手",
        "我们俩口子都残疾，没收入",
        "我们两公婆都有病，冇人照顾",
        "我是一名初三学生，爸妈离婚了没人管我",
        "我今年初二，爷爷奶奶管不了我，我天天玩手机",
        "今天到现在没吃东西，能不能帮帮我",
    ],
}


@pytest.mark.parametrize(("value", "text"), [(value, text) for value, texts in KIN.items() for text in texts])
def test_words_of_kin_in_the_dialects(value: str, text: str) -> None:
    """What a son, a daughter, a father or both of a couple are called in the south and in the north-west."""
    assert [one.value for one in extract(text) if one.type == "relation" and one.primary] == [value]


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("我个仔细看了一遍，还是不会填", "儿子"),
        ("给我个女护工，照顾我妈", "女儿"),
        ("我个女的，一个人不敢去", "女儿"),
        ("我大二，今年二十岁", "父亲"),
        ("我大三在读，家里没钱交学费", "父亲"),
        ("我大清早就来排队了", "父亲"),
        ("我大叫了好几声也没人应", "父亲"),
        ("兄弟们都不管我妈", "其他"),
        ("靠我们两口子养活我妈，我妈瘫痪", "本人"),
        ("我家土墙房还是我爷爷那辈盖的，到处漏", "祖辈"),
        ("屋是我爹手里起的，裂了缝，想修", "父亲"),
        ("不是她自己摔的，是俺弟弟推的", "本人"),
        ("俺家失火烧光了，俺一家现在搁俺兄弟家住着", "其他"),
        ("房子塌了，我们暂时住在我姐家里，没钱修", "其他"),
        ("生完孩子心情不好，想找人聊聊", "其他"),
        ("帮帮我妈吧，她瘫在床上没人管", "本人"),
        ("我是学生家长，孩子在学校被打", "本人"),
    ],
)
def test_what_only_looks_like_kin(text: str, never: str) -> None:
    """我个仔细看了 is no son, 我大二 no father, and who built the house does not need it."""
    assert never not in [one.value for one in extract(text) if one.type == "relation" and one.primary]


@pytest.mark.parametrize(
    "text",
    [
        "楼上卫生间漏水漏到我家客厅半年了，找他说他就骂人，能不能来个人调解一下",
        "邻居占我家地，村里也管不了",
        "隔壁老李家把水排到我家院子里，墙都泡塌了，找谁评理",
        "对门养狗天天叫，说他还骂我，能来调解不",
        "村东头老王占了俺家半分宅基地，想请人说说理",
        "邻居把垃圾堆在俺家门口，说了不听",
        "老板把俺行李丢出来了，没地方去",
    ],
)
def test_the_other_side_of_a_quarrel_is_not_in_need(text: str) -> None:
    """Who does something to the speaker's home is not whom the help is for."""
    assert [one.value for one in extract(text) if one.type == "relation" and one.primary] == ["本人"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("邻居家老太太一个人住，房子漏雨，水都流到她床上了", "邻居"),  # … but a neighbour may be
        ("我妈住在我哥家，瘫了，没人管", "母亲"),
        ("我媳妇子是聋哑人，二级残疾", "配偶"),
        ("楼下大爷摔了，躺在我家门口起不来", "邻居"),
        ("我是隔壁的，我们这有个老汉八十四了，一个人过", "邻居"),
        ("我就是对门的，张大爷腿断了没人送饭", "邻居"),
        ("我是村小的老师。班上一个二年级女生说，她后爸晚上会摸她。我不敢让她走", "其他"),
        ("我男人喝了酒砸东西，我跟娃娃躲在厕所，他说出去就弄死我 莫打电话", "本人"),
    ],
)
def test_who_tells_of_whom(text: str, value: str) -> None:
    """Who lives next door tells of a neighbour, a teacher of a pupil, who hides of themselves."""
    assert [one.value for one in extract(text) if one.type == "relation" and one.primary] == [value]


def test_nobody_of_whom_only_the_doing_is_told() -> None:
    """房东把铺盖扔出来了: the landlord needs nothing."""
    assert not [one for one in extract("房东昨天把铺盖扔出来了") if one.type == "relation" and one.primary]
