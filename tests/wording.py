# ruff: noqa: E501 – word lists
"""Words that residents never read, and where everything that they do read stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]

# Nowhere: brushing off, blame, promises, secrecy, an end of the talk (section 4 of the design on reliability).
NOWHERE = (
    "想开点", "别冲动", "别想不开", "想不开", "看开", "坚强", "会好的", "没事的", "一切都会", "忍一忍", "为了孩子", "别闹", "不应该", "你怎么",
    "您怎么", "自私", "冷静", "别哭", "活着就有希望", "珍惜生命", "我理解您的感受", "我理解你的感受", "佛祖", "菩萨", "上帝", "神仙",
    "一定会", "肯定会", "绝对", "不告诉别人", "替您保密", "保证", "已报警", "已经报警", "已派", "马上到", "马上就能看到", "未遂",
    "自杀成功", "结束对话", "对话结束", "会话超时", "再见", "抑郁症", "精神病", "寻短见",
)  # fmt: skip
# Not where somebody is in danger: methods, diagnoses, and whatever tells on a victim or sends her to confront.
IN_DANGER = (
    "自杀", "跳楼", "农药", "安眠药", "割腕", "上吊", "剂量", "煤气", "百草枯", "诊断", "治疗", "会话", "超时", "成功", "保密", "不告诉", "神", "佛",
    "家暴", "家庭暴力", "虐待", "施暴", "性侵", "老公", "丈夫", "父母", "跟他谈", "找他说", "质问", "监护人",
)  # fmt: skip

# Everything a resident may read comes from here; a new place must be added, or its words are not reviewed.
SPOKEN = (
    "bot/conversation/*.py", "bot/telegram/words.py", "bot/telegram/residents.py", "bot/telegram/notes.py", "actions/*.py", "nlu/safety/reply.py",
    "bot/wechat/words.py", "tickets/rules.py", "tickets/follow_up.py", "tickets/erasure.py", "tickets/attachments.py", "policy/wording.py",
    "policy/answer.py", "console/problems.py", "console/api/attachments.py",
)  # fmt: skip
WRITTEN = ("domain/*.yml", "data/hotlines.yml", "data/consents.yml")
PAGES = ("console/templates/chat.html", "console/templates/privacy.html", "console/static/chat/*.js")
# What is said once an alarm was raised, or may be: held to both lists.
OF_DANGER = ("nlu/safety/reply.py", "tickets/follow_up.py", "bot/conversation/danger.py", "bot/conversation/outage.py")
WORDS_OF_DANGER = (
    "WITH_YOU",
    "SILENT",
    "KEPT_IN_DANGER",
    "NOT_RECORDED_IN_DANGER",
    "ERASED_LATER",
    "NO_CONTACT",
    "KEPT",
)

_CHINESE = re.compile(r"[一-鿿]")
_HEARS = re.compile(r"\\|\(\?|\[\^|\|")  # patterns hear what residents say; nobody reads them


def spoken() -> Iterator[tuple[str, str]]:
    """(where, words) of everything residents may read."""
    for pattern in SPOKEN:
        for path in sorted(ROOT.glob(pattern)):
            yield from strings(path)
    for pattern in WRITTEN:
        for path in sorted(ROOT.glob(pattern)):
            yield from ((f"{path.name}", text) for text in _leaves(yaml.safe_load(path.read_text(encoding="utf-8"))))
    for pattern in PAGES:
        for path in sorted(ROOT.glob(pattern)):
            yield path.name, path.read_text(encoding="utf-8")


def strings(path: Path) -> Iterator[tuple[str, str]]:
    """(file:line, text) of the Chinese strings of a module that are no docstrings and no patterns."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in documentation:
            continue
        if _CHINESE.search(node.value) and not _HEARS.search(node.value):
            yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _leaves(each)
