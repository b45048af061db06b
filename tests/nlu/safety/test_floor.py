"""The safety floor against written messages of danger and of none, and against hostile input."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nlu.safety import CALM, LEVELS, assess
from nlu.safety.floor import _stretches, _view
from nlu.safety.rules import load_rules

HERE = Path(__file__).parent
# The floor alone; the model joined with it in the engine has to bring the pair to 0.97.
SETS = {"dev": (0.97, 0.02, 0.0), "heldout": (0.95, 0.02, 0.0), "fresh": (0.92, 0.03, 0.0), "last": (0.95, 0.05, 0.0)}


def dangers(name: str) -> list[tuple[str, set[str], str]]:
    groups = yaml.safe_load((HERE / f"risks_{name}.yml").read_text(encoding="utf-8"))
    return [(text, set(group["risks"]), group["urgency"]) for group in groups for text in group["texts"]]


def calm(name: str) -> dict[str, list[str]]:
    sets: dict[str, list[str]] = yaml.safe_load((HERE / f"calm_{name}.yml").read_text(encoding="utf-8"))
    return sets


@pytest.mark.parametrize("name", SETS)
def test_danger_is_found(name: str) -> None:
    """At least the promised share of a set raises an alarm with the right risk."""
    missed = [text for text, risks, _ in dangers(name) if not risks <= set(assess(text).risks)]
    assert 1 - len(missed) / len(dangers(name)) >= SETS[name][0], missed


@pytest.mark.parametrize("name", SETS)
def test_urgency_follows_the_labelling(name: str) -> None:
    """The urgency is right in 85 of 100 messages, and an emergency is hardly ever taken for less."""
    found = [(text, level, assess(text).urgency) for text, _, level in dangers(name)]
    wrong = [one for one in found if one[1] != one[2]]
    lowered = [one for one in wrong if LEVELS.index(one[2]) < LEVELS.index(one[1])]
    assert len(wrong) <= 0.17 * len(found), wrong
    assert len(lowered) <= 0.06 * len(found), lowered


@pytest.mark.parametrize("kind", ["hard", "ordinary"])
@pytest.mark.parametrize("name", SETS)
def test_calm_messages_raise_no_alarm(name: str, kind: str) -> None:
    """Idioms, news, law questions, farming and settled past stay below the budget; ordinary messages at none."""
    texts = calm(name)[kind]
    alarmed = [(text, assess(text).cues) for text in texts if assess(text)]
    assert len(alarmed) <= SETS[name][1 if kind == "hard" else 2] * len(texts), alarmed


@pytest.mark.parametrize(
    "text", ["自 杀", "我想自.杀", "自，杀", "不 想 活 了", "我不*想*活*了", "自🙂杀", "想死", "我 想 死", "自\u200b殺"]
)
def test_parted_words_are_rejoined(text: str) -> None:
    """Spaces, marks, emoji and zero-width characters between the characters hide nothing."""
    assert assess(text).risks == ("suicide_self_harm",)


@pytest.mark.parametrize("text", ["没有 想不开", "好，打水", "我妈走了 想办火化"])
def test_spaces_as_commas_are_kept_apart(text: str) -> None:
    """A pause written as a space neither makes nor unmakes a word."""
    assert assess(text) == CALM


@pytest.mark.parametrize("text", ["俺不想活咧", "我不想活哒", "佢打我，我好惊", "老公日日打我嘅", "冇饭吃咗三日"])
def test_dialect_characters_are_understood(text: str) -> None:
    """俺, 哒, 佢 and the like stand for common characters."""
    assert assess(text)


def test_a_title_is_no_wish() -> None:
    """What stands in 《》 is the name of a song or a film."""
    assert assess("有首歌叫《不想活》") == CALM


def test_prepared_means_make_an_emergency() -> None:
    """The same wish with means at hand is an emergency."""
    assert assess("我想自杀，农药都买好了").urgency == "emergency"
    assert assess("我想自杀").urgency == "urgent"


def test_the_alarm_names_no_words_of_the_resident() -> None:
    """Cues are names of rules: they may be logged."""
    alarm = assess("我叫王桂英，电话13800000000，老公天天打我，我不想活了")
    assert set(alarm.risks) == {"suicide_self_harm", "violence"}
    assert all(cue.isascii() for cue in alarm.cues)


def test_most_pressing_risk_stands_first() -> None:
    """The risk with the higher urgency leads, so that the reply begins with it."""
    alarm = assess("老公以前老打我，我不想活了，我已经喝了农药")
    assert alarm.urgency == "emergency"
    assert alarm.risks[-1] == "violence"


@given(st.text(max_size=300))
def test_any_string_is_assessed(text: str) -> None:
    """No string raises, and the answer is one of the known codes."""
    alarm = assess(text)
    assert set(alarm.risks) <= set(load_rules().order)
    assert alarm.urgency in LEVELS


@given(st.text(alphabet="我不想活了死打杀药，。 自楼跳\n孩老人", max_size=400))
def test_words_of_danger_in_any_order_are_assessed(text: str) -> None:
    """Heaps of dangerous words neither raise nor give an urgency without a risk."""
    alarm = assess(text)
    assert bool(alarm.risks) == (alarm.urgency != "routine")


@given(st.text(alphabet="我不想活了，。a", min_size=0, max_size=3000))
def test_stretches_cover_a_long_text(text: str) -> None:
    """Every character of a long text lies in a stretch, and the stretches end."""
    view = _view(text)
    covered = 0
    for low, high in _stretches(view):
        assert low <= covered
        covered = max(covered, high)
    assert covered == len(view)


def test_a_cry_at_the_end_of_a_long_letter_is_heard() -> None:
    """Length hides nothing."""
    assert assess("今天天气很好，家里都好。" * 700 + "我不想活了").risks == ("suicide_self_harm",)


@pytest.mark.parametrize("value", ["", "   ", "。。。", "\ud800", "1", "👍", None, 5])
def test_empty_and_odd_input_is_calm(value: object) -> None:
    """Nothing said, nothing alarmed."""
    assert assess(value) == CALM  # type: ignore[arg-type]


def test_it_is_fast() -> None:
    """A message takes well under a millisecond of processor time, 10,000 characters well under 0.1 s here."""
    texts = [text for text, _, _ in dangers("dev")] + calm("dev")["hard"]
    assess(texts[0])
    start = time.process_time()
    for text in texts:
        assess(text)
    assert (time.process_time() - start) / len(texts) < 0.001
    letter = "，".join(texts * 5)[:10_000]
    start = time.process_time()
    assess(letter)
    assert time.process_time() - start < 0.15


@pytest.mark.parametrize(
    "text",
    [
        "跟社工说不用来了，我想明白了，就明早天亮前的事。欠的钱写在信里了，谢谢你听我啰嗦",
        "欠谁的都压在枕头底下的纸上了，今晚以后就不用还了",
        "该说的都写在信里了，对不起孩子们",
        "我想清楚了，就今晚的事，不拖累谁了",
    ],
)
def test_a_quiet_goodbye_is_an_emergency(text: str) -> None:
    """Debts and last words put in writing, and a night set for it."""
    found = assess(text)
    assert found.risks == ("suicide_self_harm",) and found.urgency == "emergency"


@pytest.mark.parametrize(
    "text",
    [
        "社工不用来了，我想通了，谢谢你听我唠叨",
        "我想明白了，明天天亮就去办低保",
        "欠的钱写在纸上了，你们帮我算算",
        "存折放在枕头底下被偷了，怎么办",
    ],
)
def test_a_changed_mind_is_no_goodbye(text: str) -> None:
    """The same words of everyday things."""
    assert assess(text) == CALM


def test_half_a_roof_is_no_half_of_a_body() -> None:
    """屋顶垮了半边: no roof tonight is urgent, and nobody is hurt."""
    found = assess("遭了，刚才屋顶垮了半边，人倒是都跑出来了，铺盖粮食全埋起了，一家四口今晚没得地方睡")
    assert found.risks == ("survival",) and found.urgency == "urgent"
    assert assess("刚才突然半边身子动不了，嘴也歪了").risks == ("medical_emergency",)
