"""Says what was found in plain words with its source, or says honestly that we do not know."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policy.answer import Found, find
from policy.corpus import Article, Fact, articles, rows
from policy.words import meant, said, terms

SAID = 110  # characters of a fact that are said
QUOTED = 90  # characters of an article that are quoted
FIRST = 1.5  # an article is quoted from its beginning unless a later sentence fits this much better

STATION = "要不要我转给当地社工站帮您问清楚？"
NOT_KNOWN = f"这个我手上的政策里没有查到，不敢乱说。您可以打 12345 问。{STATION}"
OTHER_OFFICE = "这是{topic}方面的事，我手上没有这方面的规定，不敢乱说。{ask}。"
AMOUNT = "钱数各地定的不一样，我不敢乱报。"
VARIES = "这个各地定的不一样，要以当地的规定为准。"
WRITTEN = "规定是这样写的："
NEAREST = "我查到最接近的规定，不一定正好是您问的："
OLDER = "（较早的规定，和新法不一样的按新法）"
DECIDED = "具体到您家，要当地核实了才能定。"

_CATCHPHRASE = re.compile(r"^“([^”]+)”：(.+)$", re.DOTALL)
_ASK_THE_STATION = re.compile(
    "[，。；：]?[^，。；：]*(?:问|找)(?:社工站|村委会|机构|学校|班主任|医保局|县级残联|残联|公共)[^。；]*"
)
_BENEFIT = re.compile("救助|补贴|补助|津贴|低保|最低生活保障|供养|减免|资助|保障金")
_SENTENCE = re.compile(r"[^。；]+[。；]?")


def answer_in_words(question: str, services: Sequence[str] = ()) -> str:
    """What the resident reads: the fact and the article it rests on, or the article itself; that it varies by place;
    where else to ask; or that we do not know. At most about 260 characters."""
    found = find(question, services)
    if found.local:
        return _varies(found)
    if not found.answers:
        return _unknown(found)
    best = found.answers[0].article
    if found.fact:
        text = plain(found.fact)
        start = "" if found.sure else f"{NEAREST}\n"
        said_first = f"{start}{text}\n依据：{_source(best)}：“{quote(best.text, question + text)}”"
    else:
        said_first = f"{WRITTEN if found.sure else NEAREST}\n{_source(best)}：“{quote(best.text, question)}”"
    if not found.sure:
        return f"{said_first}\n{STATION}"
    return f"{said_first}\n{DECIDED}" if _BENEFIT.search(said_first) else said_first


def plain(fact: Fact) -> str:
    """The words of a fact; a catchphrase at its start is told as the mistake it is."""
    match = _CATCHPHRASE.match(fact.text)
    text = f"常听人说“{match.group(1)}”，其实不是这样：{match.group(2)}" if match else fact.text
    return shorten(text, SAID)


def shorten(text: str, most: int) -> str:
    """Whole sentences up to `most` characters; a first sentence that is longer ends at a comma, with an ellipsis."""
    kept = ""
    for sentence in _SENTENCE.findall(text):
        if len(kept) + len(sentence) > most - 2:
            break
        kept += sentence
    if kept == text or kept.endswith("。"):
        return kept
    if kept:
        return kept[:-1] + "……"
    cut = max(text.rfind(mark, 0, most - 2) for mark in "，、：")
    return text[: cut if cut > most // 2 else most - 2] + "……"


def quote(text: str, wanted: str) -> str:
    """At most QUOTED characters of an article: it from its beginning, or from the sentence that fits `wanted` best."""
    flat = text.replace("\n", "")
    if len(flat) <= QUOTED:
        return flat
    wants = {**meant(wanted), **said(wanted)}
    sentences = _SENTENCE.findall(flat)
    fits = [sum(wants.get(t, 0.0) for t in set(terms(each)) if len(t) > 1) / len(each) ** 0.5 for each in sentences]
    fits[0] *= FIRST
    best = max(range(len(sentences)), key=lambda number: (fits[number], -number))
    return ("……" if best else "") + shorten("".join(sentences[best:]), QUOTED - 2 * bool(best))


def _varies(found: Found) -> str:
    start = AMOUNT if found.amount else VARIES
    fact = found.fact
    if fact is None or "库" in fact.text:
        return f"{start}\n{STATION}"
    known = _ASK_THE_STATION.sub("", plain(fact)).strip("。；， ")
    usual = fact.source == "外" or re.search("一般|大多|多数|不用|先|不是", known)
    if fact.source == "外" and "一般" not in known:
        known = f"一般是：{known}"  # not verified: told as what is usual
    known = f"{known}。" if usual or found.amount else f"归当地定的有：{known}。"
    basis = next((articles()[rows()[cited]] for cited in fact.cited if cited in rows()), None)
    source = f"（{_name(basis)}）" if basis else ""
    return f"{start}{shorten(known, SAID)}{source}\n{STATION}"


def _unknown(found: Found) -> str:
    if found.topic is None:
        return NOT_KNOWN
    if found.topic.say:
        return found.topic.say
    return OTHER_OFFICE.format(topic=found.topic.name, ask=found.topic.ask) + STATION


def _source(article: Article) -> str:
    return _name(article) + OLDER * article.older


def _name(article: Article) -> str:
    return f"《{article.short}》{article.label}"
