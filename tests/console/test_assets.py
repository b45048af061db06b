"""Front-end files: pinned, without addresses, brought once, and all there that the pages ask for."""

from __future__ import annotations

import json
import re
from pathlib import Path

from console import assets
from console.assets import FILES, ICONS, ROOT, STAMP, is_current, lock_hash, sprite

TEMPLATES = ROOT / "console" / "templates"


def test_the_lock_pins_every_package_by_content_and_names_no_address() -> None:
    """Any mirror will do: what comes is checked against the hash."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages
    for name, each in packages.items():
        assert each["integrity"].startswith("sha512-"), name
        assert "resolved" not in each, name
    declared = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(re.fullmatch(r"[\d.]+", version) for version in declared.values()), "exact versions only"


def test_what_is_current_is_not_fetched_again(tmp_path: Path, monkeypatch) -> None:
    """No npm for a folder that holds what the lock asks for; a changed lock or a missing file is noticed."""
    for name in (*FILES.values(), "icons.svg"):
        (tmp_path / name).write_text("x")
    (tmp_path / STAMP).write_text(lock_hash())

    def no_npm() -> list[str]:
        raise AssertionError("npm was called")

    monkeypatch.setattr(assets, "npm_command", no_npm)
    assert assets.bring(tmp_path) is False
    (tmp_path / "htmx.min.js").unlink()
    assert not is_current(tmp_path)
    (tmp_path / "htmx.min.js").write_text("x")
    (tmp_path / STAMP).write_text("another lock")
    assert not is_current(tmp_path)


def test_the_sprite_holds_each_icon_as_a_symbol(tmp_path: Path) -> None:
    """Drawn in the colour of the text around it."""
    for name in ICONS:
        (tmp_path / f"{name}.svg").write_text(
            '<svg xmlns="http://www.w3.org/2000/svg" width="24"><path d="M0 0"/></svg>'
        )
    drawn = sprite(tmp_path)
    assert drawn.count("<symbol ") == len(ICONS) == drawn.count('<path d="M0 0"/>')
    assert "currentColor" in drawn


def test_every_file_and_icon_the_pages_name_exists() -> None:
    """A typo in a template would be a hole in the page."""
    pages = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    named = set(re.findall(r"icon\(\"([\w-]+)\"\)", pages)) | set(re.findall(r'fold\([^)]*, "([\w-]+)"\)', pages))
    assert named and named <= set(ICONS), named - set(ICONS)
    brought = {f"vendor/{name}" for name in (*FILES.values(), "icons.svg")}
    for name in re.findall(r"asset\('([^']+)'\)", pages):
        assert name in brought or (ROOT / "console" / "static" / name).is_file(), name
