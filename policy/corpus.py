"""The corpus in data/policy: articles of laws and policy documents, and facts in plain words that cite them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data" / "policy"

_HEADING = re.compile(r"^## .*?(?:（(\w+)）)?$")
_FACT = re.compile(r"^- (\d+\.\d+) 〔([法地外])〕(.+)$")
_CITED = re.compile(r"《([^》]+)》((?:第[^，。；）《]+[、]?)+)")
_ARTICLE = re.compile(r"第(\d+)条")


@dataclass(frozen=True)
class Article:
    """One article. `law` is the full title, `short` the name it is cited by, `label` like 第十八条."""

    law: str
    short: str
    number: int
    label: str
    chapter: str
    text: str


@dataclass(frozen=True)
class Fact:
    """One fact in plain words. `source` is 法 (law), 地 (varies by place) or 外 (outside the corpus); `cited` are the
    (short name, article number) pairs it rests on; `service` is empty for facts common to all."""

    number: str
    service: str
    source: str
    text: str
    cited: tuple[tuple[str, int], ...]


@cache
def articles() -> tuple[Article, ...]:
    """All articles, in the order of the index."""
    found: list[Article] = []
    for law in json.loads((FOLDER / "laws.json").read_text(encoding="utf-8")):
        for line in (FOLDER / law["file"]).read_text(encoding="utf-8").splitlines():
            data = json.loads(line)
            found.append(
                Article(data["law"], data["short"], data["article_no"], data["article"], data["chapter"], data["text"])
            )
    return tuple(found)


@cache
def facts() -> tuple[Fact, ...]:
    """All facts; the appendices at the end are tables for people and are left out."""
    labels = {(each.short, each.label): each.number for each in articles()}
    found: list[Fact] = []
    service = ""
    for line in (FOLDER / "services-facts.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## 附"):
            break
        heading, fact = _HEADING.match(line), _FACT.match(line)
        if heading:
            service = heading.group(1) or ""
        elif fact:
            number, source, text = fact.groups()
            found.append(Fact(number, service, source, _without_citations(text), tuple(_cited(text, labels))))
    return tuple(found)


def _cited(text: str, labels: dict[tuple[str, str], int]) -> list[tuple[str, int]]:
    pairs: list[tuple[str, int]] = []
    for short, where in _CITED.findall(text):
        numbers = [int(number) for number in _ARTICLE.findall(where)]
        numbers += [labels[(short, label)] for label in where.split("、") if (short, label) in labels]
        pairs += [(short, number) for number in numbers]
    return pairs


def _without_citations(text: str) -> str:
    return re.sub(r"（《[^（）]*(?:（[^（）]*）[^（）]*)*）", "", text).strip()
