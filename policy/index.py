"""Full-text search over the corpus: SQLite FTS5 with BM25, over words and pairs of characters."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import jieba
import yaml

from nlu.normalise import normalise
from policy.corpus import FOLDER, articles, facts

_WORDS = Path(__file__).resolve().parent.parent / "data" / "lexicon" / "words.txt"
# Words that every question has and no answer is about.
_EMPTY = frozenset(
    "的 了 吗 呢 吧 啊 呀 我 我们 你 你们 他 她 它 是 有 在 和 就 都 也 还 要 能 可以 怎么 什么 哪些 哪里 多少 几 请问 "
    "这个 那个 如何 咋 咋办 怎样 怎么办 想 问 一下 知道 不 没 没有 个 家 人 去 到 给 让 把 被 会 吗? 办 得 很 多".split()
)


@cache
def _cutter() -> jieba.Tokenizer:
    cutter = jieba.Tokenizer()
    cutter.load_userdict(str(_WORDS))
    return cutter


@cache
def everyday() -> tuple[tuple[str, str], ...]:
    """Everyday words and the official ones they stand for (data/policy/everyday.yml)."""
    table = yaml.safe_load((FOLDER / "everyday.yml").read_text(encoding="utf-8"))
    return tuple((word, official) for official, words in table.items() for word in words)


def tokens(text: str) -> list[str]:
    """Words as a searcher would cut them, and pairs of characters, so that unknown words match too."""
    text = normalise(text).lower()
    words = [word for word in _cutter().cut_for_search(text, HMM=False) if word.strip() and word not in _EMPTY]
    run = "".join(c if c.isalnum() else " " for c in text).split()
    pairs = [part[i : i + 2] for part in run for i in range(len(part) - 1) if part[i : i + 2] not in _EMPTY]
    return [token for token in [*words, *(f"{pair}_" for pair in pairs)] if any(c.isalnum() for c in token)]


def question_tokens(question: str) -> list[str]:
    """The tokens of a question, with the official words for everyday ones."""
    text = normalise(question)
    official = " ".join(name for word, name in everyday() if word in text)
    return list(dict.fromkeys([*tokens(question), *tokens(official)]))


class Index:
    """Both tables in memory; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute("CREATE VIRTUAL TABLE articles USING fts5(law, chapter, body, tokenize='unicode61')")
        self._database.execute("CREATE VIRTUAL TABLE facts USING fts5(body, tokenize='unicode61')")
        self._database.executemany(
            "INSERT INTO articles(rowid, law, chapter, body) VALUES (?, ?, ?, ?)",
            (
                (row, _joined(each.short), _joined(each.chapter), _joined(each.text))
                for row, each in enumerate(articles())
            ),
        )
        self._database.executemany(
            "INSERT INTO facts(rowid, body) VALUES (?, ?)",
            ((row, _joined(each.text)) for row, each in enumerate(facts())),
        )

    def search(self, table: str, words: Iterable[str], most: int) -> list[tuple[int, float]]:
        """[(row, score)], best first; a higher score is better. `table` is articles or facts."""
        query = " OR ".join(f'"{word}"' for word in words if '"' not in word)
        if not query:
            return []
        rank = "bm25(articles, 2.0, 0.7, 1.0)" if table == "articles" else "bm25(facts)"
        statement = f"SELECT rowid, {rank} FROM {table} WHERE {table} MATCH ? ORDER BY 2 LIMIT ?"  # noqa: S608
        with self._lock:
            rows = self._database.execute(statement, (query, most)).fetchall()
        return [(row, -score) for row, score in rows]


def _joined(text: str) -> str:
    return " ".join(tokens(text))


@cache
def index() -> Index:
    """The index of this process, built at its first use (some seconds)."""
    return Index()
