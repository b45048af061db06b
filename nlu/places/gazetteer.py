"""Every division of the country, from province to village, and the way from a message to the right township."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nlu.normalise import normalise
from nlu.places import names
from nlu.places.index import Index, ensure_index
from nlu.places.place import Place
from nlu.places.words import PlaceWords

_LEVEL_ABOVE = {12: 9, 9: 6, 6: 4, 4: 2}


class Gazetteer:
    """The national divisions with the names people use for them. Read-only and safe to share between threads."""

    def __init__(self, index: Index, words: PlaceWords) -> None:
        self._index = index
        self.words = words
        self.name: dict[str, str] = {}
        self.townships: list[str] = []
        for line in index.divisions.split("\n"):
            code, _, name = line.partition(" ")
            self.name[code] = name
            if len(code) == 9:
                self.townships.append(code)
        self._number = {code: number for number, code in enumerate(self.townships)}
        self.forms: dict[str, tuple[str, str, str]] = {}
        lengths: dict[str, set[int]] = {}
        for line in index.forms.split("\n"):
            form, full, bare, popular = line.split("\t")
            self.forms[form] = (full, bare, popular)
            lengths.setdefault(form[:2], set()).add(len(form))
        self.lengths = {pair: tuple(sorted(known, reverse=True)) for pair, known in lengths.items()}
        self._children: dict[str, tuple[str, ...]] = {}

    @classmethod
    def load(cls, var: Path | None = None) -> Gazetteer:
        """Open the gazetteer; the very first use builds its index under `var` (default: `var/` of the repository)."""
        return cls(Index(ensure_index(var)), PlaceWords.load())

    # ---- divisions
    def describe(self, code: str) -> str:
        """Shown name with all levels above: 430321107 → 湖南省湘潭市湘潭县花石镇. KeyError for an unknown code."""
        parts: list[str] = []
        for length in (2, 4, 6, 9):
            if length <= len(code):
                name = self._plain(code[:length])
                if name not in names.PSEUDO and name not in parts[-1:]:
                    if length == 6 and parts and name.startswith(parts[-1]):
                        parts.pop()  # 岳阳市 岳阳市屈原管理区
                    parts.append(name)
        if len(code) == 12:
            parts.append(self.village_name(code))
        return "".join(parts)

    def _plain(self, code: str) -> str:
        name = self.name[code]
        return names.plain_township(name, self.name[code[:6]], self.name[code[:4]]) if len(code) == 9 else name

    def children(self, code: str) -> tuple[str, ...]:
        """Codes of the divisions directly below (villages below a township), in code order; "" gives the provinces.

        Pseudo-cities are skipped: the children of 湖北省 hold 仙桃市 (429004), those of 北京市 its districts; a city
        without counties (东莞市) gives its townships. Raises KeyError for an unknown code.
        """
        if len(code) == 9:
            return tuple(village for village, _ in self.villages(code))
        if code and code not in self.name:
            raise KeyError(code)
        if not self._children:
            self._children = self._tree()
        return self._children.get(code, ())

    def _tree(self) -> dict[str, tuple[str, ...]]:
        below: dict[str, list[str]] = {}
        for code, name in self.name.items():
            if name in names.PSEUDO:
                continue
            parent = code[: _LEVEL_ABOVE.get(len(code), 0)]
            while parent and (self.name[parent] in names.PSEUDO or self._same_as_above(parent)):
                parent = parent[: _LEVEL_ABOVE[len(parent)]]
            if not self._same_as_above(code):
                below.setdefault(parent, []).append(code)
        return {code: tuple(sorted(codes)) for code, codes in below.items()}

    def _same_as_above(self, code: str) -> bool:
        return len(code) == 6 and self.name[code] == self.name[code[:4]]

    def county_of(self, code: str) -> str:
        """The six-digit county of a township or village (东莞: its county-level twin 441900). KeyError if unknown."""
        self.name[code[:6]]
        return code[:6]

    def short_label(self, code: str, among: Sequence[str] = ()) -> str:
        """A button text that tells `code` apart from the rest of `among`: 湘潭县花石镇, with the city where needed."""
        county = self.name[code[:6]]
        label = county + self._plain(code) if len(code) == 9 else self.name[code]
        city, province = self.name.get(code[:4], ""), self.name[code[:2]]
        rivals = [other for other in among if other != code]
        if len(code) < 9:
            twins = any(self.name[other] == label for other in rivals)
        elif rivals:
            twins = any(self.name[other[:6]] == county and self.name[other] == self.name[code] for other in rivals)
        else:
            twins = len(self.forms.get(normalise(county), ("",))[0].split()) > 1
        if twins and len(code) > 4:
            above = province if city in names.PSEUDO else city
            return label if above == county else above + label
        return label

    # ---- villages
    def villages(self, township: str) -> list[tuple[str, str]]:
        """(12-digit code, name as registered) of every village. Raises KeyError for an unknown township."""
        return [(township + number, name) for number, name in self._index.villages(self._number[township])]

    def village_name(self, code: str) -> str:
        """Registered name of a village. Raises KeyError for an unknown code."""
        for number, name in self._index.villages(self._number[code[:9]]):
            if number == code[9:]:
                return name
        raise KeyError(code)

    def villages_named(self, stem: str, within: tuple[str, ...] = ()) -> list[tuple[str, bool]]:
        """(12-digit code, is a community) of all villages with this stem below `within`, in code order."""
        townships = self.townships
        found = []
        for posting in self._index.postings(stem):
            township = townships[posting >> 11]
            if not within or township.startswith(within):
                found.append((f"{township}{posting & 1023:03d}", bool(posting >> 10 & 1)))
        return found

    def match_village(self, township: str, text: str) -> str | None:
        """The village of `township` that `text` names (日华, 日华村3组, 住在日华村委会那边), or None.

        The longest name wins; of a village and a community with one stem the kind said in the text. None when two fit.
        """
        text = normalise(text)
        best: list[tuple[int, bool, str]] = []
        for code, name in self.villages(township):
            name = normalise(name)
            stem = names.village_key(name)
            at = text.find(stem)
            if at < 0:
                continue
            tail = text[at + len(stem) :]
            community = tail.startswith(("社区", "居委"))
            said_kind = community or tail.startswith(("村", "嘎查"))
            best.append((len(stem), said_kind and community == names.is_community(name), code))
        if not best:
            return None
        best.sort(reverse=True)
        return best[0][2] if len(best) == 1 or best[0][:2] != best[1][:2] else None

    # ---- messages
    def locate(self, text: str, *, within: str | Sequence[str] | None = None, asked: bool = False) -> Place:
        """Where the person in need lives, by the message alone; see `nlu.places.resolver.locate`."""
        from nlu.places.resolver import locate

        return locate(self, text, within=within, asked=asked)
