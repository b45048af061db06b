"""After a request is filed: progress, more words, discontent, a person, withdrawal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conversations.conftest import Office, Resident
from tests.conversations.test_form import until

Begin = Callable[[], Resident]


class TestAfterFiling:
    """One request is filed; what is said afterwards goes to it."""

    @pytest.fixture
    def talk(self, resident: Begin) -> Resident:
        """A filed request."""
        talk = until(resident(), "confirm")
        talk.play("对")
        return talk

    def test_its_progress_is_told(self, talk: Resident, office: Office) -> None:
        """Whose desk before it is claimed, whose hands afterwards."""
        number = talk.last["tickets"][0]
        talk.play("我的事办得怎么样了")
        assert number in talk.words and "等社工接手" in talk.words
        assert office.act("li", number, "claim") == 200
        talk.play("进度怎么样了")
        assert "社工已经接手" in talk.words

    def test_more_is_added(self, talk: Resident, office: Office) -> None:
        """What was forgotten reaches the ticket's history; no second ticket."""
        talk.play("刚才忘了说，我娘还有糖尿病，补充一下")
        number = talk.last["tickets"][0]
        assert number in talk.words and len(talk.last["tickets"]) == 1
        assert "糖尿病" in str(office.ticket(number)["history"])

    def test_a_complaint_is_heard(self, talk: Resident, office: Office) -> None:
        """Discontent is noted for the worker and the supervisor."""
        talk.play("等了这么久都没人管，你们太不负责任了，我要投诉")
        assert office.ticket(talk.last["tickets"][0])["history"][-1]["event"] == "complained"

    def test_a_person_is_called(self, talk: Resident, office: Office) -> None:
        """Whoever wants a person is told who will answer."""
        talk.play("转人工")
        assert "社工" in talk.words and office.ticket(talk.last["tickets"][0])["history"][-1]["event"] == "called"

    def test_it_is_withdrawn_only_after_asking(self, talk: Resident, office: Office) -> None:
        """撤回 is asked once more; not withdrawing leaves it as it is."""
        number = talk.last["tickets"][0]
        talk.play("我不想办了，帮我撤回")
        assert office.ticket(number)["status"] == "new"
        talk.play("[不撤回]")
        assert office.ticket(number)["status"] == "new"
        talk.play("撤回申请", f"[{number[-4:]}]")
        assert office.ticket(number)["status"] == "withdrawn"
