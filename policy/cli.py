"""`yimi ask`: questions as lines, articles as lines."""

from __future__ import annotations

from typing import Any, TextIO

from policy.answer import find
from yimi.lines import answer_lines


def ask(question: str) -> dict[str, Any]:
    """{"answers": [{"law", "article_no", "score", "text"}, …]}, best first; [] when the corpus does not answer."""
    return {
        "answers": [
            {
                "law": each.article.law,
                "article_no": each.article.number,
                "score": each.score,
                "text": each.article.text,
            }
            for each in find(question).answers
        ]
    }


def ask_lines(source: TextIO, out: TextIO, errors: TextIO) -> int:
    """Reads {"id", "question"} or plain lines."""
    return answer_lines("question", ask, source, out, errors)
