"""The pure parts: signed links, signed buttons, masks, cutting long texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.buttons import Offer, Work, offer_data, offer_keyboard, read_offer, read_work, work_data
from bot.telegram.inbox import MASK, chat_of, mask_id_numbers, masked
from bot.telegram.links import bot_link, read_station_token, station_token
from bot.telegram.outgoing import LIMIT, split, units

OLD, NEW, OTHER = "a" * 20 + "1" * 20, "b" * 20 + "2" * 20, "c" * 40


@given(st.integers(min_value=10, max_value=999_999_999_999).map(str))
def test_a_station_token_names_its_station_and_fits(code: str) -> None:
    """A poster's token gives back its code, fits Telegram's rules, and opens with an older secret after a change."""
    token = station_token(code, OLD)
    assert len(token) <= 64 and token.replace("-", "").replace("_", "").isalnum()
    assert read_station_token(token, (NEW, OLD)) == code
    assert read_station_token(token, (OTHER,)) is None


@given(st.text(max_size=80))
def test_no_text_is_taken_for_a_token(text: str) -> None:
    """Whatever people put behind ?start=, nothing breaks and nothing unsigned is believed."""
    assert read_station_token(text, (OLD,)) is None


def test_a_changed_token_is_refused() -> None:
    """Changing any one character makes a token worthless."""
    token = station_token("430321107", OLD)
    for at, sign in enumerate(token[:-1]):
        assert read_station_token(token[:at] + ("A" if sign != "A" else "B") + token[at + 1 :], (OLD,)) is None


def test_words_are_no_station_code() -> None:
    """Only division codes become tokens; the triage desk needs no poster."""
    for code in ("triage", "", "0430", "4303211071234567"):
        with pytest.raises(ValueError, match="not a division code"):
            station_token(code, OLD)
    assert bot_link("yimi_bot", "abc") == "https://t.me/yimi_bot?start=abc"


@given(st.integers(0, 999_999_999), st.integers(0, 999), st.integers(1, 10**13).map(str))
def test_a_residents_button_fits_and_belongs_to_one_chat(offer_no: int, position: int, chat: str) -> None:
    """At most 64 bytes; read back in its own chat, refused in any other."""
    data = offer_data(OLD, chat, Offer(offer_no, position))
    assert 1 <= len(data.encode()) <= 64
    assert read_offer((NEW, OLD), chat, data) == (offer_no, position)
    assert read_offer((OLD,), chat + "1", data) is None
    assert read_offer((OTHER,), chat, data) is None


def test_a_workers_button_belongs_to_worker_ticket_and_action() -> None:
    """Changing the action or the number, or pressing as somebody else, breaks the signature."""
    data = work_data(OLD, "li", Work("claim", "43032110720261122-0007"))
    assert len(data.encode()) <= 64
    assert read_work((OLD,), "li", data) == ("claim", "43032110720261122-0007")
    assert read_work((OLD,), "zhou", data) is None
    assert read_work((OLD,), "li", data.replace("claim", "resolve")) is None
    assert read_work((OLD,), "li", data.replace("0007", "0008")) is None
    # a resident's chat id is no worker's id, even when the text is the same
    assert read_work((OLD,), "1", offer_data(OLD, "1", Offer(1, 1))) is None


@given(st.text(max_size=100))
def test_no_callback_data_breaks_the_reader(data: str) -> None:
    """Callback data comes from clients: any text is simply not ours."""
    assert read_offer((OLD,), "1", data) is None
    assert read_work((OLD,), "li", data) is None


def test_only_what_is_still_offered_gets_a_button() -> None:
    """Buttons of an older question are left out; short ones share a row."""
    titles = {"是": "/yes", "不是": "/no", "旧": "/old", "湘潭县花石镇石岗村": "/far"}
    buttons = [{"title": title, "payload": payload} for title, payload in titles.items()]
    keyboard = offer_keyboard(OLD, "1", buttons, ["/no", "/yes", "/far"], 4)
    assert keyboard is not None
    assert [[item.text for item in row] for row in keyboard.inline_keyboard] == [["是", "不是"], ["湘潭县花石镇石岗村"]]
    assert read_offer((OLD,), "1", str(keyboard.inline_keyboard[0][0].callback_data)) == (4, 1)
    assert offer_keyboard(OLD, "1", buttons, [], 4) is None


@pytest.mark.parametrize(
    "text",
    [
        "430321194001011234",
        "43032119400101123X",
        "430321 19400101 1234",
        "４３０３２１１９４００１０１１２３ｘ",
        "430321-19400101-123x",
    ],
)
def test_id_numbers_are_masked_however_they_are_typed(text: str) -> None:
    """Digits, X, spaces, hyphens, full width."""
    assert mask_id_numbers(f"我的身份证是{text}，谢谢") == f"我的身份证是{MASK}，谢谢"


@pytest.mark.parametrize(
    "text", ["13800000000", "43032110720261122-0007", "6222021234567890123", "123456789012345678", "82岁"]
)
def test_other_numbers_stay(text: str) -> None:
    """Phones, ticket numbers, bank cards of other lengths, and 18 digits that hold no date of birth."""
    assert mask_id_numbers(text) == text


def test_an_update_is_masked_wherever_the_number_stands() -> None:
    """Caption and quoted message too."""
    update = {
        "update_id": 1,
        "message": {"caption": "430321194001011234", "reply_to_message": {"text": "430321194001011234"}},
    }
    clean = masked(update)
    assert clean["message"]["caption"] == MASK and clean["message"]["reply_to_message"]["text"] == MASK
    assert clean["update_id"] == 1


def test_every_update_has_a_lane() -> None:
    """A press goes into the lane of its chat, in order with the texts; an unknown kind of update breaks nothing."""
    assert chat_of({"update_id": 1, "message": {"chat": {"id": 5}}}) == "5"
    assert chat_of({"update_id": 1, "callback_query": {"from": {"id": 5}, "message": {"chat": {"id": 5}}}}) == "5"
    assert chat_of({"update_id": 1, "callback_query": {"from": {"id": 5}}}) == "5"
    assert chat_of({"update_id": 1, "poll": {}}) == ""


@given(st.text(alphabet="好，。\n 😀a", max_size=400), st.integers(min_value=4, max_value=60))
def test_splitting_loses_no_word(text: str, limit: int) -> None:
    """Every piece fits (a smiley counts double, as at Telegram); only line ends and spaces at a cut are lost."""
    pieces = split(text, limit)
    assert all(units(piece) <= limit and piece.strip() for piece in pieces)
    bare = str.maketrans("", "", "\n ")
    assert "".join(pieces).translate(bare) == text.translate(bare)


def test_a_long_answer_is_cut_at_a_line() -> None:
    """The cut is where a reader expects it."""
    text = "\n".join(["第一条：" + "好" * 1000, "第二条：" + "好" * 1000, "第三条：" + "好" * 3000])
    pieces = split(text)
    assert all(units(piece) <= LIMIT for piece in pieces)
    assert pieces[1].startswith("第三条")
