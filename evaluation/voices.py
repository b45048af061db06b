"""How a message is said, decided from its text alone by plain rules: to see whom the model understands worse.

A message may have several voices or none. The rules count voices, they decide nothing: each would rather miss a message
than take in one that is not meant.
"""

from __future__ import annotations

import re

from evaluation.corpus import LETTER
from nlu.normalise import normalise

SHORT = 8  # characters up to which a message is a few words
UNMARKED = 25  # characters from which a text without any mark was probably spoken into the phone
LETTERS, FEW_WORDS, SPOKEN, TRADITIONAL = "长信", "只有几个字", "没有标点（像语音输入）", "繁体字"
CHILD, CADRE, NONE = "孩子的口气", "干部的口气", "以上都不是"

# Region → patterns of words that give it away; a word that neighbours share stands with each of them.
_NOT = "(?<![什怎那这多要])"  # 什么样 and the like are everyone's
DIALECTS = {
    "湘": f"堂客 细伢 伢子 妹陀 满崽 满女 冇得 冒得 娭毑 嗲嗲 恰饭 呷饭 呷药 咯里 咯个 咯样 何解 {_NOT}么子",
    "鄂赣": f"冇得 {_NOT}么样 {_NOT}么事 几多钱 几多岁 (?<!细)伢(?!子) 爹爹婆婆 作田 崽里 老弟嫂",
    "川渝": "娃儿 幺儿 幺女 婆娘 屋头 啥子 咋个 莫得 撒子 爪子嘛 要得 遭不住 瓜娃子 恼火得很 焦人 勒个 巴适 晓得不",
    "云贵桂": "老倌 妹崽 娃崽 小娃(?!娃) 咋个整 整哪样 做哪样 得克 不得克 老奶 讲莫得",
    "东北": "咋整 嘎哈 干哈 咋地 咋滴 唠唠 唠嗑 瞅瞅 埋汰 磕碜 贼拉 老鼻子 屯子 屯里 啥玩意 波棱盖 旮旯 嗯呐",
    "豫鲁": "俺 恁 中不中 咋弄 弄啥 妮儿 小妮 夜儿个 木有 可难了 不中",
    "西北": "额(?=[家们娃妈大屋爸婆]) 碎娃 麻达 嫽 难场 攒劲 尕 婆姨 老汉汉 咋弄哩 咋办哩 [了穷对是]咧",
    "粤": "[唔嘅咗佢喺睇啲嚟嘢攞哋嗰搵] 冇(?!得) 屋企 老豆 细路仔",
    "江浙沪": "阿拉 侬 伊拉 囡 小囡 辰光 晓得伐 好伐 屋里厢 姆妈 呒没 爷叔 哪能办",
    "闽台客家": "阿嬷 厝 囝 [毋袂𠊎] 阮(?=[厝姊是想兜阿]) 啥米 歹势 古早 细人",
}
_DIALECTS = {region: re.compile("|".join(words.split())) for region, words in DIALECTS.items()}

_YEARS = r"(?:[6-9]|1[0-7]|[六七八九]|十[一二三四五六七]?)"
_CLASS = r"(?:小学|[一二三四五六]年级|初[一二三中]|高[一二三中])"
_CHILD = re.compile(
    rf"(?<!时候)(?<!那年)我(?:今年|才|刚满|刚|快)*{_YEARS}(?:周?岁(?!的)|[,。!]|$)"
    rf"|我(?:今年|现在|在|正)*(?:读|念|上|是)?{_CLASS}(?!的?(?:老师|班主任|时|毕业))"
    r"|我(?:爸爸|妈妈|爸|妈|后爸|后妈|继父|继母)[^,。]{0,8}(?:打我|骂我|不要我|掐我|摸我|不让我(?:读|念|上))"
    r"|(?:爸|妈|爸爸|妈妈|后爸|后妈|继父|继母)(?:又|老|总|天天|昨晚)?(?:打我|把我|不要我了)"
    r"|我(?:们班|同桌|班上|班主任)|同学(?:们|都)*[^,。]{0,6}我|我的?同学"
)
_GROWN = re.compile(
    r"老公|老婆|丈夫|媳妇|爱人|婆家|嫁|我离婚|我儿|我女|儿子|女儿|孙|我孩|我家(?:孩|娃)|我娃|个娃|大学|头像|我[^,。]{0,4}(?:打工|上班)"
    r"|我是[^,。]{0,12}(?:老师|校长|教师|家长|医生|社工)"
)
_CADRE = re.compile(
    r"(?:我|本人|这里|我们)(?:是|系|作为|担任)[^,。]{0,14}(?:支书|书记|村主任|村长|组长|干部|网格员|村医|驻村|妇联|妇女主任"
    r"|民政专?[干员]|社区主任|居委会|村委会|儿童主任|专干|校长|督导员)"
    r"|本人(?:村|社区|网格|支书|主任)|我(?:村|社区|辖区|镇|乡|街道|网格|站)(?![里上口头下在着不])"
    r"|辖区|摸排|(?<!收)入户|走访(?:中|时|发现)|该(?:户|老人|同志|村民|家庭|儿童|居民|人员)|(?:替|代|为)村民|反映一户|特此|请予|现(?:上报|申请)"
)


def voices(text: str) -> list[str]:
    """The voices of a message in the report's order; [`NONE`] when no rule speaks."""
    plain = normalise(text)
    found = {
        LETTERS: len(text) >= LETTER,
        FEW_WORDS: len(text) <= SHORT,
        SPOKEN: len(text) >= UNMARKED and all(char.isalnum() or char.isspace() for char in text),
        TRADITIONAL: _traditional(text, plain),
        CHILD: bool(_CHILD.search(plain)) and not _GROWN.search(plain),
        CADRE: bool(_CADRE.search(plain)),
        **{f"方言：{region}": bool(words.search(plain) or words.search(text)) for region, words in _DIALECTS.items()},
    }
    return [name for name, speaks in found.items() if speaks] or [NONE]


def all_voices() -> list[str]:
    """Every voice, in the report's order."""
    return [LETTERS, FEW_WORDS, SPOKEN, TRADITIONAL, CHILD, CADRE, *(f"方言：{region}" for region in DIALECTS), NONE]


def _traditional(text: str, plain: str) -> bool:
    """At least two characters that simplifying changes: one alone may be a name or an input method's slip."""
    pairs = zip(text, plain, strict=True)
    return sum(one != other and "一" <= one <= "鿿" for one, other in pairs) >= 2
