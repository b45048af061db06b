"""The tree itself: small files, true documents, nothing of this machine."""

from __future__ import annotations

import re
import subprocess

import pytest

from yimi.settings import ROOT


def tracked(*patterns: str) -> list[str]:
    """Files git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in names if (ROOT / name).exists()]


def test_no_python_file_is_longer_than_300_lines() -> None:
    """A longer one is split by noun."""
    long = {
        name: n for name in tracked("*.py") if (n := len((ROOT / name).read_text(encoding="utf-8").splitlines())) > 300
    }
    assert not long


def test_no_file_names_a_registry_or_this_machine() -> None:
    """Lock files carry hashes, not addresses; no path of a developer's machine."""
    pattern = re.compile(r"index-url[ =]+http|\"resolved\": *\"http|files\.pythonhosted|(?<![\w.])/(?:root|work)/[\w.]")
    named = []
    for name in tracked():
        path = ROOT / name
        if path.suffix in {".xz", ".png", ".woff2"} or name == "tests/seams/test_repository.py":
            continue
        if pattern.search(path.read_text(encoding="utf-8", errors="replace")):
            named.append(name)
    assert not named


def test_no_module_is_a_drawer_for_everything() -> None:
    """utils, helpers and the like say nothing about what is inside."""
    vague = {"utils", "helpers", "common", "core", "manager", "service", "misc"}
    assert not [name for name in tracked("*.py") if set(name.removesuffix(".py").split("/")) & vague]


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"])
def test_documents_name_only_commands_and_files_that_exist(page: str) -> None:
    """Every `make x`, every linked file."""
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    commands = {word for line in re.findall(r"make ([a-z ]+)", text) for word in line.split()[:1]}
    assert commands <= targets
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / link).exists(), link


def test_make_help_lists_every_target_meant_for_people() -> None:
    """The help is generated, so it cannot drift."""
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("run", "test", "check", "evaluate", "bench", "train"):
        assert f"make {target} " in shown
