"""Join names that belong together (湖南 湘潭 花石镇 日华村) into one place each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nlu.places.mentions import Codes, Mention, bare_village, nested

if TYPE_CHECKING:
    from nlu.places.gazetteer import Gazetteer

_GAP = re.compile(
    r"[的 ,、/\-·()>:]{0,3}(?:这边|那边|这里|那里|这个|那个|下面|下边|底下|里面|里|下辖|管辖|属下|有个叫|一个叫|叫|"
    r"农村|乡下|老家)?的?[ ,(]?"
)
_TIGHT = re.compile(r"[的 ]?")
_AFTER = re.compile(r"[的 ,、在]{0,2}(?:下面|底下|这边)?的?")
_BOUNDARY = re.compile(r"$|[^一-鿿]|[的人这那本住有,]")


@dataclass
class Chain:
    """Names that support each other. `codes`: the deepest divisions on which all agree."""

    mentions: list[Mention] = field(default_factory=list)
    codes: Codes = ()
    contradiction: bool = False

    @property
    def start(self) -> int:
        """First character."""
        return self.mentions[0].start

    @property
    def end(self) -> int:
        """One past the last character."""
        return self.mentions[-1].end

    @property
    def bare(self) -> bool:
        """Whether it is a single name without suffix."""
        return len(self.mentions) == 1 and not self.mentions[0].full

    @property
    def ordinary(self) -> bool:
        """Whether nothing in it is more than an everyday word."""
        return len(self.mentions) == 1 and self.mentions[0].ordinary

    @property
    def only_village(self) -> bool:
        """Whether nothing but a village is named."""
        return all(mention.villages for mention in self.mentions)

    def named_township(self) -> bool:
        """Whether a township or village (not only an area) is named."""
        return any(len(code) == 9 for code in self.codes)


def _joins(chain: Chain, mention: Mention, text: str) -> bool:
    gap = text[chain.end : mention.start]
    if not _GAP.fullmatch(gap):
        return False
    last = chain.mentions[-1]
    if mention.ordinary and not mention.full and not mention.villages:
        return _TIGHT.fullmatch(gap) is not None and (last.full or _BOUNDARY.match(text, mention.end) is not None)
    if last.ordinary and not last.full and len(chain.mentions) == 1:
        return _TIGHT.fullmatch(gap) is not None
    return True


def _contradicts(chain: Chain, mention: Mention, text: str) -> bool:
    """Two full names side by side that cannot both hold: 长沙县花石镇. A bare name may be just a word."""
    gap = text[chain.end : mention.start]
    return (
        _TIGHT.fullmatch(gap) is not None
        and mention.full
        and not mention.villages
        and not mention.ordinary
        and not chain.ordinary
        and len(mention.codes[0]) > min(map(len, chain.codes))
    )


def fit(chain: Chain, codes: Codes) -> Codes:
    """What `chain` and `codes` have in common; a popular name counts when the registered ones do not fit."""
    common = nested(codes, chain.codes)
    if not common and len(chain.mentions) == 1 and chain.mentions[0].spare:
        common = nested(codes, chain.mentions[0].spare)
    return common


def _county_known(chain: Chain) -> bool:
    return all(len(code) >= 6 for code in chain.codes)


def _renamed(gazetteer: Gazetteer, form: str) -> Codes:
    """Townships of the same stem with another suffix: 灵山街道 for 灵山镇. Count beside their county only."""
    known = gazetteer.forms.get(form[:-2] if form.endswith("街道") else form[:-1] if form[-1] in "镇乡" else "")
    return tuple(code for code in known[1].split() if len(code) == 9) if known else ("-",)


def link(gazetteer: Gazetteer, text: str, mentions: list[Mention]) -> list[Chain]:
    """Chains in text order. A loose name survives only beside its county, a generic one beside its area."""
    chains: list[Chain] = []
    for mention in mentions:
        last = chains[-1] if chains else None
        if last is not None and _joins(last, mention, text):
            common = fit(last, mention.codes) or (nested(mention.spare, last.codes) if mention.spare else ())
            if not common and mention.full and not mention.ordinary and not mention.villages and _county_known(last):
                common = nested(_renamed(gazetteer, text[mention.start : mention.end]), last.codes)
            if common and (not mention.loose or _county_known(last) or len(common) == 1):
                last.mentions.append(mention)
                last.codes = common
                continue
            if mention.villages and last.end == mention.start:
                continue  # a village the register does not have there says nothing
            if _contradicts(last, mention, text):
                last.mentions.append(mention)
                last.contradiction = True
                continue
            if not mention.full and last.end == mention.start:
                continue
        chains.append(Chain([mention], mention.codes))
    chains = [chain for chain in chains if len(chain.mentions) > 1 or not chain.mentions[0].loose]
    for number, chain in enumerate(chains):
        _add_bare_village(gazetteer, text, chain, chains[number + 1].start if number + 1 < len(chains) else len(text))
    return [
        chain for chain in chains if not (chain.ordinary and chain.mentions[0].full and not chain.mentions[0].villages)
    ]


def _sure_enough(chain: Chain, mention: Mention) -> bool:
    """Whether a village without any sign of being one may be believed: in its township, or a long name in a county."""
    shortest = min(map(len, chain.codes))
    return shortest == 9 or (shortest == 6 and mention.end - mention.start >= 3 and len(mention.codes) == 1)


def _add_bare_village(gazetteer: Gazetteer, text: str, chain: Chain, limit: int) -> None:
    if chain.contradiction or chain.mentions[-1].villages or (chain.bare and chain.ordinary):
        return
    after = _AFTER.match(text, chain.end)
    position = after.end() if after else chain.end
    if position >= limit:
        return
    mention = bare_village(gazetteer, text, position, chain.codes)
    if mention is None or mention.end > limit or (mention.ordinary and not _sure_enough(chain, mention)):
        return
    chain.mentions.append(mention)
    chain.codes = nested(mention.codes, chain.codes)
