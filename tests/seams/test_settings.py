"""Settings: documented, and wrong ones are told in one line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from yimi.settings import ROOT, Settings, SettingsError, load_settings

VARIABLES = [str(field.validation_alias) for field in Settings.model_fields.values()]


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_setting_is_documented(variable: str) -> None:
    """README.md explains it, .env.example shows it."""
    assert f"`{variable}`" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"^#?{variable}=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M)


def test_no_document_names_a_setting_that_does_not_exist() -> None:
    """The table in README.md and .env.example hold no dead settings."""
    shown = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
    table = set(re.findall(r"^\| `([A-Z][A-Z_]+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.M))
    assert shown == table == set(VARIABLES)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("YIMI_PORT", "abc", "整数"),
        ("YIMI_PORT", "99999", "太大"),
        ("YIMI_DEMO", "maybe", "0 或 1"),
        ("YIMI_HOLD_HOURS", "0", "大于 0"),
        ("YIMI_HOLD_HOURS", "半天", "数字"),
        ("SECRET_KEY", "short", "太短"),
        ("SECRET_KEY", "a" * 40, "太简单"),
        ("REDIS_URL", "http://somewhere", "redis://"),
        ("DATABASE_URL", "mysql://somewhere", "sqlite"),
        ("ENGINE_URL", "127.0.0.1:1", "http"),
        ("YIMI_SPEECH_MODEL", "no-such-folder", "文件夹"),
        ("YIMI_OCR", "maybe", "0 或 1"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(
    variable: str, value: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line names the variable and the cure; a secret is never printed."""
    monkeypatch.setenv(variable, value)
    monkeypatch.setenv("YIMI_VAR", str(tmp_path))
    with pytest.raises(SettingsError) as caught:
        load_settings(_env_file=None)
    text = str(caught.value)
    assert variable in text and said in text and "\n" not in text
    assert "SECRET" not in variable or value not in text


def test_the_command_says_it_in_one_line_too(tmp_path: Path) -> None:
    """Exit code 2, one line on stderr, no traceback."""
    env = {"PATH": "/usr/bin:/bin", "YIMI_PORT": "abc", "YIMI_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "yimi", "worker", "list"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1 and "YIMI_PORT" in done.stderr


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """Without SECRET_KEY an installation makes its own; only its owner can read it."""
    first = load_settings(_env_file=None, var_dir=tmp_path)
    second = load_settings(_env_file=None, var_dir=tmp_path)
    assert first.secret_key == second.secret_key and len(first.secret_key) == 64
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
