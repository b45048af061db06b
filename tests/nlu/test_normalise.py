"""Normalisation keeps every position; numerals are read or refused."""

import pytest

from nlu.normalise import chinese_number, normalise


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("臺灣　ＡＢ，１２３！", "台湾 AB,123!"),
        ("「花石鎮」", '"花石镇"'),
        ("我住\u200b在\x07家\ud800", "我住 在 家 "),
        ("乾县於潜", "乾县于潜"),
        ("八十二岁，低保。", "八十二岁,低保。"),
        ("", ""),
    ],
)
def test_one_form_of_the_same_length(text: str, plain: str) -> None:
    """Wide, traditional and control characters get one form, and no position moves."""
    assert normalise(text) == plain
    assert len(normalise(text)) == len(text)


def test_emoji_and_every_plane_keep_their_length() -> None:
    """No character of Unicode changes the length."""
    text = "".join(map(chr, range(0, 0x20000, 7)))
    assert len(normalise(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("八十二", 82),
        ("一百零三", 103),
        ("一百二", 120),
        ("一百二十", 120),
        ("一百十二", 112),
        ("两千", 2000),
        ("俩", 2),
        ("廿", 20),
        ("廿五", 25),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("三千五", 3500),
        ("一千零一", 1001),
        ("三万五", 35000),
        ("两万三千四百", 23400),
        ("一万零五", 10005),
        ("二〇二四", 2024),
        ("82", 82),
        ("８２", 82),
        ("3万5", 35000),
        ("零", 0),
        ("壹佰", 100),
    ],
)
def test_numerals_are_read(text: str, number: int) -> None:
    """A whole numeral in any usual spelling gives its number."""
    assert chinese_number(text) == number


@pytest.mark.parametrize(
    "text", ["八十好几", "七八十", "三四", "几百", "八十多", "十几", "百八十", "一百零", "十十", "半", "", "没有"]
)
def test_unsure_numerals_are_refused(text: str) -> None:
    """What is vague or no number gives None, never a guess."""
    assert chinese_number(text) is None
