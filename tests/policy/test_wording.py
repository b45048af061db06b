"""What the resident reads is short, plain, sourced, and honest when nothing is known."""

from __future__ import annotations

import re

import pytest

from policy import answer_in_words, find
from policy.corpus import articles, facts
from policy.wording import NEAREST, NOT_KNOWN, OLDER, QUOTED, STATION, VARIES, plain, quote, shorten
from tests.policy.measure import questions

MOST = 260
SOURCE = re.compile(r"《[^》]+》(第[^：”]+)?")


def test_every_answer_is_short_and_has_a_source_or_is_an_honest_refusal() -> None:
    """No answer is longer than a resident reads; each names its source, or offers the station, or says what we do."""
    for each in questions():
        said = answer_in_words(each.text)
        assert len(said) <= MOST, each.text
        assert SOURCE.search(said) or STATION in said or "随时跟我说" in said, each.text


def test_what_is_refused_names_no_law() -> None:
    """A refusal does not quote an article that does not answer."""
    for each in questions():
        found = find(each.text)
        if not found.answers and not found.local:
            assert "《" not in answer_in_words(each.text), each.text


@pytest.mark.parametrize(
    "question",
    [
        "火化要多少钱",
        "低保一个月多少钱",
        "高龄津贴每个月补多少",
        "养老院一个月收费多少",
        "孤儿一个月补多少",
        "残疾人护理补贴一年给多少",
    ],
)
def test_local_amounts_are_not_invented(question: str) -> None:
    """An amount that each place sets is said to vary, without any figure, and the station is offered."""
    said = answer_in_words(question)
    assert "各地定的不一样" in said and STATION in said
    assert not re.search(r"\d+元|[一二三四五六七八九十百千]+元", said)
    assert find(question).answers == []


@pytest.mark.parametrize(
    "question",
    ["高龄津贴去哪里领", "办残疾证要多久", "临时救助一年能领几次", "救助站能住几天", "租的房子能给老人装扶手不"],
)
def test_what_varies_by_place_is_said_to_vary(question: str) -> None:
    """No article is told for what only the place decides; the station is offered."""
    said = answer_in_words(question)
    assert said.startswith(VARIES) and said.endswith(STATION)


def test_an_older_law_is_told_as_such() -> None:
    """Where only the older law speaks, the answer says that the newer one decides."""
    said = answer_in_words("不晓得该归哪个部门管，推来推去")
    assert "《社会救助暂行办法》第六十条" in said and OLDER in said


def test_a_fact_is_told_in_plain_words_even_with_a_reserve() -> None:
    """The article alone is hard to read: the nearest fact goes before it."""
    said = answer_in_words("挨了打没地方躲，夜里能去哪儿住几天")
    assert said.startswith(NEAREST) and "没地方住可去临时庇护场所。" in said and "《反家庭暴力法》第十八条" in said


def test_the_price_of_cremation_is_not_answered_with_another_rule() -> None:
    """Words in common with a fact do not make it the answer."""
    assert "买套房" not in answer_in_words("火化要多少钱")


def test_amounts_that_the_law_sets_are_told() -> None:
    """A fine that stands in the law is an answer, not a local matter."""
    said = answer_in_words("违反保护令罚多少钱")
    assert "一千元以下" in said and "《反家庭暴力法》第三十四条" in said


def test_a_catchphrase_is_told_as_the_mistake_it_is() -> None:
    """“…”： at the start of a fact is what people wrongly say."""
    fact = next(each for each in facts() if each.number == "31.15")
    assert plain(fact) == "常听人说“没打伤就不算”，其实不是这样：经常性谩骂、恐吓、限制自由都算。"


def test_quotes_end_at_a_sentence_or_are_marked_as_cut() -> None:
    """Whatever is quoted is at most QUOTED characters and never looks like the end where it is not."""
    for article in articles():
        flat = article.text.replace("\n", "")
        quoted = quote(article.text, article.text[:40])
        assert len(quoted) <= QUOTED
        assert quoted == flat or quoted.endswith(("。", "……", "：", "”")), (article.short, article.label, quoted)
        assert quoted.removeprefix("……").removesuffix("……") in flat


def test_a_long_sentence_is_cut_at_a_comma() -> None:
    """The first sentence alone may be too long: it ends where a speaker would breathe."""
    assert shorten("甲" * 30 + "，" + "乙" * 40 + "。", 50) == "甲" * 30 + "……"


def test_an_unsure_answer_says_so_and_offers_the_station() -> None:
    """What only may fit is never told as if it did."""
    unsure = [
        each.text for each in questions() if (found := find(each.text)).answers and not found.sure and not found.local
    ]
    assert unsure
    for text in unsure:
        said = answer_in_words(text)
        assert said.startswith(NEAREST) and said.endswith(STATION), text


def test_matters_of_other_offices_are_sent_there() -> None:
    """Labour, traffic and the like are not ours: the answer says whose they are."""
    assert "12333" in answer_in_words("加班费按几倍算")
    assert answer_in_words("工资被拖了三个月").endswith(STATION)
    assert "交警" in answer_in_words("闯红灯扣几分")


@pytest.mark.parametrize("question", ["", "？？？", "的的的", "你好", "低" * 3000, "'; DROP TABLE articles; --"])
def test_nothing_to_search_for_is_not_known(question: str) -> None:
    """Empty, endless and odd texts get the honest sentence, not an error."""
    assert answer_in_words(question) == NOT_KNOWN


def test_the_service_that_was_understood_helps() -> None:
    """A bare question is answered for the service the conversation is about."""
    assert any(
        "低保" in each.article.short or each.article.short == "社会救助法"
        for each in find("怎么申请", ["dibao"]).answers[:3]
    )
