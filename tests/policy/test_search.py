"""The corpus is read whole and searched the same way every time."""

from __future__ import annotations

import io
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from policy.answer import find
from policy.cli import ask, ask_lines
from policy.corpus import articles, asked, facts, rows, topics
from policy.field import likely
from policy.index import Index
from policy.search import prepare
from policy.words import everyday, meant, said, terms
from tests.policy.measure import SETS, questions


def test_the_whole_corpus_is_read() -> None:
    """All articles and facts of the corpus are there, and what facts cite exists."""
    assert len(articles()) == 4440
    assert len(facts()) == 540
    assert all(cited in rows() for fact in facts() for cited in fact.cited)
    assert all(fact.cited for fact in facts() if fact.source == "法")


def test_every_service_has_facts_under_its_headings() -> None:
    """Facts know the service, the heading and the title they stand under."""
    fact = next(each for each in facts() if each.number == "11.4")
    assert (fact.service, fact.part, fact.title, fact.source) == ("old_age_allowance", "带什么", "高龄津贴", "地")


def test_our_own_words_are_well_formed() -> None:
    """asked.yml names existing articles (else reading it fails); no everyday or outside word is a single character."""
    assert len(asked()) > 800
    assert all(
        len(word) > 1 or word == "疯" or word in "瘫残瘸瞎聋哑坟埋墓穷淹崽娃伢侄舅姨揍摸" for word, _ in everyday()
    )
    assert all(len(word) > 1 for topic in topics() for word in topic.words)
    assert all(topic.ask or topic.say for topic in topics())


def test_no_measured_question_was_pasted_into_our_words() -> None:
    """What measures is not what is searched: no phrase of asked.yml or heard.yml and no everyday word is a question
    (but for questions of one word, such as 低保)."""
    plain = {re.sub(r"\W", "", each.text) for name in SETS for each in questions(name) if len(each.text) > 4}
    phrases = [phrase for words in [*asked().values(), *(fact.heard for fact in facts())] for phrase in words.split()]
    assert len(phrases) > 2500
    assert not plain & {*phrases, *(word for word, _ in everyday())}


def test_terms_are_pairs_single_characters_and_words() -> None:
    """Chinese is cut into pairs, figures and Latin words stay whole, traditional characters are made simple."""
    assert terms("低保12349") == ["低", "保", "低保", "12349"]
    assert terms("醫療") == terms("医疗")


def test_filler_says_nothing() -> None:
    """What every question has is not searched for; what was only meant weighs less than what was said."""
    assert said("请问怎么办呢") == {}
    assert max(meant("想吃低保").values()) < said("低保")["低保"]


def test_a_rare_term_counts_more() -> None:
    """BM25 as one expects it: the document with the rare word wins, a longer one loses a little."""
    index = Index([[("救助救急", 1.0)], [("救助", 1.0)], [("救助" + "别的话" * 20, 1.0)], [("骨灰救助", 1.0)]])
    scores = index.scores({"骨灰": 1.0, "救助": 1.0})
    assert max(scores, key=lambda row: scores[row]) == 3
    assert scores[1] > scores[2]
    assert index.scores({"没有": 1.0}) == {}


def test_scores_fall_and_answers_differ() -> None:
    """Best first, no article twice, at most five."""
    answers = find("儿子不养老怎么办").answers
    assert [each.score for each in answers] == sorted((each.score for each in answers), reverse=True)
    assert len({(each.article.short, each.article.number) for each in answers}) == len(answers) <= 5


def test_the_answer_lines_have_the_shape_of_the_contract() -> None:
    """{"id","question"} gives {"id","answers":[{"law","article_no","score","text"}…]}; a refusal gives []."""
    out, errors = io.StringIO(), io.StringIO()
    source = io.StringIO('{"id": 7, "question": "领了证没住一起，彩礼退不退"}\n今天下不下雨\n{"id": 8}\n')
    assert ask_lines(source, out, errors) == 2
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert first["id"] == 7 and set(first["answers"][0]) == {"law", "article_no", "score", "text"}
    assert second == {"id": "2", "answers": []}
    assert "第 3 行" in errors.getvalue()


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("骗取救助款怎么罚", 73),
        ("冒领救助金罚几倍", 73),
        ("临时救助去哪里申请", 37),
        ("就业救助去哪登记", 37),
        ("急难救助能不能先给钱", 50),
        ("临时救助给实物吗", 29),
    ],
)
def test_the_newer_law_comes_first_where_both_say_the_same(question: str, number: int) -> None:
    """社会救助法 prevails over 社会救助暂行办法 and the opinion on emergency aid of 2018."""
    first = ask(question)["answers"][0]
    assert (first["law"], first["article_no"]) == ("中华人民共和国社会救助法", number)


def test_a_long_letter_takes_no_longer_than_a_page() -> None:
    """Of whatever is pasted the beginning and the end are read: 100,000 characters are no more work than 600."""
    prepare()
    middle = "".join(chr(0x4E00 + i % 20000) for i in range(100_000))
    letter = f"我想问低保怎么申请。{middle}低保要带什么材料？"
    began = time.process_time()
    find(letter)
    assert time.process_time() - began < 0.5


def test_threads_may_ask_together() -> None:
    """The index is one connection; several turns ask it at once, and each gets what it would get alone."""
    asked_for = [each.text for each in questions()[:24]]
    alone = [find(text) for text in asked_for]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(find, asked_for)) == alone


def test_what_a_question_sounds_like_needs_no_word_of_the_law() -> None:
    """Messages of residents tell which service a question is about; for chit-chat none stands out."""
    services = likely("两口子都下广东进厂，细伢子丢给七十岁的奶奶")
    assert max(services, key=lambda service: services[service]) == "left_behind_child"
    assert 0 < sum(services.values()) <= 1
    assert max(likely("今天天气怎么样，讲个笑话").values()) < 0.3 < services["left_behind_child"]


def test_a_question_takes_little_time() -> None:
    """Processor time, so that a busy machine does not fail it: 20 ms a question once the index stands."""
    prepare()
    find("低保")
    began = time.process_time()
    for _ in range(20):
        find("我爹瘫在床上好几年，屋里穷，有没有护理的钱可以领，要到哪里去申请")
    assert (time.process_time() - began) / 20 < 0.02
