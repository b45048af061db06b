"""Names of townships and villages for pages; the gazetteer is opened on first use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache

from nlu.places import Gazetteer


class Places:
    """Division codes in words. A code the gazetteer does not know is shown as it is, never as an error."""

    def __init__(self, load: Callable[[], Gazetteer]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._gazetteer: Gazetteer | None = None
        # Kept per object, not per class: a page of fifty tickets names the same few places again and again.
        self.full = lru_cache(maxsize=4096)(self._full)
        self.short = lru_cache(maxsize=4096)(self._short)

    def _opened(self) -> Gazetteer:
        with self._lock:
            if self._gazetteer is None:
                self._gazetteer = self._load()
            return self._gazetteer

    def _full(self, code: str | None) -> str:
        """With all levels above: 湖南省湘潭市湘潭县花石镇; "" for None."""
        if not code:
            return ""
        try:
            return self._opened().describe(code)
        except KeyError:
            return code

    def _short(self, code: str | None) -> str:
        """The last level alone: 花石镇, 日华村; a county or higher too; "" for None."""
        if not code:
            return ""
        try:
            gazetteer = self._opened()
            return gazetteer.village_name(code) if len(code) == 12 else gazetteer.name[code]
        except KeyError:
            return code
