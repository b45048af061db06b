"""Stock Rasa, trained and started for the comparison."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import httpx

from tests.bench.figures import Figure, timed
from tests.stack import Stack, free_port
from yimi.run import environment
from yimi.settings import ROOT

RASA = ROOT / ".venv-engine" / "bin" / "rasa"
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
WARM, TURNS = 10, 120


def train(folder: Path) -> tuple[Path, float]:
    """The stock pipeline trained on our intent messages; (model, seconds). On all of the messages it takes more than
    20 minutes and 9 GB an epoch; how long an answer takes does not depend on it."""
    began = time.perf_counter()
    command = [str(RASA), "train", "--domain", "domain", "--config", "tests/bench/stock/config.yml", "--force"]
    command += ["--data", *(f"data/{name}" for name in ("intents", "rules"))]
    command += ["--out", str(folder), "--fixed-model-name", "stock"]
    with (folder / "train.log").open("wb") as log:
        subprocess.run(command, cwd=ROOT, env={**os.environ, **QUIET}, stdout=log, stderr=log, check=True)
    return folder / "stock.tar.gz", time.perf_counter() - began


def measure(stack: Stack, folder: Path, lines: list[str]) -> list[Figure]:
    """Parse and chat turn of the peer, with the action server of the stack."""
    model, seconds = train(folder)
    endpoints = folder / "endpoints.yml"
    env = {**environment(stack.settings), **QUIET}
    endpoints.write_text(
        f"action_endpoint:\n  url: {env['ACTIONS_URL']}\n  headers:\n    Authorization: Bearer {env['ENGINE_TOKEN']}\n",
        encoding="utf-8",
    )
    credentials = folder / "credentials.yml"
    credentials.write_text("rest:\n", encoding="utf-8")
    port = free_port(1)
    command = [str(RASA), "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port), "-m", str(model)]
    command += ["--endpoints", str(endpoints), "--credentials", str(credentials)]
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            _wait(client)
            parse = [
                timed(lambda text=text: client.post("/model/parse", json={"text": text}).raise_for_status())
                for text in (lines * 30)[: WARM + TURNS]
            ][WARM:]
            chat: list[float] = []
            for number, text in enumerate((lines * 30)[: WARM + TURNS]):
                body = {"sender": f"bench-{number // 6}", "message": text}
                chat.append(
                    timed(lambda body=body: client.post("/webhooks/rest/webhook", json=body).raise_for_status())
                )
            memory = _memory(process.pid)
    finally:
        process.terminate()
        process.wait(20)
    return [
        Figure("stock Rasa: training (1 epoch)", [seconds], "s"),
        Figure("stock Rasa: parse over HTTP", parse),
        Figure("stock Rasa: chat turn over REST", chat[WARM:]),
        Figure("stock Rasa: memory", [memory], "MB"),
    ]


def _wait(client: httpx.Client) -> None:
    for _ in range(240):
        try:
            if client.get("/status").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise RuntimeError("stock Rasa did not start")


def _memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="ignore").splitlines():
        if line.startswith("VmRSS"):
            return float(line.split()[1]) / 1024
    return 0.0
