"""The service catalogue (`data/services.yml`): what a station is asked for, and the words of the labels.
Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True)
class Service:
    """One service. `unit` says who acts first: "station" (社工站办理) or "转介…" (a referral the station
    follows)."""

    code: str
    name: str
    domain: str
    domain_name: str
    unit: str
    covers: str
    borders: str  # which neighbour a near miss belongs to; "" when there is none

    @property
    def department(self) -> str | None:
        """The department a referral goes to ("医保局"), or None when the station acts itself."""
        return self.unit.removeprefix("转介") if self.unit.startswith("转介") else None


@cache
def _file() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DATA / "services.yml").read_text(encoding="utf-8"))
    return loaded


@cache
def services() -> Mapping[str, Service]:
    """All services by code, in the order of the catalogue."""
    names = domains()
    return MappingProxyType(
        {
            code: Service(
                code,
                row["name"],
                row["domain"],
                names[row["domain"]],
                row["unit"],
                row["covers"],
                row.get("not", ""),
            )
            for code, row in _file()["services"].items()
        }
    )


@cache
def domains() -> Mapping[str, str]:
    """Code → Chinese name of the groups of services, in the order of the catalogue."""
    return MappingProxyType(dict(_file()["domains"]))


@cache
def intents() -> Mapping[str, str]:
    """Code → what the resident is doing with a message."""
    return MappingProxyType(dict(_file()["intents"]))


@cache
def risks() -> Mapping[str, str]:
    """Code → meaning of the signals that a person is in danger."""
    return MappingProxyType(dict(_file()["risks"]))


@cache
def urgencies() -> Mapping[str, str]:
    """Code → meaning, most pressing first."""
    return MappingProxyType(dict(_file()["urgency"]))


def service_names(codes: Iterable[str]) -> list[str]:
    """Chinese names of service codes; a code the catalogue does not know stays as it is."""
    known = services()
    return [known[code].name if code in known else code for code in codes]
