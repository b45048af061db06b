"""The corpus in data/policy: articles of laws and policies, facts in plain words that cite them, and how people ask."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent.parent / "data" / "policy"

_HEADING = re.compile(r"^## \d* ?(.*?)(?:（(\w+)）)?$")
_PART = re.compile(r"^\*\*(.+)\*\*$")
_FACT = re.compile(r"^- (\d+\.\d+) 〔([法地外])〕(.+)$")
_LABEL = r"(?:引言|第\d+条|第[一二三四五六七八九十]+部分(?:（[一二三四五六七八九十]+）)?\d*)"
_CITED = re.compile(rf"《([^》]+)》({_LABEL}(?:、{_LABEL})*)")
_ARTICLE = re.compile(r"第(\d+)条")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where libyaml is there


@dataclass(frozen=True)
class Article:
    """One article. `law` is the full title, `short` the name it is cited by, `label` like 第十八条.

    `older`: a newer law decides wherever the two differ."""

    law: str
    short: str
    number: int
    label: str
    chapter: str
    text: str
    older: bool = False


@dataclass(frozen=True)
class Fact:
    """One fact in plain words. `source` is 法 (law), 地 (varies by place) or 外 (outside the corpus); `cited` are the
    (short name, article number) pairs it rests on; `service` is empty for facts common to all. `part` is the heading it
    stands under (谁能申请, 去哪里, 带什么, 多久, …), `title` that of its service, `heard` how people
    ask what it says."""

    number: str
    service: str
    source: str
    text: str
    cited: tuple[tuple[str, int], ...]
    part: str
    title: str
    heard: str


@dataclass(frozen=True)
class Topic:
    """A matter the corpus leaves out: its name, where to ask about it and the words it is known by.

    `say` is the whole answer when it is no office's matter."""

    name: str
    ask: str
    words: tuple[str, ...]
    say: str


@cache
def articles() -> tuple[Article, ...]:
    """All articles, in the order of the index."""
    found: list[Article] = []
    for law in json.loads((FOLDER / "laws.json").read_text(encoding="utf-8")):
        older = law["status"] != "现行有效"
        for line in (FOLDER / law["file"]).read_text(encoding="utf-8").splitlines():
            each = json.loads(line)
            found.append(
                Article(
                    each["law"],
                    each["short"],
                    each["article_no"],
                    each["article"],
                    each["chapter"],
                    each["text"],
                    older,
                )
            )
    return tuple(found)


@cache
def rows() -> dict[tuple[str, int], int]:
    """The row in `articles()` of a (short name, article number)."""
    return {(each.short, each.number): row for row, each in enumerate(articles())}


@cache
def facts() -> tuple[Fact, ...]:
    """All facts; the appendices at the end are tables for people and are left out."""
    labels = {(each.short, each.label): each.number for each in articles()}
    heard: dict[str, str] = load("heard.yml")
    found: list[Fact] = []
    service = title = part = ""
    for line in (FOLDER / "services-facts.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## 附"):
            break
        heading, under, fact = _HEADING.match(line), _PART.match(line), _FACT.match(line)
        if heading:
            title, service, part = heading.group(1), heading.group(2) or "", ""
        elif under:
            part = under.group(1)
        elif fact:
            number, source, text = fact.groups()
            cited = tuple(_cited(text, labels))
            found.append(
                Fact(
                    number,
                    service,
                    source,
                    _without_citations(text),
                    cited,
                    part,
                    title if service else "",
                    heard.get(number, ""),
                )
            )
    if unknown := set(heard) - {each.number for each in found}:
        raise ValueError(f"data/policy/heard.yml has facts that services-facts.md has not: {sorted(unknown)}")
    return tuple(found)


@cache
def asked() -> dict[int, str]:
    """Everyday words under which an article is found, by its row (data/policy/asked.yml)."""
    table: dict[str, dict[int, str]] = load("asked.yml")
    return {rows()[(short, number)]: words for short, lines in table.items() for number, words in lines.items()}


@cache
def topics() -> tuple[Topic, ...]:
    """The matters that the corpus leaves out (data/policy/outside.yml)."""
    return tuple(
        Topic(each["topic"], each.get("ask", ""), tuple(each["words"]), each.get("say", ""))
        for each in load("outside.yml")
    )


def load(name: str) -> Any:
    """A YAML file of data/policy."""
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 (a safe loader, both ways)


def _cited(text: str, labels: dict[tuple[str, str], int]) -> list[tuple[str, int]]:
    pairs: list[tuple[str, int]] = []
    for short, where in _CITED.findall(text):
        numbers = [int(number) for number in _ARTICLE.findall(where)]
        numbers += [labels[(short, label)] for label in where.split("、") if (short, label) in labels]
        pairs += [(short, number) for number in numbers]
    return pairs


def _without_citations(text: str) -> str:
    return re.sub(r"（(?:依据)?《[^（）]*(?:（[^（）]*）[^（）]*)*）", "", text).strip()
