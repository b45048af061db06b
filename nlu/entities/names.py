# ruff: noqa: E501 – alternatives of one expression stay on one line
"""Names of persons: only where the text says that a name follows, or where a name was asked for.

Guessing names anywhere would take half of all words beginning with 王 or 高 for one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from nlu.entities.entity import LEXICON, Entity

_HAN = "一-鿿㐀-䶿"
_TITLE_WORDS = "奶奶|爷爷|大爷|大妈|大娘|大叔|大伯|大哥|大姐|大嫂|阿姨|阿婆|阿公|叔叔|叔|婶|婶子|婶婶|伯伯|伯|嫂子|嫂|哥|姐|姨|嗲嗲|娭毑|婆婆|老师|先生|女士|老汉|老太|老太太|师傅|小姐|妈妈|爸爸"
# Behind a name of two characters these begin what follows, not a third character of it.
_STOP = frozenset(
    "今是的住家电在有我他她你现男女身联想要来和与跟从也都已了吧啊呀呢吗岁村组得被没不患因于属说叫这那去到人给就年月号才快两三四五六七八九十"
)
_ASKED_STOP = frozenset("吧啊呀哈呢哦的")
_NO_NAME = frozenset(
    [
        "不知道",
        "不晓得",
        "没有",
        "跳过",
        "不想说",
        "好的",
        "保密",
        "匿名",
        "不说",
        "不方便",
        "不告诉",
        "知道了",
        "可以",
        "谢谢",
        "什么",
        "没名字",
        "不用",
        "暂时",
        "等下",
        "稍等",
        "同意",
        "不同意",
        "老人",
        "孩子",
        "我妈",
        "我爸",
        "我娘",
        "本人",
        "自己",
        "邻居",
        "是的",
        "对的",
        "不是",
        "好了",
        "随便",
        "无名",
        "不清楚",
        "忘记了",
        "忘了",
        "上面",
        "同上",
        "以后",
        "低保",
        "你好",
        "您好",
        "再见",
        "算了",
        "社工",
        "转人工",
        "人工",
        "取消",
        "重来",
        "村民",
        "继续",
        "确认",
        "没得",
        "冇得",
        "不详",
        "有事",
        "救命",
        "帮忙",
        "不能说",
        "方便",
        "现在",
        "明天",
        "今天",
    ]
)
_ETHNIC = re.compile(rf"[{_HAN}]{{2,7}}(?:·[{_HAN}]{{1,7}}){{1,3}}")
_LEADING = re.compile(r"(?:[^叫是名]{0,4}(?:名字)?(?:叫做|叫|名叫|是|姓名|名字))?(?=.{2})")
_SAID = re.compile(
    r"(?:(?:我|俺|[我俺额咱][大达]|个仔|个女|他|她|它|姨|姑|舅|叔|伯|嫂|婶|娃|侄|甥|人|名字|名|孩子|小孩|男孩|女孩|侄子|侄女|外甥|外孙|娃|老人|妈|爸|爹|娘|奶奶|爷爷|婆|公|儿子|女儿|孙子|孙女|老伴|大名|个|老公|老婆|邻居|全名|真名|学名|弟|妹|哥|姐)(?:的名字|名字)?(?:是)?(?:就)?叫(?:做|作)?"
    r"|名叫|[叫喊唤][做作]|姓名(?:是|为)?|名字(?:是|为)?|户主(?:是|叫|为)|大名(?:是|叫)?|本名|真名(?:是|叫)?|当事人(?:是|叫)|联系人(?:是|叫)?|患者(?:是|叫)|我是(?=[^,。]{2,4}(?:[,。,!]|$)))"
    r"[\s:]{0,2}"
)
_SURNAME_ONLY = re.compile(rf"(?:免贵)?姓([{_HAN}])(?![{_HAN}]{{0,12}}名)")
_CALLED = re.compile(rf"(?:叫我|喊我|称呼我|都叫|都喊|人称)(?:个)?([老小阿][{_HAN}]|[{_HAN}]{{1,2}}(?:{_TITLE_WORDS}))")


@functools.cache
def _surnames() -> tuple[frozenset[str], frozenset[str]]:
    single: set[str] = set()
    compound: set[str] = set()
    for line in (LEXICON / "surnames.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        words = line.split()
        if len(words) > 1:
            compound.update(words)
        else:
            single.update(line.strip())
    return frozenset(single), frozenset(compound)


def find_names(text: str, original: str, *, asked: bool = False) -> Iterator[Entity]:
    """Names in normalised `text`; with `asked` the whole text may be a bare name or form of address."""
    found: set[int] = set()
    for match in _ETHNIC.finditer(text):
        start = match.start() + len(_LEADING.match(match[0])[0])  # type: ignore[index]  # it may match nothing
        found.add(start)
        yield Entity("person_name", text[start : match.end()], original[start : match.end()], start, match.end())
    for match in _SAID.finditer(text):
        name = name_at(text, match.end())
        if name and match.end() not in found and not (match[0].startswith("我是") and not asked and len(name) < 2):
            found.add(match.end())
            end = match.end() + len(name)
            yield Entity("person_name", name, original[match.end() : end], match.end(), end)
    if asked and not found:
        name = parse_name(text)
        start = text.find(name) if name else -1
        if name and start >= 0:
            yield Entity("person_name", name, original[start : start + len(name)], start, start + len(name))


def name_at(text: str, start: int) -> str | None:
    """The Han name (surname and 1 or 2 characters) that begins at `start`, or None."""
    single, compound = _surnames()
    ethnic = _ETHNIC.match(text, start)
    if ethnic:
        return ethnic[0]
    family = 2 if text[start : start + 2] in compound else 1
    if family == 1 and text[start : start + 1] not in single:
        return None
    given = re.match(rf"[{_HAN}]{{0,2}}", text[start + family : start + family + 2])
    size = 0
    for character in given[0] if given else "":
        ends = not re.match(rf"[{_HAN}]", text[start + family + size + 1 :])
        if (
            character in _STOP
            and not (size == 0 and character in "有来家年月")
            and not (ends and character in "才有来")
        ):
            break
        size += 1
    return text[start : start + family + size] if size else None


def parse_name(text: str) -> str | None:
    """The name in an answer to "what is the name?": 王桂英; 姓王，王桂英; 就叫我老李吧 → 老李; 我姓张 → 张; else None."""
    text = text.strip().strip(",。.!！?？、;；~ ")
    if not text:
        return None
    if ethnic := _ETHNIC.search(text):
        return ethnic[0][_LEADING.match(ethnic[0]).end() :]  # type: ignore[union-attr]  # it may match nothing
    if called := _CALLED.search(text):
        return called[1]
    for match in _SAID.finditer(text):
        if (name := name_at(text, match.end())) and name not in _NO_NAME:
            return name
    parts = [part for part in re.split(r"[,。.!！?？、;；\s]+", text) if part]
    for part in (*parts, "".join(parts) if all(len(part) == 1 for part in parts) else ""):
        if name := _bare_name(part):
            return name
    if surname := _SURNAME_ONLY.search(text):
        return surname[1]
    return None


def _bare_name(part: str) -> str | None:
    part = re.sub(r"^(?:就|是|叫|我叫|我是|他叫|她叫|我|名字|本人)(?=.{2})", "", part)
    while len(part) > 2 and part[-1] in _ASKED_STOP:
        part = part[:-1]
    if not re.fullmatch(rf"[{_HAN}]{{2,6}}", part) or part in _NO_NAME or part[-1] in "镇乡县村":
        return None
    single, compound = _surnames()
    if re.fullmatch(rf"[老小阿][{_HAN}]{{1,2}}|[{_HAN}]{{1,3}}(?:{_TITLE_WORDS})", part) and not part.endswith("人"):
        return part
    if part[:2] in compound and len(part) in (3, 4):
        return part
    if part[0] in single and len(part) in (2, 3) and not any(character in "不没吗呢了的" for character in part[1:]):
        return part
    if part[0] in single and len(part) == 4 and part[1] in single:  # both parents' surnames
        return part
    return None
