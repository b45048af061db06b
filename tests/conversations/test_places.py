"""Which township: names repeat, and people say as much as they know."""

from __future__ import annotations

from collections.abc import Callable

from tests.conversations.conftest import HUANGXING, Office, Resident

Begin = Callable[[], Resident]


class TestPlaces:
    """Township names repeat: at most one question more, then a desk above takes it."""

    def ask(self, resident: Begin, said: str) -> Resident:
        talk = resident()
        talk.play("我想申请低保", "同意", said)
        return talk

    def test_up_to_nine_are_offered_as_buttons(self, resident: Begin, office: Office) -> None:
        """花石镇 exists a few times."""
        talk = self.ask(resident, "花石镇")
        assert talk.awaiting == "location" and 3 <= len(talk.buttons) <= 10
        talk.play("[湘潭县花石镇]")
        assert talk.awaiting == "village" and "湘潭" in talk.words

    def test_the_county_in_words_chooses_as_well(self, resident: Begin) -> None:
        """Instead of pressing, the county is typed."""
        talk = self.ask(resident, "花石镇")
        talk.play("湘潭的")
        assert talk.awaiting == "village" and "湘潭" in talk.words

    def test_more_than_nine_are_narrowed_by_the_county(self, resident: Begin) -> None:
        """城关镇 exists in dozens of counties: one question, no wall of buttons."""
        talk = self.ask(resident, "城关镇")
        assert talk.awaiting == "location" and not talk.buttons and "哪个县" in talk.words
        talk.play("甘肃渭源县")
        assert talk.awaiting != "location"

    def test_still_unclear_it_goes_to_the_desk_above(self, resident: Begin, office: Office) -> None:
        """After one question more nobody is asked again."""
        talk = self.ask(resident, "在渭源县")
        assert talk.awaiting == "location"
        talk.play("反正在山里头")
        while talk.awaiting == "location":
            talk.play("说不清楚")
        while talk.awaiting:
            talk.play("对" if talk.awaiting == "confirm" else "跳过")
        ticket = office.ticket(talk.last["tickets"][0])
        assert (ticket["township"], ticket["queue"], ticket["level"]) == (None, "621123", "county")

    def test_named_after_all_it_is_taken(self, resident: Begin, office: Office) -> None:
        """The township comes to mind two questions later."""
        talk = self.ask(resident, "城关镇")
        talk.play("说不清楚")
        assert talk.awaiting != "location"
        talk.play("想起来了，是长沙县黄兴镇")
        while talk.awaiting:
            talk.play("对" if talk.awaiting == "confirm" else "跳过")
        assert office.ticket(talk.last["tickets"][0])["queue"] == HUANGXING

    def test_none_of_these(self, resident: Begin) -> None:
        """都不是 asks once for the county, no more."""
        talk = self.ask(resident, "花石镇")
        talk.play("[都不是]")
        assert talk.awaiting == "location"
        talk.play("不知道")
        assert talk.awaiting != "location"
