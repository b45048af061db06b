"""Sets up everything that is missing: both environments, the front-end assets, the trained model.

Runs with any Python 3.8+ and nothing installed; `make` calls it. What is up to date is left alone (each part keeps
the fingerprint of what it was made from), so a second call takes under a second.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Callable, List, Optional, Tuple

ROOT = Path(__file__).resolve().parent.parent
APP, ENGINE = ROOT / ".venv", ROOT / ".venv-engine"
LOGS = ROOT / "var" / "log"
STARTED = time.monotonic()


class Missing(Exception):
    """Something the machine must bring; the message says what to install."""


def say(text: str) -> None:
    """One line of progress with the seconds since the start."""
    print(f"[{time.monotonic() - STARTED:4.0f} 秒] {text}", flush=True)


def version_of(python: str) -> Optional[Tuple[int, int]]:
    """(3, 10) if the interpreter runs and has venv; a pyenv shim without a chosen version fails here."""
    code = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        return None
    major, minor = done.stdout.split()
    return int(major), int(minor)


def asked(*command: str) -> List[str]:
    """Output lines of a tool that may not exist."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.split() if done.returncode == 0 else []


def pyenv_pythons() -> List[str]:
    """Interpreters that pyenv has installed, newest first; its shims hide them."""
    roots = asked("pyenv", "root") or [str(Path("~/.pyenv").expanduser())]
    found = sorted(Path(roots[0]).glob("versions/*/bin/python"), reverse=True)
    return [str(path) for path in found]


def find_python(wanted: Callable[[Tuple[int, int]], bool], names: List[str], variable: str, text: str) -> str:
    """The first interpreter that fits: $variable, the names on PATH, pyenv's, uv's. Missing says what to install."""
    given = os.environ.get(variable)
    if given:
        version = version_of(given)
        if version is None or not wanted(version):
            raise Missing(f"{variable}={given} 不是{text}，或缺 venv 模块：请改正，或不设它让程序自己找。")
        return given
    candidates = [*names, *pyenv_pythons(), *(p for name in names for p in asked("uv", "python", "find", name))]
    for python in candidates:
        version = version_of(python)
        if version is not None and wanted(version):
            return python
    raise Missing(
        f"没有找到{text}。请安装它（Debian：apt install python3-venv；或用 pyenv、uv 安装），或用 {variable} 指明路径。"
    )


def run_logged(name: str, command: List[str]) -> None:
    """Runs a command with its output in a log file; Missing with the last lines when it fails."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"install-{name}.log"
    with log.open("a", encoding="utf-8") as file:
        done = subprocess.run(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        lines = [
            line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if "WARNING" not in line
        ]
        raise Missing(f"{name} 安装失败，详情在 {log.relative_to(ROOT)}：\n  " + "\n  ".join(lines[-6:]))


def fingerprint(*files: Path) -> str:
    """Changes when a file does."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def environment(folder: Path, python: str, label: str, requirements: List[str], editable: bool) -> None:
    """A virtual environment with pinned and hashed packages; a larger set that is there already is kept."""
    mark = folder / "fingerprint"
    sets = [fingerprint(ROOT / "requirements" / f"{name}.txt", Path(__file__)) for name in requirements]
    if mark.exists() and mark.read_text() in sets:
        return
    name = requirements[0]
    say(f"安装{label}……")
    if not (folder / "bin" / "python").exists():
        run_logged(name, [python, "-m", "venv", "--clear", str(folder)])
    pip = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
    ]
    run_logged(name, [*pip, "--require-hashes", "-r", f"requirements/{name}.txt"])
    if editable:
        run_logged(name, [*pip, "--no-deps", "--no-build-isolation", "--no-index", "-e", "."])
    mark.write_text(sets[0])
    say(f"{label}好了")


def media() -> None:
    """What hears voice messages and reads photos, on top of the app's environment (about 300 MB)."""
    say("安装听语音、认文字要用的软件包……")
    pip = [str(APP / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    run_logged("media", [*pip, "--require-hashes", "-r", "requirements/media.txt"])
    say("好了。语音：YIMI_SPEECH_MODEL=模型文件夹；照片里的字：YIMI_OCR=1")


def app(test: bool) -> None:
    """The app's environment; with the test tools when asked."""
    python = find_python(
        lambda v: v >= (3, 11), ["python3.13", "python3.12", "python3.11", "python3"], "PYTHON", " Python 3.11 以上"
    )
    environment(APP, python, "应用环境", ["dev"] if test else ["app", "dev"], editable=True)
    if shutil.which("npm") is None:
        say("机器上没有 Node.js，用随 Python 包带来的……")
        pip = [str(APP / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
        run_logged("node", [*pip, "--require-hashes", "-r", "requirements/node.txt"])
    run_logged("assets", [str(APP / "bin" / "python"), "-m", "console.assets"])


def engine() -> None:
    """The engine's environment and its model."""
    python = find_python(lambda v: v == (3, 10), ["python3.10"], "PYTHON310", " Python 3.10（理解引擎要用）")
    environment(ENGINE, python, "理解引擎（Rasa，约 2.7 GB，要几分钟）", ["engine"], editable=False)
    done = subprocess.run(
        [str(ENGINE / "bin" / "python"), "-m", "nlu.train"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    if done.returncode != 0:
        raise Missing("模型训练失败：\n  " + "\n  ".join(done.stderr.splitlines()[-8:]))


def browser() -> None:
    """Chromium and a Chinese font, for the browser tests; Debian's packages when we may install them."""
    if shutil.which("chromium"):
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        say("没有 chromium：浏览器测试会跳过（Debian：apt install chromium fonts-noto-cjk）")
        return
    say("安装 Chromium 和中文字体……")
    run_logged("browser", ["apt-get", "update", "-qq"])
    packages = ["chromium", "fonts-noto-cjk"]
    run_logged(
        "browser",
        [
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "install",
            "-y",
            "-qq",
            "--no-install-recommends",
            *packages,
        ],
    )


def side_by_side(*jobs: Callable[[], None]) -> None:
    """Runs jobs at the same time, says every half minute that it is still working; raises the first Missing."""
    problems: List[BaseException] = []

    def guarded(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:  # handed to the main thread
            problems.append(error)

    threads = [threading.Thread(target=guarded, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    spoke = time.monotonic()
    while any(thread.is_alive() for thread in threads):
        for thread in threads:
            thread.join(0.2)
        if time.monotonic() - spoke > 30:
            say("还在安装，请稍等……")
            spoke = time.monotonic()
    if problems:
        raise problems[0]


def main() -> int:
    """Exit code 0, or 1 with one clear line on stderr."""
    parser = argparse.ArgumentParser(description="安装缺少的部分")
    parser.add_argument("--test", action="store_true", help="连同测试工具和浏览器")
    parser.add_argument("--media", action="store_true", help="只装听语音、认文字要用的软件包")
    options = parser.parse_args()
    os.environ.setdefault("PIP_QUIET", "1")
    try:
        if options.media:
            media()
            return 0
        side_by_side(lambda: app(options.test), engine)
        if options.test:
            browser()
    except Missing as error:
        print(f"安装没有完成：{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
