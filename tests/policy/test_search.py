"""The corpus is read whole and searched the same way every time."""

from __future__ import annotations

import io
import json
import time

from policy.answer import find, prepare
from policy.cli import ask, ask_lines
from policy.corpus import articles, asked, facts, rows, topics
from policy.index import Index
from policy.words import everyday, meant, said, terms


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
    assert all(len(word) > 1 or word == "疯" or word in "瘫残瘸瞎聋哑坟埋墓穷淹崽娃伢侄揍摸" for word, _ in everyday())
    assert all(len(word) > 1 for topic in topics() for word in topic.words)
    assert all(topic.ask or topic.say for topic in topics())


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


def test_the_newer_law_comes_first_where_both_say_the_same() -> None:
    """社会救助法 prevails over 社会救助暂行办法."""
    laws = [each["law"] for each in ask("骗取救助款怎么罚")["answers"]]
    assert laws[0] == "中华人民共和国社会救助法"


def test_a_question_takes_little_time() -> None:
    """Processor time, so that a busy machine does not fail it: 20 ms a question once the index stands."""
    prepare()
    find("低保")
    began = time.process_time()
    for _ in range(20):
        find("我爹瘫在床上好几年，屋里穷，有没有护理的钱可以领，要到哪里去申请")
    assert (time.process_time() - began) / 20 < 0.02
