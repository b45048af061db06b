"""Names of the services as they are shown (from data/services.yml)."""

from __future__ import annotations

from pathlib import Path

import yaml

_FILE = Path(__file__).resolve().parent.parent / "data" / "services.yml"
_SERVICES = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["services"]

NAMES: dict[str, str] = {code: service["name"] for code, service in _SERVICES.items()}
# Shown when nothing was understood: the matters stations are asked for most, one of each field of work.
COMMON = (
    "dibao",
    "temporary_aid",
    "medical_aid",
    "home_care",
    "child_hardship",
    "disability_subsidy",
    "counselling",
    "mediation",
)
