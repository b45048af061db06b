"""Streams of lines: each is answered, a bad one is reported with its number and the rest goes on."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from bot.engine import Engine, EngineError
from yimi.processes import open_engine
from yimi.settings import ROOT, Settings

ENGINE_STARTS = 90  # seconds an engine of our own may take to load


def answer_lines(
    field: str, answer: Callable[[str], dict[str, Any]], source: TextIO, out: TextIO, errors: TextIO
) -> int:
    """Reads {"id", field} or plain text lines and writes {"id", …answer}. Exit code 2 if any line was bad."""
    code = 0
    for number, line in enumerate(source, 1):
        line = line.strip()
        if not line:
            continue
        try:
            name, text = read_line(line, field, number)
        except ValueError as error:
            print(f"第 {number} 行：{error}", file=errors, flush=True)
            code = 2
            continue
        print(json.dumps({"id": name, **answer(text)}, ensure_ascii=False), file=out, flush=True)
    return code


def read_line(line: str, field: str, number: int) -> tuple[Any, str]:
    """(id, text) of one line; a line that does not begin like JSON is plain text with its number as id."""
    if not line.startswith("{"):
        return str(number), line
    try:
        data = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"不是正确的 JSON（第 {error.colno} 个字符处）") from None
    text = data.get(field)
    if not isinstance(text, str):
        raise ValueError(f"缺少文字字段 {field}")
    return data.get("id", str(number)), text


def analyze_lines(settings: Settings, source: TextIO, out: TextIO, errors: TextIO) -> int:
    """`yimi analyze`: through the running engine, or through one started for the duration."""
    try:
        with running_engine(settings, errors) as engine:
            return answer_lines("text", engine.analyze, source, out, errors)
    except EngineError as error:
        print(f"理解引擎没有回答（{error}）：请先 make run，或看它的日志。", file=errors)
        return 1


@contextmanager
def running_engine(settings: Settings, errors: TextIO) -> Iterator[Engine]:
    """The engine of ENGINE_URL; when nobody answers there, one of our own that ends with the block."""
    engine = open_engine(settings)
    try:
        engine.analyze("你好")
    except EngineError:
        engine.close()
    else:
        yield engine
        engine.close()
        return
    from yimi.run import environment

    print("理解引擎没有在运行，先启动一个（约 20 秒）……", file=errors, flush=True)
    process = subprocess.Popen(
        [str(ROOT / ".venv-engine" / "bin" / "python"), "-m", "nlu.server"],
        cwd=ROOT,
        env=environment(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _wait_for(settings, process)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(settings: Settings, process: subprocess.Popen[bytes]) -> Engine:
    began = time.monotonic()
    while time.monotonic() - began < ENGINE_STARTS and process.poll() is None:
        engine = open_engine(settings)
        try:
            engine.analyze("你好")
            return engine
        except EngineError:
            engine.close()
            time.sleep(0.5)
    raise EngineError(f"it did not start (exit code {process.poll()}); is there a model? make train, pid {os.getpid()}")
